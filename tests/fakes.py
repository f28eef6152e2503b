"""Stand-ins a person can compute by hand."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb import embed

TOY_FILES = {
    embed.MODEL_FILE: b"graph",
    embed.WEIGHTS_FILE: b"weights",
    embed.TOKENIZER_FILE: b"{}",
}


class FakeEncoder:
    """Counts the words of a small vocabulary, and makes the row a unit.

    One dimension a word, in the order given; a word counts where a text's word
    begins with it ("disagree" counts "disagreed"). A last dimension is 1 for a
    text that holds none of them. `calls` keeps every list of texts that was
    encoded, so that a test can say what was not embedded again.
    """

    def __init__(self, *vocabulary: str, fingerprint: str = "fake") -> None:
        self.vocabulary = vocabulary
        self.fingerprint = fingerprint
        self.calls: list[list[str]] = []

    @property
    def dimensions(self) -> int:
        return len(self.vocabulary) + 1

    def commonness(self, word: str) -> int | None:
        return self.vocabulary.index(word) if word in self.vocabulary else None

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            words = re.findall(r"\w+", text.lower())
            row[:-1] = [sum(w.startswith(v) for w in words) for v in self.vocabulary]
            row[-1] = not row[:-1].any()
        if progress is not None and texts:
            progress(len(texts), len(texts))
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit if len(texts) else rows


def toy_model(cache: Path, name: str = "toy") -> Path:
    """A compiled folder whose files are a few bytes; nothing in it can be run."""
    folder = embed.compiled_folder(name, cache)
    folder.mkdir(parents=True)
    for file, data in TOY_FILES.items():
        (folder / file).write_bytes(data)
    manifest = {
        "format": embed.FORMAT,
        "name": name,
        "source": embed.source_state(name),
        "adapter": "",
        "problem": "",
        "calibrated": False,
        "fingerprint": "f",
        "dimensions": 4,
        "max_tokens": 8,
        "pad_id": 0,
        "files": {
            file: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for file, data in TOY_FILES.items()
        },
    }
    (folder / embed.MANIFEST_FILE).write_text(json.dumps(manifest))
    embed.write_stamp(folder, list(TOY_FILES), embed.source_state(name))
    return folder
