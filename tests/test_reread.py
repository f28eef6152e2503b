"""The second reader: its logits, what it does to an order, and the command that uses one."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb import store
from kb.compile_model.reader import check_name
from kb.domain import MatchResult
from kb.errors import ModelError
from kb.filters import Filters
from kb.journal import Entry, Pins, pins
from kb.match import READ_AGAIN, Matcher
from kb.render.matches import UNCALIBRATED
from kb.reread import OnnxReader, find_reader, readers
from tests.conftest import Kb
from tests.fakes import toy_model
from tests.test_build import Bank
from tests.test_cli import HEAVY, loaded

# Tiny cross-encoders with weights drawn at random: a word is a token, 64 are the limit.
TINY = """
import sys, pathlib, json
import torch
from transformers import (
    BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast,
    DistilBertConfig, DistilBertForSequenceClassification,
)
from sentence_transformers import CrossEncoder
import kb.compile_model.reader as room
from kb.errors import KBError

torch.manual_seed(0)
root = pathlib.Path(sys.argv[1])
words = "[PAD] [UNK] [CLS] [SEP] [MASK] the architect drew a gateway kettle list ##s . ?".split()
(root / "vocab.txt").write_text("\\n".join(words))
size = dict(vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
            intermediate_size=64, max_position_embeddings=64, initializer_range=1.0)
small = dict(vocab_size=len(words), dim=32, n_layers=2, n_heads=2, hidden_dim=64,
             max_position_embeddings=64, initializer_range=1.0, num_labels=1)

def tiny(name, model, **how):
    model.save_pretrained(root / name)
    tokenizer = BertTokenizerFast(str(root / "vocab.txt"), model_max_length=64)
    tokenizer.save_pretrained(root / name)
    made = CrossEncoder(str(root / name), device="cpu", **how)
    if type(model) is not BertModel:
        made.save_pretrained(str(root / name))
    return made

reader = tiny("reader", BertForSequenceClassification(BertConfig(**size, num_labels=1)))
tiny("distil", DistilBertForSequenceClassification(DistilBertConfig(**small)))
other = tiny("other", BertForSequenceClassification(BertConfig(**size, num_labels=1)))
tiny("three", BertForSequenceClassification(BertConfig(**size, num_labels=3)))
tiny("prompts", BertForSequenceClassification(BertConfig(**size, num_labels=1)),
     prompts={"query": "the "})
tiny("encoder", BertModel(BertConfig(**size)))
(root / "spoilt").mkdir()
(root / "spoilt" / "config.json").write_text("{")

def told_by(name, cache="cache"):
    try:
        return room.ensure_reader(str(root / name), root / cache, lambda line: None).max_tokens
    except KBError as error:
        return str(error)

told = {name: told_by(name) for name in sys.argv[2].split(",")}
export = room._export
room._export = lambda model, example, path: export(other, example, path)
told["swapped"] = told_by("reader", "another")
pairs = json.loads(sys.stdin.read())
told["logits"] = [
    float(x) for x in reader.predict(pairs, activation_fn=torch.nn.Identity())
]
print(json.dumps(told))
"""
NAMES = ["reader", "distil", "three", "prompts", "encoder", "spoilt"]
QUESTION = "the architect drew a kettle?"
LONG = "kettle " * 40
TEXTS = ["the list", "a gateway. " * 50, "", "Ärger & mehr", "kettles drew the architect ."]
PAIRS = [
    *((QUESTION, text) for text in TEXTS),
    # 64 less three marks are 61: a question may have 30, and the text has the rest
    *(("kettle " * 30, text) for text in TEXTS),
]


class Tiny:
    """The folder of the tiny models, and what was told of them."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-c", TINY, str(root), ",".join(NAMES)]
        done = subprocess.run(
            command, input=json.dumps(PAIRS), check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        self.root = root
        self.told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])

    def open(self, name: str) -> OnnxReader:
        found = find_reader(str(self.root / name), self.root / "cache")
        assert found is not None
        return OnnxReader.open(found)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return Tiny(tmp_path_factory.mktemp("tiny"))


