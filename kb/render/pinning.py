"""What an owner said of stories and questions, and what they may say next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kb.domain import StoryCard, Suggestion, Word
from kb.render.layout import Page, clean, pad

SAID = {
    "pin": "Pinned: \u201c{story}\u201d comes first for \u201c{question}\u201d.",
    "pin-no": "Noted: \u201c{story}\u201d does not answer \u201c{question}\u201d.",
    "unpin": "Taken back for \u201c{story}\u201d: \u201c{question}\u201d.",
}
BEFORE = {
    "pin": "That was pinned before: \u201c{story}\u201d, \u201c{question}\u201d.",
    "pin-no": "That was said before: \u201c{story}\u201d does not answer \u201c{question}\u201d.",
    "unpin": "There is no pin of \u201c{story}\u201d to \u201c{question}\u201d.",
}
LISTED = "{place} still lists it under answers:; take the line out there, or pin it with --no."


def word_text(word: Word, page: Page) -> str:
    """What was said, in a sentence, and where the story's own file says otherwise."""
    table = SAID if word.new else BEFORE
    said = table[word.kind].format(
        story=clean(word.story.title), question=clean(word.question).rstrip(" .")
    )
    lines = page.wrap(said)
    if word.kind == "unpin" and word.listed:
        lines += page.wrap(LISTED.format(place=clean(word.listed)))
    return "\n".join(lines)


def word_json(word: Word) -> dict[str, Any]:
    """The same as an object."""
    return {
        "kind": word.kind,
        "story": word.story.id,
        "question": word.question,
        "new": word.new,
        "listed": word.listed,
    }


def suggestions_text(story: StoryCard, found: Sequence[Suggestion], page: Page) -> str:
    """The questions a story may answer, a line or two each, with how to say so."""
    title = clean(story.title)
    if not found:
        return "\n".join(page.wrap(f"\u201c{title}\u201d fits no more questions of the guides."))
    lines = page.wrap(f"\u201c{title}\u201d may answer:")
    for one in found:
        head = page.style(pad(one.fit, 10), one.fit)
        rows = page.wrap(clean(one.question.text), " " * 10, " " * 10)
        lines += [head + rows[0][10:], *rows[1:]]
    lines += ["", *page.wrap(f'Say yes with: kb pin "QUESTION" {story.id}')]
    return "\n".join(lines)


def suggestions_json(story: StoryCard, found: Sequence[Suggestion]) -> dict[str, Any]:
    """The same as an object."""
    return {
        "story": story.id,
        "suggestions": [
            {
                "id": one.question.id,
                "question": one.question.text,
                "guide": one.question.guide,
                "fit": one.fit,
                "score": round(one.score, 6),
                "place": one.place,
            }
            for one in found
        ],
    }
