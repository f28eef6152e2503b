"""A job advert's file and the index, to what it asks for and which stories answer that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kb import rank
from kb.errors import DocumentError
from kb.importers.documents import LARGEST, document_text
from kb.portfolio.adverts import Expected, Likeness, Study, demands, said_in, title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from kb.domain import Competency
    from kb.embed import Encoder
    from kb.planning.table import Scores
    from kb.portfolio.adverts import Demand, Said

    Floats = NDArray[np.float32]

_CUES: Final = Path(__file__).resolve().parents[1] / "data" / "advert_cues.yaml"
FIRST: Final = 0.08  # cosine: what a question gains that listens for the competency first


def advert_text(path: Path, name: str) -> str:
    """The text of an advert's file, called `name`. Raises DocumentError."""
    try:
        if path.stat().st_size > LARGEST:
            raise DocumentError("is too large for a document.", "Cut out what matters.", name)
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise DocumentError("is a folder.", "Name a file in it.", name) from error
    except OSError as error:
        why = "there is no such file." if not path.exists() else "cannot be read."
        raise DocumentError(why, "Give a job advert's file, or - for a pipe.", name) from error
    return document_text(data, name)


def cues() -> dict[str, list[str]]:
    """The words with which adverts ask for each competency, as regular expressions."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, list[str]] = yaml.load(_CUES.read_text("utf-8"), Loader=loader)["cues"]
    return found


def study(
    text: str, scores: Scores, encoder: Encoder, known: Mapping[str, Competency]
) -> Study:
    """What the advert asks for, with the likeliest question and the best story for each.

    scores: of the workspace's stories; known: the canonical competencies.
    """
    said = said_in(text)
    ids = tuple(known)
    found: tuple[Demand, ...] = ()
    vectors = np.zeros((0, scores.means.shape[1]), np.float32)
    if said:
        texts = [one.text for one in said] + [_described(known[one]) for one in ids]
        both = np.asarray(encoder.encode(texts), np.float32)
        vectors = both[: len(said)]
        found = demands(said, ids, likeness(vectors, both[len(said) :], scores, ids), cues())
    return Study(
        title=title_of(text),
        sentences=len(said),
        stories=len(scores.stories),
        expected=tuple(_expected(found, vectors, scores)),
        calibrated=scores.calibrated,
    )


def likeness(
    sentences: Floats, described: Floats, scores: Scores, ids: Sequence[str]
) -> Likeness:
    """Sentences (n, d) against competencies, whose descriptions are (c, d). What is usual is
    taken from the library's questions that do not listen for the competency."""
    listens = np.array([[one in q.competencies for one in ids] for q in scores.questions], bool)
    first = np.array([[one == q.competencies[0] if q.competencies else False for one in ids]
                      for q in scores.questions], bool)  # fmt: skip
    usual, spread = np.zeros((2, 2, len(ids)), np.float32)
    asked = np.zeros((len(sentences), len(ids)), np.float32)
    for place in range(len(ids)):
        rows = first[:, place] if first[:, place].any() else listens[:, place]
        others = scores.means[~listens[:, place]]
        own = scores.means[rows] if rows.any() else described[place : place + 1]
        asked[:, place] = (sentences @ own.T).max(axis=1)
        for row, values in enumerate((others @ described[place], (others @ own.T).max(axis=1))):
            usual[row, place] = values.mean() if len(values) else 0.0
            spread[row, place] = max(float(values.std()) if len(values) else 0.0, 0.03)
    return Likeness(sentences @ described.T, asked, usual, spread)


def _described(competency: Competency) -> str:
    return f"{competency.id.replace('-', ' ')}: {competency.description}"


def _expected(found: Sequence[Demand], vectors: Floats, scores: Scores) -> list[Expected]:
    """Each demand with its question: the nearest to its sentence of those that listen for it,
    and no question twice while there is another."""
    made: list[Expected] = []
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
        row = scores.scores[number]
        best = int(row.argmax()) if len(row) else -1
        said = True if best >= 0 and scores.said[number, best] > 0 else None
        fit = rank.fit(float(row[best]), said) if best >= 0 else "gap"
        question = scores.questions[number]
        story = scores.stories[best] if fit != "gap" else None
        made.append(Expected(demand, question.text, question.id, story, fit))
    return made
