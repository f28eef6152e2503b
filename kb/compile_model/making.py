"""What compiling an encoder and compiling a reader share: graph, manifest, a folder published.

The compiled folder is made beside its final place and renamed, so that whoever
looks sees a whole one or none, and two processes may compile at once.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb import embed
from kb.durable import settle
from kb.errors import ModelError

if TYPE_CHECKING:
    import torch

if sys.platform != "win32":
    import fcntl

OPSET = 17  # the first with LayerNormalization
LEAST_ROOM = 16_000_000  # bytes; with less, a step that failed did so for want of room
# Seconds after which a half-made folder is swept away, where no lock can tell whose it is.
ABANDONED = 3600


def ensured(
    find: Callable[[], embed.Compiled | None], make: Callable[[], object], name: str, cache: Path
) -> embed.Compiled:
    """What `find` finds, after `make` where it found nothing. Raises ModelError."""
    found = find()
    if found is None:
        make()
        found = find()
    if found is None:
        raise ModelError(
            f"The compiled model {name} was damaged while it was written.",
            f"Check the disk that holds {cache}, then try again.",
        )
    return found


def write_tokenizer(text: str, draft: Path) -> None:
    """Write the tokenizer whose JSON is `text`, as one that neither cuts nor pads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # not its own `save`, which does not say what a disk's fault is
    (draft / embed.TOKENIZER_FILE).write_bytes(tokenizer.to_str(pretty=False).encode())


def export(
    whole: torch.nn.Module, inputs: Mapping[str, torch.Tensor], output: str, path: Path
) -> None:
    """Write a module as ONNX. inputs: name -> an example (texts, tokens); output: the name
    of what it returns, a row for each text."""
    import torch

    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            whole.eval(),
            tuple(inputs.values()),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes={**dict.fromkeys(inputs, axes), output: {0: "texts"}},
        )


def optimise(raw: Path, draft: Path) -> None:
    """Make the graph `raw` the draft's, optimised, its weights beside it."""
    onnxruntime = embed.private_runtime()

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # EXTENDED, not ALL: the last level is for the processor at hand, and caches travel.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(draft / embed.MODEL_FILE)
    entry = "session.optimized_model_external_initializers_"
    options.add_session_config_entry(f"{entry}file_name", embed.WEIGHTS_FILE)
    options.add_session_config_entry(f"{entry}min_size_in_bytes", "1024")
    onnxruntime.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])
    raw.unlink()


def write_manifest(about: Mapping[str, object], state: embed.State, draft: Path) -> None:
    """Write the manifest and the stamp of a draft that has its other files.

    about: what `embed.find_compiled` reads and the files do not say; state: that of the source.
    """
    names = (embed.MODEL_FILE, embed.WEIGHTS_FILE, embed.TOKENIZER_FILE)
    manifest = {
        "format": embed.FORMAT,
        "source": state,
        **about,
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
    embed.write_stamp(draft, names, state)


def in_draft(draft: Path) -> embed.Compiled:
    """The compiled model in a draft, to be tried before it is published."""
    manifest = json.loads((draft / embed.MANIFEST_FILE).read_bytes())
    kept = ("name", "fingerprint", "dimensions", "max_tokens", "pad_id")
    return embed.Compiled(draft, *(manifest[key] for key in kept))


@contextlib.contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """A fresh folder beside the final one, gone again afterwards unless it was renamed.

    It is locked as long as it is in use. Those that a process left behind when it was killed,
    or the power failed, are swept away: each is as large as the model.
    """
    with contextlib.ExitStack() as locks:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _locked(folder.parent):  # so that no one sweeps what is not locked yet
                draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
                locks.enter_context(_locked(draft))
                _sweep(draft)
        except OSError as error:
            raise ModelError(
                f"The cache folder {folder.parent} cannot be written ({error.strerror}).",
                "Set XDG_CACHE_HOME to a folder that can.",
            ) from error
        try:
            yield draft
        except Exception as error:
            reason = error.strerror if isinstance(error, OSError) else _shortage(draft)
            if not reason:
                raise
            raise ModelError(
                f"The compiled model cannot be written to {folder.parent} ({reason}).",
                "Make room there, or set XDG_CACHE_HOME to another folder.",
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _sweep(draft: Path) -> None:
    """Take away the other drafts beside this one that nobody is at any more."""
    now = draft.stat().st_mtime
    for other in draft.parent.glob(".draft-*"):
        if other == draft:
            continue
        with contextlib.suppress(OSError), _locked(other, wait=False) as known:
            if known or other.stat().st_mtime < now - ABANDONED:
                shutil.rmtree(other, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a folder's lock; whether there is such a thing (not on Windows, nor on some network
    disks). Raises BlockingIOError where another process holds it and `wait` is not set."""
    if sys.platform == "win32":
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            known = True
        except BlockingIOError:
            raise
        except OSError:
            known = False
        yield known
    finally:
        os.close(descriptor)  # which lets go of the lock


def _shortage(draft: Path) -> str:
    """Why nothing can be written where that is for want of room, or "". The libraries that
    write there say it each in its own way, as a fault of the model's."""
    full = shutil.disk_usage(draft).free < LEAST_ROOM
    return os.strerror(errno.ENOSPC) if full else ""


def publish(draft: Path, folder: Path, name: str, cache: Path) -> None:
    """Rename the draft to its place, unless another process put a whole one there first."""
    for path in draft.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    settle(draft)
    for attempt in range(8):
        try:
            draft.replace(folder)
            settle(folder.parent)
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
