"""Text to vectors with ONNX Runtime: the only room that runs a model.

The model was compiled once, by `compile_model`, into a folder of the user's
cache: `model.onnx` with its weights beside it, `tokenizer.json`, a manifest,
and a stamp that says the files were seen whole. Nothing here imports torch.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from kb.errors import ModelError
from kb.windows import batches, split_specials, window_spans

# numpy is imported where it is used: a build of nothing new only looks for the compiled model
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import (  # type: ignore[import-untyped]
        InferenceSession,
        SessionOptions,
    )
    from tokenizers import Tokenizer

    Vectors = NDArray[np.float32]

PACKAGED_MODEL = "all-MiniLM-L6-v2"
# What training changed of the packaged model; merged into it when it is compiled.
ADAPTER = Path(__file__).resolve().parent / "data" / "adapter.safetensors"
FORMAT = 2  # of the compiled folder; another number is another folder
MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE = "model.onnx", "model.bin", "tokenizer.json"
MANIFEST_FILE, STAMP_FILE = "manifest.json", "stamp.json"

WINDOW_SCHEME = "even-1"  # names how long texts are cut and pooled; part of the fingerprint

Progress = Callable[[int, int], None]
Purpose = Literal["question", "few", "build"]
State = list[list[object]]  # path, size and mtime_ns of each file of a model


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled model that was found whole.

    max_tokens counts the special tokens. calibrated: whether the fits were set for this
    model. problem: why the packaged model is without its adapter, or "".
    """

    folder: Path
    name: str
    fingerprint: str
    dimensions: int
    max_tokens: int
    pad_id: int
    calibrated: bool = False
    problem: str = ""


def private_runtime() -> ModuleType:
    """The module onnxruntime, with its telemetry off.

    Since 1.29 it reports its use to Microsoft on every system, unless one of
    these is set before it is first imported.
    """
    for name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
        os.environ[name] = "1"
    import onnxruntime

    module: ModuleType = onnxruntime
    return module


class Encoder(Protocol):
    """Whatever turns texts into vectors; equal fingerprints mean comparable vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the weights, tokenizer, pooling, length and window scheme."""

    @property
    def dimensions(self) -> int:
        """The length d of a vector."""

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """`(n, d) float32, unit rows`, in the order of `texts`; progress is (done, total)."""

    def commonness(self, word: str) -> int | None:
        """A word's place in the model's vocabulary, lower is commoner; None if it is not there."""


def default_cache() -> Path:
    """The user's cache folder for kb; `XDG_CACHE_HOME` is honoured on every system."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen / "answer-portfolio"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("answer-portfolio", appauthor=False))


def canonical_name(name: str) -> str:
    """The one spelling of a model's name: the packaged model, a full path, or as given."""
    if name in (PACKAGED_MODEL, f"sentence-transformers/{PACKAGED_MODEL}"):
        return PACKAGED_MODEL
    path = Path(name).expanduser()
    return str(path.resolve()) if path.is_dir() else name


def compiled_folder(name: str, cache: Path) -> Path:
    """Where the compiled form of a model lies, whether or not it is there yet."""
    canonical = canonical_name(name)
    slug = re.sub(r"[^a-z0-9]+", "-", canonical.lower()).strip("-")[-48:]
    return cache / "models" / f"{slug}-{zlib.crc32(canonical.encode()):08x}-v{FORMAT}"


