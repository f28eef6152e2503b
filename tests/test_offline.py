"""No command asks anything of another machine: each does its work with the network cut off."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from kb.cli import COMMANDS
from tests.browsing import serving
from tests.conftest import Kb

pytestmark = pytest.mark.model
CUT_OFF = Path(__file__).parent / "offline"
ADVERT = """Senior engineer

You will mentor other engineers and handle disagreement with grace.
You own what you build, and learn from failure.
"""
NOTES = "# The kayak\n\nI asked the club who used the kayak, and gave it away in May.\n"
STORY = "anselms-single-stream"
JUDGED = {"id": "q1", "kind": "question", "text": "a row", "relevant": {STORY: 3}}
# command -> its words, and what it then says or writes, so that a command that did nothing fails
WORK: dict[str, tuple[tuple[str, ...], str]] = {
    "init": (("elsewhere", "--with-samples"), "personal"),
    "build": ((), "The bank holds"),
    "match": (("disagreement with architect",), "guide on"),
    "list": ((), STORY),
    "show": ((STORY,), "Situation"),
    "suggest": ((STORY,), "[.?]"),
    "pin": (("disagreement with architect", STORY), "Pinned"),
    "unpin": (("disagreement with architect", STORY), "Anselm"),
    "coverage": ((), "Competency"),
    "gaps": ((), "1  "),
    "loop": (("--framework", "amazon", "--rounds", "2"), "Proven best"),
    "jd": (("advert.txt",), "mentor"),
    "card": ((STORY,), "Numbers|Land|Open"),
    "probe": ((STORY,), "[?]"),
    "frameworks": ((), "amazon"),
    "new": (("--from", "notes.txt"), "kayak"),
    "edit": ((STORY, "--path"), STORY),
    "check": ((), "personal/"),
    "facts": ((), "number"),
    "use": ((STORY, "--company", "Acme"), "Acme"),
    "brag": (("The list is paid",), "."),
    "rename": (("the-kayak", "the-boat", "--yes"), "the-boat"),
    "retire": (("the-boat", "--yes"), "the-boat"),
    "import": (("notes2.txt", "--yes"), "1"),
    "export": (("--format", "json"), STORY),
    "doctor": ((), "All is well"),
    "eval": (("judged.jsonl",), "nDCG"),
    "completion": (("bash",), "kb"),
}


@pytest.fixture
def alone(samples: Kb, tmp_path: Path) -> Kb:
    reached = tmp_path / "reached.txt"
    samples.environment |= {
        "PYTHONPATH": str(CUT_OFF), "KB_TEST_REACHED": str(reached), "EDITOR": "true",
        "NO_PROXY": "*",
    }  # fmt: skip
    for name, text in {
        "advert.txt": ADVERT, "notes.txt": NOTES, "notes2.txt": NOTES.replace("kayak", "canoe"),
        "judged.jsonl": json.dumps(JUDGED),
    }.items():  # fmt: skip
        (samples.folder / name).write_text(text, encoding="utf-8")
    return samples


def reached(kb: Kb) -> str:
    path = Path(kb.environment["KB_TEST_REACHED"])
    return path.read_text("utf-8") if path.exists() else ""


def test_a_process_that_asks_another_machine_is_found(alone: Kb) -> None:
    for code in (
        "import urllib.request as r; r.urlopen('http://example.org')",
        "import socket; socket.socket().connect(('192.0.2.1', 80))",
    ):
        done = subprocess.run([sys.executable, "-c", code], env=alone.environment, check=False,
                              capture_output=True)  # fmt: skip
        assert done.returncode
    assert "example.org" in reached(alone)
    assert "192.0.2.1" in reached(alone)


def test_every_command_does_its_work_alone(alone: Kb) -> None:
    assert WORK.keys() | {"serve"} == COMMANDS.keys()
    said = {}
    for name, (words, _) in WORK.items():
        code = {0, 1} if name in ("check", "gaps", "loop", "facts") else {0}
        done = subprocess.run(
            [sys.executable, "-m", "kb", name, *words], cwd=alone.folder, env=alone.environment,
            capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode in code, (name, done.stdout[-500:], done.stderr[-500:])
        said[name] = done.stdout + done.stderr
    wrong = {n: said[n][:300] for n, (_, wanted) in WORK.items() if not re.search(wanted, said[n])}
    assert wrong == {}
    assert reached(alone) == ""


def test_the_server_answers_alone(alone: Kb, tmp_path: Path) -> None:
    with (
        serving(alone.folder, alone.environment, tmp_path / "said.txt") as address,
        urllib.request.urlopen(f"{address}/-/match?q=architect", timeout=60) as answer,
    ):
        assert "Anselm" in answer.read().decode()
    assert reached(alone) == ""


def test_the_model_is_compiled_alone(alone: Kb, tmp_path: Path) -> None:
    alone.environment["XDG_CACHE_HOME"] = str(tmp_path / "empty")
    (alone.folder / "kb.db").unlink()
    assert "The bank holds" in alone("build").stdout
    assert list((tmp_path / "empty").rglob("model.onnx"))
    assert reached(alone) == ""
