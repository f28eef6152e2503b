"""Texts to vectors, embedding only what no one has embedded before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.store.vectors import HASH_BYTES, Block

if TYPE_CHECKING:
    from kb.embed import Encoder
    from kb.store import Reader

# So many texts are embedded in the time that it takes to read what ships.
FEW = 8
SHIPPED = Path(__file__).resolve().parents[1] / "data" / "vectors.npz"


def text_hash(text: str) -> bytes:
    """The first HASH_BYTES of the text's sha256: what a vector is known by."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]


def block_of(
    of: tuple[str, str],
    texts: Sequence[str],
    kinds: Sequence[int],
    weights: Sequence[float],
    vectors: Mapping[bytes, np.ndarray],
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


def vectors_for(
    texts: Iterable[str],
    *,
    encoder: Callable[[int], Encoder],
    fingerprint: str,
    reader: Reader | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[dict[bytes, np.ndarray], int]:
    """hash -> vector of every text, and how many of them had to be embedded.

    reader: an index with the same fingerprint to take vectors from, or None.
    `encoder` is called, with how many texts, only if something is left to embed;
    progress(done, all).
    """
    wanted = {text_hash(t): t for t in texts}
    found = reader.vectors(wanted) if reader and wanted else {}
    if len(found) < len(wanted):
        few = len(wanted) - len(found) <= FEW
        shipped = {} if few else load_shipped(fingerprint)
        found.update((h, shipped[h]) for h in wanted if h not in found and h in shipped)
    missing = {h: t for h, t in wanted.items() if h not in found}
    if missing:
        matrix = encoder(len(missing)).encode(list(missing.values()), progress=progress)
        found.update(zip(missing, matrix, strict=True))
    return found, len(missing)