def find_compiled(name: str, cache: Path, fingerprint: str = "") -> Compiled | None:
    """The compiled model, or None where it is missing, damaged, or older than its source.

    fingerprint: that of an index, whose model is taken whatever its source is now.
    Sizes and mtimes are compared with the stamp; where they differ, the sha256
    of every file is compared with the manifest and the stamp is written anew.
    """
    folder = compiled_folder(name, cache)
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
        other = fingerprint and manifest["fingerprint"] != fingerprint
        if manifest["format"] != FORMAT or other:
            return None
        if not _is_whole(folder, manifest, None if fingerprint else source_state(name)):
            return None
        return Compiled(
            folder=folder,
            name=str(manifest["name"]),
            fingerprint=str(manifest["fingerprint"]),
            dimensions=int(manifest["dimensions"]),
            max_tokens=int(manifest["max_tokens"]),
            pad_id=int(manifest["pad_id"]),
            calibrated=bool(manifest["calibrated"]),
            problem=str(manifest["problem"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def source_state(name: str) -> State:
    """What changes when a model's source does, unread: the state of the files of a model
    that is a folder, of the packaged one's adapter; [] for a named one."""
    files: list[Path] = []
    folder = Path(canonical_name(name))
    if str(folder) == PACKAGED_MODEL:
        # one that may not be read is as good as none
        folder, files = ADAPTER.parent, [ADAPTER] if os.access(ADAPTER, os.R_OK) else []
    elif folder.is_dir():
        kinds = {".json", ".safetensors", ".bin", ".txt", ".model"}
        files = sorted(p for p in folder.rglob("*") if p.suffix in kinds and p.is_file())
    return [
        [p.relative_to(folder).as_posix(), p.stat().st_size, p.stat().st_mtime_ns] for p in files
    ]


def write_stamp(folder: Path, names: Sequence[str], source: State | None) -> None:
    """Note size and mtime of files that were just seen whole; a read-only cache goes without.

    source: the state of the model's source that they were made of, or None.
    """
    text = json.dumps({"files": _state(folder, names), "source": source})
    draft = folder / f".{STAMP_FILE}.{os.getpid()}"
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / STAMP_FILE)
    except OSError:
        draft.unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal. Raises OSError."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(folder: Path, names: Sequence[str]) -> dict[str, list[int]]:
    stats = {name: (folder / name).stat() for name in names}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}


def _is_whole(folder: Path, manifest: dict[str, Any], source: State | None) -> bool:
    """Whether the files are those of the manifest, and made of this source unless None."""
    files = manifest["files"]
    if set(files) != {MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE}:
        return False
    state = _state(folder, list(files))
    try:
        stamp = json.loads((folder / STAMP_FILE).read_bytes())
        if stamp["files"] == state and source in (None, stamp["source"]):
            return True
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no stamp is no proof either way: look at the files themselves
    if source is not None and not _is_source(manifest, source):
        return False
    for name, expected in files.items():
        if state[name][0] != expected["size"] or file_digest(folder / name) != expected["sha256"]:
            return False
    write_stamp(folder, list(files), source)
    return True


def _is_source(manifest: dict[str, Any], source: State) -> bool:
    """Whether a model was made of this source; the same adapter, installed anew, is the same."""
    if manifest["source"] == source:
        return True
    packaged: bool = manifest["name"] == PACKAGED_MODEL
    return packaged and str(manifest["adapter"]) == file_digest(ADAPTER)


@dataclass(frozen=True, slots=True)
class OnnxEncoder:
    """An open compiled model. Make one with `OnnxEncoder.open`."""

    compiled: Compiled
    session: InferenceSession
    tokenizer: Tokenizer

    @classmethod
    def open(cls, compiled: Compiled, purpose: Purpose = "question") -> OnnxEncoder:
        """Open for one `question` (the quickest start), a `few` texts of an edited story,
        or a `build` (the most texts a second). Raises ModelError as `opened` does."""
        return cls(compiled, *opened(compiled, purpose))

    @property
    def fingerprint(self) -> str:
        """Names the weights, tokenizer, pooling, length and window scheme."""
        return self.compiled.fingerprint

    @property
    def dimensions(self) -> int:
        """The length d of a vector: 384 for the packaged model."""
        return self.compiled.dimensions

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """`(n, d) float32, unit rows`, in the order of `texts`.

        A text over the model's limit is cut into overlapping windows of equal
        length, whose vectors are averaged. "" has the vector the model gives
        it. progress(done, total) counts windows, after each batch.
        """
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        windows, starts = self._windows(texts)
        lengths = np.array([len(window) for window in windows])
        vectors = np.empty((len(windows), self.dimensions), np.float32)
        done = 0
        for batch in batches(lengths):
            vectors[batch] = self._run([windows[i] for i in batch])
            done += len(batch)
            if progress is not None:
                progress(done, len(windows))
        # The windows of a text are consecutive rows of equal length: their sum has the
        # direction of the mean over its tokens.
        return _unit(np.add.reduceat(vectors, starts))

    def commonness(self, word: str) -> int | None:
        """The word's place in a WordPiece vocabulary, whose whole words are ordered by how often
        they occur; None if it is not there. With a vocabulary of another kind every word is
        as common as any, since what stands there are not words."""
        if self.tokenizer.token_to_id("##s") is None:
            return 0
        place: int | None = self.tokenizer.token_to_id(word)
        return place

    def _windows(self, texts: Sequence[str]) -> tuple[list[list[int]], NDArray[np.intp]]:
        """Token ids of every window, and for each text the number of its first window."""
        import numpy as np

        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        windows: list[list[int]] = []
        starts = np.empty(len(texts), np.intp)
        for i, encoding in enumerate(self.tokenizer.encode_batch_fast(clean)):
            starts[i] = len(windows)
            ids: list[int] = encoding.ids
            if len(ids) <= self.compiled.max_tokens:
                windows.append(ids)
            else:
                head, body, tail = split_specials(ids, encoding.special_tokens_mask)
                size = self.compiled.max_tokens - len(head) - len(tail)
                windows += [head + body[a:b] + tail for a, b in window_spans(len(body), size)]
        return windows, starts

    def _run(self, windows: list[list[int]]) -> Vectors:
        import numpy as np

        longest = max(len(window) for window in windows)
        ids = np.full((len(windows), longest), self.compiled.pad_id, np.int64)
        mask = np.zeros((len(windows), longest), np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window)] = window
            mask[row, : len(window)] = 1
        result: Vectors = self.session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return _unit(result)


def opened(compiled: Compiled, purpose: Purpose) -> tuple[InferenceSession, Tokenizer]:
    """The parts of a compiled model, ready to run. Raises ModelError where the files cannot
    be opened; the cached copy is then given up, to be made anew when it is next wanted."""
    from tokenizers import Tokenizer

    onnxruntime = private_runtime()
    folder = compiled.folder
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        path, options = str(folder / MODEL_FILE), _session_options(purpose)
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # both libraries raise bare Exceptions of their own
        _give_up(folder)
        raise ModelError(
            f"The compiled model {compiled.name} cannot be opened.",
            "Run kb build, which makes it anew.",
        ) from error
    return session, tokenizer


def _unit(rows: Vectors) -> Vectors:
    import numpy as np

    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = rows / np.maximum(norms, np.float32(1e-12))
    return unit


def _session_options(purpose: Purpose) -> SessionOptions:
    """The options measured best for each use; the graph was optimised when it was compiled."""
    onnxruntime = private_runtime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors, which are raised as well
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1 if purpose == "question" else _cores()
    if purpose != "build":
        # Packing copies the weights, which are otherwise read in place from the mapped file.
        options.add_session_config_entry("session.disable_prepacking", "1")
    if purpose == "build":
        # Waiting threads would spin on a core that someone else may want; nothing is lost.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _give_up(folder: Path) -> None:
    for name in (STAMP_FILE, MANIFEST_FILE):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError:
            return
