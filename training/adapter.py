"""What training changed, as a small file: rounded differences to the packaged weights.

    python training/adapter.py make --model RUNS/model [--beside FOLDER ...]
    python training/adapter.py merge --out FOLDER

What is made ships, as kb/data/adapter.safetensors; `kb.compile_model.adapter` reads it.
Every matrix that changed is kept as its difference in steps of 4 (or 8) bits, a
step's size for each GROUP numbers; vectors are kept whole. --scale below 1 goes
only part of the way from the packaged model to the trained one; 0 merges nothing.
--beside averages the weights with those of other models: where it began, and its
checkpoints.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from snapshot import DATA, snapshot_hash
from torch import Tensor

from kb.compile_model.adapter import GROUP, SIZES, STEPS, WHOLE, merge, read_adapter
from kb.compile_model.source import PACKAGED_FILES, WEIGHTS, packaged_folder
from kb.embed import ADAPTER


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


def make(models: list[Path], out: Path, bits: int, scale: float) -> None:
    """Write the adapter of trained folders, the mean of their weights, with what it belongs
    to in its metadata."""
    base = load_file(str(packaged_folder() / WEIGHTS))
    found = [differences(base, load_file(str(model / WEIGHTS))) for model in models]
    changes = {name: torch.stack([one[name] for one in found]).mean(0) for name in found[0]}
    about = {
        "base": PACKAGED_FILES[WEIGHTS],
        "snapshot": snapshot_hash(DATA),
        "bits": str(bits),
        "scale": str(scale),
    }
    save_file(compress(changes, bits), str(out), metadata=about)
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB, {json.dumps(about)}")


def merged(adapter: Path, out: Path, scale: float | None) -> None:
    """Write the packaged model with the adapter merged, as a sentence-transformers folder.

    scale: None takes the adapter's own. Raises AdapterError where it cannot be used.
    """
    shutil.copytree(packaged_folder(), out, dirs_exist_ok=True)
    weights = load_file(str(packaged_folder() / WEIGHTS))
    shapes = {name: tuple(w.shape) for name, w in weights.items() if w.is_floating_point()}
    merge(read_adapter(adapter, PACKAGED_FILES[WEIGHTS], shapes, scale), weights)
    (out / WEIGHTS).unlink()
    save_file(weights, str(out / WEIGHTS), {"format": "pt"})


def main() -> None:
    """Make or merge."""
    parser = argparse.ArgumentParser(description="An adapter out of a trained model, and back.")
    parser.add_argument("what", choices=["make", "merge"])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help="average with these")
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--out", type=Path, help="of make: the one that ships")
    parser.add_argument("--bits", type=int, choices=[4, 8], default=4)
    parser.add_argument("--scale", type=float)
    given = parser.parse_args()
    if given.what == "make":
        scale = 1.0 if given.scale is None else given.scale
        make([given.model, *given.beside], given.out or ADAPTER, given.bits, scale)
    elif given.out is None:
        parser.error("merge needs --out")
    else:
        merged(given.adapter, given.out, given.scale)


if __name__ == "__main__":
    main()
