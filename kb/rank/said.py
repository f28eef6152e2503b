"""What the owner says of stories, and how it is carried to the question at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from kb.rank.arrays import Floats, Ints

# Of a word on a question that is asked again, in deviations: more than a story usually
# wins or loses otherwise. It fades to nothing at a cosine of FAR between the questions.
SAID_WEIGHT: Final = 4.0
FAR: Final = 0.4


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the owner: which question (p, d; unit rows), which story's number (p,),
    and 1 where that story answers it, -1 where it does not (p,)."""

    questions: Floats
    story: Ints
    sign: Floats


@dataclass(frozen=True, slots=True)
class Owned:
    """What the owner says beside the words of the stories.

    said: of other questions. live: the numbers of the stories that may answer at
    all, None for all. shows (q, s): 1 where a competency that story s is said to
    show is one that library question q listens for, None where nothing is said.
    """

    said: Said | None = None
    live: Ints | None = None
    shows: Floats | None = None


def nudges(query: Floats, said: Said | None, stories: int) -> Floats:
    """What these words add to each story for `query` (d,): (s,), 0 where nothing near was said.

    Of a story's words the nearest yes and the nearest no count, so that many
    pins do not make a story loud.
    """
    best = np.zeros(stories, np.float32)
    if said is None or not len(said.story):
        return best
    worst = np.zeros(stories, np.float32)
    near = np.clip((said.questions @ query - FAR) / (1 - FAR), 0, 1) * said.sign
    np.maximum.at(best, said.story, near)
    np.minimum.at(worst, said.story, near)
    return np.asarray(SAID_WEIGHT * (best + worst), np.float32)
