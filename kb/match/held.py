"""What a match needs of one build of the index, read once and good until the next build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kb import rank
from kb.domain import PASSAGE_KINDS

if TYPE_CHECKING:
    from kb.domain import LibraryQuestion, StoryCard
    from kb.store import Reader


# Stories that are read together where all are read in turn.
AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Held:
    """Of one build: its id, the model's fingerprint, the stories and the ranking's arrays.

    owners: the stories' ids in the order of the arrays. outline: what is always at hand of
    them; close: all their vectors, or, of a bank so large that they are read as needed, those
    of the sample that every question begins with.
    guide: the workspace's own questions, "wordings" (w, d) and "owner" (w,), numbers in the
    order of question_ids.
    """

    build_id: str
    fingerprint: str
    calibrated: bool
    cards: dict[str, StoryCard]
    owners: tuple[str, ...]
    library: tuple[LibraryQuestion, ...]
    question_ids: tuple[str, ...]
    outline: rank.Outline
    close: rank.StoryVectors
    prepared: rank.Prepared
    owned: rank.Owned
    guide: dict[str, np.ndarray]

    @classmethod
    def read(cls, reader: Reader) -> Held:
        """All of it from an index that is open."""
        meta = reader.meta()
        cards = {c.id: c for c in reader.story_cards()}
        owners = tuple(cards)
        library = reader.library()
        outline = rank.Outline.from_arrays(reader.arrays("outline."))
        far = bank_of(reader, owners, outline)
        return cls(
            build_id=meta.get("build_id", ""),
            fingerprint=meta.get("fingerprint", ""),
            calibrated=meta.get("calibration") == "packaged",
            cards=cards,
            owners=owners,
            library=library,
            question_ids=reader.question_ids(),
            outline=outline,
            close=far.read(np.arange(len(owners)) if far.near else rank.sample_of(len(owners))),
            prepared=rank.Prepared.from_arrays(reader.arrays("ranking.")),
            owned=_owned(reader, list(cards.values()), library),
            guide=reader.arrays("guide."),
        )

    def stories(self, reader: Reader) -> rank.Stories:
        """The bank, as the ranking takes it, with `reader` open on this same build."""
        near = rank.Stories(self.outline, self.close.some, self.close.ask)
        if near.near:
            return near
        far, sample = bank_of(reader, self.owners, self.outline), rank.sample_of(len(self.owners))

        def ask(numbers: np.ndarray, vectors: np.ndarray) -> rank.Sentences:
            if np.array_equal(numbers, sample):
                return self.close.ask(np.arange(len(sample)), vectors)
            return far.ask(numbers, vectors)

        return replace(far, ask=ask)

    def library_scores(self, reader: Reader) -> np.ndarray:
        """The scores of all stories for each library question, asked in its own first wording:
        (q, s), in the order of `library`; of one without a wording 0."""
        table = np.zeros((len(self.library), len(self.owners)), np.float32)
        numbers, wordings = self.prepared.first_wordings()
        table[numbers] = rank.scores_of(wordings, self.stories(reader), self.prepared, self.owned)
        return table

    def guide_questions(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The ids of the workspace's own questions, and the first wording of each (q, d)."""
        numbers, rows = np.unique(self.guide["owner"], return_index=True)
        ids = tuple(self.question_ids[n] for n in numbers.tolist())
        return ids, self.guide["wordings"][rows]

    def guide_scores(self, reader: Reader) -> tuple[tuple[str, ...], np.ndarray]:
        """The ids of the workspace's own questions, and the scores of all stories for each,
        asked in its own first wording: (q, s)."""
        ids, asked = self.guide_questions()
        return ids, rank.scores_of(asked, self.stories(reader), self.prepared, self.owned)


def bank_of(reader: Reader, owners: Sequence[str], outline: rank.Outline) -> rank.Stories:
    """The stories `owners`, in the order of their ids, read from an open index as needed."""
    width = outline.whole.shape[1]

    def ids(numbers: np.ndarray) -> list[str]:
        return [owners[n] for n in numbers.tolist()]

    return rank.Stories(
        outline,
        read=lambda numbers: _read(reader, ids(numbers), width),
        ask=lambda numbers, vectors: _ask(reader, ids(numbers), vectors),
    )


def read_bank(reader: Reader, owners: Sequence[str], width: int) -> rank.Stories:
    """The same where no outline of them was kept; few stories are read once, and held."""
    outlines: list[rank.Outline] = []
    for first in range(0, max(len(owners), 1), AT_ONCE):
        some = _read(reader, owners[first : first + AT_ONCE], width)
        outlines.append(some.outline())
    if len(outlines) == 1:
        return rank.Stories.of(some)
    return bank_of(reader, owners, rank.Outline.joined(outlines))


def _read(reader: Reader, owners: Sequence[str], width: int) -> rank.StoryVectors:
    blocks = reader.blocks("story", owners)
    return rank.StoryVectors.of(blocks.matrix, blocks.owner, blocks.kinds, blocks.weights, width)


def _ask(reader: Reader, owners: Sequence[str], vectors: np.ndarray) -> rank.Sentences:
    """One story after the other, so that no more than one lies in memory: to lay them end to
    end takes longer than to read them."""
    kind = PASSAGE_KINDS.index("sentence")
    cosines: list[list[np.ndarray]] = [[np.empty(0, np.float32)] for _ in vectors]
    priors = [np.empty(0, np.float32)]
    for kinds, weights, matrix in reader.each_block("story", owners):
        sentence = kinds == kind
        priors.append(weights[sentence])
        for row, vector in zip(cosines, vectors, strict=True):
            row.append((matrix @ vector)[sentence])
    counts = [len(of_one) for of_one in priors[1:]]
    return rank.Sentences(
        np.stack([np.concatenate(row) for row in cosines]),
        np.repeat(np.arange(len(counts)), np.array(counts, np.int64)),
        np.concatenate(priors),
    )


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
    ids = sorted({one for question in library for one in question.competencies})
    listens = [[one in question.competencies for one in ids] for question in library]
    shown = [[one in own for one in ids] for own in competencies]
    both = np.array(listens, np.float32) @ np.array(shown, np.float32).T
    return np.asarray(both > 0, np.float32)
