"""What the owner said of stories and questions, made ready to be weighed in a match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.build.vectors import block_of
from kb.domain import Finding
from kb.errors import WorkspaceError
from kb.journal import Pins, pins, read, same_question

if TYPE_CHECKING:
    from kb.build.vectors import Vectors
    from kb.domain import Story, StoryCard
    from kb.store import Reader
    from kb.store.write import Writer

KIND = "said"


@dataclass(frozen=True, slots=True)
class Words:
    """The journal's pins, each with a question's text; findings: why there are none."""

    pins: Pins
    texts: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    @classmethod
    def read(cls, journal: Path, reader: Reader | None) -> Words:
        """From the journal; a pin that names only a guide's id takes its text from the index."""
        try:
            said = pins(read(journal).entries)
        except WorkspaceError as error:
            hint = "Your pins wait until it can be read."
            problem = Finding("journal", "warning", error.message, str(journal), 0, hint)
            return cls(Pins(), {}, (problem,))
        bare = {pin.question_id for pin in said.said if not pin.question}
        cards = reader.question_cards(bare) if reader and bare else ()
        return cls(said, {card.id: card.text for card in cards})

    def lost(self, cards: Iterable[StoryCard], journal: str) -> tuple[Finding, ...]:
        """A finding for each story that was spoken of and is not there: its file may have been
        given another name."""
        known = {card.id for card in cards}
        gone: dict[str, int] = {}
        for pin in self.pins.said:
            if pin.story not in known:
                gone[pin.story] = gone.get(pin.story, 0) + 1
        return tuple(
            Finding(
                "lost-pin",
                "warning",
                f"{_pins(count)} for `{story}`, which is no story of yours any more.",
                journal,
                0,
                f"If it has another name now, put `id: {story}` at the top of its file.",
            )
            for story, count in sorted(gone.items())
        )

    def of(self, cards: Iterable[StoryCard | Story]) -> dict[str, dict[str, float]]:
        """story -> question's text -> 1 or -1, of these stories: what their `answers:`
        say, and the journal's word, which is the newer."""
        found: dict[str, dict[str, float]] = {
            card.id: dict.fromkeys(card.answers, 1.0) for card in cards
        }
        for pin in self.pins.said:
            text = pin.question or self.texts.get(pin.question_id, "")
            if pin.story not in found or not text:
                continue
            own = found[pin.story]
            for other in [t for t in own if same_question(t, text)]:
                del own[other]
            own[text] = 1.0 if pin.pinned else -1.0
        return found


def write_said(writer: Writer, words: dict[str, dict[str, float]], vectors: Vectors) -> None:
    """Put them into the index in place of those before: a block for each story that has any."""
    writer.clear_blocks(KIND)
    for story, said in sorted(words.items()):
        if said:
            texts, signs = list(said), list(said.values())
            writer.put_block(block_of((story, KIND), texts, [0] * len(said), signs, vectors))


def _pins(count: int) -> str:
    return "there is a pin" if count == 1 else f"there are {count} pins"
