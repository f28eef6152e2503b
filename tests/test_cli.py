"""The commands, whole: as a user runs them, with the real model."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import click
import pytest

from kb.cli import COMMANDS, cli, run
from tests.conftest import Kb
from tests.readme_output import on_a_terminal

pytestmark = pytest.mark.model

ROOT = Path(__file__).parent.parent
ARCHITECT = "disagreement with architect"
# what must not be loaded on the way of a match
HEAVY = ["torch", "sentence_transformers", "transformers", "sqlite_utils", "datasette", "scipy"]
LOOK = """
import sys
from kb.cli import run
code = run(sys.argv[2:])
print([m for m in sys.argv[1].split(",") if m in sys.modules], file=sys.stderr)
sys.exit(code)
"""


def loaded(kb: Kb, modules: list[str], *args: str) -> list[str]:
    """Which of the modules a command has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, ",".join(modules), *args],
        cwd=kb.folder, env=kb.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: list[str] = eval(done.stderr.splitlines()[-1], {})
    return found


# --- the way of a new user


def test_from_nothing_to_the_first_own_story(kb: Kb) -> None:
    made = kb("init", "bank").stdout
    assert "kb build" in made
    assert "kb match" in made
    bank = kb.folder / "bank"
    built = kb("build", cwd=bank)
    assert "0 stories" in built.stdout
    assert "personal/" in built.stdout  # what to do next
    nothing = kb("match", ARCHITECT, cwd=bank)
    assert "no stories yet" in nothing.stdout
    (bank / "personal" / "gateway.md").write_text(
        "# The gateway\n\n## Action\nOur architect wanted a gateway. I thought it was wrong, "
        "measured what it would cost, and showed him.\n\n## Result\nHe changed the design.\n",
        encoding="utf-8",
    )
    kb("build", cwd=bank)
    answer = kb("match", ARCHITECT, cwd=bank).stdout
    assert "The gateway" in answer
    assert "personal/gateway.md:" in answer


@pytest.mark.parametrize("document", ["README.md", "personal/README.md"])
def test_the_first_story_that_the_readme_shows_is_found_by_its_question(
    kb: Kb, document: str
) -> None:
    text = (ROOT / document).read_text("utf-8")
    story = re.search(r"```markdown\n(---.*?)```", text, re.DOTALL)
    question = re.search(r'kb match "(an intermittent .*?)"', text)
    assert story
    assert question
    kb("init", ".")
    (kb.folder / "personal" / "printer.md").write_text(story.group(1), encoding="utf-8")
    kb("build")
    answer = kb.json("match", question.group(1))
    assert answer["stories"][0]["id"] == "printer"
    assert answer["fit"] in {"strong", "workable"}


def test_the_sample_bank_answers_the_main_question(samples: Kb) -> None:
    answer = samples.json("match", ARCHITECT)
    first = answer["stories"][0]
    assert first["id"] == "anselms-single-stream"
    assert first["fit"] in {"strong", "workable"}
    assert "architect" in answer["questions"][0]["text"]
    assert answer["questions"][0]["practices"]


# --- match


def test_match_prints_one_object_of_the_promised_shape(samples: Kb) -> None:
    answer = samples.json("match", ARCHITECT)
    assert set(answer) >= {"question", "fit", "stories", "questions"}
    assert answer["question"] == ARCHITECT
    assert answer["fit"] == answer["stories"][0]["fit"]
    assert len(answer["stories"]) == 3
    for story in answer["stories"]:
        assert set(story) >= {
            "id", "title", "path", "date", "role", "company", "status", "stale", "pinned",
            "competencies", "fit", "score", "evidence",
        }  # fmt: skip
        assert story["fit"] in {"strong", "workable", "stretch", "gap"}
        assert 0 <= story["score"] <= 1
        assert story["path"].startswith("personal/samples/")
        for evidence in story["evidence"]:
            line = (samples.folder / story["path"]).read_text("utf-8").splitlines()
            start = " ".join(evidence["text"].split()[:2])
            assert start in line[evidence["line"] - 1]
    scores = [s["score"] for s in answer["stories"]]
    assert scores == sorted(scores, reverse=True)
    for question in answer["questions"]:
        assert set(question) >= {"id", "text", "path", "line", "score", "practices"}
        heading = (samples.folder / question["path"]).read_text("utf-8").splitlines()
        assert question["text"] in heading[question["line"] - 1]


