"""What the bank shows: every story against the library's questions, and so the competencies.

Nothing is embedded here: the index holds all that is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kb import rank
from kb.journal import Pins, question_key
from kb.match.held import Held
from kb.portfolio.gaps import Topic, asked_weight
from kb.portfolio.types import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kb.domain import LibraryQuestion, Question, StoryCard
    from kb.match import Matcher
    from kb.portfolio.types import Framework, How
    from kb.store import Reader

    Floats = NDArray[np.float32]


NEAR: Final = 0.42  # cosine from which a guide's question has to do with one that is asked


@dataclass(frozen=True, slots=True)
class Scores:
    """The stories that are not retired against the library's questions.

    scores (q, s): 0..1, with the owner's word in them: 1 where a story is pinned to the
    question, 0 where it was refused. said (q, s): 1, -1, and 0 where nothing is said.
    means (q, d): of each question's wordings, unit rows; a question without one has zeros.
    order: the place of each question in its guide, from 1, where the workspace has the guide.
    """

    questions: tuple[LibraryQuestion, ...]
    stories: tuple[StoryCard, ...]
    scores: Floats
    said: NDArray[np.int8]
    means: Floats
    order: Mapping[str, int]
    calibrated: bool


def read_scores(
    reader: Reader,
    pins: Pins | None = None,
    held: Held | None = None,
    library_scores: Floats | None = None,
) -> Scores:
    """All of it from an index that is open. pins: what the owner said in the journal; held and
    its `library_scores`: of this build, where they were read already."""
    held = held or Held.read(reader)
    live = [n for n, owner in enumerate(held.owners) if held.cards[owner].status != "retired"]
    stories = tuple(held.cards[held.owners[n]] for n in live)
    said = _said(reader, held.library, stories, pins or Pins())
    known = held.library_scores(reader) if library_scores is None else library_scores
    scores = known[:, live]
    scores = np.where(said > 0, 1.0, np.where(said < 0, 0.0, scores)).astype(np.float32)
    cards = reader.question_cards()
    return Scores(
        questions=held.library,
        stories=stories,
        scores=scores,
        said=said,
        means=_means(held.prepared, len(held.library)),
        order=_order((card.guide, card.id) for card in cards),
        calibrated=held.calibrated,
    )


def table(reader: Reader, pins: Pins | None = None) -> Table:
    """How well each story shows each competency, from an index that is open."""
    return table_of(read_scores(reader, pins), competencies_of(reader))


def competencies_of(reader: Reader) -> tuple[str, ...]:
    """The canonical ids, in their order."""
    return tuple(competency.id for competency, _ in reader.competency_use())


def table_of(scores: Scores, competencies: Iterable[str]) -> Table:
    """A story's fit for a competency is its best over the library questions that listen for
    it; what the story's own file names is at least workable. Gaps have no cell."""
    ids = tuple(competencies)
    cells: dict[tuple[str, str], Cell] = {}
    for competency in ids:
        rows = [n for n, q in enumerate(scores.questions) if competency in q.competencies]
        cells |= {(competency, cell.story): cell for cell in _cells(scores, competency, rows)}
    return Table(ids, scores.stories, cells)


def topics(scores: Scores, frameworks: Sequence[Framework]) -> tuple[Topic, ...]:
    """The library's questions, each with its weight and the story that answers it best.

    frameworks: those whose principles say how often a question is asked.
    """
    found = []
    for number, question in enumerate(scores.questions):
        row = scores.scores[number]
        best = int(row.argmax()) if len(row) else -1
        score = float(row[best]) if best >= 0 else 0.0
        pinned = best >= 0 and scores.said[number, best] > 0
        place = scores.order.get(question.id, 1)
        found.append(
            Topic(
                id=question.id,
                text=question.text,
                guide=question.guide,
                competencies=question.competencies,
                weight=asked_weight(question.competencies, frameworks, place),
                score=score,
                fit=rank.fit(score, True if pinned else None),
                story=scores.stories[best].id if score >= rank.STRETCH else "",
            )
        )
    return tuple(found)


