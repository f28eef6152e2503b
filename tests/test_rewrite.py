"""A key set in a file: the rest of the file stays, to the byte, and kb reads what was meant."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from kb.domain import Story
from kb.errors import DocumentError
from kb.parse.slug import slug
from kb.parse.story import parse_stories
from kb.rewrite import set_fields, set_fields_in_yaml, written

BODY = "\n## Action\nI pinned the list by the kettle.\n"
AWKWARD = [
    "yes", "No", "on", "true", "null", "~", "", "007", "0o7", "1_000", "12:30", "2024", "2024-01",
    "2024-01-02", "1e3", ".5", "a: b", "a:", ": a", "a #b", "#a", "*a", "&a", "!a", "- a", "-", "?",
    "? a", "|", ">", "%a", "@a", "`a", "{a}", "[a]", "a, b", "a]", "'", '"', "'a'", "it's", 'a "b"',
    "a\\b", " a", "a ", "a\nb", "a\n", "\n", "\ta", "é", "日本", "\U0001f600", "\u2028", "\u00a0",
    "\x85", "\x00", "\x1b[0m", "\ufeff", "---", "...", "<<", "=", "a" * 300 + " b" * 100,
]  # fmt: skip


def story(text: str, path: str = "kettle.md") -> Story:
    (one,) = parse_stories(text, path=path).stories
    return one


def bare(one: Story) -> Story:
    """A story without the lines of its parts, which move."""
    return replace(one, line=0, parts=tuple(replace(part, line=0) for part in one.parts))


def front(rows: str, end: str = "\n") -> str:
    return f"---\n{rows}---\n{BODY}".replace("\n", end)


def changed(rows: str, **changes: str | list[str] | None) -> str:
    """The front matter after the changes; the body is the same."""
    text = set_fields(front(rows), changes, path="kettle.md")
    assert text.startswith("---\n")
    assert text.endswith(f"---\n{BODY}")
    return text[4 : -len(f"---\n{BODY}")]


# --- one key at a time


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status: ready\n", "status: retired\n"),
        ("status: ready  # for now\n", "status: retired  # for now\n"),
        ("status :   ready\n", "status :   retired\n"),
        ('"status": ready\n', None),  # kb does not take this for front matter's first key
        ("title: A\n'Status': ready\n", "title: A\n'Status': retired\n"),
        ('status: "ready" # x\n', 'status: "retired" # x\n'),
        ("status: 'ready'\n", "status: 'retired'\n"),
        ("status:\n", "status: retired\n"),
        ("status: # why\n", "status: retired # why\n"),
        ("status: ~\n", "status: retired\n"),
        ("status: &s ready # x\n", "status: &s retired # x\n"),
        ("a: &s ready\nstatus: *s # x\n", "a: &s ready\nstatus: retired # x\n"),
        ("status: >-\n  ready\n\ntags: a\n", "status: retired\n\ntags: a\n"),
        ("status: [ready]\n", "status: retired\n"),
        ("status: # x\n- ready # y\n# z\ntags: a\n", "status: retired # x\n# z\ntags: a\n"),
        ("STATUS: ready\nstatus: draft\n", "STATUS: retired\nstatus: draft\n"),
        ("  title: A\n  tags: b\n", "  title: A\n  tags: b\n  status: retired\n"),
        ("title: A\nmine: 1\n# end\n", "title: A\nstatus: retired\nmine: 1\n# end\n"),
        ("mine: 1\n\n# end\n", "mine: 1\nstatus: retired\n\n# end\n"),
        ("", "status: retired\n"),
    ],
)
def test_only_the_value_changes(before: str, after: str | None) -> None:
    if after is None:
        assert set_fields(front(before), {"status": "retired"}, path="k.md").endswith(front(before))
        return
    assert changed(before, status="retired") == after
    assert changed(after, status="retired") == after


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("tags: [a, 'b', c] # x\n", ["c", "b", "new"], "tags: [c, 'b', new] # x\n"),
        ("tags: &t [ a ]\n", ["a", "b, c"], "tags: &t [ a, 'b, c' ]\n"),
        ("tags: [\n  a,\n  b,\n]\n", ["b"], "tags: [b]\n"),
        ("tags: a, b # x\n", ["a"], "tags: [a] # x\n"),
        ("tags: []\n", ["no"], "tags: ['no']\n"),
        ("tags:\n", ["a"], "tags: [a]\n"),
        (
            "tags:\n-  a # x\n# of b\n-  b\n\n# of c\n-  c # y\n",
            ["a", "c", "d"],
            "tags:\n-  a # x\n# of b\n\n# of c\n-  c # y\n-  d\n",
        ),
        ("tags: # x\n    # y\n    - a\nid: k\n", ["b"], "tags: # x\n    # y\n    - b\nid: k\n"),
        ("tags: # x\n  - a\n  - b\nid: k\n", [], "tags: [] # x\nid: k\n"),
    ],
)  # fmt: skip
def test_a_list_keeps_its_form_and_the_items_that_stay(
    before: str, value: list[str], after: str
) -> None:
    assert changed(before, tags=value) == after
    assert changed(after, tags=value) == after


def test_a_new_list_is_written_as_the_others_are_or_on_one_line() -> None:
    long = ["How do you disagree with an architect?", "Tell me: what went wrong?"]
    assert changed("title: A\n", tags=["a", "b"]) == "title: A\ntags: [a, b]\n"
    assert changed("title: A\n", answers=long) == (
        f"title: A\nanswers:\n  - {long[0]}\n  - '{long[1]}'\n"
    )
    assert changed("tags:\n- a\n", answers=long) == (
        f"tags:\n- a\nanswers:\n- {long[0]}\n- '{long[1]}'\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: A\nstatus: draft # x\n# y\nid: k\n", "title: A\n# y\nid: k\n"),
        ("tags:\n  - a\n  # x\n  - b\n\nid: k\n", "\nid: k\n"),
        ("id: k\nstatus: a\nStatus: b\n", "id: k\n"),
        ("title: A\n", "title: A\n"),
    ],
)
def test_none_takes_all_of_a_key_out(before: str, after: str) -> None:
    assert changed(before, status=None, tags=None) == after


def test_several_keys_at_once() -> None:
    after = changed("title: A\nstatus: draft\n", status=None, id="kettle", role="a: b")
    assert after == "title: A\nid: kettle\nrole: 'a: b'\n"


@pytest.mark.parametrize("value", AWKWARD)
def test_a_value_is_read_as_that_text_by_kb_and_by_yaml_old_and_new(value: str) -> None:
    for key in ("role", "mine"):
        rows = changed("title: A\nid: k\n", **{key: value})
        assert written(front(rows), key, path="k.md") == value
        assert yaml.safe_load(rows)[key] == value
        assert YAML(typ="safe", pure=True).load(io.StringIO(rows))[key] == value
    rows = changed("title: A\n", answers=["x", value])
    assert written(front(rows), "answers", path="k.md") == ["x", value]
    assert yaml.safe_load(rows)["answers"] == ["x", value]


def test_a_date_is_written_as_people_write_it() -> None:
    assert changed("date: 2023-05\n", date="2024-01-02") == "date: 2024-01-02\n"
    assert changed("date: '2023-05'\n", date="2024-01-02") == "date: '2024-01-02'\n"
    assert changed("title: A\n", date="2024") == "title: A\ndate: 2024\n"
    assert changed("title: A\n", role="2024-01-02") == "title: A\nrole: '2024-01-02'\n"


def test_a_text_of_several_lines_stays_one_where_it_was_one() -> None:
    assert changed("mine: |\n  a\n  b\nid: k\n", mine="c\n\nd") == "mine: |-\n  c\n\n  d\nid: k\n"
    assert changed("mine: a\nid: k\n", mine="c\nd") == 'mine: "c\\nd"\nid: k\n'


# --- the file around it


def test_a_file_without_front_matter_gets_one_with_its_own_line_ends() -> None:
    for text, end in (("# A\r\n\r\nI did it.", "\r\n"), ("\ufeff# A\n", "\n"), ("", "\n")):
        after = set_fields(text, {"status": "retired"}, path="a.md")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        head = end.join([f"{mark}---", "status: retired", "---", ""])
        assert after == head + text.removeprefix(mark)
        assert story(after).status == "retired"
        assert set_fields(after, {"status": None}, path="a.md") == head.replace(
            f"status: retired{end}", ""
        ) + text.removeprefix(mark)


def test_an_empty_list_is_a_value() -> None:
    assert set_fields("It was.\n", {"tags": []}, path="a.md") == "---\ntags: []\n---\nIt was.\n"
    assert changed("title: A\n", tags=[]) == "title: A\ntags: []\n"
    assert changed("title: A\ntags: [a]\n", tags=[]) == "title: A\ntags: []\n"


def test_a_rule_at_the_top_is_no_front_matter_and_stays() -> None:
    text = "---\n\nI did it, they said.\n\n---\n"
    assert set_fields(text, {"id": "a"}, path="a.md") == f"---\nid: a\n---\n{text}"


def test_a_key_at_the_end_of_a_file_without_a_last_line_end() -> None:
    assert set_fields("---\ntitle: A\n---", {"id": "a"}, path="a.md") == "---\ntitle: A\nid: a\n---"
    text = "title: A\r\ntext: I did it."
    assert set_fields_in_yaml(text, "a", {"id": "b"}, path="a.yaml") == (
        "title: A\r\nid: b\r\ntext: I did it."
    )
    assert set_fields_in_yaml("text: A\r\nmine: 1", "a", {"id": "b"}, path="a.yaml") == (
        "text: A\r\nmine: 1\r\nid: b"
    )


def test_characters_that_yaml_alone_takes_for_line_ends_do_not_move_the_place() -> None:
    rows = 'mine: "a \u2028 b \x85 c"\nstatus: ready\nid: k\n'
    assert changed(rows, status="draft") == rows.replace("ready", "draft")


# --- what cannot be done with the key alone


@pytest.mark.parametrize(
    ("rows", "changes", "line", "hint"),
    [
        ("id: k\ntags: [a, # x\n  b]\n", {"tags": ["c"]}, 3, r"Write `tags: \[c\]`"),
        ("a: 1\nstatus: &s ready\nmine: *s\n", {"status": "draft"}, 3, "Write `status: draft`"),
        ("a: 1\nstatus:\n  x: 1\n  y: 2\n", {"status": "draft"}, 3, "Write `status: draft`"),
        ("a: 1\nmine: | # x\n  b\n", {"mine": "c"}, 3, "Write `mine: c`"),
        ("# x\nid: k\n", {"id": None}, 3, "Take `id` out"),
        ("a: 1\nresult: We won.\n", {"result": "We lost."}, 3, "Write `result: We lost.`"),
    ],
)
def test_it_says_where_and_what_to_do_by_hand(
    rows: str, changes: dict[str, str | list[str] | None], line: int, hint: str
) -> None:
    with pytest.raises(DocumentError, match=hint) as caught:
        set_fields(front(rows), changes, path="kettle.md")
    assert caught.value.place == f"kettle.md:{line}"


def test_a_title_that_would_make_a_part_of_the_heading_is_refused() -> None:
    text = "---\nid: k\n---\n# The kettle\n\nI pinned the list.\n"
    with pytest.raises(DocumentError, match="title"):
        set_fields(text, {"title": "The list"}, path="k.md")


def test_a_file_that_cannot_be_read_is_refused_in_its_own_words() -> None:
    with pytest.raises(DocumentError, match="unquoted colon"):
        set_fields("---\ntitle: a: b\n---\n", {"id": "k"}, path="k.md")
    with pytest.raises(DocumentError, match="not closed"):
        set_fields("---\ntitle: a\n", {"id": "k"}, path="k.md")
    with pytest.raises(DocumentError, match="no story `x`"):
        set_fields_in_yaml("- title: A\n", "x", {"id": "k"}, path="k.yaml")


# --- several stories in one YAML file

SEVERAL = """# mine
- id: a   # first
  title: A
  text: |
    I did it.

    All of it.