def test_zero_gives_every_story_that_is_not_retired(samples: Kb) -> None:
    every = {s["id"] for s in samples.json("match", "-n", "0", ARCHITECT)["stories"]}
    assert every == {s["id"] for s in samples.json("list")}
    path = samples.folder / "personal/samples/tariq-at-four-oclock.md"
    path.write_text(path.read_text("utf-8").replace("---\n", "---\nstatus: retired\n", 1), "utf-8")
    samples("build")
    left = {s["id"] for s in samples.json("match", "-n", "0", ARCHITECT)["stories"]}
    assert left == every - {"tariq-at-four-oclock"}
    assert "tariq-at-four-oclock" in {s["id"] for s in samples.json("list")}


def test_the_question_needs_no_quotes(samples: Kb) -> None:
    assert samples.json("match", *ARCHITECT.split()) == samples.json("match", ARCHITECT)


def test_a_pin_comes_first_of_all(samples: Kb) -> None:
    pinned = "a page that shows which seats are free"
    path = samples.folder / "personal/samples/tariq-at-four-oclock.md"
    text = path.read_text("utf-8").replace("---\n", f"---\nanswers: ['{pinned}']\n", 1)
    path.write_text(text, "utf-8")
    samples("build")
    first = samples.json("match", f"  {pinned.upper()}? ")["stories"][0]
    assert (first["id"], first["pinned"], first["fit"]) == ("tariq-at-four-oclock", True, "strong")
    # the newer word of the journal wins
    journal = samples.folder / "personal/_kb/journal.jsonl"
    journal.parent.mkdir(exist_ok=True)
    line = {
        "v": 1, "at": "2026-01-01T00:00:00Z", "kind": "pin-no",
        "story": "tariq-at-four-oclock", "question": pinned,
    }  # fmt: skip
    journal.write_text(json.dumps(line) + "\n", "utf-8")
    assert not any(s["pinned"] for s in samples.json("match", pinned)["stories"])


def test_a_pin_is_said_weighed_and_taken_back(samples: Kb) -> None:
    asked = "a page that shows which seats are free"
    said = samples("pin", asked, "tariq").stdout
    assert said.startswith("Pinned: \u201cTariq at four o'clock\u201d comes first for")
    assert samples.json("match", asked)["stories"][0]["pinned"]
    near = samples.json("match", "-n", "0", "a page of the free seats")["stories"]
    moved = {s["id"]: s["terms"]["your pins"] for s in near}
    assert moved.pop("tariq-at-four-oclock") > 1
    assert not any(moved.values())
    assert "before" in samples("pin", asked, "tariq").stdout
    assert samples.json("pin", asked, "tariq", "--no")["kind"] == "pin-no"
    last = samples.json("match", "-n", "0", asked)["stories"][-1]
    assert (last["id"], last["fit"]) == ("tariq-at-four-oclock", "gap")
    assert "Taken back" in samples("unpin", asked, "tariq").stdout
    assert "no pin" in samples("unpin", asked, "tariq", code=1).stdout
    assert "no story" in samples("pin", asked, "nobody", code=2).stderr


def test_unpin_names_the_file_that_still_lists_the_question(samples: Kb) -> None:
    path = samples.folder / "personal/samples/tariq-at-four-oclock.md"
    text = path.read_text("utf-8").replace("---\n", "---\nanswers: [Free seats?]\n", 1)
    path.write_text(text, "utf-8")
    samples("build")
    said = samples("unpin", "free seats", "tariq", code=1).stdout
    assert "personal/samples/tariq-at-four-oclock.md:2 still lists it" in said


