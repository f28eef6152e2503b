"""Compiling: what is refused, what is published, and that two may do it at once."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb import compile_model as room
from kb import embed
from kb.compile_model import ensure_compiled, making, packaged_fingerprint, source
from kb.embed import Compiled, compiled_folder, find_compiled
from kb.errors import ModelError
from tests.fakes import toy_model


def silent(line: str) -> None:
    """A report nobody reads."""


# --- the packaged model ------------------------------------------------------


def test_an_altered_file_of_the_packaged_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(source.PACKAGED_FILES, "tokenizer.json", "0" * 64)
    with pytest.raises(ModelError, match=r"tokenizer\.json .* is not the published file"):
        source.packaged_folder()


def test_a_lost_file_of_the_packaged_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(source.PACKAGED_FILES, "not-there.json", "0" * 64)
    with pytest.raises(ModelError, match=r"not-there\.json"):
        source.packaged_folder()


def test_no_packaged_model_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PACKAGE", "no_such_package_here")
    with pytest.raises(ModelError, match="is not installed") as caught:
        source.packaged_folder()
    assert "pip install" in caught.value.hint


# --- publishing, with toy files ----------------------------------------------


def drafted(cache: Path) -> tuple[Path, Path]:
    """A whole draft beside its place: (draft, place)."""
    folder = toy_model(cache)
    draft = folder.with_name(".draft-mine")
    return folder.rename(draft), folder


def test_a_draft_takes_its_place(tmp_path: Path) -> None:
    draft, folder = drafted(tmp_path)
    making.publish(draft, folder, "toy", tmp_path)
    assert find_compiled("toy", tmp_path) is not None
    assert not draft.exists()


def test_a_whole_one_already_there_stays(tmp_path: Path) -> None:
    draft, folder = drafted(tmp_path)
    toy_model(tmp_path)
    (folder / "mark").touch()
    making.publish(draft, folder, "toy", tmp_path)
    assert (folder / "mark").exists()


def test_a_damaged_one_is_replaced(tmp_path: Path) -> None:
    draft, folder = drafted(tmp_path)
    toy_model(tmp_path)
    (folder / embed.WEIGHTS_FILE).write_bytes(b"cut")
    making.publish(draft, folder, "toy", tmp_path)
    assert find_compiled("toy", tmp_path) is not None
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_draft_goes_when_compiling_fails(tmp_path: Path) -> None:
    folder = compiled_folder("toy", tmp_path)

    def fail(draft: Path) -> None:
        (draft / "half").touch()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), making.drafted(folder) as draft:
        fail(draft)
    assert list(folder.parent.iterdir()) == []


def test_where_nothing_can_be_locked_only_old_drafts_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_descriptor: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    folder = compiled_folder("toy", tmp_path)
    old, new = folder.with_name(".draft-old"), folder.with_name(".draft-new")
    for other in (old, new):
        other.mkdir(parents=True)
    (old / "half").touch()
    os.utime(old, (1, 1))
    with making.drafted(folder):
        assert not old.exists()
        assert new.exists()


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "models").touch()  # a file where the folder should be
    with (
        pytest.raises(ModelError, match="cannot be written") as caught,
        making.drafted(compiled_folder("toy", tmp_path)),
    ):
        pass
    assert "XDG_CACHE_HOME" in caught.value.hint


# --- whether to compile at all -----------------------------------------------


def test_what_is_there_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_model(tmp_path)
    monkeypatch.setattr(room, "compile_model", lambda *_: pytest.fail("compiled again"))
    assert ensure_compiled("toy", tmp_path, silent).name == "toy"


def test_a_damaged_cache_is_remade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = toy_model(tmp_path)
    (folder / embed.WEIGHTS_FILE).write_bytes(b"cut")

    def remake(name: str, cache: Path, report: room.Report) -> Path:
        folder.rename(tmp_path / "aside")
        return toy_model(cache)

    monkeypatch.setattr(room, "compile_model", remake)
    assert ensure_compiled("toy", tmp_path, silent).folder == folder


def test_a_disk_that_damages_what_it_is_given_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "compile_model", lambda *_: None)
    with pytest.raises(ModelError, match="damaged while it was written"):
        ensure_compiled("toy", tmp_path, silent)


# --- with torch, in processes of their own -----------------------------------

ENSURE = """
import sys, pathlib
from kb.compile_model import ensure_compiled
from kb.errors import KBError
try:
    ensure_compiled(sys.argv[1], pathlib.Path(sys.argv[2]), print)
