"""Frameworks: what ships is whole and honest, what a user writes is read or said to be wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb.domain import Finding
from kb.errors import DocumentError, UsageError
from kb.files import FRAMEWORKS, Workspace, load_workspace
from kb.files.shipped import competencies
from kb.planning.frameworks import Frameworks, framework_text, frameworks
from kb.portfolio.frameworks import ParsedFramework, parse_framework
from tests.conftest import Kb

KNOWN = tuple(competencies())
DATA = Path(__file__).parent.parent / "kb" / "data" / FRAMEWORKS
SHIPPED = sorted(DATA.glob("*.yaml"))
ACME = """\
id: acme
name: Acme's three habits
principles:
  - name: Be kind
    line: Someone felt better for having talked with you.
    competencies: {inclusion: 1.0, mentoring: 0.5}
  - name: Be quick
    competencies: [delivery]
"""


def parsed(text: str, *, stem: str = "acme") -> ParsedFramework:
    path = f"frameworks/{stem}.yaml"
    return parse_framework(text, path=path, stem=stem, competencies=KNOWN)


def said(text: str) -> list[tuple[int, str]]:
    """(line, message) of all that is noticed."""
    return [(f.line, f.message) for f in parsed(text).findings]


# what ships


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_each_shipped_framework_is_whole(path: Path) -> None:
    found = parse_framework(
        path.read_text("utf-8"), path=path.name, stem="other", competencies=KNOWN
    )
    assert found.findings == ()
    one = found.framework
    assert one is not None
    assert one.id == path.stem
    assert one.unofficial
    assert one.about.endswith(".")
    assert all(url.startswith("https://") for url in one.source.split(", "))
    assert date.fromisoformat(one.read) >= date(2026, 11, 28)
    for principle in one.principles:
        assert principle.line.endswith("."), principle.name
        assert max(weight for _, weight in principle.competencies) >= 0.7
    assert len({principle.line for principle in one.principles}) == len(one.principles)


def test_the_shipped_frameworks_are_those_that_were_looked_up() -> None:
    found = frameworks(None, KNOWN)
    assert {name: len(one.principles) for name, one in found.by_id.items()} == {
        "amazon": 16, "civil-service": 9, "engineering-manager": 8, "google": 4, "meta": 5,
        "microsoft": 6, "nace": 8, "staff-engineer": 8, "start-up": 7,
    }  # fmt: skip
    assert found.findings == ()
    assert all(one.path == "" for one in found.by_id.values())


def test_public_sector_information_is_named_as_such() -> None:
    licence = frameworks(None, KNOWN).by_id["civil-service"].licence
    assert licence == (
        "Contains public sector information licensed under the Open Government Licence v3.0."
    )


def test_some_framework_listens_for_every_competency() -> None:
    heard = {
        name
        for one in frameworks(None, KNOWN).by_id.values()
        for principle in one.principles
        for name, _ in principle.competencies
    }
    assert heard == set(KNOWN)


# what a user writes


def test_a_framework_is_read_with_its_weights() -> None:
    one = parsed(ACME).framework
    assert one is not None
    assert parsed(ACME).findings == ()
    assert (one.id, one.name, one.line, one.path) == (
        "acme", "Acme's three habits", 1, "frameworks/acme.yaml",
    )  # fmt: skip
    kind, quick = one.principles
    assert (kind.id, kind.competencies) == ("be-kind", (("inclusion", 1.0), ("mentoring", 0.5)))
    assert (quick.line, quick.competencies) == ("", (("delivery", 1.0),))
    assert one.unofficial


def test_id_and_name_may_be_left_to_the_file() -> None:
    one = parsed("principles: [{name: A, competencies: delivery}]", stem="My place").framework
    assert one is not None
    assert (one.id, one.name) == ("my-place", "My place")


def test_several_sources_are_kept_in_their_order() -> None:
    one = parsed(ACME + "source:\n- https://b.example\n- https://a.example\n").framework
    assert one is not None
    assert one.source == "https://b.example, https://a.example"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("inclusion: 1.0", "incluson: 1.0", 6, "there is no competency `incluson`"),
        ("mentoring: 0.5", "mentoring: 1.5", 6, "the weight of `mentoring` must be over 0"),
        ("mentoring: 0.5", "mentoring: 0", 6, "the weight of `mentoring` must be over 0"),
        ("mentoring: 0.5", "mentoring: nan", 6, "the weight of `mentoring` must be over 0"),
        ("mentoring: 0.5", "mentoring: [1]", 6, "the weight of `mentoring` must be over 0"),
        ("mentoring: 0.5", "inclusion: 0.5", 6, "`inclusion` stands twice in a principle"),
        ("Be quick", "Be kind", 7, "there are two principles `be-kind`"),
        ("- name: Be quick\n", "- line: Be quick\n", 7, "a principle without a name"),
        ("[delivery]", "[deliverance]", 7, "“Be quick” names no competency that kb knows"),
        ("    line:", "    lines:", 5, "unknown key `lines` of a principle"),
        ("id: acme", "idea: acme", 1, "unknown key `idea` of a framework"),
        ("id: acme", "id: Acme Inc", 1, "the id 'Acme Inc' is read as `acme-inc`"),
        ("id: acme", "read: last year", 1, "`read` takes a date such as 2026-11-28"),
        ("id: acme", "about: {a: b}", 1, "`about` must be a text"),
        ("id: acme", "name: A", 2, "`name` stands twice; the first counts"),
    ],
)
def test_a_fault_is_said_with_its_line_and_the_rest_is_read(
    old: str, new: str, line: int, message: str
) -> None:
    text = ACME.replace(old, new, 1)
    assert text != ACME
    assert any(where == line and what.startswith(message) for where, what in said(text)), said(text)
    framework = parsed(text).framework
    assert framework is not None
    assert framework.principles


def test_the_nearest_competency_is_offered() -> None:
    hints = [f.hint for f in parsed(ACME.replace("mentoring", "mentorship")).findings]
    assert hints == ["Did you mean `mentoring`?"]


@pytest.mark.parametrize("text", ["principles: []", "name: Acme", "principles: soon", "a: 1"])
def test_a_framework_without_a_principle_is_left_out(text: str) -> None:
    found = parsed(text)
    assert found.framework is None
    assert [f.rule for f in found.findings if f.severity == "error"]


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words", "a: [", "\ta: 1"])
def test_what_is_no_framework_at_all_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parsed(text)
    assert caught.value.line >= 1
    assert caught.value.path == "frameworks/acme.yaml"


def values() -> st.SearchStrategy[Any]:
    keys = st.sampled_from(
        ["id", "name", "about", "source", "read", "line", "principles", "competencies", *KNOWN[:3]]
    )
    leaves = st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(KNOWN)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
    )


@given(values())
def test_whatever_is_written_is_read_or_refused(value: Any) -> None:
    try:
        found = parsed(yaml.safe_dump(value, allow_unicode=True))
    except DocumentError:
        return
    if found.framework is None:
        assert any(f.severity == "error" for f in found.findings)
        return
    for principle in found.framework.principles:
        assert principle.competencies
        assert all(name in KNOWN and 0 < w <= 1 for name, w in principle.competencies)


weights = st.dictionaries(
    st.sampled_from(KNOWN), st.integers(1, 100).map(lambda n: n / 100), min_size=1, max_size=4
)
names = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)


@given(st.dictionaries(names.map(str.lower), weights, min_size=1, max_size=5), names)
def test_what_is_written_is_what_is_read(principles: dict[str, Any], name: str) -> None:
    written = {
        "name": name,
        "principles": [{"name": n, "competencies": w} for n, w in principles.items()],
    }
    one = parsed(yaml.safe_dump(written, allow_unicode=True, sort_keys=False)).framework
    assert one is not None
    assert one.name == name
    kept = {p.name: dict(p.competencies) for p in one.principles}
    assert kept.items() <= principles.items()
    assert len({p.id for p in one.principles}) == len(one.principles)


# the workspace's own


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for name in ("content", "personal", FRAMEWORKS):
        (tmp_path / name).mkdir()
    return load_workspace(tmp_path)


def read(workspace: Workspace, **files: str) -> Frameworks:
    for name, text in files.items():
        (workspace.root / FRAMEWORKS / f"{name}.yaml").write_text(text, encoding="utf-8")
    return frameworks(workspace, KNOWN)


def rules(found: Frameworks) -> list[tuple[str, str]]:
    return [(f.path, f.rule) for f in found.findings]


def test_a_framework_of_the_workspace_stands_beside_the_shipped_ones(workspace: Workspace) -> None:
    found = read(workspace, acme=ACME)
    assert list(found.by_id)[-1] == "acme"
    assert found.by_id["acme"].path == "frameworks/acme.yaml"
    assert len(found.by_id) == len(SHIPPED) + 1
    assert framework_text(workspace, found.by_id["acme"]) == ACME
    assert framework_text(workspace, found.by_id["meta"]) == (DATA / "meta.yaml").read_text("utf-8")


def test_one_with_the_id_of_a_shipped_one_replaces_it_and_that_is_said(
    workspace: Workspace,
) -> None:
    found = read(workspace, mine=ACME.replace("id: acme", "id: amazon"))
    assert found.by_id["amazon"].name == "Acme's three habits"
    assert len(found.by_id) == len(SHIPPED)
    assert rules(found) == [("frameworks/mine.yaml", "framework-replaces")]


@pytest.mark.parametrize("name", ["acme", "meta"])
def test_of_two_with_one_id_the_first_counts(workspace: Workspace, name: str) -> None:
    text = ACME.replace("id: acme", f"id: {name}")
    found = read(workspace, a=text, b=text.replace("Acme's", "Another's"))
    assert found.by_id[name].name == "Acme's three habits"
    assert rules(found)[-1] == ("frameworks/b.yaml", "framework-id")
    assert found.findings[-1].message.startswith(f"the id `{name}` is that of frameworks/a.yaml")


def test_a_bad_file_never_stops_the_rest(workspace: Workspace, tmp_path: Path) -> None:
    folder = workspace.root / FRAMEWORKS
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "folder.yaml").mkdir()
    (folder / "notes.txt").write_text("not one", encoding="utf-8")
    (folder / "_draft.yaml").write_text("- no", encoding="utf-8")
    (folder / "gone.yaml").symlink_to(folder / "nowhere.yaml")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text(ACME, encoding="utf-8")
    (folder / "outside.yaml").symlink_to(outside)
    found = read(workspace, acme=ACME, broken="principles: [")
    assert "acme" in found.by_id
    assert sorted(path for path, _ in rules(found)) == [
        f"{FRAMEWORKS}/{name}.yaml" for name in ("broken", "bytes", "folder", "gone", "outside")
    ]
    assert {rule for _, rule in rules(found)} == {"framework-unreadable"}


def test_a_workspace_needs_no_folder_of_them(workspace: Workspace) -> None:
    (workspace.root / FRAMEWORKS).rmdir()
    assert frameworks(workspace, KNOWN) == frameworks(None, KNOWN)


def test_what_should_be_a_folder_and_is_none_is_said(workspace: Workspace) -> None:
    (workspace.root / FRAMEWORKS).rmdir()
    (workspace.root / FRAMEWORKS).write_text("", encoding="utf-8")
    found = frameworks(workspace, KNOWN)
    assert len(found.by_id) == len(SHIPPED)
    assert rules(found) == [(FRAMEWORKS, "framework-unreadable")]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("amazon", "amazon"), ("AMAZON", "amazon"), ("ama", "amazon"), ("Civil Service",
        "civil-service"), ("NACE career readiness", "nace"), ("staff", "staff-engineer"),
        ("UK civil", "civil-service"),
    ],
)  # fmt: skip
def test_a_framework_is_found_by_its_name(name: str, found: str) -> None:
    assert frameworks(None, KNOWN).named(name).id == found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m", "'m' could be several: meta, microsoft."),
        ("netflix", "there is no framework 'netflix'."),
        ("", "there is no framework ''."),
    ],
)
def test_a_name_that_says_too_little_is_answered_with_the_names(name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        frameworks(None, KNOWN).named(name)
    assert caught.value.message == message
    assert not caught.value.hint.endswith(": .")


def test_no_finding_is_without_words(workspace: Workspace) -> None:
    found = read(workspace, acme=ACME.replace("mentoring", "x"), b="- a")
    for finding in found.findings:
        assert isinstance(finding, Finding)
        assert finding.message.endswith(".")
        assert finding.line


# whole commands


def test_frameworks_are_listed_where_there_is_no_workspace(kb: Kb) -> None:
    lines = kb("frameworks").stdout.splitlines()
    assert lines[0] == "amazon               Amazon's leadership principles (16 principles)"
    assert len(lines) == len(SHIPPED)
    assert [one["id"] for one in kb.json("frameworks")] == [path.stem for path in SHIPPED]


def test_one_framework_is_shown_with_where_it_is_from(kb: Kb) -> None:
    shown = kb("frameworks", "civil").stdout
    assert "Seeing the Big Picture" in shown
    assert "  decision-making 0.7, customer-focus 0.7" in shown
    assert "Source, read 2026-11-28:\n  https://gov.uk/" in shown
    assert shown.rstrip().endswith("Open Government Licence v3.0.")
    one = kb.json("frameworks", "meta")
    assert one["unofficial"] is True
    assert one["principles"][0]["competencies"]["disagreement"] == 1.0


def test_a_shipped_one_is_the_beginning_of_ones_own(kb: Kb) -> None:
    kb("init", ".")
    text = kb("frameworks", "meta", "--yaml").stdout
    folder = kb.folder / FRAMEWORKS
    folder.mkdir()
    (folder / "acme.yaml").write_text(text.replace("id: meta", "id: acme"), encoding="utf-8")
    (folder / "meta.yaml").write_text(text + "wages: high\n", encoding="utf-8")
    done = kb("frameworks")
    assert "acme                 Meta's five signals (5 principles, from frameworks/acme.yaml)" in (
        done.stdout
    )
    assert "frameworks/meta.yaml" in done.stderr
    assert "unknown key `wages`" in done.stderr
    assert "stands in place of the framework `meta`" in done.stderr
    assert "in place of" not in kb("frameworks", "acme").stderr
    assert kb("frameworks", "acme", "--yaml").stdout == (folder / "acme.yaml").read_text("utf-8")


def test_misuse_is_answered_with_a_sentence(kb: Kb) -> None:
    assert "There are: amazon, " in kb("frameworks", "netflix", code=2).stderr
    assert "--yaml prints one framework." in kb("frameworks", "--yaml", code=2).stderr
    assert "is no workspace" in kb("frameworks", "-w", "nowhere", code=1).stderr


def test_help_shows_how_to_add_one(kb: Kb) -> None:
    assert "kb frameworks amazon --yaml > frameworks/acme.yaml" in kb("frameworks", "-h").stdout
    assert json.loads(kb("frameworks", "--json").stdout)[0]["principles"][0]["line"]