def test_suggestions_are_listed_in_a_pipe_and_confirmed_on_a_terminal(samples: Kb) -> None:
    found = samples.json("suggest", "tariq", "-n", "3")["suggestions"]
    assert len(found) == 3
    assert [f["score"] for f in found] == sorted((f["score"] for f in found), reverse=True)
    listed = samples("suggest", "tariq", "-n", "3").stdout
    assert all(one["question"] in listed for one in found)
    screen = typed(samples, "yn ", "suggest", "tariq", "-n", "3")
    assert "2 noted" in screen
    journal = (samples.folder / "personal/_kb/journal.jsonl").read_text("utf-8").splitlines()
    said = [(e["kind"], e["question_id"]) for e in map(json.loads, journal)]
    assert said == [("pin", found[0]["id"]), ("pin-no", found[1]["id"])]
    left = {one["id"] for one in samples.json("suggest", "tariq")["suggestions"]}
    assert not left & {found[0]["id"], found[1]["id"]}


def listens(terminal: int) -> bool:
    """Whether the program at the other end takes keys one by one."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def typed(kb: Kb, keys: str, *args: str) -> str:
    """What a command that reads keys from a terminal prints there."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "kb", *args], cwd=kb.folder, env=kb.environment,
        stdin=slave, stdout=slave, stderr=slave,
    ) as process:  # fmt: skip
        os.close(slave)
        said = b""
        for key in keys:
            while not said.endswith(b"stop "):
                said += os.read(master, 4096)
            # a key pressed before the command listens for single ones would be dropped
            while not listens(master):
                time.sleep(0.01)
            os.write(master, key.encode())
            said += os.read(master, 4096)
        with contextlib.suppress(OSError):  # the terminal is closed: the command has ended
            while piece := os.read(master, 4096):
                said += piece
        process.wait()
    os.close(master)
    return said.decode()


def test_filters_narrow_and_say_when_nothing_is_left(samples: Kb) -> None:
    def found(*args: str) -> set[str]:
        return {s["company"] for s in samples.json("match", "-n", "0", ARCHITECT, *args)["stories"]}

    assert found("--company", "tarrant") == {"Tarrant Lift Services"}
    assert "Skerry Line" not in found("--since", "2020")
    assert found("--tag", "no such tag") == set()
    only = samples.json("match", "-n", "0", ARCHITECT, "--competency", "disagreement")["stories"]
    assert "anselms-single-stream" in {s["id"] for s in only}
    assert len(only) < 14
    assert "No story passes" in samples("match", ARCHITECT, "--tag", "none").stdout


