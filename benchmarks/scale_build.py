"""Build a workspace with made-up vectors, in a process of its own: scale_build.py FOLDER."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.build import build
from kb.build.tooling import tools_for
from kb.build.vectors import text_hash
from kb.embed import default_cache, find_compiled
from kb.files import load_workspace

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


def main(folder: Path) -> None:
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
    print(
        f"{report.stories} stories, {report.embedded} passages, {time.monotonic() - started:.1f} s"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