# --- the reader itself -------------------------------------------------------


@pytest.mark.model
def test_logits_are_those_of_the_cross_encoder(tiny: Tiny) -> None:
    reader = tiny.open("reader")
    ours = [*reader.read(QUESTION, TEXTS), *reader.read(LONG, TEXTS)]
    np.testing.assert_allclose(ours, tiny.told["logits"], rtol=1e-4, atol=1e-4)
    assert len({round(float(x), 3) for x in ours}) == len(ours)  # or nothing would be shown


@pytest.mark.model
def test_a_logit_does_not_depend_on_the_other_texts(tiny: Tiny) -> None:
    for name in ("reader", "distil"):
        reader = tiny.open(name)
        together = reader.read(QUESTION, TEXTS)
        assert together.dtype == np.float32
        assert together.shape == (len(TEXTS),)
        alone = [reader.read(QUESTION, [text])[0] for text in TEXTS]
        np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)
        assert reader.read(QUESTION, []).shape == (0,)
        # what a shell hands over for an argument that is not UTF-8
        assert np.isfinite(reader.read("caf\udce9", ["the \udce9 kettle"])).all()


@pytest.mark.model
def test_what_is_no_plain_reader_is_refused_in_a_sentence(tiny: Tiny) -> None:
    told = tiny.told
    assert (told["reader"], told["distil"]) == (64, 64)
    assert "gives 3 numbers for a pair" in told["three"]
    assert "its own prompt" in told["prompts"]
    assert "was not trained as a cross-encoder" in told["encoder"]
    assert "is not one sentence-transformers can load. Check `rerank:`" in told["spoilt"]
    assert "its compiled form gives other logits" in told["swapped"]
    assert [p.name[:4] for p in (tiny.root / "another" / "readers" / "models").iterdir()] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{}/nowhere", "is not a folder on this machine. Check `rerank:` in kb.yaml"),
        ("{}", "is not one sentence-transformers can load"),
        ("all-MiniLM-L6-v2", "is no cross-encoder. Name another in `rerank:`"),
    ],
)
def test_some_names_are_refused_before_anything_is_loaded(
    tmp_path: Path, name: str, words: str
) -> None:
    with pytest.raises(ModelError) as caught:
        check_name(name.format(tmp_path))
    assert words in str(caught.value)


def test_a_reader_has_a_place_of_its_own_and_is_given_up_when_it_cannot_be_opened(
    tmp_path: Path,
) -> None:
    toy_model(tmp_path)
    assert find_reader("toy", tmp_path) is None
    toy_model(readers(tmp_path))
    found = find_reader("toy", tmp_path)
    assert found is not None
    with pytest.raises(ModelError, match=r"cannot be opened\. The next match makes it anew"):
        OnnxReader.open(found)
    assert find_reader("toy", tmp_path) is None


class Broken:
    """A session that fails, or gives these logits."""

    def __init__(self, *logits: float) -> None:
        self.logits = logits

    def get_inputs(self) -> list[object]:
        return []

    def run(self, _names: None, _values: dict[str, np.ndarray]) -> list[np.ndarray]:
        if not self.logits:
            raise RuntimeError("no memory")
        return [np.array(self.logits, np.float32)]


@pytest.mark.model
@pytest.mark.parametrize(
    ("logits", "words"), [((), "does not run"), ((math.nan,), "gives what is no number")]
)
def test_a_model_that_fails_is_a_sentence(
    tiny: Tiny, logits: tuple[float, ...], words: str
) -> None:
    whole = tiny.open("reader")
    broken: Any = Broken(*logits)
    with pytest.raises(ModelError, match=words):
        OnnxReader(whole.compiled, broken, whole.tokenizer).read(QUESTION, ["the list"])


# --- what it does to an order ------------------------------------------------


class FakeReader:
    """Finds a story as good as the number after "grade" in it. Keeps what it was given."""

    def __init__(self, *, can: bool = True) -> None:
        self.can = can
        self.given: list[tuple[str, list[str]]] = []

    def read(self, question: str, texts: Sequence[str]) -> np.ndarray | None:
        self.given.append((question, list(texts)))
        if not self.can:
            return None
        return np.array([float(text.split("grade ")[1].split()[0]) for text in texts], np.float32)


