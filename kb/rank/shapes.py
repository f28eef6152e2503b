"""What the ranking takes and gives: arrays with a name for each axis."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from kb.domain import PASSAGE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kb.rank.arrays import Floats, Ints

BEST_SENTENCES: Final = 5  # of a story, so many speak beside the whole
# Evidence, in deviations over the sentences: how far a second sentence may stay behind.
EVIDENCE_GAP: Final = 1.5
# Up to so many sentences are held in memory and all are looked at: 46 MB at 384 numbers each.
EXACT_SENTENCES: Final = 30_000
# Of a larger bank so many are read at a time where all are: 12 MB, and as much again for each of
# half a dozen steps of a build.
PIECE: Final = 8_000


@dataclass(frozen=True, slots=True)
class Library:
    """The packaged guides as vectors, d wide, unit rows.

    wordings (w, d): every question and variant; wording_question (w,): its
    question's number, 0 to questions - 1. examples (e, d), example_question
    (e,): likewise. Any of them may have no rows.
    """

    wordings: Floats
    wording_question: Ints
    examples: Floats
    example_question: Ints
    questions: int


@dataclass(frozen=True, slots=True)
class StoryVectors:
    """The passages of some stories as vectors, d wide, unit rows, s stories.

    whole (s, d); sentences (n, d) with sentence_story (n,), the number of the
    story each belongs to, and sentence_prior (n,), 0..1, what each can carry
    as evidence (`passages.evidence_prior`). Rows need no order; a story may
    have no sentence. Parts are not ranked: they added nothing.
    """

    whole: Floats
    sentences: Floats
    sentence_story: Ints
    sentence_prior: Floats

    @classmethod
    def of(
        cls, matrix: Floats, owner: Ints, kinds: NDArray[np.uint8], weights: Floats, width: int
    ) -> StoryVectors:
        """The stories' passages as the store keeps them, row by row.

        matrix (n, d); owner (n,): the story's number; kinds (n,): places in
        PASSAGE_KINDS; weights (n,): for a sentence, its prior; width: d, which
        a matrix without rows does not tell.
        """
        matrix = matrix.reshape(len(owner), width)
        sentence = kinds == PASSAGE_KINDS.index("sentence")
        return cls(
            whole=matrix[kinds == PASSAGE_KINDS.index("story")],
            sentences=matrix[sentence],
            sentence_story=owner[sentence],
            sentence_prior=weights[sentence],
        )

    def some(self, numbers: Ints) -> StoryVectors:
        """These stories, numbered anew in their order; numbers ascend."""
        if len(numbers) == len(self.whole):
            return self
        place = np.full(len(self.whole), -1, np.int64)
        place[numbers] = np.arange(len(numbers))
        rows = np.flatnonzero(place[self.sentence_story] >= 0)
        return StoryVectors(
            self.whole[numbers],
            self.sentences[rows],
            place[self.sentence_story[rows]],
            self.sentence_prior[rows],
        )

    def ask(self, numbers: Ints, vectors: Floats) -> Sentences:
        """How near the sentences of these stories are to `vectors` (m, d); numbers ascend."""
        piece = self.some(numbers)
        return Sentences(vectors @ piece.sentences.T, piece.sentence_story, piece.sentence_prior)

    def outline(self) -> Outline:
        """What is always at hand of them."""
        count = len(self.whole)
        return Outline(
            whole=self.whole,
            told=np.bincount(self.sentence_story, self.sentence_prior, count).astype(np.float32),
            sentences=np.bincount(self.sentence_story, minlength=count),
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """Of s stories what a match always needs: whole (s, d), unit rows; told (s,), the sum of
    the priors of a story's sentences; sentences (s,), how many it has."""

    whole: Floats
    told: Floats
    sentences: Ints

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Outline:
        """What `to_arrays` gave. KeyError if an array is missing."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})  # type: ignore[arg-type]

    @classmethod
    def joined(cls, some: Sequence[Outline], columns: Ints | None = None) -> Outline:
        """Outlines end to end, at least one; columns (s,): their stories in this order."""
        whole, told, sentences = (
            np.concatenate([getattr(one, field.name) for one in some]) for field in fields(cls)
        )
        if columns is None:
            return cls(whole, told, sentences)
        return cls(whole[columns], told[columns], sentences[columns])


@dataclass(frozen=True, slots=True)
class Sentences:
    """The n sentences of some stories beside m vectors: cosines (m, n); story (n,), the number
    of the story each belongs to, of those that were asked; prior (n,) as in StoryVectors."""

    cosines: Floats
    story: Ints
    prior: Floats


@dataclass(frozen=True, slots=True)
class Stories:
    """A bank of any size: its outline, and two ways to some of its stories by their numbers
    (ascending), numbered anew: `read` gives them in full, `ask` no more of their sentences than
    what they have to do with the vectors (m, d) it is given. What they give is used and let go."""

    outline: Outline
    read: Callable[[Ints], StoryVectors]
    ask: Callable[[Ints, Floats], Sentences]

    @classmethod
    def of(cls, stories: Stories | StoryVectors) -> Stories:
        """Vectors that lie in memory as a bank; a bank as it is."""
        if isinstance(stories, Stories):
            return stories
        return cls(stories.outline(), stories.some, stories.ask)

    def __len__(self) -> int:
        return len(self.outline.whole)

    @property
    def near(self) -> bool:
        """Whether it is small enough that every sentence is looked at for each question."""
        return int(self.outline.sentences.sum()) <= EXACT_SENTENCES

    def pieces(self) -> Iterator[Ints]:
        """The numbers of all stories: of a small bank at once, else in pieces of about PIECE
        sentences."""
        if not len(self):
            return
        before = np.cumsum(self.outline.sentences) - self.outline.sentences
        piece = before // (EXACT_SENTENCES if self.near else PIECE)
        first = np.flatnonzero(np.diff(piece, prepend=-1))
        for start, end in zip(first.tolist(), [*first.tolist()[1:], len(self)], strict=True):
            yield np.arange(start, end)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a match needs beside the stories; made at build by `prepare`.

    mean, sd (2, s): of each story's similarity to the library's wordings,
    whole and by its best sentences. bridge (q, s): how much story s reads like
    the examples of library question q, standardised over the questions.
    directions (q, d): what a sentence is multiplied with to see how much it
    does. wordings (w, d) and wording_question (w,): the library's own.
    """

    mean: Floats
    sd: Floats
    bridge: Floats
    directions: Floats
    wordings: Floats
    wording_question: Ints

    # the arrays with a column for each story; the others are the library's
    OF_STORIES: ClassVar = ("mean", "sd", "bridge")

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array by name, to be kept by someone who need not know them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Prepared:
        """What `to_arrays` gave. KeyError if an array is missing."""
        kept = {field.name: arrays[field.name] for field in fields(cls)}
        return cls(**kept)  # type: ignore[arg-type]  # the dtypes are those of to_arrays

    def first_wordings(self) -> tuple[Ints, Floats]:
        """The numbers (n,) of the library questions that have a wording, and the first of each
        (n, d)."""
        questions, rows = np.unique(self.wording_question, return_index=True)
        return questions, self.wordings[rows]

    def joined(self, other: Prepared, columns: Ints) -> Prepared:
        """The stories of both as one, for the same library: what is said of one
        story does not depend on the others.

        columns (s,): for each story its place among those of `self` and then
        those of `other`.
        """
        return replace(
            other,
            mean=np.concatenate([self.mean, other.mean], axis=1)[:, columns],
            sd=np.concatenate([self.sd, other.sd], axis=1)[:, columns],
            bridge=np.concatenate([self.bridge, other.bridge], axis=1)[:, columns],
        )


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the stories answer one question.

    scores (s,): 0..1, finite, comparable across questions. terms: what each
    way contributes, (s,), in deviations; they add up to what the score is the
    logistic of. "question" is of the question and the bank, the same for all.
    library_weights (q,): how much the question is like each library question;
    they sum to 1, unless there are none. sentence_scores (n,): how well each
    sentence serves as evidence, comparable within a story; sentence_story (n,): whose
    each is. Of a large bank only the sentences of the stories that were `read` are among
    them: (k,), ascending.
    """

    scores: Floats
    terms: dict[str, Floats]
    library_weights: Floats
    sentence_scores: Floats
    sentence_story: Ints
    read: Ints

    def own(self) -> Floats:
        """What the terms say of each story by itself, (s,): the same whatever others there are."""
        return np.asarray(sum(v for name, v in self.terms.items() if name != "question"))

    def order(self) -> Ints:
        """Story numbers (s,), best first; equals keep their order."""
        return np.argsort(-self.scores, kind="stable")

    def evidence(self, story: int) -> tuple[int, ...]:
        """Rows of the one or two sentences that made `story` fit, in the order of the text.

        The second is given only if it is nearly as good as the first.
        """
        rows = np.flatnonzero(self.sentence_story == story)
        best = rows[np.argsort(-self.sentence_scores[rows], kind="stable")[:2]]
        near = self.sentence_scores[best] >= self.sentence_scores[best[:1]] - EVIDENCE_GAP
        return tuple(sorted(int(row) for row in best[near]))
