"""A job advert's file and the index, to what it asks for and which stories answer that."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.errors import DocumentError
from kb.importers.documents import LARGEST, document_text
from kb.planning.table import read_scores
from kb.portfolio.adverts import Expected, Likeness, Study, demands, said_in, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kb.domain import Competency
    from kb.match import Matcher
    from kb.planning.table import Scores
    from kb.portfolio.adverts import Demand

    Floats = NDArray[np.float32]

_WORDINGS: Final = Path(__file__).resolve().parents[1] / "data" / "advert_cues.yaml"
LEAST_SPREAD: Final = 0.03  # of cosines
FIRST: Final = 0.08  # cosine: what a question gains that listens for the competency first


def advert_text(path: Path, name: str) -> str:
    """The text of an advert's file, called `name`. Raises DocumentError."""
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise DocumentError("is a folder.", "Name a file in it.", name)
        if not stat.S_ISREG(info.st_mode):  # some never end, and some never begin
            raise DocumentError("is not a regular file.", "Pass it with: kb jd -", name)
        if info.st_size > LARGEST:
            raise DocumentError("is too large for a document.", "Cut out what matters.", name)
        data = path.read_bytes()
    except OSError as error:
        why = "there is no such file." if not path.exists() else "cannot be read."
        raise DocumentError(why, "Give a job advert's file, or - for a pipe.", name) from error
    return document_text(data, name)


@dataclass(frozen=True, slots=True)
class Wordings:
    """How adverts ask for each competency: in usual phrases, and with words that tell, as
    regular expressions."""

    phrases: Mapping[str, Sequence[str]]
    cues: Mapping[str, Sequence[str]]


def wordings() -> Wordings:
    """Those that ship with kb."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = loader(_WORDINGS.read_text("utf-8")).get_single_data()
    return Wordings(found["phrases"], found["cues"])


def study(text: str, matcher: Matcher, known: Mapping[str, Competency]) -> Study:
    """What the advert asks for, with the likeliest question and the story that a match puts
    first for it. known: the canonical competencies."""
    scores = read_scores(matcher.reader, matcher.pins)
    said = said_in(text)
    vectors = np.zeros((0, scores.means.shape[1]), np.float32)
    found: tuple[Demand, ...] = ()
    if said:
        ids, words = tuple(known), wordings()
        phrases = [(place, text) for place, one in enumerate(ids) for text in words.phrases[one]]
        texts = [one.text for one in said] + [_described(known[one]) for one in ids]
        both = np.asarray(
            matcher.encoder.encode([*texts, *(text for _, text in phrases)]), np.float32
        )
        vectors, kept = both[: len(said)], both[len(said) :]
        like = _likeness(vectors, scores, ids, kept, np.array([place for place, _ in phrases]))
        found = demands(said, ids, like, words.cues)
    return Study(
        title=title_of(text),
        sentences=len(said),
        stories=len(scores.stories),
        expected=tuple(_expected(found, vectors, scores, matcher)),
        calibrated=scores.calibrated,
    )


def _likeness(
    sentences: Floats, scores: Scores, ids: Sequence[str], kept: Floats, owner: NDArray[np.int64]
) -> Likeness:
    """Sentences (n, d) against competencies. kept: the competencies' descriptions, then the
    phrases of adverts, of which `owner` has each one's competency."""
    described, phrases = kept[: len(ids)], kept[len(ids) :]
    shape = (3, len(ids))
    usual, spread = np.zeros(shape, np.float32), np.ones(shape, np.float32)
    near = np.zeros((3, len(sentences), len(ids)), np.float32)
    for place, one in enumerate(ids):
        listening = np.array([one in q.competencies for q in scores.questions], bool)
        first = np.array([q.competencies[:1] == (one,) for q in scores.questions], bool)
        rows = first if first.any() else listening
        asked = scores.means[rows] if rows.any() else described[place : place + 1]
        others = scores.means[~listening]
        own, foreign = phrases[owner == place], phrases[owner != place]
        ways = ((described[place : place + 1], others), (asked, others), (own, foreign))
        for way, (targets, apart) in enumerate(ways):
            near[way, :, place] = (sentences @ targets.T).max(axis=1)
            if len(apart):
                values = (apart @ targets.T).max(axis=1)
                usual[way, place] = values.mean()
                spread[way, place] = max(float(values.std()), LEAST_SPREAD)
    return Likeness(near, usual, spread)


def _described(competency: Competency) -> str:
    return f"{competency.id.replace('-', ' ')}: {competency.description}"


def _expected(
    found: Sequence[Demand], vectors: Floats, scores: Scores, matcher: Matcher
) -> Iterator[Expected]:
    """Each demand with its question: the nearest to its sentence of those that listen for it,
    and no question twice while there is another."""
    taken: set[int] = set()
    for demand in found:
        near: dict[int, float] = {}
        for number, question in enumerate(scores.questions):
            if demand.competency in question.competencies:
                gain = FIRST if question.competencies[0] == demand.competency else 0.0
                near[number] = float(scores.means[number] @ vectors[demand.number]) + gain
        if not near:
            continue
        fresh = {number: score for number, score in near.items() if number not in taken} or near
        number = max(fresh, key=lambda n: (fresh[n], -n))
        taken.add(number)
        question = scores.questions[number]
        result = matcher.match(question.text, count=1)
        story = result.stories[0].story if result.stories and result.fit != "gap" else None
        yield Expected(demand, question.text, question.id, story, result.fit)
