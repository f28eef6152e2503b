"""Kill kb at random instants, and see that nothing is lost and nothing torn.

    python tests/torture/kill.py [--rounds N] [--case NAME ...] [--seed N] [--quick] [--light]
    python tests/torture/kill.py --steps [--case NAME ...]

Each round: a workspace as it was, a command killed with all its children (SIGKILL), then its
database, its files and its journal looked at, and one more build compared with a build of the
same files from nothing. Meanwhile a reader looks at the database all the time. With --steps the
instants are not drawn: the command is killed before each step that it takes on the disk. With
--light the library is one guide, and vectors are drawn by lot instead of embedded: all else is
the same, and three times as quick.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.files.shipped import shipped  # noqa: E402
from tests.torture.dump import differences, dump, mixed, unsound  # noqa: E402
from tests.torture.spaces import CASES, Bench, Case, Files, files, look  # noqa: E402
from tests.torture.steps import command, each_step, ended, start, warm  # noqa: E402


@dataclass(slots=True)
class Tally:
    """What came of the rounds of one case. left: temporary files that lay there after a kill."""

    case: Case
    rounds: int = 0
    finished: int = 0
    left: int = 0
    looks: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, when: str, said: list[str]) -> None:
        """Note what was wrong after one kill, and say it."""
        for one in said:
            self.faults.append(f"{self.case.name}, killed {when}: {one}")
            print(f"  {self.faults[-1]}", flush=True)


class Reader(threading.Thread):
    """Looks at a database until it is told to stop: is it of one whole build?"""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.database, self.done = database, threading.Event()
        self.looks, self.faults = 0, list[str]()

    def run(self) -> None:
        while not self.done.wait(0.01):
            if not self.database.exists() or not self.database.stat().st_size:
                continue
            try:
                uri = f"{self.database.as_uri()}?mode=ro"
                with closing(sqlite3.connect(uri, uri=True, timeout=10)) as conn:
                    self.faults += mixed(conn)
                self.looks += 1
            except sqlite3.Error as error:
                if "unable to open" not in str(error):
                    self.faults.append(f"a reader saw: {error}")


def one_round(bench: Bench, tally: Tally, wait: float, after: Files) -> float | None:
    """Kill the command after `wait` seconds; add what is wrong to the tally. How long the command
    took, if it was done by then."""
    case = tally.case
    space = bench.copy(case)
    before = files(space)
    environment = bench.of(case)
    if case.compiles:
        shutil.rmtree(bench.cache, ignore_errors=True)
    child = start(command(case.command, space, environment))
    reader = Reader(space / "kb.db")  # after the fork, which wants no other thread
    reader.start()
    started = time.perf_counter()
    status = _after(child, wait)
    took = time.perf_counter() - started
    reader.done.set()
    reader.join()
    tally.rounds += 1
    tally.looks += reader.looks
    tally.finished += status == 0
    tally.left += len(list(space.rglob(".kb-*.tmp")))
    said = [*reader.faults, *look(files(space), before, after, finished=status == 0)]
    said += after_a_build(bench, case, space)
    tally.add(f"after {wait:.3f} s", said)
    return took if status == 0 else None


def _after(child: int, wait: float) -> int:
    """Kill a process and its group after `wait` seconds; how it ended, it may be before."""
    until = time.monotonic() + wait
    while (left := until - time.monotonic()) > 0:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return ended(child)
        time.sleep(min(left, 0.02))
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return ended(child)


def after_a_build(bench: Bench, case: Case, space: Path) -> list[str]:
    """What is wrong with the index as it lies, and as one more build leaves it."""
    said = []
    if (space / "kb.db").exists() and (space / "kb.db").stat().st_size:
        said += unsound(space / "kb.db")
    try:
        bench.kb(space, "build", of=case)
    except RuntimeError as error:
        said.append(f"the next build: {error}")
    else:
        said += unsound(space / "kb.db")
        said += differences(dump(space / "kb.db"), bench.from_nothing(space))
    if case.compiles:
        said += [f"left in the cache: {path.name}" for path in bench.cache.rglob(".draft-*")]
    return said


def run(bench: Bench, case: Case, rounds: int, draw: random.Random) -> Tally:
    """Rounds of a case, until the command was killed so often, or four in five had finished."""
    lengths, after = [], Files()
    for _ in range(1 if case.compiles else 3):
        space = bench.copy(case)
        if case.compiles:
            shutil.rmtree(bench.cache, ignore_errors=True)
        started = time.perf_counter()
        bench.kb(space, *case.command, of=case)
        lengths.append(time.perf_counter() - started)
        after = files(space)
    tally = Tally(case)
    while (killed := tally.rounds - tally.finished) < rounds and tally.rounds < 5 * rounds:
        # half anywhere, half where the writing is
        share = draw.uniform(0, 1.05) if tally.rounds % 2 else draw.uniform(0.6, 1.05)
        took = one_round(bench, tally, share * statistics.median(lengths), after)
        if took is not None:  # how busy the machine is changes from hour to hour
            lengths = [*lengths[-8:], took]
        if tally.rounds % 10 == 0:
            print(f"{case.name}: killed {killed} of {rounds}", flush=True)
    print(f"{case.name}: killed {killed} times in {statistics.median(lengths):.2f} s, "
          f"{tally.finished} had finished; {tally.looks} looks of a reader; {tally.left} "
          f"temporary files left; {len(tally.faults)} faults", flush=True)  # fmt: skip
    return tally


def run_steps(bench: Bench, case: Case, whole: bool) -> Tally:
    """Kill a case's command before each of its steps. whole: build once more after each."""
    tally = Tally(case)
    space = bench.copy(case)
    bench.kb(space, *case.command, of=case)
    after = files(space)
    space = bench.copy(case)
    before, looked = files(space), set[object]()
    act = command(case.command, space, bench.of(case))
    for step in each_step(act, every=25 if whole else 0):
        said = look(files(space), before, after, finished=step.status == 0)
        if not step.killed and step.status:
            said.append(f"ended by itself with {step.status}")
        left = (tuple(files(space).items()), step.what.startswith(("COMMIT", "PRAGMA")))
        # what the files are decides the next build: the same is tried once
        if whole or left not in looked:
            said += after_a_build(bench, case, space)
        looked.add(left)
        tally.rounds += step.killed
        tally.left += len(list(space.rglob(".kb-*.tmp")))
        tally.add(f"at step {step.number}, {step.what}", said)
        bench.copy(case)
    print(f"{case.name}: killed at each of {tally.rounds} steps; {tally.left} temporary files "
          f"left; {len(tally.faults)} faults", flush=True)  # fmt: skip
    return tally


def one_guide(folder: Path) -> Path:
    """A folder with one of the shipped guides."""
    folder.mkdir()
    shutil.copy(min(shipped().guides.glob("*.md")), folder)
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--case", action="append", help="only the cases whose name begins so")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--quick", action="store_true", help="a minute's worth")
    parser.add_argument("--light", action="store_true", help="a small library, and no model")
    parser.add_argument("--steps", action="store_true", help="at each step, none drawn")
    given = parser.parse_args()
    draw = random.Random(given.seed)
    rounds = 3 if given.quick else given.rounds
    wanted = [c for c in CASES if not given.case or c.name.startswith(tuple(given.case))]
    if (given.quick or given.steps or given.light) and not given.case:
        wanted = [c for c in wanted if not c.compiles]
    with tempfile.TemporaryDirectory() as name:
        warm(one_guide(Path(name) / "library") if given.light else None)
        bench = Bench(Path(name))
        if given.steps:
            faults = sum(len(run_steps(bench, c, whole=not given.quick).faults) for c in wanted)
        else:
            print(f"seed {given.seed}", flush=True)
            faults = sum(len(run(bench, case, rounds, draw).faults) for case in wanted)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
