"""An index of nearest neighbours (usearch) in the place of our own way to the stories that are
worth reading closely: neighbours.py CACHE. Needs `pip install usearch`; kb does not.

The bank and the questions are those of recall.py. Each way names so many stories; how many of
the first ten are among them, and what it takes to find them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import recall

from kb.rank import Among, StoryVectors, rank, shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Search = Callable[[np.ndarray, int], np.ndarray]

NAMED = (23, 32, 64)  # stories


def main(cache: Path) -> None:
    """A row for each way and number of stories."""
    stories, prepared, queries = recall.bank(cache)
    with mock.patch.object(shapes, "EXACT_SENTENCES", 1 << 40):
        exact = [rank(q, stories, prepared).order()[:10] for q in queries]
    print("way           stories  of the first ten  ms a question")
    for dtype in ("f32", "i8"):
        search = _indexed(stories, dtype)
        for count in NAMED:
            found, took = zip(*(_nearest(search, q, stories, count) for q in queries), strict=True)
            _say(f"usearch {dtype}", count, found, exact, took)
    for count in NAMED:
        with recall.reading(count):
            started = time.perf_counter()
            read = [rank(q, stories, prepared, among=Among(count=1)).read for q in queries]
            each = (time.perf_counter() - started) / len(queries)
        _say("ours", count, read, exact, [each])


def _indexed(stories: StoryVectors, dtype: str) -> Search:
    """A search for the rows of the nearest sentences, so many, and a line about its index."""
    # imported before onnxruntime it ends the process
    index = import_module("usearch.index").Index(
        ndim=stories.sentences.shape[1], metric="cos", dtype=dtype
    )
    started = time.perf_counter()
    index.add(np.arange(len(stories.sentences)), stories.sentences)
    took = time.perf_counter() - started
    with tempfile.NamedTemporaryFile() as file:
        index.save(file.name)
        size = Path(file.name).stat().st_size
    print(f"usearch {dtype}: {len(index)} sentences in {took:.0f} s, {size / 1e6:.0f} MB")
    return lambda query, count: np.asarray(index.search(query, count).keys, np.int64)


def _nearest(
    search: Search, query: np.ndarray, stories: StoryVectors, count: int
) -> tuple[np.ndarray, float]:
    """The stories of the nearest sentences, `count` of them, and the seconds it took."""
    started = time.perf_counter()
    keys = search(query, count * 8)
    owners = stories.sentence_story[keys]
    first = np.sort(np.unique(owners, return_index=True)[1])[:count]
    return owners[first], time.perf_counter() - started


def _say(
    way: str,
    count: int,
    found: Sequence[np.ndarray],
    exact: Sequence[np.ndarray],
    took: Sequence[float],
) -> None:
    shares = [len(np.intersect1d(f, e)) / len(e) for f, e in zip(found, exact, strict=True)]
    ms = 1000 * statistics.mean(took)
    print(f"{way:12} {count:8} {np.mean(shares):17.4f} {ms:14.2f}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
