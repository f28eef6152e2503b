"""From a plan to the rows of the index: embed, prepare the ranking, write."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb import rank
from kb.build.library import LibraryText
from kb.build.vectors import block_of
from kb.domain import PASSAGE_KINDS, Guide, LibraryQuestion, Passage, Story
from kb.match.held import read_bank
from kb.passages import evidence_prior, guide_passages, story_passages

if TYPE_CHECKING:
    from kb.build.plan import Plan
    from kb.build.vectors import Vectors
    from kb.store import Reader
    from kb.store.vectors import Block, Blocks
    from kb.store.write import Writer

NUMBER = {kind: number for number, kind in enumerate(PASSAGE_KINDS)}
# An inferred competency is kept from this score on. A library question is its own
# nearest neighbour, so these run far higher than scores of questions in a user's
# words; this keeps three to four a story on two banks, half of them as labelled.
LEAST_INFERRED = 0.95
GROUP = 250  # documents whose passages are held at once


@dataclass(frozen=True, slots=True)
class Draft:
    """The documents that a plan adds or changes. Their passages are made when they are asked
    for and let go, a group of documents at a time: there may be a million."""

    stories: tuple[Story, ...]
    guides: tuple[Guide, ...]

    @classmethod
    def of(cls, plan: Plan) -> Draft:
        """The documents of a plan."""
        fresh = [i for i in plan.items if not i.keep]
        return cls(
            tuple(s for i in fresh for s in i.stories), tuple(i.guide for i in fresh if i.guide)
        )

    def story_ids(self) -> set[str]:
        """Of the stories among them."""
        return {story.id for story in self.stories}

    def texts(self) -> Iterator[list[str]]:
        """Every text to be embedded, in groups."""
        for first in range(0, len(self.stories), GROUP):
            some = self.stories[first : first + GROUP]
            yield [passage.text for story in some for passage in story_passages(story)]
        for first in range(0, len(self.guides), GROUP):
            some_guides = self.guides[first : first + GROUP]
            yield [passage.text for guide in some_guides for passage in guide_passages(guide)]


def write_documents(writer: Writer, plan: Plan, draft: Draft, vectors: Vectors) -> None:
    """Put a plan's documents, their vectors, stamps and findings into the index."""
    _clear(writer, plan)
    for story in draft.stories:
        passages = story_passages(story)
        writer.put_story(story, passages)
        writer.put_block(_block(story.id, "story", passages, vectors))
    for guide in draft.guides:
        passages = guide_passages(guide)
        writer.put_guide(guide, passages)
        for owner, kind, group in _by_owner(guide, passages):
            writer.put_block(_block(owner, kind, group, vectors))
    for item in plan.items:
        writer.put_file(item.state)
        writer.put_findings(item.state.path, item.findings)
        if item.keep:
            writer.mark_stale(item.state.path)
    for state in plan.touched:
        writer.put_file(state)


def _clear(writer: Writer, plan: Plan) -> None:
    """Take out what is gone or about to be written again."""
    for path in plan.removed:
        writer.remove_path(path)
    for item in plan.items:
        for story in item.lost:
            writer.remove_story(story)
        if not item.keep:
            writer.remove_path(item.state.path)


def _by_owner(
    guide: Guide, passages: tuple[Passage, ...]
) -> list[tuple[str, str, tuple[Passage, ...]]]:
    groups: dict[str, list[Passage]] = {}
    for passage in passages:
        groups.setdefault(passage.owner, []).append(passage)
    questions = {q.id for q in guide.questions}
    return [
        (owner, "question" if owner in questions else "guide", tuple(group))
        for owner, group in groups.items()
    ]


def _block(owner: str, kind: str, passages: tuple[Passage, ...], vectors: Vectors) -> Block:
    weights = [evidence_prior(p) if p.kind == "sentence" else 1.0 for p in passages]
    texts = [p.text for p in passages]
    return block_of((owner, kind), texts, [NUMBER[p.kind] for p in passages], weights, vectors)