except KBError as error:
    sys.exit(str(error))
"""


def start(name: str, cache: Path, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", ENSURE, name, str(cache)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **env})


@pytest.mark.model
def test_the_compiled_model_says_what_it_is(compiled_model: Compiled) -> None:
    assert compiled_model.fingerprint == packaged_fingerprint()
    assert (compiled_model.dimensions, compiled_model.max_tokens) == (384, 256)
    manifest = json.loads((compiled_model.folder / embed.MANIFEST_FILE).read_text())
    assert manifest["pooling"] == "mean+normalize"
    assert manifest["adapter"] == embed.file_digest(embed.ADAPTER)
    names = {path.name for path in compiled_model.folder.iterdir()}
    assert names == {*manifest["files"], embed.MANIFEST_FILE, embed.STAMP_FILE}


@pytest.mark.model
def test_two_processes_compile_over_a_damaged_one(tmp_path: Path) -> None:
    damaged = toy_model(tmp_path, embed.PACKAGED_MODEL)
    (damaged / embed.WEIGHTS_FILE).write_bytes(b"cut")
    both = [start(embed.PACKAGED_MODEL, tmp_path) for _ in range(2)]
    told = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert [err for _, err in told] == ["", ""]  # no progress bar, no warning of a library
    found = find_compiled(embed.PACKAGED_MODEL, tmp_path)
    assert found is not None
    assert embed.OnnxEncoder.open(found).encode(["hello"]).shape == (1, 384)
    assert [p.name for p in damaged.parent.iterdir()] == [damaged.name]


@pytest.mark.model
def test_unknown_models_are_one_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    expected = {
        "nobody/has-this": "hub cannot be reached. Check `model:` in kb.yaml",
        str(tmp_path / "nowhere"): "is not a folder on this machine. Check",
        str(empty): "is not one sentence-transformers can load. Check",
    }
    running = {name: start(name, tmp_path / "cache", HF_HUB_OFFLINE="1") for name in expected}
    for name, process in running.items():
        _, err = process.communicate()
        assert process.returncode == 1
        assert err.startswith(f"The model {name} ")
        assert expected[name] in err
        assert err.count("\n") == 1


# Tiny models with weights drawn at random, in the shapes people use.
TINY = """
import sys, pathlib, json
import torch
import kb.compile_model as room
from transformers import BertConfig, BertModel, BertTokenizerFast
from sentence_transformers import SentenceTransformer, models
from kb.compile_model import source, ensure_compiled
from kb.errors import KBError

torch.manual_seed(0)
root = pathlib.Path(sys.argv[1])
size = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
base = root / "base"
BertModel(BertConfig(**size, vocab_size=30522, max_position_embeddings=64)).save_pretrained(base)
BertTokenizerFast(str(source.packaged_folder() / "vocab.txt")).save_pretrained(base)

def tiny(name, *after, pooling="mean", **how):
    first = models.Transformer(str(base), max_seq_length=48)
    pool = models.Pooling(32, pooling_mode=pooling)
    SentenceTransformer(modules=[first, pool, *after], **how).save(str(root / name))

tiny("mean")
tiny("cls", models.Normalize(), pooling="cls")
tiny("max", pooling="max")
tiny("dense", models.Dense(32, 8))
tiny("swapped")
tiny("other", pooling="max")
tiny("prompts", prompts={"query": "query: ", "document": "passage: "})
def told_by(name):
    try:
        made = ensure_compiled(str(root / name), root / "cache", lambda line: None)
        return [made.dimensions, made.max_tokens, made.fingerprint]
    except KBError as error:
        return str(error)

told = {name: told_by(name) for name in ("mean", "cls", "max", "dense", "prompts")}
export, other = room._export, SentenceTransformer(str(root / "other"))
room._export = lambda model, path: export(other, path)
told["swapped"] = told_by("swapped")
print(json.dumps(told))
"""


@pytest.mark.model
def test_other_poolings_are_honoured_or_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TINY, str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    # Compiling compares the vectors with sentence-transformers' before it publishes.
    assert [told[name][:2] for name in ("mean", "cls", "max", "dense")] == [
        [32, 48], [32, 48], [32, 48], [8, 48],
    ]  # fmt: skip
    assert len({told[name][2] for name in ("mean", "cls", "max", "dense")}) == 4
    assert "cannot be used: it wants its own prompt" in told["prompts"]
    assert "cannot be used: its compiled form gives other vectors" in told["swapped"]
