"""A sentence-transformers CrossEncoder to ONNX, once: what `rerank:` in kb.yaml names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb import embed, reread
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
    Kind,
    Report,
    check_folder,
    fingerprint_of,
    limit,
    load_named,
    missing,
    quiet_libraries,
    refused,
    weights_digest,
)

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder

READER = Kind("rerank", "cross-encoder")
CLASSIFIER = "ForSequenceClassification"  # how the name of such an architecture ends
INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
TOLERANCE = 1e-4  # largest difference to sentence-transformers, absolute and of the logit
SHORT = "I drew it again. "
# A question with texts that are short, padded, empty, cut, and spaced out.
QUESTION = "disagreement with architect"
TEXTS = (
    SHORT,
    SHORT * 5,
    "",
    SHORT * 400,
    "  Naïve café, £3.5m;\tTWO lines\nand https://a.org/?b=c ",
)


@dataclass(frozen=True, slots=True)
class PairSource:
    """A loaded CrossEncoder. example: name -> what it is given for two pairs, (2, tokens)."""

    name: str
    model: CrossEncoder
    tokenizer: str  # the JSON of a tokenizers.Tokenizer
    max_tokens: int
    example: dict[str, torch.Tensor]


def ensure_reader(name: str, cache: Path, report: Report) -> embed.Compiled:
    """The compiled reader, compiled now if it was missing or damaged. Raises ModelError."""
    return ensured(
        lambda: reread.find_reader(name, cache),
        lambda: compile_reader(name, cache, report),
        name,
        cache,
    )


def check_name(name: str) -> None:
    """Raise ModelError for a name that can be no reader's; nothing is loaded to see that."""
    check_folder(name, READER)
    if embed.canonical_name(name) == embed.PACKAGED_MODEL:
        raise refused(name, "it makes vectors, and is no cross-encoder", READER)
    folder = Path(name)
    if folder.is_dir() and not (folder / "config.json").is_file():
        raise missing(name, "is not one sentence-transformers can load", READER)


def compile_reader(name: str, cache: Path, report: Report) -> Path:
    """Compile a reader into its folder of the cache, and return that folder.

    name: whatever CrossEncoder(name) takes. report is called with one line before each
    long step. Raises ModelError where the model is missing, or is of a kind whose logits
    would differ from sentence-transformers'.
    """
    check_name(name)
    folder = embed.compiled_folder(name, reread.readers(cache))
    canonical = embed.canonical_name(name)
    report(f"Loading the model {name}")
    embed.private_runtime()  # before torch, which may import it too
    with drafted(folder) as draft, quiet_libraries(canonical):
        state = embed.source_state(name)
        source = _load(canonical, report)
        report("Compiling it, once, for quick answers later")
        write_tokenizer(source.tokenizer, draft)
        _write_graph(source, draft)
        write_manifest(_about(source), state, draft)
        report("Checking its logits")
        _check(source, draft)
        publish(draft, folder, name, reread.readers(cache))
    return folder


def _load(name: str, report: Report) -> PairSource:
    model = load_named(name, report, _cross_encoder, READER)
    try:
        why = _unusual(model)
        backend = getattr(model.tokenizer, "backend_tokenizer", None)
        if not why and backend is None:
            why = "it has no fast tokenizer"
        features = {} if why else dict(model.preprocess([(QUESTION, t) for t in TEXTS[:2]]))
    except Exception as error:  # whatever a model of another kind raises
        raise refused(name, "it does not read pairs of texts", READER) from error
    if why or backend is None:
        raise refused(name, why, READER)
    features.pop("modality", None)
    if not set(features) <= INPUTS:
        raise refused(name, "it wants more than the tokens of a pair", READER)
    return PairSource(name, model, backend.to_str(), limit(model), features)


def _cross_encoder(name: str, local: bool) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    # The plain attention exports to a graph that ONNX Runtime knows how to fuse.
    model: CrossEncoder = CrossEncoder(
        name,
        device="cpu",
        local_files_only=local,
        model_kwargs={"attn_implementation": "eager"},
    )
    model.float().eval()
    return model


def _unusual(model: CrossEncoder) -> str:
    """Why a model is none of those that kb can run, or ""."""
    first = model[0]
    kinds = getattr(model.config, "architectures", None) or ()
    task = getattr(first, "transformer_task", "")
    if any(prompt for prompt in (model.prompts or {}).values()):
        return "it wants its own prompt before each pair"
    if "message" in getattr(first, "modality_config", ()):
        return "it wants each pair in a chat template"
    if len(model) != 1 or task != "sequence-classification":
        return "it is more than a classifier of pairs"
    if not any(kind.endswith(CLASSIFIER) for kind in kinds):
        return "it was not trained as a cross-encoder"
    if model.num_labels != 1:
        return f"it gives {model.num_labels} numbers for a pair, where kb wants one"
    return ""


def _write_graph(source: PairSource, draft: Path) -> None:
    """Export the whole model, then optimise it with its weights beside it."""
    raw = draft / "raw.onnx"
    try:
        _export(source.model, source.example, raw)
        optimise(raw, draft)
    except Exception as error:
        raise refused(source.name, "it cannot be compiled to ONNX", READER) from error


def _export(model: CrossEncoder, example: dict[str, torch.Tensor], path: Path) -> None:
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *values: torch.Tensor) -> torch.Tensor:
            scores: torch.Tensor = self.model(dict(zip(example, values, strict=True)))["scores"]
            return scores.squeeze(-1)

    export(Whole(), example, "logits", path)


def _about(source: PairSource) -> dict[str, object]:
    digests = (weights_digest(source.model), hashlib.sha256(source.tokenizer.encode()).hexdigest())
    return {
        "name": source.name,
        "adapter": "",
        "problem": "",
        "calibrated": False,
        "fingerprint": fingerprint_of(digests, "pairs", source.max_tokens),
        "pooling": "pairs",
        "dimensions": 1,
        "max_tokens": source.max_tokens,
        "pad_id": int(source.model.tokenizer.pad_token_id or 0),
    }


def _check(source: PairSource, draft: Path) -> None:
    """Compare the compiled model's logits with sentence-transformers' on pairs of every shape."""
    import torch

    reader = reread.OnnxReader.open(in_draft(draft))
    try:
        theirs = source.model.predict(
            [(QUESTION, text) for text in TEXTS],
            activation_fn=torch.nn.Identity(),
            show_progress_bar=False,
        )
        ours = reader.read(QUESTION, TEXTS)
    except Exception as error:  # whatever the libraries raise
        raise refused(source.name, "its compiled form does not run", READER) from error
    if not np.allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE):
        raise refused(source.name, "its compiled form gives other logits", READER)
