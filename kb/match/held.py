"""What a match needs of one build of the index, read once and good until the next build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb import rank

if TYPE_CHECKING:
    from kb.domain import LibraryQuestion, StoryCard
    from kb.store import Reader


@dataclass(frozen=True, slots=True)
class Held:
    """Of one build: its id, the model's fingerprint, the stories and the ranking's arrays.

    owners: the stories' ids in the order of the arrays. guide: the workspace's own
    questions, "wordings" (w, d) and "owner" (w,), numbers in the order of question_ids.
    """

    build_id: str
    fingerprint: str
    calibrated: bool
    cards: dict[str, StoryCard]
    owners: tuple[str, ...]
    library: tuple[LibraryQuestion, ...]
    question_ids: tuple[str, ...]
    stories: rank.StoryVectors
    prepared: rank.Prepared
    owned: rank.Owned
    guide: dict[str, np.ndarray]

    @classmethod
    def read(cls, reader: Reader) -> Held:
        """All of it from an index that is open."""
        meta = reader.meta()
        blocks = reader.blocks("story")
        cards = {c.id: c for c in reader.story_cards()}
        library = reader.library()
        prepared = rank.Prepared.from_arrays(reader.arrays("ranking."))
        width = prepared.wordings.shape[1]
        return cls(
            build_id=meta.get("build_id", ""),
            fingerprint=meta.get("fingerprint", ""),
            calibrated=meta.get("calibration") == "packaged",
            cards=cards,
            owners=blocks.owners,
            library=library,
            question_ids=reader.question_ids(),
            stories=rank.StoryVectors.of(
                blocks.matrix, blocks.owner, blocks.kinds, blocks.weights, width
            ),
            prepared=prepared,
            owned=_owned(reader, [cards[owner] for owner in blocks.owners], library),
            guide=reader.arrays("guide."),
        )

    def library_scores(self) -> np.ndarray:
        """The scores of all stories for each library question, asked in its own first wording:
        (q, s), in the order of `library`; of one without a wording 0."""
        table = np.zeros((len(self.library), len(self.owners)), np.float32)
        numbers, wordings = self.prepared.first_wordings()
        table[numbers] = rank.scores_of(wordings, self.stories, self.prepared, self.owned)
        return table

    def guide_questions(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The ids of the workspace's own questions, and the first wording of each (q, d)."""
        numbers, rows = np.unique(self.guide["owner"], return_index=True)
        ids = tuple(self.question_ids[n] for n in numbers.tolist())
        return ids, self.guide["wordings"][rows]

    def guide_scores(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The ids of the workspace's own questions, and the scores of all stories for each,
        asked in its own first wording: (q, s)."""
        ids, asked = self.guide_questions()
        return ids, rank.scores_of(asked, self.stories, self.prepared, self.owned)


def _owned(
    reader: Reader, cards: Sequence[StoryCard], library: Sequence[LibraryQuestion]
) -> rank.Owned:
    """What the owner said of questions and stories, as of the last build."""
    number = {card.id: n for n, card in enumerate(cards)}
    blocks = reader.blocks("said")
    places = np.array([number[owner] for owner in blocks.owners], np.int64)
    return rank.Owned(
        said=rank.Said(blocks.matrix, places[blocks.owner], blocks.weights),
        live=np.flatnonzero([card.status != "retired" for card in cards]),
        shows=_shows([set(card.competencies) for card in cards], library),
    )


def _shows(
    competencies: Sequence[set[str]], library: Sequence[LibraryQuestion]
) -> np.ndarray | None:
    """(library questions, stories): whether a story shows what a question listens for,
    by its own `competencies:`; None where no story has any."""
    if not any(competencies):
        return None
    return np.array(
        [[not own.isdisjoint(q.competencies) for own in competencies] for q in library],
        np.float32,
    )
