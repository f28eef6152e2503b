"""A sentence-transformers model to ONNX, once: the only room that imports torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb import embed
from kb.compile_model.making import (
    drafted,
    ensured,
    export,
    in_draft,
    optimise,
    publish,
    write_manifest,
    write_tokenizer,
)
from kb.compile_model.source import (
    Report,
    Source,
    load,
    packaged_fingerprint,
    packaged_now,
    quiet_libraries,
    refused,
)

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

__all__ = ["Report", "compile_model", "ensure_compiled", "packaged_fingerprint", "packaged_now"]

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
    return ensured(
        lambda: embed.find_compiled(name, cache),
        lambda: compile_model(name, cache, report),
        name,
        cache,
    )


def compile_model(name: str, cache: Path, report: Report) -> Path:
    """Compile a model into its folder of the cache, and return that folder.

    name: `all-MiniLM-L6-v2` (packaged, nothing is downloaded; with its adapter merged,
    unless that cannot be used), or whatever SentenceTransformer(name) takes. report is
    called with one line before each long step. Raises ModelError where the model is
    missing or altered, or is of a kind whose vectors would differ from
    sentence-transformers'.
    """
    folder = embed.compiled_folder(name, cache)
    canonical = embed.canonical_name(name)
    report(f"Loading the model {name}")
    embed.private_runtime()  # before torch, which may import it too
    with drafted(folder) as draft, quiet_libraries(canonical):
        # before the files are read: if they change meanwhile, the model is found stale
        state, adapter = embed.source_state(name), _adapter_digest()
        source = load(canonical, report)
        report("Compiling it, once, for quick answers later")
        write_tokenizer(source.tokenizer, draft)
        _write_graph(source, draft)
        _write_manifest(source, state, adapter, draft)
        report("Checking its vectors")
        _check(source, draft)
        publish(draft, folder, name, cache)
    return folder


def _adapter_digest() -> str:
    """The sha256 of the adapter as it is, "" where there is none to be read."""
    try:
        return embed.file_digest(embed.ADAPTER)
    except OSError:
        return ""


def _write_graph(source: Source, draft: Path) -> None:
    """Export the whole model, pooling included, then optimise it with its weights beside it."""
    raw = draft / "raw.onnx"
    try:
        _export(source.model, raw)
        optimise(raw, draft)
    except OSError:
        raise  # the disk's fault, and not the model's
    except Exception as error:
        raise refused(source.name, "it cannot be compiled to ONNX") from error


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
    export(Whole(), {"input_ids": ids, "attention_mask": mask}, "vectors", path)


def _write_manifest(source: Source, state: embed.State, adapter: str, draft: Path) -> None:
    """adapter: the sha256 of its file, used or not."""
    about = {
        "name": source.name,
        "adapter": adapter if source.name == embed.PACKAGED_MODEL else "",
        "problem": source.problem,
        "calibrated": source.calibrated,
        "fingerprint": source.fingerprint,
        "pooling": source.pooling,
        "dimensions": int(source.model.encode([""], show_progress_bar=False).shape[1]),
        "max_tokens": source.max_tokens,
        "pad_id": int(source.model.tokenizer.pad_token_id or 0),
    }
    write_manifest(about, state, draft)


def _check(source: Source, draft: Path) -> None:
    """Compare the compiled model with sentence-transformers on texts of every shape."""
    compiled = in_draft(draft)
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