def bank_of(folder: Path, *grades: float) -> Bank:
    """Stories a, b, c and so on that differ in their grade only, and so are ranked by id."""
    bank = Bank(folder)
    for letter, grade in zip("abcdefghijklmnop", grades, strict=False):
        text = (
            f"---\ntitle: {letter}\n---\n## Action\nThe architect drew a gateway, grade {grade} .\n"
        )
        bank.write(f"personal/{letter}.md", text)
    bank.build()
    return bank


def ask(
    bank: Bank, second: FakeReader | None, pinned: Pins | None = None, **how: Any
) -> MatchResult:
    with store.open_index(bank.workspace.database) as reader:
        matcher = Matcher.of(reader, bank.encoder, pinned or Pins(), second)
        return matcher.match("an architect", **{"count": 0, **how})


def order(result: MatchResult) -> str:
    return "".join(m.story.id for m in result.stories)


def test_the_first_ten_are_read_whole_and_reordered_and_no_others(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, *range(1, 13))
    plain, second = ask(bank, None), FakeReader()
    result = ask(bank, second)
    assert order(plain) == "abcdefghijkl"
    assert order(result) == "jihgfedcbakl"
    ((question, texts),) = second.given
    assert question == "an architect"
    assert len(texts) == READ_AGAIN
    assert texts[0] == "a\nThe architect drew a gateway, grade 1 ."


def test_the_reader_orders_and_the_scores_stay_with_the_places(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, *range(1, 12))
    plain = ask(bank, None)
    before = {m.story.id: m for m in plain.stories}
    result = ask(bank, FakeReader())
    assert [m.score for m in result.stories] == [m.score for m in plain.stories]
    for place, match in enumerate(result.stories):
        terms = dict(match.terms)
        # of 1 to 10 the mean is 5.5 and the variance 8.25; the eleventh is not read
        expected = (10 - place - 5.5) / math.sqrt(8.25) if place < 10 else 0
        assert terms["reader"] == pytest.approx(expected, abs=1e-5)
        old = before[match.story.id]
        assert (match.evidence, match.why) == (old.evidence, old.why)
        assert [t for t in match.terms if t[0] != "reader"] == list(old.terms)
    assert result.stories[-1].score == before["k"].score
    assert result.fit == result.stories[0].fit


def test_the_owners_word_is_above_the_readers(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, 1, 5, 3, 9)
    words = pins(
        [
            Entry(kind="pin", story="a", question="an architect"),
            Entry(kind="pin-no", story="d", question="an architect"),
        ]
    )
    result = ask(bank, FakeReader(), words)
    assert order(result) == "abcd"
    assert (result.stories[0].fit, result.stories[-1].fit) == ("strong", "gap")


def test_readings_that_are_all_equal_change_nothing(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, 4, 4, 4)
    plain, result = ask(bank, None), ask(bank, FakeReader())
    assert [m.score for m in result.stories] == [m.score for m in plain.stories]
    assert {dict(m.terms)["reader"] for m in result.stories} == {0}


def test_what_is_filtered_out_is_not_read(tmp_path: Path) -> None:
    second = FakeReader()
    bank = bank_of(tmp_path, 1, 2, 3)
    bank.write("personal/c.md", "---\ntitle: c\ntags: [kept]\n---\nAn architect, grade 3 .\n")
    bank.build()
    assert order(ask(bank, second, filters=Filters(tag="kept"))) == "c"
    assert [len(texts) for _, texts in second.given] == [1]
    assert order(ask(bank, second, filters=Filters(tag="none"))) == ""
    assert len(second.given) == 1


def test_only_with_a_reader_that_reads_are_the_fits_uncalibrated(tmp_path: Path) -> None:
    bank = bank_of(tmp_path, 1, 2)
    assert ask(bank, None).calibrated
    assert not ask(bank, FakeReader()).calibrated
    cannot = ask(bank, FakeReader(can=False))
    assert cannot == ask(bank, None)
    assert order(ask(bank, FakeReader(), count=1)) == "b"


