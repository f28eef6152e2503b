"""Bad input for everything that reads a text: it ends in a result or in a sentence, and soon.

The long runs are `python tests/torture/fuzz.py` and `python tests/torture/linear.py`; what they
found lies in tests/data/hostile, in a folder for each reader, and is replayed here.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import ConfigError, DocumentError, KBError
from kb.evaluate import read_judgments
from kb.files.config import parse_config
from kb.importers.jsonfile import read_json_file
from kb.importers.log import read_log
from kb.importers.records import Source
from kb.journal import entries_of
from kb.parse.guide import parse_guide
from kb.parse.story import parse_stories
from kb.parse.yamltree import Scalar, Sequence, read_yaml
from kb.passages import plain
from kb.portfolio.adverts import said_in, title_of
from kb.portfolio.loops import parse_loop
from tests.torture.mutating import PIECES, START, mutated
from tests.torture.shapes import SHAPES
from tests.torture.targets import DATA, TARGETS, Target, attempt, seeds_of

CASES = sorted(path for path in (DATA / "hostile").glob("*/*") if path.is_file())
QUICK = [target for target in TARGETS.values() if target.kind not in ("bytes", "word")]
PATIENCE_S = 60  # of the processor: what is linear takes less than one
LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
)


@contextmanager
def in_time(seconds: float = PATIENCE_S) -> Iterator[None]:
    """End a test that would go on for hours; it measures nothing."""

    def stop(_: int, __: FrameType | None) -> None:
        raise AssertionError("it goes on and on")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# --- what was found before


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_found_once_is_read_or_refused(path: Path) -> None:
    with in_time():
        attempt(TARGETS[path.parent.name], path.read_bytes())


def test_each_case_belongs_to_a_reader() -> None:
    assert CASES
    assert {path.parent.name for path in CASES} <= TARGETS.keys()


def test_a_fault_is_noticed() -> None:
    def broken(text: str) -> object:
        raise ValueError(text)

    with pytest.raises(ValueError, match="x"):
        attempt(Target("broken", broken), b"x")
    for bad in ("a\ud800", float("nan")):
        with pytest.raises((UnicodeEncodeError, AssertionError)):
            attempt(Target("odd", lambda _, bad=bad: [bad]), b"")  # type: ignore[misc]
    with pytest.raises(AssertionError, match="line 3 of 2"):
        attempt(Target("far", read_far), b"a\nb")


def read_far(text: str) -> object:
    raise DocumentError("nothing", "", "x", text.count("\n") + 2)


# --- any text


@pytest.mark.parametrize("target", QUICK, ids=lambda target: target.name)
def test_texts_made_worse_are_read_or_refused(target: Target) -> None:
    random = Random(target.name)
    texts = [seed.decode("utf-8", "replace") for seed in seeds_of(target)]
    texts += START[target.kind]
    count = 3 if target.name == "export-docx" else 25
    for _ in range(count):
        text = mutated(random.choice(texts)[:700], target.kind, random, texts, 900)
        with in_time():
            attempt(target, text.encode())


@pytest.mark.parametrize("name", ["guide", "story", "story-yaml", "import-document", "loop"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_pieces_in_any_order_are_read_or_refused(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    piece = st.one_of(st.sampled_from(PIECES[target.kind]), st.text(max_size=5))
    text = "".join(data.draw(st.lists(piece, max_size=25)))
    attempt(target, text.encode("utf-8", "replace"))


# --- time that grows with the text, and not with its square


@pytest.mark.parametrize(
    ("name", "shape", "size"),
    [
        ("passages", "'*a _b '", 60_000),
        ("passages", "ticks", 200_000),
        ("passages", "'...'", 60_000),
        ("passages", "'A. '", 60_000),
        ("check", "'`'", 60_000),
        ("check", "'~'", 150_000),
        ("advert", "' '", 60_000),
        ("import-document", "'`'", 60_000),
        ("rewrite-yaml", "yaml 'a: b\\n'", 15_000),
        ("import-json", "json deep", 3_000),
        ("import-json-lines", "json deep", 3_000),
    ],
)  # fmt: skip
def test_time_grows_with_the_text(name: str, shape: str, size: int) -> None:
    target = TARGETS[name]
    with in_time(), suppress(KBError):
        target.run(SHAPES[target.kind][shape](size))


# --- what each of them says


def test_aliases_of_aliases_are_refused_where_they_grow() -> None:
    with in_time(), pytest.raises(DocumentError, match="repeats too much") as said:
        read_yaml(LAUGHS, path="x.yaml")
    assert 3 <= said.value.line <= 9
    with pytest.raises(ConfigError, match="repeats too much"):
        parse_config(f"level: lead\n{LAUGHS}")
    parsed = parse_guide(f"---\n{LAUGHS}\n---\n## Why?\n", path="x.md", guide_id="x")
    assert [f.rule for f in parsed.findings][:1] == ["front-matter"]


def test_a_long_text_repeated_many_times_is_refused() -> None:
    text = "a: &a " + "x " * 5_000 + "\nb:\n" + "  - *a\n" * 100
    with pytest.raises(DocumentError, match="repeats too much") as said:
        read_yaml(text, path="x.yaml")
    assert said.value.line > 3


def test_aliases_as_people_use_them_are_read() -> None:
    text = "- &a {title: A, tags: &t [x, y]}\n- {title: B, tags: *t}\n- *a\n"
    (found,) = read_yaml(text, path="x.yaml")
    assert isinstance(found, Sequence)
    assert found.items[0] == found.items[2]


def test_line_ends_that_only_yaml_knows_move_no_line() -> None:
    text = 'title: "a\u2028b"\ntags: [x, y]\nnonsense: v\r\ncompany: B\rdate: never\n'
    (story,), findings = (
        (parsed := parse_stories(text, path="x.yaml")).stories,
        parsed.findings,
    )
    assert story.company == "B"
    assert {(f.rule, f.line) for f in findings} >= {("unknown-key", 3), ("bad-date", 5)}
    with pytest.raises(DocumentError) as said:
        read_yaml("a: b\u2028c\nd: [e\n", path="x.yaml")
    assert said.value.line == 2


def test_a_fault_at_the_end_lies_on_the_last_line() -> None:
    with pytest.raises(DocumentError) as said:
        read_yaml("company: Acme\nno key", path="x.yaml")
    assert said.value.line == 2
    (found,) = read_yaml("a: |", path="x.yaml")
    assert isinstance(found.pairs[0][1], Scalar)  # type: ignore[union-attr]
    assert found.pairs[0][1].line == 1  # type: ignore[union-attr]


def test_a_character_that_yaml_forbids_is_found_behind_others_of_several_bytes() -> None:
    with pytest.raises(DocumentError, match="does not allow") as said:
        read_yaml("é: éééééé\nb: c\nd: \x07\ne: f\ng: h\n", path="x.yaml")
    assert said.value.line == 3


def test_half_a_character_is_never_read() -> None:
    text = '[{"title": "A \\ud83d", "action": "I \\udc00 did it.", "tags": ["\\ud83d\\ude00"]}]'
    (record,) = read_json_file(text, Source("x")).records
    assert record.draft.title == "A \ufffd"
    assert record.draft.parts[0].text == "I \ufffd did it."
    assert record.draft.tags == ("\U0001f600",)
    entries = entries_of(b'{"kind": "use", "story": "a", "note": ["\\uD83D"]}\n', "x").entries
    assert entries[0].extra == {"note": ["\ufffd"]}
    assert read_log('{"key": "\\ud83d", "story": "a"}\n{"key": "k", "story": "b"}')[0].key == "k"
    with pytest.raises(DocumentError, match="not JSON"):
        read_judgments('{"id": "\\ud83d", "kind": "k", "text": "t", "relevant": {}}')


def test_a_story_within_others_is_found_once() -> None:
    deep = '{"action":' * 50 + '"I asked."' + "}" * 50
    with in_time():
        found = read_json_file(deep, Source("x"))
    assert len(found.records) + len(found.findings) == 1
    (record,) = read_json_file(
        '{"a1": {"b2": {"action": "x", "result": "y"}}}', Source("x")
    ).records
    assert [part.text for part in record.draft.parts] == ["x", "y"]


def test_an_answer_whose_label_is_no_name_is_kept() -> None:
    text = "## 1. Why do you test?\n\n### Sample Answer\n\n1/2 **Situation**: No tests.\n"
    (question,) = parse_guide(text, path="x.md", guide_id="x").guide.questions
    assert "No tests." in str(question)


@pytest.mark.parametrize("title", ["Senior C# developer", "F# and C# engineer"])
def test_a_sharp_within_a_line_is_no_heading(title: str) -> None:
    assert title_of(f"{title}\n\nWe build.\n") == title
    (said,) = said_in("You must write C# code and mentor others.")
    assert "C# code" in said.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**a** and __b__ and *c*", "a and b and c"),
        ("***a** b", "*a b"),
        ("**a *b** c*", "a b c"),
        ("`**a**` **b**", "**a** b"),
        ("``a` b`` c", "a` b c"),
        ("a_b_c and _d_", "a_b_c and d"),
        ("** a ** b", "** a ** b"),
        ("\\*a\\* ~~b~~", "*a* b"),
        ("__init__ and ___x___", "init and x"),
    ],
)
def test_marks_around_words_are_taken_off(text: str, words: str) -> None:
    assert plain(text) == words


def test_a_loop_says_where_it_repeats_too_much() -> None:
    with pytest.raises(DocumentError, match="repeats too much") as said:
        parse_loop(f"company: A\n{LAUGHS}\n", "x.yaml")
    assert said.value.line > 1
