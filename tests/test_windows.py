"""How long texts are cut, by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.windows import BATCH_TOKENS, batches, window_spans


def test_a_text_within_the_limit_is_one_window() -> None:
    assert window_spans(254, 254) == [(0, 254)]
    assert window_spans(0, 254) == [(0, 0)]


def test_windows_are_spread_evenly() -> None:
    # 300 - 254 = 46 tokens over: two windows, the second ends with the text.
    assert window_spans(300, 254) == [(0, 254), (46, 300)]
    # 190 a step at most: 254 + 2 x 190 = 634 still fits in three windows, one more does not.
    assert window_spans(634, 254) == [(0, 254), (190, 444), (380, 634)]
    assert len(window_spans(635, 254)) == 4


@given(st.integers(0, 5000), st.integers(2, 510), st.integers(0, 200))
@settings(max_examples=200, deadline=None)
def test_windows_cover_everything(tokens: int, size: int, overlap: int) -> None:
    spans = window_spans(tokens, size, overlap)
    assert spans[0][0] == 0
    assert spans[-1][1] == tokens
    assert all(b - a <= size for a, b in spans)
    shared = min(overlap, size // 2)
    # Rounding moves a window by half a token at most, so two neighbours by one.
    assert all(end - start >= shared - 1 for (_, end), (start, _) in pairwise(spans))


def test_texts_of_like_length_are_run_together_longest_first() -> None:
    found = [rows.tolist() for rows in batches(np.array([10, 300, 290, 12, 11]))]
    assert found == [[1, 2], [3, 4, 0]]
    assert sum(len(rows) for rows in batches(np.full(100, BATCH_TOKENS // 2))) == 100
    assert all(len(rows) == 2 for rows in batches(np.full(100, BATCH_TOKENS // 2)))
