"""Bad input for every reader of kb: atheris, with mutations that know Markdown, YAML and the rest.

    python tests/torture/fuzz.py [--quick] [--runs N] [--seed N] [--only NAME] [--out DIR]
    python tests/torture/fuzz.py --unguided SECONDS [--seed N] [--only NAME] [--out DIR]

Each target (tests/torture/targets.py) gets N inputs in a process of its own, which atheris counts.
To be guided by branches takes four fifths of the time: with --unguided each target gets so many
seconds of processor time instead, the same mutations, and what comes of one is mutated again.

A fault is any exception but those that tell a user what to mend, a second of processor time on
less than 64 kB, a value that UTF-8 or JSON cannot hold, and a line outside the file. Each kind of
fault is told once, with an input that shows it in DIR. Needs the package `atheris`.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.torture.targets import Target

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

RUNS, QUICK = 100_000, 200
# What takes longer gets a smaller part: readers of Markdown, and those that unpack or pack a file.
SLOW = frozenset({
    "guide", "story", "passages", "check", "figures", "facts", "redact", "rewrite", "advert",
    "document", "export-md", "export-html", "export-json", "export-csv", "import-document",
    "import-word",
})  # fmt: skip
PACKED = frozenset({"export-docx", "import-word-bytes"})
MOST = 1200  # bytes of an input
SLOW_S = 1.0
MEMORY_MB = 1500
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")


def main() -> int:
    """Run every target. 1 where a fault was found or a process ended early."""
    asked = _arguments()
    if asked.child:
        return _child(asked)
    from tests.torture.targets import TARGETS

    names = [n for n in TARGETS if not asked.only or n in asked.only]
    most = asked.runs or (QUICK if asked.quick else RUNS)
    total, broken = 0, 0
    each = f"{asked.unguided} s" if asked.unguided else f"{most} inputs for a quick reader"
    print(f"seed {asked.seed}, {each}, {len(names)} readers", flush=True)
    for name in names:
        runs = most // (50 if name in PACKED else 4 if name in SLOW else 1)
        out = Path(asked.out) / name
        out.mkdir(parents=True, exist_ok=True)
        count, seconds, faults, said = _run(name, runs, asked, out)
        total += count
        broken += faults + (count < (1 if asked.unguided else runs))
        print(f"{name:20} {count:8} inputs {seconds:6} s  {faults} faults", flush=True)
        if count < (1 if asked.unguided else runs):
            print(said[-3000:], flush=True)
        for path in sorted(out.glob("*.txt")):
            print(f"  {path}: {path.read_text('utf-8').strip().splitlines()[-1][:160]}", flush=True)
    print(f"{total} inputs in all, {broken} faults", flush=True)
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} inputs")
    parser.add_argument("--runs", type=int, default=0, help="inputs for a quick reader")
    parser.add_argument("--unguided", type=int, default=0, metavar="SECONDS", help="for a reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="the name of a target")
    parser.add_argument("--out", default=tempfile.mkdtemp(prefix="kb-fuzz-"))
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(name: str, runs: int, asked: argparse.Namespace, out: Path) -> tuple[int, int, int, str]:
    """Inputs, seconds of processor time, kinds of faults, and what the process said."""
    command = [sys.executable, __file__, "--child", name, "--runs", str(runs)]
    command += ["--seed", str(asked.seed), "--out", str(out), "--unguided", str(asked.unguided)]
    before = _used()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    found = _DONE.search(done.stderr)
    _slow_without_counting(name, out)
    faults = len(list(out.glob("*.txt")))
    if found is None:
        return 0, 0, faults, done.stderr + done.stdout
    return int(found[1]), round(_used() - before), faults, done.stderr


def _slow_without_counting(name: str, out: Path) -> None:
    """Forget those inputs that are slow only where atheris counts each branch."""
    from tests.torture.targets import TARGETS, attempt

    for path in sorted(out.glob("*.txt")):
        data = path.with_suffix(".bin").read_bytes()
        before = time.process_time()
        if path.read_text("utf-8").endswith(" bytes"):
            attempt(TARGETS[name], data)
            if time.process_time() - before < SLOW_S:
                path.unlink()


def _used() -> float:
    """Seconds of processor time of the processes that have ended."""
    used = os.times()
    return used.children_user + used.children_system


@dataclass(slots=True)
class Faults:
    """Each kind of fault, once: by its type and the last line of kb in its traceback."""

    out: Path
    seen: set[str] = field(default_factory=set)

    def watch(self, run: Callable[[bytes], None], data: bytes) -> None:
        """Run once, and note what goes wrong."""
        before = time.process_time()
        try:
            run(data)
        except Exception as error:  # each is a fault, and the next input is tried
            self._note(_kind(error), data, traceback.format_exc())
        took = time.process_time() - before
        if took > SLOW_S and len(data) < 64_000:
            self._note("slow", data, f"{took:.1f} s for {len(data)} bytes")

    def _note(self, kind: str, data: bytes, said: str) -> None:
        if (kind in self.seen and kind != "slow") or len(self.seen) > 200:
            return
        name = sha256((kind if kind != "slow" else repr(data)).encode()).hexdigest()[:10]
        self.seen.add(kind if kind != "slow" else name)
        (self.out / f"{name}.bin").write_bytes(data)
        (self.out / f"{name}.txt").write_text(said, encoding="utf-8", errors="replace")


def _kind(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    inner = [f for f in frames if f"{os.sep}kb{os.sep}" in f.filename] or list(frames)
    return f"{type(error).__name__} {inner[-1].filename}:{inner[-1].lineno}"


def _beginnings(target: Target) -> tuple[str, list[str]]:
    """The code in which a target takes bytes, and the texts that are mutated first."""
    from tests.torture.mutating import START
    from tests.torture.targets import seeds_of

    code = "latin-1" if target.kind == "bytes" else "utf-8"
    return code, [*(seed.decode(code, "replace") for seed in seeds_of(target)), *START[target.kind]]


def _unguided(asked: argparse.Namespace) -> int:
    """Mutate what begins, and what came of it, until the time is up."""
    from tests.torture.mutating import mutated
    from tests.torture.targets import TARGETS, attempt

    target, random = TARGETS[asked.child], Random(f"{asked.child} {asked.seed}")
    code, texts = _beginnings(target)
    later = list(texts)
    attempt(target, texts[0].encode(code, "replace"))  # so that what it needs is imported
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY_MB << 20, 4 * MEMORY_MB << 20))
    faults, count, until = Faults(Path(asked.out)), 0, time.process_time() + asked.unguided
    while time.process_time() < until:
        one = random.choice(texts if random.random() < 0.5 else later)
        data = mutated(one, target.kind, random, texts, MOST).encode(code, "replace")[:MOST]
        faults.watch(lambda tried: attempt(target, tried), data)
        later[random.randrange(len(later))] = data.decode(code, "replace")
        count += 1
    print(f"Done {count} runs in {asked.unguided} second", file=sys.stderr)
    return 0


def _child(asked: argparse.Namespace) -> int:
    if asked.unguided:
        return _unguided(asked)
    atheris = import_module("atheris")

    with atheris.instrument_imports(include=["kb"]):
        from tests.torture.targets import TARGETS, attempt

        target = TARGETS[asked.child]
        code, texts = _beginnings(target)
        attempt(target, texts[0].encode(code, "replace"))  # so that what it needs is imported
    from tests.torture.mutating import mutated

    corpus = Path(tempfile.mkdtemp(prefix="kb-corpus-"))
    for number, text in enumerate(texts):
        (corpus / str(number)).write_bytes(text.encode(code, "replace")[:MOST])

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.25:
            return bytes(atheris.Mutate(data, most))
        text = mutated(data.decode(code, "replace"), target.kind, random, texts, most)
        return text.encode(code, "replace")[:most]

    faults = Faults(Path(asked.out))
    options = [f"-runs={asked.runs}", f"-seed={asked.seed}", f"-max_len={MOST}", "-timeout=120"]
    options += [f"-rss_limit_mb={MEMORY_MB}", "-len_control=0", "-verbosity=1", "-reload=0"]
    options += [f"-artifact_prefix={asked.out}{os.sep}"]
    atheris.Setup(
        [sys.argv[0], *options, str(corpus)],
        lambda data: faults.watch(lambda one: attempt(target, one), data),
        custom_mutator=mutate,
    )
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
