"""How long texts are cut for a model, and which texts it is given together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

# numpy is imported where it is used: a build of nothing new only looks for the compiled model
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW_OVERLAP = 64  # tokens that two neighbouring windows share at the least
BATCH_TOKENS = 1024  # rows x longest; twice that and half of it were 6 to 9 % slower


def window_spans(tokens: int, size: int, overlap: int = WINDOW_OVERLAP) -> list[tuple[int, int]]:
    """Half-open spans of at most `size` that cover `tokens`, evenly spread.

    As few as let neighbours share `overlap` tokens or more (less for a model
    whose windows are shorter than twice that).
    """
    if tokens <= size:
        return [(0, tokens)]
    step = size - min(overlap, size // 2)
    count = 1 + -(-(tokens - size) // step)
    firsts = [round(i * (tokens - size) / (count - 1)) for i in range(count)]
    return [(first, first + size) for first in firsts]


def split_specials(ids: list[int], mask: list[int]) -> tuple[list[int], list[int], list[int]]:
    """The special tokens before, the text, and the special tokens after."""
    first = mask.index(0)
    last = len(mask) - mask[::-1].index(0)
    return ids[:first], ids[first:last], ids[last:]


def batches(lengths: NDArray[np.int_]) -> Iterator[NDArray[np.intp]]:
    """Row numbers of each batch, longest first, so that memory is asked for once.

    A batch is filled up to its longest row: one less than half as long waits
    for the next, which matters where there are few.
    """
    import numpy as np

    order = np.argsort(-lengths, kind="stable")
    ordered = lengths[order]
    at = 0
    while at < len(order):
        longest = max(1, int(ordered[at]))
        alike = int(np.searchsorted(-ordered, -longest / 2, side="right")) - at
        rows = max(1, min(BATCH_TOKENS // longest, alike))
        yield order[at : at + rows]
        at += rows
