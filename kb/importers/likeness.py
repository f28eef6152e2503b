"""Which texts are nearly the same: by their runs of three words, without comparing all pairs.

Each text is sketched (MinHash), the sketches are cut into bands, and only texts that share a
band are compared, exactly. That takes time in proportion to the number of texts.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kb.importers.draft import Draft

ALIKE = 0.6  # of the runs of words of two texts are in both: nearly the same
_RUN = 3
_BANDS, _ROWS = 20, 3  # two texts that are ALIKE share a band with 99% probability
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Told:
    """A text as it is compared. key: the fingerprint of its words, whatever their case and what
    stands between them; runs: those of three words; bands: what its sketch is found by."""

    key: str
    runs: frozenset[int]
    bands: tuple[tuple[int, bytes], ...]


def told(draft: Draft) -> Told:
    """All that a draft tells, without its title and fields, as it is compared."""
    words = _words("\n".join(part.text for part in draft.parts))
    runs = _runs(words)
    return Told(_key(words), runs, tuple(_bands(runs)))


def record_key(draft: Draft) -> str:
    """A record's fingerprint: that of the words of its title and of each part."""
    said = [_words(draft.title), *([part.kind, *_words(part.text)] for part in draft.parts)]
    return _key([word for words in said for word in ("\n", *words)])


@dataclass(slots=True)
class Alike:
    """Texts by name, in which one that is nearly the same is found."""

    texts: dict[str, Told] = field(default_factory=dict)
    bands: dict[tuple[int, bytes], list[str]] = field(default_factory=dict)

    def add(self, name: str, text: Told) -> None:
        """Take a text in, under a name of its own."""
        self.texts[name] = text
        for band in text.bands:
            self.bands.setdefault(band, []).append(name)

    def nearest(self, text: Told) -> tuple[str, float]:
        """The name of the text that is most like `text`, and the part of all their runs of words
        that both have; ("", 0.0) where none is ALIKE."""
        near = {name for band in text.bands for name in self.bands.get(band, ())}
        shares = ((_share(text.runs, self.texts[name].runs), name) for name in near)
        share, name = max(shares, default=(0.0, ""))
        return (name, share) if share >= ALIKE else ("", 0.0)


def _key(words: list[str]) -> str:
    return sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str]) -> frozenset[int]:
    last = max(len(words) - _RUN + 1, 1) if words else 0
    return frozenset(zlib.crc32(" ".join(words[n : n + _RUN]).encode()) for n in range(last))


def _bands(runs: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    """The bands of a text's sketch: the place of each and what stands there."""
    if not runs:
        return
    factors, terms = _hashes()
    found = np.fromiter(runs, dtype=np.uint64, count=len(runs))
    least = (np.outer(factors, found) + terms[:, None]).min(axis=1)
    for band in range(_BANDS):
        yield band, least[band * _ROWS : (band + 1) * _ROWS].tobytes()


@cache
def _hashes() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The factors (odd) and terms of the hash functions, the same in every run."""
    draw = np.random.default_rng(7)
    size = _BANDS * _ROWS
    factors = draw.integers(1 << 62, size=size, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return factors, draw.integers(1 << 62, size=size, dtype=np.uint64)


def _share(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)
