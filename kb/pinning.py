"""The owner's word on a story and a question: yes, no, or taken back. Written to the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.domain import Word
from kb.journal import Entry, append, pins, read, same_question
from kb.lookup import find_id, find_place

if TYPE_CHECKING:
    from datetime import datetime

    from kb.domain import QuestionCard, StoryCard, WordKind
    from kb.files import Workspace
    from kb.store import Reader


def find_story(reader: Reader, name: str) -> StoryCard:
    """The story meant by an id, its beginning, or a path. Raises UsageError."""
    cards = {card.id: card for card in reader.story_cards()}
    return cards[find_place(name, cards.values()) or find_id(name, list(cards))]


def find_question(reader: Reader, text: str) -> tuple[str, str]:
    """(text, id) of the guides' question that is meant by its id or place, or asked in any
    of its wordings; of any other question its text and "".

    Raises UsageError for what looks like an id and is none.
    """
    cards: tuple[QuestionCard, ...] = reader.question_cards()
    if "/" in text and " " not in text:
        found = find_place(text, cards) or find_id(text, [card.id for card in cards])
        return next(card.text for card in cards if card.id == found), found
    wordings = (*((card.id, card.text) for card in cards), *reader.variants())
    return text, next((one for one, wording in wordings if same_question(text, wording)), "")


def say(
    workspace: Workspace, kind: WordKind, story: StoryCard, asked: tuple[str, str], now: datetime
) -> Word:
    """Add a word to the journal, unless it was said before and still holds.

    asked: what `find_question` gave. Raises WorkspaceError when the journal
    cannot be read or written.
    """
    text, question_id = asked
    said = pins(read(workspace.journal).entries).verdicts([text], question_id).get(story.id)
    wanted = {"pin": True, "pin-no": False, "unpin": None}[kind]
    if said is not wanted:
        entry = Entry(kind, story=story.id, question=text, question_id=question_id)
        append(workspace.journal, entry, now=now)
    return Word(kind, story, text, said is not wanted, _listed(workspace, story, text))


def _listed(workspace: Workspace, story: StoryCard, question: str) -> str:
    """Where the story's own file lists the question: its path, with the line if it is found."""
    answers = [answer for answer in story.answers if same_question(answer, question)]
    if not answers:
        return ""
    try:
        lines = (workspace.root / story.path).read_text("utf-8", "replace").splitlines()
    except OSError:
        return story.path
    listed = False
    for number, line in enumerate(lines, start=1):
        listed = listed or line.lstrip().startswith("answers:")
        if listed and answers[0] in line:
            return f"{story.path}:{number}"
    return story.path
