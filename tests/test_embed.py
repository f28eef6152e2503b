"""Text to vectors: the cache with toy files, the model itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb import embed
from kb.embed import Compiled, OnnxEncoder, compiled_folder, find_compiled
from kb.errors import ModelError
from kb.windows import window_spans
from tests.fakes import TOY_FILES, toy_model

LONG = "Then the queue filled up, and we learned that nobody had watched it. " * 40


# --- the cache, with toy files -----------------------------------------------


def test_a_whole_folder_is_found(tmp_path: Path) -> None:
    folder = toy_model(tmp_path)
    assert find_compiled("toy", tmp_path) == Compiled(folder, "toy", "f", 4, 8, 0)
    assert find_compiled("other", tmp_path) is None


def test_nothing_is_read_again_while_the_stamp_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_model(tmp_path)
    monkeypatch.setattr(embed, "file_digest", lambda path: pytest.fail(f"read {path}"))
    assert find_compiled("toy", tmp_path) is not None


def test_a_copy_with_other_times_is_checked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = toy_model(tmp_path)
    os.utime(folder / embed.WEIGHTS_FILE, (1, 1))
    assert find_compiled("toy", tmp_path) is not None
    monkeypatch.setattr(embed, "file_digest", lambda path: pytest.fail(f"read {path}"))
    assert find_compiled("toy", tmp_path) is not None


@pytest.mark.parametrize("file", sorted(TOY_FILES))
def test_a_truncated_file_is_damage(tmp_path: Path, file: str) -> None:
    path = toy_model(tmp_path) / file
    path.write_bytes(path.read_bytes()[:-1])
    assert find_compiled("toy", tmp_path) is None


@pytest.mark.parametrize("file", sorted(TOY_FILES))
def test_a_flipped_byte_is_damage(tmp_path: Path, file: str) -> None:
    path = toy_model(tmp_path) / file
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    os.utime(path, (1, 1))
    assert find_compiled("toy", tmp_path) is None


@pytest.mark.parametrize("file", [*sorted(TOY_FILES), embed.MANIFEST_FILE])
def test_a_missing_file_is_damage(tmp_path: Path, file: str) -> None:
    (toy_model(tmp_path) / file).unlink()
    assert find_compiled("toy", tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        f'{{"format": {embed.FORMAT}}}',
        f'{{"format": {embed.FORMAT}, "source": [], "files": 3}}',
    ],
)
def test_a_manifest_that_says_nothing_is_damage(tmp_path: Path, text: str) -> None:
    (toy_model(tmp_path) / embed.MANIFEST_FILE).write_text(text)
    assert find_compiled("toy", tmp_path) is None


def test_a_manifest_without_files_proves_nothing(tmp_path: Path) -> None:
    path = toy_model(tmp_path) / embed.MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), "files": {}}))
    assert find_compiled("toy", tmp_path) is None


def test_a_damaged_stamp_is_made_anew(tmp_path: Path) -> None:
    stamp = toy_model(tmp_path) / embed.STAMP_FILE
    good = stamp.read_text()
    stamp.write_text("{half")
    assert find_compiled("toy", tmp_path) is not None
    assert stamp.read_text() == good


def test_a_half_written_draft_is_not_a_model(tmp_path: Path) -> None:
    folder = toy_model(tmp_path)
    folder.rename(folder.with_name(".draft-abc"))
    assert find_compiled("toy", tmp_path) is None


def test_a_model_folder_that_changed_is_compiled_again(tmp_path: Path) -> None:
    source = tmp_path / "mine"
    source.mkdir()
    (source / "model.safetensors").write_bytes(b"one")
    toy_model(tmp_path, str(source))
    assert find_compiled(str(source), tmp_path) is not None
    (source / "model.safetensors").write_bytes(b"two, longer")
    assert find_compiled(str(source), tmp_path) is None


def test_names_of_one_model_share_a_folder_and_others_do_not(tmp_path: Path) -> None:
    packaged = compiled_folder("all-MiniLM-L6-v2", tmp_path)
    assert compiled_folder("sentence-transformers/all-MiniLM-L6-v2", tmp_path) == packaged
    others = {compiled_folder(n, tmp_path) for n in ("a/b", "a-b", "A/b", "a/../../b", "/")}
    assert len(others) == 5
    assert all(folder.parent == packaged.parent for folder in others)


def test_the_cache_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert embed.default_cache() == tmp_path / "answer-portfolio"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert embed.default_cache().is_absolute()
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert embed.default_cache().name == "answer-portfolio"


def test_files_that_cannot_be_opened_are_given_up(tmp_path: Path) -> None:
    toy_model(tmp_path)
    found = find_compiled("toy", tmp_path)
    assert found is not None
    with pytest.raises(ModelError, match=r"toy cannot be opened\. Run kb build"):
        OnnxEncoder.open(found)
    assert find_compiled("toy", tmp_path) is None


@pytest.mark.model
def test_reading_the_cache_imports_nothing_heavy(model_cache: Path, tmp_path: Path) -> None:
    # a copy: another installation that looks at the same cache stamps it with its own adapter
    cache = tmp_path / "answer-portfolio"
    shutil.copytree(model_cache, cache)
    assert find_compiled(embed.PACKAGED_MODEL, cache) is not None
    script = (
        "import sys; from kb.embed import default_cache, find_compiled\n"
        "assert find_compiled('all-MiniLM-L6-v2', default_cache())\n"
        "print(*{'torch', 'onnxruntime', 'tokenizers', 'transformers', 'hashlib'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False, capture_output=True, text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


# --- the model itself --------------------------------------------------------

TEXTS = [
    "disagreement with architect",
    "",
    "I showed them the numbers. " * 20,
    "Naïve café, £3.5m; 日本語 \U0001f600 and `code`",
    "   spaces   around   ",
    LONG,
    "WORDS IN CAPITALS",
]


@pytest.mark.model
def test_rows_are_units_in_the_order_of_the_texts(encoder: OnnxEncoder) -> None:
    together = encoder.encode(TEXTS)
    assert together.shape == (len(TEXTS), encoder.dimensions) == (len(TEXTS), 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    np.testing.assert_allclose(together, backwards, atol=1e-5)


@pytest.mark.model
def test_a_row_does_not_depend_on_the_other_texts(encoder: OnnxEncoder) -> None:
    together = encoder.encode([*TEXTS, *[f"filler number {i}" for i in range(60)]])
    for text, row in zip(TEXTS, together, strict=False):
        np.testing.assert_allclose(encoder.encode([text])[0], row, atol=1e-5)


@pytest.mark.model
def test_both_ways_to_open_give_the_same(encoder: OnnxEncoder, compiled_model: Compiled) -> None:
    quick = OnnxEncoder.open(compiled_model, "question")
    np.testing.assert_allclose(quick.encode(TEXTS), encoder.encode(TEXTS), atol=1e-5)
    assert quick.fingerprint == encoder.fingerprint == compiled_model.fingerprint


@pytest.mark.model
def test_no_texts_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.model
def test_no_text_is_cut(encoder: OnnxEncoder) -> None:
    # 16 tokens a sentence or so: 40 sentences are past the limit, and the end still tells.
    other = encoder.encode([LONG, LONG + "The payroll was wrong, and I had signed it off."])
    assert float(other[0] @ other[1]) < 0.9999


@pytest.mark.model
def test_a_long_text_is_the_mean_of_its_windows(encoder: OnnxEncoder) -> None:
    words = ["alpha", "river", "table", "green"] * 75  # one token each: 300, so two windows
    size = encoder.compiled.max_tokens - 2
    spans = window_spans(300, size)
    assert len(spans) == 2
    parts = encoder.encode([" ".join(words[a:b]) for a, b in spans])
    mean = parts.mean(axis=0)
    whole = encoder.encode([" ".join(words)])[0]
    np.testing.assert_allclose(whole, mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.model
def test_progress_ends_at_the_total(encoder: OnnxEncoder) -> None:
    seen: list[tuple[int, int]] = []
    encoder.encode(["one", "two", LONG], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] >= 3
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.model
def test_bytes_that_are_no_text_do_not_stop_it(encoder: OnnxEncoder) -> None:
    # What a shell hands over for an argument that is not UTF-8.
    rows = encoder.encode(["caf\udce9 story", "caf? story"])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


REFERENCE = """
import sys, json, pathlib, numpy as np
from kb.compile_model.source import load, packaged_folder, quiet_libraries
with quiet_libraries("all-MiniLM-L6-v2"):
    model = load("all-MiniLM-L6-v2", print).model
    np.save(sys.argv[1], model.encode(json.loads(sys.stdin.read()), show_progress_bar=False))
"""


@pytest.mark.model
def test_vectors_agree_with_sentence_transformers(encoder: OnnxEncoder, tmp_path: Path) -> None:
    texts = [t for t in TEXTS if t != LONG] + [
        "Tell me about a time you disagreed with an architect, and how it ended?",
        "word " * 250,
        "1. first\n2. second\n\n```\nx = f(1)\n```",
        *(f"{'and then ' * n}we shipped it" for n in range(12)),
    ]
    file = tmp_path / "reference.npy"
    command = [sys.executable, "-c", REFERENCE, str(file)]
    subprocess.run(command, input=json.dumps(texts), text=True, check=True, capture_output=True)
    assert np.abs(encoder.encode(texts) - np.load(file)).max() < 1e-5
