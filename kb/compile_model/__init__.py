"""A sentence-transformers model to ONNX, once: the only room that imports torch.

The compiled folder is made beside its final place and renamed, so that a
reader sees a whole one or none, and two processes may compile at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb import embed
from kb.compile_model.source import (
    Report,
    Source,
    load,
    packaged_fingerprint,
    quiet_libraries,
    refused,
)
from kb.errors import ModelError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

__all__ = ["Report", "compile_model", "ensure_compiled", "packaged_fingerprint"]

OPSET = 17  # the first with LayerNormalization
ABANDONED = 3600  # seconds after which another process's half-made folder is swept away
TOLERANCE = 1e-4  # largest difference to sentence-transformers; 1e-6 is usual

# Short, long, empty, accented and spaced out: whatever a compiled model may get wrong.
PROBES = (
    "disagreement with architect",
    "I told the team that the deadline could not hold, and showed them why. " * 8,
    "",
    "  Naïve café, 50 % of £3.5m;\tTWO lines\nand a URL: https://example.org/a?b=c  ",
)


def ensure_compiled(name: str, cache: Path, report: Report) -> embed.Compiled:
    """The compiled model, compiled now if it was missing or damaged. Raises ModelError."""
    found = embed.find_compiled(name, cache)
    if found is None:
        compile_model(name, cache, report)
        found = embed.find_compiled(name, cache)
    if found is None:
        raise ModelError(
            f"The compiled model {name} was damaged while it was written.",
            f"Check the disk that holds {cache}, then run kb build again.",
        )
    return found


def compile_model(name: str, cache: Path, report: Report) -> Path:
    """Compile a model into its folder of the cache, and return that folder.

    name: `all-MiniLM-L6-v2` (packaged, nothing is downloaded), or whatever
    SentenceTransformer(name) takes. report is called with one line before
    each long step. Raises ModelError where the model is missing or altered, or is
    of a kind whose vectors would differ from sentence-transformers'.
    """
    folder = embed.compiled_folder(name, cache)
    canonical = embed.canonical_name(name)
    report(f"Loading the model {name}")
    embed.private_runtime()  # before torch, which may import it too
    with _drafted(folder) as draft, quiet_libraries(canonical):
        state = embed.source_state(name)
        source = load(canonical, report)
        report("Compiling it, once, for quick answers later")
        _write_tokenizer(source, draft / embed.TOKENIZER_FILE)
        _write_graph(source, draft)
        _write_manifest(source, state, draft)
        report("Checking its vectors")
        _check(source, draft)
        _publish(draft, folder, name, cache)
    return folder


def _write_tokenizer(source: Source, path: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(source.tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(path), pretty=False)


def _write_graph(source: Source, draft: Path) -> None:
    """Export the whole model, pooling included, then optimise it with its weights beside it."""
    raw = draft / "raw.onnx"
    try:
        _export(source.model, raw)
        _optimise(raw, draft / embed.MODEL_FILE)
    except Exception as error:
        raise refused(source.name, "it cannot be compiled to ONNX") from error
    raw.unlink()


def _export(model: SentenceTransformer, path: Path) -> None:
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors: torch.Tensor = self.model(features)["sentence_embedding"]
            return vectors

    ids = torch.arange(16).reshape(2, 8) + 5
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            Whole().eval(),
            (ids, mask),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "texts"}},
        )


def _optimise(raw: Path, path: Path) -> None:
    onnxruntime = embed.private_runtime()

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # EXTENDED, not ALL: the last level is for the processor at hand, and caches travel.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    entry = "session.optimized_model_external_initializers_"
    options.add_session_config_entry(f"{entry}file_name", embed.WEIGHTS_FILE)
    options.add_session_config_entry(f"{entry}min_size_in_bytes", "1024")
    onnxruntime.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])


def _write_manifest(source: Source, state: list[list[object]], draft: Path) -> None:
    names = (embed.MODEL_FILE, embed.WEIGHTS_FILE, embed.TOKENIZER_FILE)
    manifest = {
        "format": embed.FORMAT,
        "name": source.name,
        "source": state,
        "fingerprint": source.fingerprint,
        "pooling": source.pooling,
        "dimensions": int(source.model.encode([""], show_progress_bar=False).shape[1]),
        "max_tokens": source.max_tokens,
        "pad_id": int(source.model.tokenizer.pad_token_id or 0),
        "files": {
            name: {
                "size": (draft / name).stat().st_size,
                "sha256": embed.file_digest(draft / name),
            }
            for name in names
        },
    }
    text = json.dumps(manifest, indent=1)
    (draft / embed.MANIFEST_FILE).write_text(text, encoding="utf-8")
    embed.write_stamp(draft, names)


def _check(source: Source, draft: Path) -> None:
    """Compare the compiled model with sentence-transformers on texts of every shape."""
    manifest = json.loads((draft / embed.MANIFEST_FILE).read_bytes())
    compiled = embed.Compiled(
        draft,
        source.name,
        manifest["fingerprint"],
        manifest["dimensions"],
        manifest["max_tokens"],
        manifest["pad_id"],
    )
    encoder = embed.OnnxEncoder.open(compiled, "build")
    # sentence-transformers cuts what is too long, where kb makes windows: compare the rest.
    probes = [text for text in PROBES if len(encoder.tokenizer.encode(text)) <= compiled.max_tokens]
    theirs = source.model.encode(probes, normalize_embeddings=True, show_progress_bar=False)
    try:
        ours = encoder.encode(probes)
    except Exception as error:  # onnxruntime raises bare Exceptions of its own
        raise refused(source.name, "its compiled form does not run") from error
    if not np.allclose(ours, theirs, rtol=0, atol=TOLERANCE):
        raise refused(source.name, "its compiled form gives other vectors")


@contextlib.contextmanager
def _drafted(folder: Path) -> Iterator[Path]:
    """A fresh folder beside the final one, gone again afterwards unless it was renamed."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    except OSError as error:
        raise ModelError(
            f"The cache folder {folder.parent} cannot be written ({error.strerror}).",
            "Set XDG_CACHE_HOME to a folder that can.",
        ) from error
    now = draft.stat().st_mtime
    for other in folder.parent.glob(".draft-*"):
        with contextlib.suppress(OSError):
            if other.stat().st_mtime < now - ABANDONED:
                shutil.rmtree(other, ignore_errors=True)
    try:
        yield draft
    except OSError as error:
        raise ModelError(
            f"The compiled model cannot be written to {folder.parent} ({error.strerror}).",
            "Make room there, or set XDG_CACHE_HOME to another folder.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publish(draft: Path, folder: Path, name: str, cache: Path) -> None:
    """Rename the draft to its place, unless another process put a whole one there first."""
    for path in draft.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    for attempt in range(8):
        try:
            draft.replace(folder)
            return
        except OSError:
            if embed.find_compiled(name, cache) is not None:
                return
            # What stands there is damaged: move it aside, to be swept with the drafts.
            aside = folder.with_name(f"{draft.name}-{attempt}")
            with contextlib.suppress(OSError):
                folder.replace(aside)
                shutil.rmtree(aside, ignore_errors=True)
    raise OSError(0, "another process keeps the folder")