# --- the command -------------------------------------------------------------

ARCHITECT = "disagreement with architect"


@pytest.fixture
def reading(samples: Kb, model_cache: Path, tmp_path: Path) -> Kb:
    """kb with the samples and a cache in which there is no reader yet."""
    cache = tmp_path / "cache" / "answer-portfolio"
    cache.mkdir(parents=True)
    (cache / "models").symlink_to(model_cache / "models", target_is_directory=True)
    samples.environment["XDG_CACHE_HOME"] = str(cache.parent)
    return samples


def rerank(kb: Kb, name: object) -> None:
    (kb.folder / "kb.yaml").write_text(f"rerank: {json.dumps(str(name))}\n", "utf-8")


@pytest.mark.model
def test_a_match_is_read_again_by_what_kb_yaml_names(reading: Kb, tiny: Tiny) -> None:
    plain = reading.json("match", ARCHITECT, "-n0")
    rerank(reading, tiny.root / "reader")
    first = reading("match", ARCHITECT)
    assert first.stderr.startswith("Compiling the model ")
    assert first.stderr.count("\n") == 1
    assert UNCALIBRATED in first.stdout
    result = reading.json("match", ARCHITECT, "-n0")
    assert (plain["calibrated"], result["calibrated"]) == (True, False)
    assert len(result["stories"]) == len(plain["stories"]) > READ_AGAIN

    expected = tiny.open("reader")
    with store.open_index(reading.folder / "kb.db") as index:
        ids = [one["id"] for one in plain["stories"][:READ_AGAIN]]
        found = index.passages([f"story:{one}:0" for one in ids])
        logits = expected.read(ARCHITECT, [found[f"story:{one}:0"].text for one in ids])
    terms = dict(zip(ids, (logits - logits.mean()) / logits.std(), strict=True))
    read = {one["id"]: one["terms"]["reader"] for one in result["stories"][:READ_AGAIN]}
    assert read == pytest.approx({one: float(term) for one, term in terms.items()}, abs=1e-3)
    scores = [one["score"] for one in result["stories"][:READ_AGAIN]]
    assert scores == sorted(scores, reverse=True)
    assert [one["id"] for one in result["stories"]] != [one["id"] for one in plain["stories"]]
    rest = slice(READ_AGAIN, None)
    assert [o["id"] for o in result["stories"][rest]] == [o["id"] for o in plain["stories"][rest]]

    again = reading("match", ARCHITECT)
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert loaded(reading, HEAVY, "match", ARCHITECT) == []


@pytest.mark.model
@pytest.mark.parametrize("name", ["empty", "./gone", "three"])
def test_a_reader_that_is_none_is_a_sentence_and_the_match_goes_on(
    reading: Kb, tiny: Tiny, tmp_path: Path, name: str
) -> None:
    plain = reading("match", ARCHITECT).stdout
    (reading.folder / "empty").mkdir()
    known = tiny.root / name
    rerank(reading, known if known.exists() else name)
    questions = tmp_path / "questions.txt"
    questions.write_text(f"{ARCHITECT}\n{ARCHITECT}\n", "utf-8")
    done = reading("match", "--batch", str(questions))
    assert done.stdout.count(plain.strip()) == 2
    *progress, said = done.stderr.splitlines()
    assert said.startswith("kb: The model ")
    assert ", so kb goes on without it. " in said
    assert said.endswith("in kb.yaml, or take it out.") or "Name another in `rerank:`" in said
    # a spinner, in a pipe: only where it takes loading to see that it is no reader
    assert [line.startswith("Compiling ") for line in progress] == [True] * known.exists()


@pytest.mark.model
def test_without_the_key_nothing_of_it_is_loaded(samples: Kb) -> None:
    modules = ["kb.reread", "kb.cli.second", "kb.compile_model"]
    assert loaded(samples, modules, "match", ARCHITECT) == []
