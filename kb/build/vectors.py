"""Texts to vectors, embedding only what no one has embedded before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

import numpy as np

from kb.store.vectors import HASH_BYTES, Block

if TYPE_CHECKING:
    from kb.embed import Encoder

# So many texts are embedded in the time that it takes to read what ships.
FEW = 8
WANTED = -1  # the place of a vector that is not there yet
HELD = 50_000  # vectors in memory: 77 MB at 384 numbers each
SHIPPED = Path(__file__).resolve().parents[1] / "data" / "vectors.npz"


def text_hash(text: str) -> bytes:
    """The first HASH_BYTES of the text's sha256: what a vector is known by."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]


def block_of(
    of: tuple[str, str],
    texts: Sequence[str],
    kinds: Sequence[int],
    weights: Sequence[float],
    vectors: Vectors,
) -> Block:
    """The block of an owner and its kind, from the vectors of its texts, one or more."""
    hashes = tuple(text_hash(text) for text in texts)
    return Block(
        owner=of[0],
        kind=of[1],
        hashes=hashes,
        kinds=np.array(kinds, dtype=np.uint8),
        weights=np.array(weights, dtype=np.float32),
        matrix=np.stack([vectors[h] for h in hashes]).astype(np.float32),
    )


def load_shipped(fingerprint: str, path: Path = SHIPPED) -> dict[bytes, np.ndarray]:
    """hash -> (d,) float32 unit vector of the shipped texts, {} for another model.

    Kept in float16, which moves a cosine by less than 1e-3 in the worst case
    and by 1e-5 on average; rows are made unit length again here.
    """
    if not path.is_file():
        return {}
    with np.load(path) as shipped:
        if str(shipped["fingerprint"]) != fingerprint:
            return {}
        hashes = shipped["hashes"]
        matrix = shipped["vectors"].astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return {bytes(h): row for h, row in zip(hashes, matrix, strict=True)}


def save_shipped(path: Path, fingerprint: str, vectors: dict[bytes, np.ndarray]) -> None:
    """Write what `load_shipped` reads, in an order that depends on the texts only."""
    hashes = sorted(vectors)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            fingerprint=np.array(fingerprint),
            hashes=np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, HASH_BYTES),
            vectors=np.stack([vectors[h] for h in hashes]).astype(np.float16),
        )


class Vectors:
    """hash -> vector (d,) float32 of each text, many of them in a nameless file of `folder`.

    What is wanted and not there yet is kept among the places: of a million hashes one such
    table is 115 MB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[bytes, np.ndarray] = {}
        self._places: dict[bytes, int] = {}
        self._laid_down = 0
        self._file: IO[bytes] | None = None
        self._width = 0

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._held or self._places.get(digest, WANTED) != WANTED

    def want(self, digests: Iterable[bytes]) -> int:
        """Note that these are to be put; how many of them are not there and not noted yet."""
        before = len(self._places)
        for digest in digests:
            if digest not in self._held:
                self._places.setdefault(digest, WANTED)
        return len(self._places) - before

    def wants(self, digest: bytes) -> bool:
        """Whether it was wanted and is not there."""
        return digest in self._places and digest not in self

    def __getitem__(self, digest: bytes) -> np.ndarray:
        if digest in self._held or self._file is None:
            return self._held[digest]
        self._file.seek(self._places[digest] * self._width)
        return np.frombuffer(self._file.read(self._width), np.float32)

    def put(self, vectors: Mapping[bytes, np.ndarray]) -> None:
        """Keep these too."""
        self._held.update(vectors)
        if len(self._held) > HELD:
            self._lay_down()

    def close(self) -> None:
        """Let go of all; it may be said twice."""
        self._held.clear()
        self._places.clear()
        if self._file is not None:
            self._file.close()

    def _lay_down(self) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115  # close() does
            self._width = next(iter(self._held.values())).nbytes
        self._file.seek(0, SEEK_END)
        for digest, row in self._held.items():
            self._places[digest] = self._laid_down
            self._laid_down += 1
            self._file.write(row.tobytes())
        self._held.clear()


def vectors_for(
    groups: Callable[[], Iterable[list[str]]],
    *,
    encoder: Callable[[int], Encoder],
    known: Callable[[Collection[bytes]], Mapping[bytes, np.ndarray]],
    found: Vectors,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Put the vector of every text into `found`; how many of them had to be embedded.

    groups: the texts, some at a time, gone through twice. known: what gives the vectors that
    exist. `encoder` is called, with how many texts, only if something is left to embed;
    progress(done, all).
    """
    all_of_them = 0
    for texts in groups():
        wanted = {digest for digest in map(text_hash, texts) if digest not in found}
        found.put(known(wanted))
        all_of_them += found.want(wanted)
    if not all_of_them:
        return 0
    reader, done = encoder(all_of_them), 0
    for texts in groups():
        fresh = {h: text for text in texts if found.wants(h := text_hash(text))}
        if not fresh:
            continue

        def say(count: int, _all: int, before: int = done) -> None:
            if progress is not None:
                progress(before + count, all_of_them)

        matrix = reader.encode(list(fresh.values()), progress=say if progress else None)
        found.put(dict(zip(fresh, matrix, strict=True)))
        done += len(fresh)
    return all_of_them


def known_vectors(
    fingerprint: str, index: Callable[[Collection[bytes]], Mapping[bytes, np.ndarray]] | None
) -> Callable[[Collection[bytes]], dict[bytes, np.ndarray]]:
    """What gives the vectors that exist for the hashes of texts: what an index has, made with the
    same model, if there is one, and those that ship."""
    shipped: dict[bytes, np.ndarray] | None = None

    def known(wanted: Collection[bytes]) -> dict[bytes, np.ndarray]:
        nonlocal shipped
        found = dict(index(wanted)) if index and wanted else {}
        if len(wanted) - len(found) > FEW and shipped is None:
            shipped = load_shipped(fingerprint)
        found.update((h, shipped[h]) for h in wanted if shipped and h not in found and h in shipped)
        return found

    return known
