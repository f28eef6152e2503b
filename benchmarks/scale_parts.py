"""What scale.py runs in processes of their own: scale_parts.py build|search FOLDER."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb import rank, store
from kb.build import build
from kb.build.tooling import tools_for
from kb.build.vectors import text_hash
from kb.embed import default_cache, find_compiled
from kb.files import load_workspace
from kb.match.held import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH = 384


class Invented:
    """A unit vector for each text, drawn with its hash as the seed."""

    fingerprint = "invented"

    dimensions = WIDTH

    def commonness(self, word: str) -> int | None:  # the protocol's
        """Nothing is known of words."""

    def encode(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int, int], None] | None = None,  # noqa: ARG002  # the protocol's
    ) -> np.ndarray:
        """(n, 384) float32, unit rows."""
        rows = np.empty((len(texts), WIDTH), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(text_hash(text)[:8], "little")
            row[:] = np.random.Generator(np.random.SFC64(seed)).standard_normal(WIDTH, np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def make(folder: Path) -> None:
    """One build, with all but the embedding as it is."""
    space = load_workspace(folder)
    found = find_compiled(space.model, default_cache())
    if found is None:
        raise SystemExit("Build any workspace first, so that the model is compiled.")
    tools = replace(
        tools_for(space, lambda: found, lambda _done, _all: None),
        encoder=lambda _texts: Invented(),
    )
    started = time.monotonic()
    report = build(space, tools, now=datetime.now(UTC))
    seconds = time.monotonic() - started
    print(f"{report.stories} stories, {report.embedded} passages, {seconds:.1f} s")


def search(folder: Path, rounds: int = 7) -> None:
    """The ranking of one question in a process that is warm, beside one product of the question
    with every sentence as float32."""
    with store.open_index(load_workspace(folder).database) as reader:
        held = Held.read(reader)
        stories = held.stories(reader)
        queries = Invented().encode([f"question {n}" for n in range(rounds)])
        ours = [_seconds(partial(rank.rank, q, stories, held.prepared)) for q in queries]
        rows = int(held.outline.sentences.sum())
    matrix = np.random.default_rng(0).standard_normal((rows, WIDTH), np.float32)
    plain = [_seconds(partial(np.matmul, matrix, q)) for q in queries]
    mine, theirs = statistics.median(ours), statistics.median(plain)
    print(f"{rows} sentences: {mine * 1000:.0f} ms, the product {theirs * 1000:.0f} ms, "
          f"ratio {mine / theirs:.2f}")  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    {"build": make, "search": search}[sys.argv[1]](Path(sys.argv[2]))