def test_batch_answers_a_line_each_and_goes_on_after_a_bad_one(samples: Kb) -> None:
    lines = f"\ufeff{ARCHITECT}\r\n\n???\n{'x' * 5000}\nCAF\na date that slipped\n"
    path = samples.folder / "questions.txt"
    path.write_bytes(lines.encode().replace(b"CAF", b"caf\xe9"))
    done = samples("match", "--batch", "questions.txt", "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in a for a in answers] == [False, True, True, True, False]
    assert [a["line"] for a in answers if "error" in a] == [3, 4, 5]
    assert answers[0] == samples.json("match", ARCHITECT)
    assert answers[4]["question"] == "a date that slipped"
    text = samples("match", "--batch", "-", "--explain", stdin=f"{ARCHITECT}\n").stdout
    assert "a score of 0." in text


def test_explain_names_the_terms(samples: Kb) -> None:
    said = samples("match", "--explain", ARCHITECT).stdout
    assert re.search(r"\n {10}[+-]\d\.\d  .* questions? .*\n", said)
    assert re.search(r"\n {10}[+-]\d\.\d  together: a score of 0\.\d+, from 0 ", said)


@pytest.mark.parametrize("question", ["", "   ", "???"])
def test_an_empty_question_is_a_sentence(samples: Kb, question: str) -> None:
    done = samples("match", question, code=2)
    assert done.stdout == ""
    assert "the question is empty" in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_index_says_what_to_do(kb: Kb) -> None:
    kb("init", ".")
    done = kb("match", ARCHITECT, code=1)
    assert "kb build" in done.stderr


def test_a_stale_index_is_answered_with_one_line_about_it(samples: Kb) -> None:
    before = samples.json("match", ARCHITECT)
    (samples.folder / "personal/samples/tariq-at-four-oclock.md").unlink()
    (samples.folder / "personal/new.md").write_text("# New\n\nOne.\n", "utf-8")
    done = samples("match", ARCHITECT, "--json")
    assert done.stderr == "2 files changed; run kb build\n"
    assert json.loads(done.stdout) == before


def test_a_stale_story_is_marked_in_every_output(samples: Kb) -> None:
    path = samples.folder / "personal/samples/anselms-single-stream.md"
    path.write_bytes(b"\xff\xfe\x00bad")
    built = samples("build", code=1)
    assert "personal/samples/anselms-single-stream.md:1: " in built.stderr
    first = samples.json("match", ARCHITECT)["stories"][0]
    assert (first["id"], first["stale"]) == ("anselms-single-stream", True)
    assert "stale" in samples("match", ARCHITECT).stdout
    assert "stale" in samples("list").stdout
    assert "stale" in samples("show", "anselms").stdout


def test_a_match_loads_nothing_heavy(samples: Kb) -> None:
    assert loaded(samples, [*HEAVY, "rich", "markdown_it", "numpy.ma"], "match", ARCHITECT) == []
    assert loaded(samples, ["numpy", "onnxruntime"], "match", ARCHITECT) == ["numpy", "onnxruntime"]


def test_nothing_is_kept_or_sent_but_what_kb_keeps(samples: Kb, tmp_path: Path) -> None:
    """onnxruntime would make a device id and a store of events to be sent."""
    cache = tmp_path / "cache"
    cache.mkdir()
    ours = Path(samples.environment["XDG_CACHE_HOME"]) / "answer-portfolio"
    (cache / "answer-portfolio").symlink_to(ours)
    samples.environment["XDG_CACHE_HOME"] = str(cache)
    path = samples.folder / "personal/samples/tariq-at-four-oclock.md"
    path.write_text(path.read_text("utf-8") + "\nOne more line.\n", "utf-8")
    samples("build")
    samples("match", ARCHITECT)
    assert [p.name for p in cache.iterdir()] == ["answer-portfolio"]


def test_a_build_leaves_no_log_behind(samples: Kb) -> None:
    path = samples.folder / "personal/samples/tariq-at-four-oclock.md"
    path.write_text(path.read_text("utf-8") + "\nOne more line.\n", "utf-8")
    samples("build")
    log = samples.folder / "kb.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_a_build_of_nothing_new_loads_no_model(samples: Kb) -> None:
    assert loaded(samples, [*HEAVY, "onnxruntime", "numpy", "tokenizers"], "build") == []


def test_help_loads_no_command(kb: Kb) -> None:
    assert loaded(kb, [*HEAVY, "numpy", "yaml", "sqlite3", "rich"], "--help") == []


# --- output


def test_in_a_pipe_there_is_no_colour_and_no_wrapping(samples: Kb) -> None:
    out = samples("match", ARCHITECT).stdout
    assert "\x1b" not in out
    answer = samples.json("match", ARCHITECT)
    for story in answer["stories"]:
        if story["fit"] != "gap":
            assert all(e["text"] in out for e in story["evidence"])


@pytest.mark.parametrize("args", [["match", ARCHITECT], ["list"], ["show", "anselms"], ["--help"]])
def test_on_a_terminal_it_fits_80_columns(samples: Kb, args: list[str]) -> None:
    environment = {**samples.environment, "COLUMNS": "120", "NO_COLOR": "1", "TERM": "xterm"}
    command = [sys.executable, "-m", "kb", *args]
    lines = on_a_terminal(command, samples.folder, environment).splitlines()
    assert lines
    assert max(map(len, lines)) <= 80


def test_a_reader_that_stops_early_is_no_error(samples: Kb) -> None:
    done = subprocess.run(
        f"{sys.executable} -m kb list --questions | head -n 1",
        shell=True, cwd=samples.folder, env=samples.environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stderr == ""


# --- list and show


def test_list_and_its_filters(samples: Kb) -> None:
    lines = samples("list").stdout.splitlines()
    assert len(lines) == 14
    assert any("migration-project" in line and "(draft)" in line for line in lines)
    some = samples("list", "--competency", "disagreement").stdout
    assert "anselms-single-stream" in some
    questions = samples.json("list", "--questions", "--competency", "disagreement")
    assert questions
    assert all("disagreement" in q["competencies"] for q in questions)
    samples("list", "--questions", "--tag", "x", code=2)
    assert "No story passes" in samples("list", "--tag", "nope").stderr
    assert "saying-no" in samples("list", "--competencies").stdout


def test_an_unknown_competency_is_answered_with_the_nearest(samples: Kb) -> None:
    done = samples("match", ARCHITECT, "--competency", "disagrement", code=2)
    assert "Did you mean disagreement?" in done.stderr
    assert "2023" in samples("list", "--since", "last year", code=2).stderr


def test_show_takes_the_start_of_an_id(samples: Kb) -> None:
    text = samples("show", "anselms").stdout
    assert text.startswith("Anselm's single stream")
    assert "Learning" in text
    assert "told aloud" in text
    question = samples("show", "how-do-you-handle-disagreements").stdout
    assert "Good practice" in question
    assert "Follow-ups" in question
    place = samples.json("match", ARCHITECT)["questions"][0]
    assert place["text"] in samples("show", f"{place['path']}:{place['line']}").stdout
    shown = samples.json("show", "anselms")
    assert [p["part"] for p in shown["parts"]] == [
        "situation", "task", "action", "result", "learning",
    ]  # fmt: skip


def test_show_of_something_unclear_or_unknown(samples: Kb) -> None:
    assert "could be several" in samples("show", "f", code=2).stderr
    assert "Did you mean" in samples("show", "anselm-single-stream", code=2).stderr


# --- workspaces


def test_a_workspace_is_found_from_below_by_name_or_remembered(samples: Kb, kb: Kb) -> None:
    below = samples.folder / "personal" / "samples"
    assert len(samples("list", cwd=below).stdout.splitlines()) == 14
    elsewhere = samples.folder.parent
    assert len(samples("-w", "work", "list", cwd=elsewhere).stdout.splitlines()) == 14
    assert len(samples("list", "-w", "work", cwd=elsewhere).stdout.splitlines()) == 14
    none = samples("list", code=1, cwd=elsewhere)
    assert "kb init" in none.stderr
    kb("init", str(elsewhere / "second"))
    remembered = kb("list", code=1, cwd=elsewhere)
    assert "second" in remembered.stderr


def test_a_wrong_kb_yaml_names_file_line_and_key(samples: Kb) -> None:
    config = samples.folder / "kb.yaml"
    config.write_text("content: [content]\npersnal: [personal]\n", "utf-8")
    done = samples("list", code=2)
    assert "kb.yaml:2: " in done.stderr
    assert "personal" in done.stderr


def test_init_overwrites_nothing(samples: Kb) -> None:
    story = samples.folder / "personal/samples/anselms-single-stream.md"
    before = story.read_bytes()
    samples("init", ".", code=1)
    assert story.read_bytes() == before


def test_update_guides_leaves_edited_ones(samples: Kb) -> None:
    edited = samples.folder / "content" / "people.md"
    edited.write_text(edited.read_text("utf-8") + "\nMine.\n", "utf-8")
    (samples.folder / "content" / "delivery.md").unlink()
    samples("init", "--update-guides")
    assert edited.read_text("utf-8").endswith("Mine.\n")
    deleted = samples("init", "--update-guides").stdout
    assert "delivery.md: not brought back" in deleted
    assert not (samples.folder / "content" / "delivery.md").exists()


# --- the rest


def test_eval_prints_the_metrics(samples: Kb) -> None:
    judged = samples.folder / "judged.jsonl"
    judged.write_text(
        json.dumps({"id": "1", "kind": "question", "text": ARCHITECT,
                    "relevant": {"anselms-single-stream": 3}}) + "\n"
        + json.dumps({"id": "2", "kind": "nothing", "text": "a patent", "relevant": {}}) + "\n",
        "utf-8",
    )  # fmt: skip
    table = samples.json("eval", "judged.jsonl")
    assert table["overall"]["MRR"] == 1.0
    judged.write_text('{"id": 1}\n', "utf-8")
    assert "judged.jsonl:1" in samples("eval", "judged.jsonl", code=1).stderr


def test_eval_compares_with_plain_cosine(samples: Kb) -> None:
    judged = [
        {"id": str(n), "kind": "question", "text": f"{ARCHITECT} {n}",
         "relevant": {"anselms-single-stream": 3} if n < 7 else {}}
        for n in range(14)
    ]  # fmt: skip
    path = samples.folder / "judged.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in judged), "utf-8")
    found = samples.json("eval", "judged.jsonl", "--baseline", "cosine")
    assert found["kb"] == samples.json("eval", "judged.jsonl")
    assert found["cosine"]["overall"]["queries"] == 14
    assert found["cosine"]["overall"] != found["kb"]["overall"]
    for name, row in found["differences"].items():
        both = [found[ranking]["overall"][name] for ranking in ("kb", "cosine")]
        assert row["difference"] == pytest.approx(both[0] - both[1], abs=2e-6)
        assert row["low"] <= row["high"]
    lines = samples("eval", "judged.jsonl", "--baseline", "cosine").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["kb", "cosine"]
    assert lines[4] == "kb less cosine:"
    assert "cosine" in samples("eval", "judged.jsonl", "--baseline", "other", code=2).stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_for_kb(kb: Kb, shell: str) -> None:
    assert "_KB_COMPLETE" in kb("completion", shell).stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_completion_completes(kb: Kb) -> None:
    environment = {
        **kb.environment,
        "_KB_COMPLETE": "bash_complete",
        "COMP_WORDS": "kb ma",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "kb"], env=environment, capture_output=True, text=True, check=True
    )
    assert "match" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_completion_knows_the_ids_of_the_bank(samples: Kb) -> None:
    for words, expected in (
        ("kb show ans", "anselms-single-stream"),
        ("kb list --tag arch", "architect"),
    ):
        environment = {**samples.environment, "_KB_COMPLETE": "bash_complete", "COMP_WORDS": words,
                       "COMP_CWORD": str(len(words.split()) - 1)}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "kb"], env=environment, cwd=samples.folder, text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        assert expected in done.stdout