# second
-   title: B
    tags:
    - x
    text: So did I.
"""


def test_of_several_stories_only_the_one_is_changed() -> None:
    for name, old, new in (
        ("a", "title: A\n", "title: A\n  status: retired\n"),
        ("b", "    - x\n", "    - x\n    status: retired\n"),
    ):
        after = set_fields_in_yaml(SEVERAL, name, {"status": "retired"}, path="s.yaml")
        assert after == SEVERAL.replace(old, new)
        assert set_fields_in_yaml(after, name, {"status": None}, path="s.yaml") == SEVERAL


def test_the_key_behind_the_dash() -> None:
    after = set_fields_in_yaml(SEVERAL, "a", {"id": "z"}, path="s.yaml")
    assert after == SEVERAL.replace("id: a ", "id: z ")
    gone = set_fields_in_yaml(SEVERAL, "a", {"id": None}, path="s.yaml")
    assert gone == SEVERAL.replace("- id: a   # first\n", "-\n")
    assert parse_stories(gone, path="s.yaml").stories[0].title == "A"


def test_the_shapes_of_a_yaml_file() -> None:
    for text in ("stories:\n- id: a\n  text: b\n- id: c\n  text: d\n",
                 "id: c\ntext: d\n---\nid: e\ntext: f\n",
                 "- id: a\n  text: b\n---\n- id: c\n  text: d\n"):  # fmt: skip
        after = set_fields_in_yaml(text, "c", {"role": "x"}, path="s.yaml")
        indent = "" if "\nid: c" in f"\n{text}" else "  "
        assert after == text.replace("id: c\n", f"id: c\n{indent}role: x\n")


def test_a_new_id_may_come_with_a_new_title() -> None:
    after = set_fields_in_yaml(SEVERAL, "b", {"title": "New", "id": "b"}, path="s.yaml")
    assert parse_stories(after, path="s.yaml").stories[1].id == "b"
    with pytest.raises(DocumentError, match="title"):  # its id is that of its title
        set_fields_in_yaml(SEVERAL, "b", {"title": "New"}, path="s.yaml")


def test_stories_in_braces_and_borrowed_ones_are_left_to_their_owner() -> None:
    for text in ("- {id: a, text: b}\n", "- &x\n  id: b\n  text: c\n- id: d\n  text: *y\n"):
        with pytest.raises(DocumentError):
            set_fields_in_yaml(text, "a", {"id": "z"}, path="s.yaml")


# --- any front matter

KEYS = ("status", "id", "role", "company", "date", "tags", "answers", "mine")
WORDS = st.sampled_from(["a", "ready", "k-1", "Lift Services", "007", "no", "x y z"])


@dataclass(frozen=True)
class Piece:
    """Lines of a front matter: those of a key, or comments and blank lines (key "")."""

    key: str
    lines: tuple[str, ...]


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    """A key in one of the ways people write one, or what stands between keys."""
    if draw(st.integers(0, 3)) == 0:
        return Piece("", draw(st.sampled_from([("",), ("# c",), ("#c: d",), ("", "# é", "")])))
    key = draw(st.sampled_from(KEYS))
    name = draw(st.sampled_from([key, key.upper(), f'"{key}"', f"{key} "]))
    word, other = draw(WORDS), draw(WORDS)
    dash = draw(st.sampled_from(["- ", "  - ", "    -   "]))
    comment = draw(st.sampled_from(["", " # c", "   # c: d"]))
    forms: list[tuple[str, ...]] = [
        (f"{name}: {word}{comment}",),
        (f"{name}:   '{word}'{comment}",),
        (f'{name}: "{word}"{comment}',),
        (f"{name}:{comment}",),
        (f"{name}: {word}", f"  {other}{comment}"),
        (f"{name}: |", f"  {word}", "", f"  {other}"),
        (f"{name}: [{word}, '{other}']{comment}",),
        (f"{name}: [", f"  {word},", f"   {other} ]{comment}"),
        (f"{name}:{comment}", f"{dash}{word}{comment}", f"{dash}{other}"),
        (f"{name}:", f"{dash}{word}", "  # between", "", f'{dash}"{other}"{comment}'),
    ]
    return Piece(key, draw(st.sampled_from(forms)))


@dataclass(frozen=True)
class Made:
    """A file, and where its pieces stand in it."""

    text: str
    spans: tuple[tuple[str, int, int], ...]
    keys: tuple[str, ...]
    comments: bool


@st.composite
def files(draw: st.DrawFn, indent: str = "") -> Made:
    between = draw(st.lists(pieces(), max_size=7))
    title = Piece("title", ("title: The kettle",))
    place = draw(st.integers(0, len(between)))
    # a quoted first key is no front matter, so that the title comes before any key
    first = next((n for n, piece in enumerate(between) if piece.key), len(between))
    between.insert(min(place, first), title)
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n"], ["\r"]]))
    text = draw(st.sampled_from(["", "\ufeff"])) + "---" + draw(st.sampled_from(ends))
    spans = []
    for piece in between:
        start = len(text)
        text += "".join(f"{line}{draw(st.sampled_from(ends))}" for line in piece.lines)
        spans.append((piece.key, start, len(text)))
    body = draw(
        st.sampled_from(["", "\n", "\n# The kettle\n\nI did it.", "I did it.\n---\nx: y\n"])
    )
    text += "---" + (draw(st.sampled_from(ends)) + body.replace("\n", ends[0]) if body else "")
    keys = tuple(piece.key for piece in between if piece.key)
    return Made(text, tuple(spans), keys, any("#" in "".join(p.lines) for p in between))


def values(key: str) -> st.SearchStrategy[str | list[str]]:
    texts = st.one_of(
        st.sampled_from(AWKWARD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    )
    return st.one_of(texts, st.lists(texts, max_size=4)) if key != "id" else texts


def same_but(before: str, after: str, key: str) -> None:
    old, new = bare(story(before)), bare(story(after))
    if key in ("status", "id", "role", "company", "date", "tags", "answers"):
        old = replace(old, **{key: getattr(new, key)})
    assert old == new


SCRAPS = (
    "status", "id", "tags", ": ", ":", " ", "  ", "\n", "\r\n", "- ", "[", "]", "{", "}", ",", "#",
    " # c", "'", '"', "|", ">", "|+", "&a ", "*a", "!!str ", "? ", "a", "b: c", "---", "...", "\t",
    "\u2028", "\x85", "title: x\n", "status: ready\n", "- id: a\n  title: b\n",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(SCRAPS), max_size=12).map("".join),
    st.sampled_from(["status", "id", "tags"]),
    st.sampled_from(["x", "no", ["a", "b"], [], None]),
)
def test_whatever_stands_there_is_changed_as_wished_or_refused(
    rows: str, key: str, value: str | list[str] | None
) -> None:
    text = f"---\ntitle: x\n{rows}\n---\nIt was.\n"
    try:
        before = story(text)
        after = set_fields(text, {key: value}, path="kettle.md")
    except DocumentError:
        return
    assert after.endswith("\nIt was.\n")
    assert written(after, key, path="kettle.md") == value
    assert bare(story(after)).parts == bare(before).parts


@settings(max_examples=200, deadline=None)
@given(files(), st.sampled_from(KEYS), st.data())
def test_every_byte_outside_of_the_key_stays(made: Made, key: str, data: st.DataObject) -> None:
    value = data.draw(values(key))
    after = set_fields(made.text, {key: value}, path="kettle.md")
    assert written(after, key, path="kettle.md") == value
    same_but(made.text, after, key)
    assert set_fields(after, {key: value}, path="kettle.md") == after
    span = next((s for s in made.spans if s[0] == key), None)
    if span is not None:
        assert after.startswith(made.text[: span[1]])
        assert after.endswith(made.text[span[2] :])
        return
    assert set_fields(after, {key: None}, path="kettle.md") == made.text
    if key == "id":
        assert story(after).id == (slug(str(value), 200) if str(value).strip() else "kettle")


@settings(max_examples=100, deadline=None)
@given(files(), st.sampled_from(KEYS))
def test_taken_out_all_else_stays(made: Made, key: str) -> None:
    after = set_fields(made.text, {key: None}, path="kettle.md")
    assert written(after, key, path="kettle.md") is None
    same_but(made.text, after, key)
    kept = made.text
    for name, start, end in reversed(made.spans):
        if name == key:
            kept = kept[:start] + kept[end:]
    assert after == kept


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(pieces(), max_size=4), min_size=1, max_size=3), st.data())
def test_in_a_yaml_file_too(stories: list[list[Piece]], data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    texts = []
    for number, between in enumerate(stories):
        lines = [f"- title: Story {number}", f"  text: It was {number}."]
        lines += [f"  {line}" for piece in between if piece.key != "id" for line in piece.lines]
        texts.append("".join(f"{line}{end}" for line in lines))
    number = data.draw(st.integers(0, len(texts) - 1))
    key = data.draw(st.sampled_from([key for key in KEYS if key != "id"]))
    value = data.draw(values(key))
    whole = "".join(texts)
    after = set_fields_in_yaml(whole, f"story-{number}", {key: value}, path="s.yaml")
    assert written(after, key, path="s.yaml", number=number) == value
    assert after.startswith("".join(texts[:number]))
    assert after.endswith("".join(texts[number + 1 :]))
    assert set_fields_in_yaml(after, f"story-{number}", {key: value}, path="s.yaml") == after
    if not any(piece.key == key for piece in stories[number]):
        gone = set_fields_in_yaml(after, f"story-{number}", {key: None}, path="s.yaml")
        assert gone == whole
