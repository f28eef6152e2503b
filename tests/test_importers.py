"""Drafts to files and back; stories out of every shape that people have them in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.domain import STAR, Part, Story
from kb.importers.draft import Draft, bank_json, draft_of
from kb.importers.write import story_markdown
from kb.parse.story import parse_stories

# --- the file of a draft


def read(text: str, path: str = "personal/imported/a-story.md") -> Story:
    (story,) = parse_stories(text, path=path).stories
    return story


def told(story: Story | Draft) -> list[tuple[str, str, str]]:
    return [(part.kind, part.title, part.text) for part in story.parts]


def fields(story: Story | Draft) -> dict[str, Any]:
    names = ("title", "date", "role", "company", "competencies", "tags", "answers", "status")
    return {name: getattr(story, name) for name in names}


def parts(**texts: str) -> tuple[Part, ...]:
    return tuple(
        Part(kind, text, 0, kind.capitalize() if kind != "text" else "")  # type: ignore[arg-type]
        for kind, text in texts.items()
    )


HARD = st.sampled_from(
    [
        "Result: it held", "**Impact:** none", "## Result", "# Learning", "Outcome\n=======",
        "S: a letter", "A: another", "- Goal: a list", "1. **Action**: numbered", "[Task] this",
        "```\nnever closed", "<!-- never closed", "<h2>Result</h2>", "> Result: quoted",
        "<summary>Result</summary>", "---", "    Result: code", "*Lesson* learned", "A\tB",
        "<b>Result</b> yes", "Approach – with a dash", "__Lessons learned__", "# The title", "T",
    ]  # fmt: skip
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
TEXT = st.lists(st.one_of(HARD, WORDS), min_size=1, max_size=4).map("\n".join)
LINE = WORDS.map(lambda text: " ".join(text.replace("\0", "").split())).filter(bool)
TAG = LINE.map(lambda text: text.replace(",", "").lstrip("#").strip()).filter(bool)
DATE = st.sampled_from(["", "2023", "2023-05", "2023-05-01"])
PLAIN_LABELS = {
    "situation": ["Situation", "Context", "S", "Background 🌧", "Situation & Task"],
    "task": ["Task", "Challenge", "My role", "T"],
    "action": ["Action", "What I did", "Approach", "A"],
    "result": ["Result", "Outcome", "R", "Results"],
    "learning": ["Learning", "What I'd do differently", "L"],
}
PART = st.sampled_from(STAR).flatmap(
    lambda kind: st.builds(
        Part, st.just(kind), TEXT, st.just(0), st.sampled_from(PLAIN_LABELS[kind])
    )
)
PARTS = st.tuples(
    st.lists(st.builds(Part, st.just("text"), TEXT, st.just(0)), max_size=1),
    st.lists(PART, max_size=5),
).map(lambda both: tuple(both[0] + both[1]))
DRAFTS = st.builds(
    Draft,
    title=st.one_of(LINE, st.sampled_from(["Result", "Situation", "The title", "null", "A: b #c"])),
    date=DATE,
    role=st.one_of(st.just(""), LINE),
    company=st.one_of(st.just(""), LINE),
    competencies=st.lists(st.sampled_from(["ownership", "data-driven"]), unique=True).map(tuple),
    tags=st.lists(TAG, unique=True, max_size=3).map(tuple),
    answers=st.lists(LINE, unique=True, max_size=3).map(tuple),
    status=st.sampled_from(["draft", "ready", "retired"]),
    parts=PARTS,
)


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", text.replace("&#58;", "")))


@given(DRAFTS)
@settings(max_examples=300, deadline=None)
@example(Draft("Result", parts=parts(result="It held.")))
@example(Draft("Situation", parts=parts(text="# Situation", situation="x")))
@example(Draft("x", parts=parts(situation="```\nnever closed", action="a")))
@example(Draft("x", parts=parts(text="Result: a\n\nAction: b", learning="c")))
def test_any_draft_is_read_back(draft: Draft) -> None:
    story = read(story_markdown(draft))
    assert fields(story) == fields(draft)
    wanted = [p for p in draft.parts if p.text.replace("\0", "x").strip()]
    assert [p.kind for p in story.parts] == [p.kind for p in wanted]
    assert [letters(p.text) for p in story.parts] == [letters(p.text) for p in wanted]