def test_every_command_has_help_with_an_example() -> None:
    context = click.Context(cli)
    for name, (_, line) in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        text = command.get_help(click.Context(command, info_name=f"kb {name}"))
        assert f"kb {name}" in text.split("Options:")[1], name
        assert command.get_short_help_str(200) == line


def test_misuse_ends_with_2_and_a_hint(kb: Kb) -> None:
    assert "Did you mean: kb match?" in kb("mtach", code=2).stderr
    assert "Commands:\n" in kb(code=2).stdout
    assert "--help" in kb("match", "--nonsense", code=2).stderr
    assert "kb 0." in kb("--version").stdout


def test_a_damaged_index_is_a_sentence(samples: Kb) -> None:
    (samples.folder / "kb.db").write_bytes(b"SQLite format 3\x00" + b"\x00" * 200)
    done = samples("match", ARCHITECT, code=1)
    assert done.stderr.startswith("kb: ")
    assert "delete it" in done.stderr


def test_a_fault_of_our_own_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.delenv("KB_DEBUG", raising=False)
    monkeypatch.setattr(cli, "main", broken)
    assert run(["list"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("kb: kb met a fault of its own (ZeroDivisionError: oh).")
    assert said.count("\n") == 1


def test_all_retired_is_not_called_a_filter(kb: Kb) -> None:
    kb("init", ".")
    (kb.folder / "personal" / "a.md").write_text("---\nstatus: retired\n---\nOld.\n", "utf-8")
    kb("build")
    assert "All your stories are retired" in kb("match", ARCHITECT).stdout


def test_an_index_of_another_model_says_so_before_any_model_is_loaded(samples: Kb) -> None:
    (samples.folder / "kb.yaml").write_text("model: no-such-model\n", "utf-8")
    assert "another model" in samples("match", ARCHITECT, code=1).stderr