def asked_topics(
    matcher: Matcher, asked: Sequence[tuple[str, float]]
) -> tuple[tuple[Topic, ...], Floats]:
    """Questions in any words, each with its weight, as topics, and their vectors (q, d).

    The id and competencies of a topic are those of the guides' nearest question, "" and none
    where none is near.
    """
    found = []
    for text, weight in asked:
        result = matcher.match(text, count=1)
        best = result.stories[0] if result.stories else None
        near = result.questions[0] if result.questions else None
        card = near.question if near and near.score >= NEAR else None
        found.append(
            Topic(
                id=card.id if card else "",
                text=text,
                guide=card.guide if card else "",
                competencies=card.competencies if card else (),
                weight=weight,
                score=best.score if best else 0.0,
                fit=result.fit,
                story=best.story.id if best and best.fit != "gap" else "",
            )
        )
    vectors = matcher.encoder.encode([topic.text for topic in found])
    return tuple(found), np.asarray(vectors, np.float32)


def hint(reader: Reader, question: str) -> str:
    """What the guide says of a library question that helps most to begin: its first practice,
    or what it assesses; from the workspace's guide, or the one that ships with kb."""
    found = reader.question(question) or _shipped_question(question)
    if found is None:
        return ""
    for practice in found.practices:
        text = f"{practice.title}: {practice.text}" if practice.title else practice.text
        return " ".join(text.split())
    return " ".join(found.concept.text.split()) if found.concept else ""


def _shipped_question(name: str) -> Question | None:
    """A question of the guides that come with kb; only its own guide is parsed."""
    from kb.files.shipped import shipped, shipped_files
    from kb.parse.guide import parse_guide
    from kb.parse.slug import slug

    for path, file in shipped_files(shipped().guides):
        guide = slug(file.stem)
        if path.endswith(".md") and name.startswith(f"{guide}/"):
            text = file.read_text(encoding="utf-8")
            parsed = parse_guide(text, path=path, guide_id=guide)
            return next((q for q in parsed.guide.questions if q.id == name), None)
    return None


def _cells(scores: Scores, competency: str, rows: list[int]) -> Iterator[Cell]:
    """The cells of a competency that are no gaps. rows: the questions that listen for it."""
    table = scores.scores[rows]
    best = table.argmax(axis=0) if rows else np.zeros(len(scores.stories), np.int64)
    for number, story in enumerate(scores.stories):
        row = rows[int(best[number])] if rows else -1
        score = float(scores.scores[row, number]) if rows else 0.0
        pinned = bool(rows) and scores.said[row, number] > 0
        authored = competency in story.competencies
        how: How = "pinned" if pinned else "authored" if authored else "inferred"
        question = scores.questions[row].id if score >= rank.STRETCH else ""
        score = max(score, rank.WORKABLE) if authored else score
        if score >= rank.STRETCH:
            yield Cell(story.id, score, rank.fit(score, True if pinned else None), how, question)


def _said(
    reader: Reader, questions: Sequence[LibraryQuestion], stories: Sequence[StoryCard], pins: Pins
) -> NDArray[np.int8]:
    """(q, s): what the stories' own `answers:` and the journal say; the journal's newest word
    wins. A question is known by its id or any wording that the workspace's guides give it."""
    said = np.zeros((len(questions), len(stories)), np.int8)
    answering = [(n, answer) for n, story in enumerate(stories) for answer in story.answers]
    if not (answering or pins.said):
        return said
    places = {question.id: {n} for n, question in enumerate(questions)}
    wordings = [(n, question.text) for n, question in enumerate(questions)]
    wordings += [(n, text) for name, text in reader.variants() for n in places.get(name, ())]
    known: dict[str, set[int]] = {}
    for number, text in wordings:
        known.setdefault(question_key(text), set()).add(number)
    for number, answer in answering:
        said[list(known.get(question_key(answer), ())), number] = 1
    column = {story.id: n for n, story in enumerate(stories)}
    for pin in pins.said:
        rows = places.get(pin.question_id, set())
        rows = rows | known.get(question_key(pin.question), set()) if pin.question else rows
        if pin.story in column:
            said[list(rows), column[pin.story]] = 1 if pin.pinned else -1
    return said


def _means(prepared: rank.Prepared, count: int) -> Floats:
    sums = np.zeros((count, prepared.wordings.shape[1]), np.float32)
    np.add.at(sums, prepared.wording_question, prepared.wordings)
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(length > 0, length, 1), np.float32)


def _order(questions: Iterable[tuple[str, str]]) -> dict[str, int]:
    """(guide, id) in guide order, to the place of each in its guide, from 1."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    for guide, name in questions:
        counts[guide] = found[name] = counts.get(guide, 0) + 1
    return found
