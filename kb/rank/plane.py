"""Many dimensions as two, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.rank.arrays import TINY

if TYPE_CHECKING:
    from kb.rank.arrays import Floats


def plane(*groups: Floats) -> tuple[Floats, ...]:
    """Each group of rows (n, d) as places (n, 2) float32 in -1..1, by principal components.

    Each group is seen from its own mean: questions and stories lie apart by what
    they are, and that is not what one wants to see. The sign of a direction is the one
    that makes its largest number positive, so that a map is the same each time.
    """
    centred = [rows - rows.mean(axis=0) if len(rows) else rows for rows in groups]
    filled = [rows for rows in centred if len(rows)]
    if not filled:
        return tuple(np.zeros((len(rows), 2), np.float32) for rows in groups)
    rows = np.concatenate(filled)
    directions = np.linalg.eigh(rows.T @ rows)[1].T[::-1]  # a third of an SVD's time
    first = np.zeros((2, directions.shape[1]), np.float32)
    first[: len(directions[:2])] = directions[:2]
    largest = np.abs(first).argmax(axis=1)
    first *= np.where(first[np.arange(2), largest] < 0, -1, 1)[:, None]
    places = [rows @ first.T if len(rows) else np.zeros((0, 2)) for rows in centred]
    reach = max((float(np.abs(each).max()) for each in places if len(each)), default=0)
    return tuple(np.asarray(each / max(reach, TINY), np.float32) for each in places)
