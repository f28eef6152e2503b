"""The adapter: read and refused, merged, followed by the cache, said by build and match."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from kb import embed, store
from kb.compile_model import packaged_fingerprint, packaged_now, source
from kb.compile_model.adapter import AdapterError, expand, read_adapter
from kb.embed import OnnxEncoder, file_digest, find_compiled
from kb.errors import ModelError
from kb.journal import Pins
from kb.match import Matcher
from kb.render import Page, match_text
from tests.conftest import Kb
from tests.fakes import toy_model
from tests.test_build import GUIDE, STORY, Bank

ROOT = Path(__file__).parent.parent
BASE = "b" * 64
SHAPES = {"square": (16, 16), "bias": (3,)}
ABOUT = {"base": BASE, "snapshot": "s", "bits": "4", "scale": "0.5"}


def toy(**changed: np.ndarray) -> dict[str, np.ndarray]:
    """What a small adapter holds: of `square` two groups, of `bias` all."""
    held: dict[str, np.ndarray] = {
        "square.steps": np.full((2, 64), 0x78, np.uint8),  # 7, 8: a difference of 0, then of one
        "square.sizes": np.array([0.25, 2], np.float32),
        "bias.whole": np.array([1, -2, 0], np.float32),
    }
    return {**held, **{key.replace("__", "."): value for key, value in changed.items()}}


def write(path: Path, held: dict[str, np.ndarray], **about: str) -> Path:
    path.write_bytes(save(held, {k: v for k, v in {**ABOUT, **about}.items() if v}))
    return path


def about(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file, read by hand."""
    data = path.read_bytes()
    header: dict[str, Any] = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    found: dict[str, str] = header["__metadata__"]
    return found


def rewritten(path: Path, held: dict[str, np.ndarray] | None = None, **changed: str) -> Path:
    """The shipped adapter at `path`, with something else in it."""
    kept = load(embed.ADAPTER.read_bytes()) if held is None else held
    path.write_bytes(save(kept, {**about(embed.ADAPTER), **changed}))
    return path


# --- reading -----------------------------------------------------------------


def test_steps_of_four_bits_are_two_a_byte_the_first_in_the_upper_half() -> None:
    steps = np.full((1, 64), 0x77, np.uint8)
    steps[0, :2] = [0x0E, 0x7A]
    sizes = np.array([0.5], np.float32)
    (row,) = expand({"w.steps": steps, "w.sizes": sizes}, 4)["w"]
    assert row[:4].tolist() == [-3.5, 3.5, 0, 1.5]
    assert not row[4:].any()


def test_steps_of_eight_bits_are_one_a_byte() -> None:
    steps = np.full((2, 128), 127, np.uint8)
    steps[1, :2] = [0, 254]
    sizes = np.array([9, 0.5], np.float32)
    rows = expand({"w.steps": steps, "w.sizes": sizes}, 8)["w"]
    assert rows[1, :3].tolist() == [-63.5, 63.5, 0]
    assert not rows[0].any()