def write_library(writer: Writer, library: LibraryText, vectors: Vectors) -> None:
    """Put the library and its vectors into the index, in place of what was there."""
    writer.put_library(library.questions)
    for question, passages in zip(library.questions, library.passages, strict=True):
        writer.put_block(_block(question.id, "library", passages, vectors))


def read_library(blocks: Blocks) -> rank.Library:
    """What `write_library` kept, as the ranking takes it; questions are numbered by id."""
    example = blocks.kinds == NUMBER["example"]
    return rank.Library(
        wordings=blocks.matrix[~example],
        wording_question=blocks.owner[~example],
        examples=blocks.matrix[example],
        example_question=blocks.owner[example],
        questions=len(blocks.owners),
    )


def wording_arrays(reader: Reader) -> dict[str, np.ndarray]:
    """The wordings of the workspace's own questions, for the guide's nearest question.

    guide.wordings (w, d) float32; guide.owner (w,): a number in the order of ids.
    """
    blocks = reader.blocks("question")
    wanted = (blocks.kinds == NUMBER["question"]) | (blocks.kinds == NUMBER["variant"])
    return {
        "guide.wordings": blocks.matrix[wanted],
        "guide.owner": blocks.owner[wanted],
    }


def write_ranking(writer: Writer, reader: Reader, changed: Collection[str] | None) -> None:
    """Compute and keep what depends only on stories and guides, so that a match is quick.

    changed: ids of the stories whose words changed, None for all (or a new library).
    """
    library = read_library(reader.blocks("library"))
    owners, before = reader.story_ids(), reader.ranked()
    new = owners if changed is None else tuple(o for o in owners if o in changed)
    stories = read_bank(reader, new, library.wordings.shape[1])
    prepared = fresh = rank.prepare(stories, library)
    outline = stories.outline
    if changed is None:
        writer.clear_inferred()
    else:
        place = {owner: n for n, owner in enumerate((*before, *new))}
        columns = np.array([place[o] for o in owners], dtype=np.int64)
        prepared = rank.Prepared.from_arrays(reader.arrays("ranking.")).joined(fresh, columns)
        known = rank.Outline.from_arrays(reader.arrays("outline."))
        outline = rank.Outline.joined([known, outline], columns)
    arrays = prepared.to_arrays()
    if changed is not None:
        arrays = {name: arrays[name] for name in rank.Prepared.OF_STORIES}
    writer.put_arrays({f"ranking.{name}": array for name, array in arrays.items()})
    writer.put_arrays({f"outline.{name}": array for name, array in outline.to_arrays().items()})
    writer.put_ranked(owners)
    writer.put_inferred(infer_competencies(stories, new, fresh, reader.library()))


def infer_competencies(
    stories: rank.Stories,
    owners: tuple[str, ...],
    prepared: rank.Prepared,
    questions: tuple[LibraryQuestion, ...],
) -> list[tuple[str, str, float]]:
    """(story, competency, score 0..1) of each from LEAST_INFERRED on.

    A story's score for a competency is the mean of its two best over the library
    questions that listen for it, each asked in its own first wording.
    """
    found: dict[str, list[np.ndarray]] = {}
    numbers, wordings = prepared.first_wordings()
    # of each story by itself: a build may rank a few of the bank's stories only
    for question, own in zip(numbers, rank.own_sums(wordings, stories, prepared), strict=True):
        for competency in questions[question].competencies:
            found.setdefault(competency, []).append(own)
    kept = []
    for competency, rows in found.items():
        score = rank.score_of(np.sort(np.stack(rows), axis=0)[-2:].mean(axis=0))
        enough = np.flatnonzero(score >= LEAST_INFERRED)
        kept += [(owners[story], competency, float(score[story])) for story in enough]
    return sorted(kept)
