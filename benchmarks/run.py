"""All that `make bench` measures, beside what each figure should be.

    python benchmarks/run.py [ROUNDS]

Commands that are compared run in turn on the same bank; medians and ratios of
whole processes. The first build of the bank of 200 stories takes a few minutes.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import bank
import common
import throughput

QUESTION = "disagreement with architect"
KB = str(Path(sys.executable).parent / "kb")
CLICK = """
import click
@click.command()
@click.option("--name", help="Who to greet.")
def main(name):
    \"\"\"Greet someone.\"\"\"
main()
"""


def compiled_folder() -> str:
    """The compiled packaged model's folder."""
    from kb.embed import PACKAGED_MODEL, default_cache, find_compiled

    found = find_compiled(PACKAGED_MODEL, default_cache())
    assert found is not None
    return str(found.folder)


def show(title: str, wanted: str, results: dict[str, common.Result], baseline: str) -> None:
    print(f"\n{title} (wanted: {wanted})\n{common.table(results, baseline)}", flush=True)


def match(workspace: Path, rounds: int) -> None:
    folder = compiled_folder()
    commands = {
        "floor: embed one question": [
            sys.executable, str(common.ROOT / "benchmarks/one_question.py"), folder, QUESTION,
        ],
        "kb match": [KB, "-w", str(workspace), "match", QUESTION],
    }  # fmt: skip
    results = common.side_by_side(commands, rounds)
    wanted = "1.6 times the floor at most, 180 MB at most"
    show("One question, 200 stories", wanted, results, "floor: embed one question")
    from kb.compile_model.source import packaged_folder

    commands["sentence-transformers"] = [
        sys.executable, str(common.ROOT / "benchmarks/sentence_transformers_match.py"),
        str(packaged_folder()), str(workspace / "personal"), QUESTION,
    ]  # fmt: skip
    del commands["floor: embed one question"]
    slow = common.side_by_side(commands, max(3, rounds // 3))
    show("The same, the usual way", "18 times kb match at least", slow, "kb match")


def help_text(rounds: int, scratch: Path) -> None:
    """A click program installed the same way: a console script that imports one module."""
    program = scratch / "hello"
    program.write_text(f"#!{sys.executable}\n{CLICK}", encoding="utf-8")
    program.chmod(0o755)
    results = common.side_by_side(
        {"click, one command": [str(program), "--help"], "kb --help": [KB, "--help"]}, rounds
    )
    show("Help", "1.3 times at most", results, "click, one command")


def no_op(workspace: Path, rounds: int) -> None:
    results = common.side_by_side(
        {
            "import click, yaml": [sys.executable, "-c", "import click, yaml"],
            "kb build": [KB, "-w", str(workspace), "build"],
        },
        rounds,
    )
    show("A build of nothing new", "3 times at most", results, "import click, yaml")


def one_edit(workspace: Path, rounds: int) -> None:
    """Each build is preceded by one new sentence in one story."""
    story = workspace / "personal" / "story-00007.md"
    kept = story.read_text(encoding="utf-8")
    editor = (
        "import pathlib, subprocess, sys, time; p = pathlib.Path(sys.argv[1]);"
        "p.write_text(p.read_text() + f'At {time.time_ns()} I wrote one more line.\\n')"
    )
    builds, matches = [], []
    for _ in range(rounds + 1):
        common.run([sys.executable, "-c", editor, str(story)])
        builds.append(common.run([KB, "-w", str(workspace), "build"]))
        matches.append(common.run([KB, "-w", str(workspace), "match", QUESTION]))
    results = {
        "kb match": common.Result("kb match", tuple(matches[1:])),
        "kb build, one story edited": common.Result("build", tuple(builds[1:])),
    }
    story.write_text(kept, encoding="utf-8")
    show("One story edited", "2 times kb match at most", results, "kb match")


def first_builds(scratch: Path) -> None:
    """The first build of what ships, with the model compiled already and without."""
    for title, cache in (("model compiled", None), ("nothing in the cache", scratch / "cache")):
        folder = scratch / "shipped"
        shutil.rmtree(folder, ignore_errors=True)
        env = {"XDG_CACHE_HOME": str(cache)} if cache else {}
        env["XDG_STATE_HOME"] = str(scratch / "state")
        common.run([KB, "init", str(folder), "--with-samples"], {**os.environ, **env})
        done = common.run([KB, "-w", str(folder), "build"], {**os.environ, **env})
        print(f"first build of the shipped content and samples, {title}: {done.seconds:.1f} s, "
              f"{done.peak_mb:.0f} MB", flush=True)  # fmt: skip


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        workspace = bank.make_workspace(scratch / "bank", 200)
        started = time.perf_counter()
        done = common.run([KB, "-w", str(workspace), "build"])
        took = time.perf_counter() - started
        print(f"first build of 200 stories: {took:.0f} s, {done.peak_mb:.0f} MB")
        print("\n".join(itertools.islice(done.output.splitlines(), 3)), flush=True)
        match(workspace, rounds)
        help_text(rounds, scratch)
        no_op(workspace, rounds)
        one_edit(workspace, rounds)
        print()
        first_builds(scratch)
    print()
    throughput.main(2000)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 11)