def test_the_changes_have_the_shape_of_their_weights_and_the_scale_of_the_file(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a", toy())
    found = read_adapter(path, BASE, SHAPES)
    assert found.digest == file_digest(path)
    assert {name: change.shape for name, change in found.changes.items()} == SHAPES
    assert all(change.dtype == np.float32 for change in found.changes.values())
    assert found.changes["bias"].tolist() == [0.5, -1, 0]
    square = found.changes["square"]
    assert (square[0, :2].tolist(), square[8, :2].tolist()) == ([0, 0.125], [0, 1])
    assert read_adapter(path, BASE, SHAPES, 2).changes["bias"].tolist() == [2, -4, 0]


def lost(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def other_bytes(path: Path) -> None:
    path.write_bytes(b"\xff" * 400)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lost, "is missing"),
        (emptied, "is damaged"),
        (cut, "is damaged"),
        (other_bytes, "is damaged"),
        (folder, r"cannot be read \(.+\)"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(
    tmp_path: Path, harm: Callable[[Path], None], why: str
) -> None:
    path = write(tmp_path / "a", toy())
    harm(path)
    with pytest.raises(AdapterError, match=f"^{why}$"):
        read_adapter(path, BASE, SHAPES)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"base": "c" * 64}, "was made for another model"),
        ({"base": ""}, "does not say its base"),
        ({"snapshot": ""}, "does not say its snapshot"),
        ({"bits": "3"}, "has steps of 3 bits, where 4 or 8 are known"),
        ({"bits": "8"}, r"does not fit the model at square\.\w+"),
        ({"bits": "four"}, "is damaged"),
        ({"scale": "half"}, "is damaged"),
        ({"scale": "nan"}, "holds numbers that are not finite"),
        ({"scale": "1e39"}, "holds numbers that are not finite"),
    ],
)
def test_metadata_that_says_something_else_is_refused(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    path = write(tmp_path / "a", toy(), **changed)
    with pytest.raises(AdapterError, match=f"^{why}$"):
        read_adapter(path, BASE, SHAPES)


WHOLE, SIZES = np.ones(3, np.float32), np.ones(2, np.float32)


@pytest.mark.parametrize(
    "changed",
    [
        {"other__whole": WHOLE},
        {"bias": WHOLE},
        {"bias__more": WHOLE},
        {"bias__whole": np.ones(4, np.float32)},
        {"bias__whole": np.ones(3, np.float64)},
        {"bias__steps": np.ones((0, 64), np.uint8), "bias__sizes": np.ones(0, np.float32)},
        {"square__whole": np.ones((16, 16), np.float32)},
        {"square__sizes": np.ones(3, np.float32)},
        {"square__sizes": SIZES[:, None]},
        {"square__steps": np.ones((1, 64), np.uint8)},
        {"square__steps": np.ones((2, 64), np.int8)},
    ],
    ids=str,
)
def test_what_does_not_fit_the_model_is_refused(
    tmp_path: Path, changed: dict[str, np.ndarray]
) -> None:
    path = write(tmp_path / "a", toy(**changed))
    with pytest.raises(AdapterError, match="does not fit the model at"):
        read_adapter(path, BASE, SHAPES)


@pytest.mark.parametrize("alone", ["square.steps", "square.sizes"])
def test_steps_and_sizes_come_together(tmp_path: Path, alone: str) -> None:
    held = {key: value for key, value in toy().items() if not key.startswith("square")}
    path = write(tmp_path / "a", {**held, alone: toy()[alone]})
    with pytest.raises(AdapterError, match=f"does not fit the model at {alone}"):
        read_adapter(path, BASE, SHAPES)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
def test_numbers_that_are_not_finite_are_refused(tmp_path: Path, bad: float) -> None:
    sizes = np.array([1, bad], np.float32)
    steps = np.zeros((2, 64), np.uint8)
    path = write(tmp_path / "a", toy(square__sizes=sizes, square__steps=steps))
    with pytest.raises(AdapterError, match="not finite"):
        read_adapter(path, BASE, SHAPES)


# --- what ships --------------------------------------------------------------


def test_the_shipped_adapter_is_of_the_snapshot_that_is_kept() -> None:
    script = "from snapshot import snapshot_hash; print(snapshot_hash())"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT / "training", check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    assert about(embed.ADAPTER)["snapshot"] == done.stdout.strip(), "train anew"


def test_the_fingerprint_follows_the_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(path: Path) -> tuple[str, str]:
        monkeypatch.setattr(embed, "ADAPTER", path)
        return packaged_now()

    shipped = packaged_now()
    copy = Path(shutil.copy(embed.ADAPTER, tmp_path / "copy"))
    scaled = rewritten(tmp_path / "scaled", scale="0.5")
    foreign = rewritten(tmp_path / "foreign", base=BASE)
    assert shipped[1] == ""
    assert of(copy) == shipped
    assert of(scaled)[0] != shipped[0]
    assert of(scaled)[1] == ""
    plain = of(tmp_path / "nothing")
    assert plain[1] == "is missing"
    assert len({plain[0], shipped[0], of(scaled)[0]}) == 3
    assert of(foreign) == (plain[0], "was made for another model")
    assert packaged_fingerprint() == plain[0]


def test_without_the_packaged_model_there_is_no_fingerprint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(source, "PACKAGE", "no_such_package_here")
    with pytest.raises(ModelError, match="is not installed"):
        packaged_fingerprint()


# --- the cache ---------------------------------------------------------------


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache whose packaged model is a toy, made with the adapter at tmp_path/adapter."""
    path = tmp_path / "adapter"
    path.write_bytes(b"one")
    monkeypatch.setattr(embed, "ADAPTER", path)
    folder = toy_model(tmp_path / "cache", embed.PACKAGED_MODEL)
    manifest = json.loads((folder / embed.MANIFEST_FILE).read_text())
    manifest |= {"adapter": file_digest(path), "calibrated": True}
    (folder / embed.MANIFEST_FILE).write_text(json.dumps(manifest))
    return tmp_path / "cache"


def unread(path: Path) -> str:
    pytest.fail(f"read {path}")


def test_the_same_adapter_is_not_read_again(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "file_digest", unread)
    found = find_compiled(embed.PACKAGED_MODEL, cached)
    assert found is not None
    assert found.calibrated


def test_the_same_adapter_installed_anew_is_read_once(
    cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(embed.ADAPTER, (1, 1))
    assert find_compiled(embed.PACKAGED_MODEL, cached) is not None
    monkeypatch.setattr(embed, "file_digest", unread)
    assert find_compiled(embed.PACKAGED_MODEL, cached) is not None


@pytest.mark.parametrize("data", [b"two", b"another", None])
def test_another_adapter_or_none_makes_it_stale(cached: Path, data: bytes | None) -> None:
    embed.ADAPTER.unlink()
    if data:
        embed.ADAPTER.write_bytes(data)
        os.utime(embed.ADAPTER, (1, 1))
    assert find_compiled(embed.PACKAGED_MODEL, cached) is None


def test_one_made_without_an_adapter_is_stale_once_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "ADAPTER", tmp_path / "adapter")
    toy_model(tmp_path / "cache", embed.PACKAGED_MODEL)
    assert find_compiled(embed.PACKAGED_MODEL, tmp_path / "cache") is not None
    embed.ADAPTER.write_bytes(b"one")
    assert find_compiled(embed.PACKAGED_MODEL, tmp_path / "cache") is None


def test_a_match_takes_the_model_of_its_index_and_reads_no_adapter(
    cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed.ADAPTER.write_bytes(b"another")
    monkeypatch.setattr(embed, "file_digest", unread)
    assert find_compiled(embed.PACKAGED_MODEL, cached, "f") is not None
    assert find_compiled(embed.PACKAGED_MODEL, cached, "g") is None


def test_a_model_of_another_name_has_nothing_to_do_with_it(cached: Path, tmp_path: Path) -> None:
    toy_model(tmp_path / "cache", "toy")
    embed.ADAPTER.unlink()
    found = find_compiled("toy", cached)
    assert found is not None
    assert not found.calibrated


@pytest.mark.parametrize("number", [1, embed.FORMAT - 1, embed.FORMAT + 1])
def test_a_folder_of_another_format_is_not_taken(cached: Path, number: int) -> None:
    path = embed.compiled_folder(embed.PACKAGED_MODEL, cached) / embed.MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": number}))
    assert find_compiled(embed.PACKAGED_MODEL, cached) is None
    assert find_compiled(embed.PACKAGED_MODEL, cached, "f") is None


# --- build and match, by hand ------------------------------------------------


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    made = Bank(tmp_path)
    made.write("personal/a.md", STORY)
    return made


def noted(bank: Bank) -> str | None:
    with store.open_index(bank.workspace.database) as reader:
        return reader.meta().get("calibration")


def calibrated(bank: Bank) -> bool:
    with store.open_index(bank.workspace.database) as reader:
        return Matcher.of(reader, bank.encoder, Pins()).match("kettle").calibrated


def test_the_index_notes_whether_its_model_is_calibrated(bank: Bank) -> None:
    bank.build()
    assert (noted(bank), calibrated(bank)) == ("packaged", True)
    bank.calibrated = False
    bank.encoder.fingerprint = "another"
    bank.build()
    assert (noted(bank), calibrated(bank)) == ("unknown", False)
    bank.found = False
    (bank.folder / "personal/a.md").unlink()
    bank.build()
    assert noted(bank) == "unknown"


def test_an_index_that_notes_nothing_is_not_calibrated(bank: Bank) -> None:
    bank.build()
    with store.write_index(bank.workspace.database) as (writer, _):
        writer.put_meta("calibration", "")
    assert not calibrated(bank)


def test_every_build_says_that_the_adapter_cannot_be_used(bank: Bank) -> None:
    bank.problem = "is missing"
    said = [bank.build().findings for _ in range(2)]
    bank.write("personal/a.md", STORY + "More.\n")
    said.append(bank.build().findings)
    for findings in said:
        (finding,) = findings
        assert (finding.rule, finding.severity) == ("adapter", "warning")
        assert finding.path == str(embed.ADAPTER)
        assert finding.message.startswith("it is missing, so ")
        assert "pip install" in finding.hint
    bank.problem = ""
    assert bank.build().findings == ()


def test_the_page_says_quietly_that_fits_are_not_calibrated(bank: Bank) -> None:
    bank.calibrated = False
    bank.write("content/talking.md", GUIDE)
    bank.build()
    note = "Fit words are not calibrated for this model."
    with store.open_index(bank.workspace.database) as reader:
        matcher = Matcher.of(reader, bank.encoder, Pins())
        result = matcher.match("architect")
        page = match_text(result, Page(80, lambda text, name: f"<{name}>{text}"))
        assert f"\n\n<quiet>{note}\n\nThe guide on " in page
        assert f"\n{note}\n" in match_text(result, Page())
        assert max(map(len, match_text(result, Page(40)).splitlines())) <= 40


# --- the model itself --------------------------------------------------------

TEXTS = ["disagreement with architect", "", "I showed them the numbers. " * 12, "Naïve café 日本語"]

# The adapter merged by hand, number by number of the file, into the published weights.
BY_HAND = """
import json, sys
import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from kb import embed
from kb.compile_model.source import packaged_folder, quiet_libraries

data = embed.ADAPTER.read_bytes()
start = 8 + int.from_bytes(data[:8], "little")
header = json.loads(data[8:start])
about = header.pop("__metadata__")

def array(key):
    one = header[key]
    first, last = one["data_offsets"]
    kind = {"U8": "u1", "F32": "<f4"}[one["dtype"]]
    return np.frombuffer(data[start + first : start + last], kind).reshape(one["shape"])

with quiet_libraries(embed.PACKAGED_MODEL):
    model = SentenceTransformer(str(packaged_folder()), device="cpu", local_files_only=True)
    plain = model.encode(json.loads(sys.argv[2]), show_progress_bar=False)
    for name, weight in model[0].auto_model.named_parameters():
        if name + ".whole" in header:
            change = array(name + ".whole").astype(np.float64)
        elif name + ".steps" in header:
            steps, sizes = array(name + ".steps"), array(name + ".sizes")
            per = 128 // steps.shape[1]
            bits = 8 // per
            change = np.zeros((len(sizes), 128))
            for place in range(per):
                part = (steps >> (8 - bits * (place + 1))) & (2**bits - 1)
                change[:, place::per] = part.astype(int) - (2 ** (bits - 1) - 1)
            change *= sizes[:, None]
        else:
            continue
        change = float(about["scale"]) * change.reshape(weight.shape)
        weight.data += torch.tensor(change, dtype=torch.float32)
    merged = model.encode(json.loads(sys.argv[2]), show_progress_bar=False)
np.savez(sys.argv[1], plain=plain, merged=merged)
"""


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    file = tmp_path_factory.mktemp("by-hand") / "vectors.npz"
    command = [sys.executable, "-c", BY_HAND, str(file), json.dumps(TEXTS)]
    subprocess.run(command, check=True, capture_output=True)
    with np.load(file) as held:
        return dict(held)


@pytest.mark.model
def test_the_compiled_model_is_the_packaged_one_with_its_adapter(
    encoder: OnnxEncoder, by_hand: dict[str, np.ndarray]
) -> None:
    found = encoder.encode(TEXTS)
    assert np.abs(found - by_hand["merged"]).max() < 1e-5
    assert np.abs(found - by_hand["plain"]).max() > 1e-2
    assert encoder.compiled.calibrated
    assert encoder.compiled.problem == ""


# Each adapter in turn, in one process: what is said of it, the fingerprint, and the vectors.
LOADED = """
import json, sys, pathlib
import numpy as np
from kb import embed
from kb.compile_model import packaged_now, source
told, rows = [], {}
with source.quiet_libraries(embed.PACKAGED_MODEL):
    for name in sys.argv[3:]:
        embed.ADAPTER = pathlib.Path(name)
        found = source.load(embed.PACKAGED_MODEL, print)
        told.append([found.problem, found.calibrated, found.fingerprint, *packaged_now()])
        vectors = found.model.encode(json.loads(sys.argv[2]), show_progress_bar=False)
        rows[str(len(rows))] = vectors
np.savez(sys.argv[1], **rows)
print(json.dumps(told))
"""


@pytest.mark.model
def test_an_adapter_that_cannot_be_used_leaves_the_plain_model(
    tmp_path: Path, by_hand: dict[str, np.ndarray]
) -> None:
    held = load(embed.ADAPTER.read_bytes())
    bias = "encoder.layer.0.attention.self.key.bias.whole"
    nan = {**held, bias: np.full_like(held[bias], np.nan)}
    cases = {
        tmp_path / "missing": "is missing",
        rewritten(tmp_path / "foreign", base=BASE): "was made for another model",
        rewritten(tmp_path / "nan", nan): "holds numbers that are not finite",
        rewritten(tmp_path / "more", {**held, "no.such.whole": held[bias]}):
            "does not fit the model at no.such.whole",
    }  # fmt: skip
    truncated = Path(shutil.copy(embed.ADAPTER, tmp_path / "truncated"))
    truncated.write_bytes(truncated.read_bytes()[: 2**20])
    cases[truncated] = "is damaged"
    cases[embed.ADAPTER] = ""
    file = tmp_path / "rows.npz"
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(file), json.dumps(TEXTS), *map(str, cases)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    rows = np.load(file)
    plain_fingerprint = told[0][2]
    assert packaged_fingerprint() != plain_fingerprint
    for number, (path, why) in enumerate(cases.items()):
        problem, is_calibrated, fingerprint, now, why_now = told[number]
        assert (problem, why_now) == (why, why), path.name
        assert fingerprint == now
        assert is_calibrated == (not why)
        assert (fingerprint == plain_fingerprint) == bool(why)
        expected = by_hand["plain" if why else "merged"]
        assert np.abs(rows[str(number)] - expected).max() < 1e-5, path.name


# --- whole commands ----------------------------------------------------------

RUN = """
import sys, pathlib
from kb import embed
from kb.files import shipped
embed.ADAPTER = pathlib.Path(sys.argv[1])
shipped._PACKAGE = pathlib.Path(sys.argv[2])
from kb.cli import run
sys.exit(run(sys.argv[3:]))
"""
NOTE = "Fit words are not calibrated for this model."


class Installed(Kb):
    """kb with an adapter of its own and a library of one guide."""

    def __init__(self, root: Path, cache: Path) -> None:
        super().__init__(root / "bank", cache, root)
        self.adapter = root / "adapter.safetensors"
        self.package = root / "package"
        (self.package / "data" / "content").mkdir(parents=True)
        (self.package / "data" / "content" / "talking.md").write_text(GUIDE, "utf-8")
        shutil.copy(ROOT / "kb" / "data" / "competencies.yaml", self.package / "data")
        for name in ("content", "personal"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "personal" / "a.md").write_text(STORY, "utf-8")

    def run(self, *args: str) -> tuple[str, str]:
        """(stdout, stderr) of a command that ends well."""
        command = [sys.executable, "-c", RUN, str(self.adapter), str(self.package), *args]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    def calibrated(self) -> tuple[bool, bool]:
        """What a match says of it, in JSON and, with no note, on the page."""
        said, err = self.run("match", "kettle", "--json")
        page, also = self.run("match", "kettle")
        assert (err, also) == ("", "")
        answer: dict[str, bool] = json.loads(said)
        assert answer["calibrated"] != (NOTE in page.splitlines())
        return answer["calibrated"], NOTE not in page

    def meta(self) -> dict[str, str]:
        with store.open_index(self.folder / "kb.db") as reader:
            return reader.meta()


@pytest.mark.model
@pytest.mark.timeout(600)
def test_a_damaged_adapter_is_said_at_each_build_until_it_is_whole(
    tmp_path: Path, model_cache: Path
) -> None:
    shutil.copytree(model_cache, tmp_path / "cache" / "answer-portfolio")
    kb = Installed(tmp_path, tmp_path / "cache")
    whole = embed.ADAPTER.read_bytes()
    kb.adapter.write_bytes(whole)
    assert kb.run("build")[1] == ""  # the same adapter: nothing is compiled
    good = kb.meta()
    assert good["calibration"] == "packaged"
    assert kb.calibrated() == (True, True)

    kb.adapter.write_bytes(whole[:-1])
    assert kb.calibrated() == (True, True)  # of the index as it was built
    said = (
        f"{kb.adapter}: it is damaged, so all-MiniLM-L6-v2 is used as it was before its training. "
    )
    out, err = kb.run("build")
    assert "1 added" in out
    assert err.startswith("Compiling the model all-MiniLM-L6-v2, once\n" + said)
    assert "pip install --force-reinstall" in err
    assert err.count("\n") == 2
    assert kb.meta()["calibration"] == "unknown"
    assert kb.meta()["fingerprint"] != good["fingerprint"]
    assert kb.calibrated() == (False, False)
    out, err = kb.run("build")
    assert "1 unchanged" in out
    assert err.startswith(said)
    kb.environment["XDG_CACHE_HOME"] = str(tmp_path / "empty")
    assert kb.run("build")[1] == err  # known without a compiled model
    assert not (tmp_path / "empty").exists()
    kb.environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    (finding,) = json.loads(kb.run("build", "--json")[0])["findings"]
    assert (finding["rule"], finding["path"]) == ("adapter", str(kb.adapter))

    kb.adapter.unlink()
    out, err = kb.run("build")
    assert "1 unchanged" in out
    assert err.startswith(f"{kb.adapter}: it is missing, so ")
    assert kb.calibrated() == (False, False)

    kb.adapter.write_bytes(whole)
    assert kb.run("build")[1] == "Compiling the model all-MiniLM-L6-v2, once\n"
    assert {**kb.meta(), "build_id": ""} == {**good, "build_id": ""}
    assert kb.calibrated() == (True, True)


TINY = """
import sys, pathlib
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast
from sentence_transformers import SentenceTransformer, models
from kb.compile_model import source

root = pathlib.Path(sys.argv[1])
size = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
BertModel(BertConfig(**size, vocab_size=30522, max_position_embeddings=64)).save_pretrained(root)
BertTokenizerFast(str(source.packaged_folder() / "vocab.txt")).save_pretrained(root)
first = models.Transformer(str(root), max_seq_length=48)
SentenceTransformer(modules=[first, models.Pooling(32)]).save(str(root / "tiny"))
"""


@pytest.mark.model
def test_another_model_runs_without_the_adapter_and_is_not_calibrated(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TINY, str(tmp_path / "model")]
    subprocess.run(command, check=True, capture_output=True)
    kb = Installed(tmp_path, tmp_path / "cache")
    (kb.folder / "kb.yaml").write_text(f"model: {tmp_path / 'model' / 'tiny'}\n", "utf-8")
    assert "adapter" not in kb.run("build")[1]
    assert kb.meta()["calibration"] == "unknown"
    assert kb.calibrated() == (False, False)
