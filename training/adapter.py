"""What training changed, as a small file: rounded differences to the packaged weights.

    python training/adapter.py make --model RUNS/model --out adapter.safetensors
    python training/adapter.py merge --adapter adapter.safetensors --out FOLDER

Every matrix that changed is kept as its difference in steps of 4 (or 8) bits, a
step's size for each GROUP numbers; vectors are kept whole. --scale below 1 goes
only part of the way from the packaged model to the trained one.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from snapshot import DATA, snapshot_hash
from torch import Tensor

from kb.compile_model.source import PACKAGED_FILES, packaged_folder

WEIGHTS = "model.safetensors"
GROUP = 128
STEPS, SIZES, WHOLE = ".steps", ".sizes", ".whole"


def differences(base: dict[str, Tensor], trained: dict[str, Tensor]) -> dict[str, Tensor]:
    """Trained less base, of the weights that changed. Raises ValueError where the shapes differ."""
    found = {}
    for name, weight in base.items():
        if not weight.is_floating_point():
            continue
        if trained[name].shape != weight.shape:
            raise ValueError(f"{name} has another shape")
        change = trained[name].float() - weight.float()
        if bool(change.any()):
            found[name] = change
    return found


def compress(changes: dict[str, Tensor], bits: int) -> dict[str, Tensor]:
    """Each matrix as .steps (uint8, two numbers a byte with 4 bits) and .sizes (one a GROUP).

    Vectors, and matrices whose numbers do not divide by GROUP, are .whole.
    bits: 4 or 8. The sizes are float32: half precision is too coarse so near 0.
    """
    top = 2 ** (bits - 1) - 1
    kept = {}
    for name, change in changes.items():
        if change.ndim != 2 or change.numel() % GROUP:
            kept[name + WHOLE] = change.contiguous()
            continue
        groups = change.reshape(-1, GROUP)
        sizes = groups.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / top
        steps = ((groups / sizes).round() + top).to(torch.uint8)
        kept[name + STEPS] = steps[:, ::2] * 16 + steps[:, 1::2] if bits == 4 else steps
        kept[name + SIZES] = sizes[:, 0].contiguous()
    return kept


def expand(adapter: dict[str, Tensor], bits: int) -> dict[str, Tensor]:
    """The differences as `compress` kept them, float32, matrices flat."""
    found = {}
    for key, held in adapter.items():
        name, _, kind = key.rpartition(".")
        if f".{kind}" == WHOLE:
            found[name] = held
        elif f".{kind}" == STEPS:
            steps = torch.stack((held // 16, held % 16), dim=2).flatten(1) if bits == 4 else held
            sizes = adapter[name + SIZES][:, None]
            found[name] = (steps.float() - (2 ** (bits - 1) - 1)) * sizes
    return found


def make(model: Path, out: Path, bits: int, scale: float) -> None:
    """Write the adapter of a trained folder, with what it belongs to in its metadata."""
    base = load_file(str(packaged_folder() / WEIGHTS))
    changes = differences(base, load_file(str(model / WEIGHTS)))
    about = {
        "base": PACKAGED_FILES[WEIGHTS],
        "snapshot": snapshot_hash(DATA),
        "bits": str(bits),
        "scale": str(scale),
    }
    save_file(compress(changes, bits), str(out), metadata=about)
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB, {json.dumps(about)}")


def merge(adapter: Path, out: Path, scale: float | None) -> None:
    """Write the packaged model with the adapter merged, as a sentence-transformers folder.

    scale: None takes the adapter's own. Raises ValueError where it is of another base.
    """
    with safe_open(str(adapter), framework="pt") as file:
        about = file.metadata()
    if about["base"] != PACKAGED_FILES[WEIGHTS]:
        raise ValueError("the adapter was made for another model")
    shutil.copytree(packaged_folder(), out, dirs_exist_ok=True)
    weights = load_file(str(packaged_folder() / WEIGHTS))
    chosen = float(about["scale"]) if scale is None else scale
    for name, change in expand(load_file(str(adapter)), int(about["bits"])).items():
        moved = weights[name].float() + chosen * change.reshape(weights[name].shape)
        weights[name] = moved.contiguous()
    (out / WEIGHTS).unlink()
    save_file(weights, str(out / WEIGHTS), {"format": "pt"})


def main() -> None:
    """Make or merge."""
    parser = argparse.ArgumentParser(description="An adapter out of a trained model, and back.")
    parser.add_argument("what", choices=["make", "merge"])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bits", type=int, choices=[4, 8], default=4)
    parser.add_argument("--scale", type=float)
    given = parser.parse_args()
    if given.what == "make":
        make(given.model, given.out, given.bits, 1.0 if given.scale is None else given.scale)
    else:
        merge(given.adapter, given.out, given.scale)


if __name__ == "__main__":
    main()
