"""The adapter: what training changed of the packaged model, as a small file that ships.

Its metadata names the `base` it belongs to (the sha256 of the weights), the
`snapshot` it was trained on, the `bits` of a step and the `scale` that the
differences are taken at. `training/adapter.py` writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]
Shapes = Mapping[str, tuple[int, ...]]

GROUP = 128  # numbers of a matrix, row after row, that share one step's size
STEPS, SIZES, WHOLE = ".steps", ".sizes", ".whole"
ABOUT = ("base", "snapshot", "bits", "scale")
PER_BYTE = {4: 2, 8: 1}


class AdapterError(ValueError):
    """Why an adapter cannot be used, in words that go on from "it"."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """digest: the sha256 of its file. changes: name of a weight -> what is added to it,
    float32 in the weight's shape, the scale taken in."""

    digest: str
    changes: Mapping[str, Floats]


def read_adapter(path: Path, base: str, shapes: Shapes, scale: float | None = None) -> Adapter:
    """The adapter in a file, checked whole.

    base: the sha256 of the weights that it is for; shapes: name -> shape of each of
    them that is a float; scale: None for the file's own. Raises AdapterError.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise AdapterError("is missing") from error
    except OSError as error:
        raise AdapterError(f"cannot be read ({error.strerror})") from error
    about, held = _parsed(data)
    if about["base"] != base:
        raise AdapterError("was made for another model")
    bits, own = _numbers(about)
    for key in held:
        if not _fits(key, held, bits, shapes):
            raise AdapterError(f"does not fit the model at {key}")
    with np.errstate(over="ignore", invalid="ignore"):  # looked at just below
        factor = np.float32(own if scale is None else scale)
        changes = {
            name: (factor * change).reshape(shapes[name])
            for name, change in expand(held, bits).items()
        }
    if not all(np.isfinite(change).all() for change in changes.values()):
        raise AdapterError("holds numbers that are not finite")
    return Adapter(sha256(data).hexdigest(), changes)


def merge(adapter: Adapter, weights: Mapping[str, Tensor]) -> None:
    """Add the changes to a model's weights in place; `shapes` were those of `weights`."""
    import torch

    with torch.no_grad():
        for name, change in adapter.changes.items():
            weights[name].add_(torch.from_numpy(change))


def expand(held: Arrays, bits: int) -> dict[str, Floats]:
    """The differences, float32: the whole ones as they are, the others (groups, GROUP).

    held: NAME.whole, or NAME.sizes (groups,) float32 and NAME.steps uint8, (groups,
    GROUP) with 8 bits, (groups, GROUP / 2) with 4, the first of two in the upper half.
    """
    found = {}
    for key, kept in held.items():
        name, kind = _split(key)
        if kind == WHOLE:
            found[name] = kept.astype(np.float32)
        elif kind == STEPS:
            steps = np.stack((kept // 16, kept % 16), axis=2) if bits == 4 else kept
            middle = np.float32(2 ** (bits - 1) - 1)
            found[name] = (steps.reshape(-1, GROUP) - middle) * held[name + SIZES][:, None]
    return found


def _split(key: str) -> tuple[str, str]:
    """A key of the file as a weight's name and what is kept of it: STEPS, SIZES or WHOLE."""
    name, dot, kind = key.rpartition(".")
    return name, dot + kind


def _parsed(data: bytes) -> tuple[dict[str, str], Arrays]:
    """Metadata and arrays of a safetensors file. Raises AdapterError."""
    from safetensors.numpy import load

    try:
        held = load(data)
        end = 8 + int.from_bytes(data[:8], "little")
        about = json.loads(data[8:end]).get("__metadata__") or {}
    except Exception as error:  # whatever the library raises on bytes of any kind
        raise AdapterError("is damaged") from error
    for key in ABOUT:
        if not about.get(key):
            raise AdapterError(f"does not say its {key}")
    return about, held


def _numbers(about: Mapping[str, str]) -> tuple[int, float]:
    """Bits and scale. Raises AdapterError."""
    try:
        bits, scale = int(about["bits"]), float(about["scale"])
    except ValueError as error:
        raise AdapterError("is damaged") from error
    if bits not in PER_BYTE:
        raise AdapterError(f"has steps of {bits} bits, where 4 or 8 are known")
    return bits, scale


def _fits(key: str, held: Arrays, bits: int, shapes: Shapes) -> bool:
    """Whether what is kept under a key has the form that the weight's shape asks for."""
    name, kind = _split(key)
    if name not in shapes:
        return False
    kinds = {k for k in (STEPS, SIZES, WHOLE) if name + k in held}
    form = (held[key].dtype.name, held[key].shape)
    if kind == WHOLE:
        return kinds == {WHOLE} and form == ("float32", shapes[name])
    groups, rest = divmod(math.prod(shapes[name]), GROUP)
    wanted = {
        STEPS: ("uint8", (groups, GROUP // PER_BYTE[bits])),
        SIZES: ("float32", (groups,)),
    }
    return not rest and kinds == set(wanted) and form == wanted.get(kind)
