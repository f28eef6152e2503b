"""Two builds, eight matchers, a server under load and a writer, all at once on one workspace.

    python tests/torture/together.py [--seconds N] [--matchers N] [--seed N] [--quick]

Nothing may fail, wait for a lock in vain, or see rows of two builds. At the end the journal has
every line that a command said it wrote, and the index is that of a build from nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.torture.dump import differences, dump, unsound  # noqa: E402
from tests.torture.kill import Reader  # noqa: E402
from tests.torture.spaces import KB, STORY, Bench  # noqa: E402

THINGS = ("anvil", "bench", "chest", "drill", "easel", "flask", "globe", "hinge")
QUESTIONS = (
    "Tell me about a time you moved something heavy.",
    "Tell me about a failure.",
    "How do you deal with a disagreement?",
    "What are you proud of?",
)
# A second build may have to let the first one go on: it says who, and nothing is lost.
TOLD = re.compile(r"another build is writing the index|other builds keep changing the index")
PATIENCE_S = 120


@dataclass(slots=True)
class Tally:
    """What came of it all. done: name of an activity -> how often; told: builds that were told
    that another one is at it; slowest: name -> seconds."""

    done: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    told: int = 0
    pinned: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, what: str) -> None:
        with self.lock:
            self.faults.append(what)
            print(f"  {what}", flush=True)

    def tell(self, what: str) -> None:
        with self.lock:
            self.told += 1
            print(f"  not a fault: {what}", flush=True)

    def count(self, name: str, seconds: float) -> None:
        with self.lock:
            self.done[name] += 1
            self.slowest[name] = max(seconds, self.slowest.get(name, 0.0))


class Together:
    """All that goes on in one workspace until the time is over."""

    def __init__(self, bench: Bench, seconds: float, draw: random.Random) -> None:
        self.bench, self.space, self.draw = bench, bench.template, draw
        self.until = time.monotonic() + seconds
        self.tally = Tally()

    def goes_on(self) -> bool:
        return time.monotonic() < self.until

    def kb(self, name: str, *words: str) -> int:
        """Run a command; a fault where it fails for another reason than a build at work."""
        started = time.perf_counter()
        try:
            done = subprocess.run(
                [*KB, *words], cwd=self.space, env=self.bench.environment, capture_output=True,
                text=True, check=False, timeout=PATIENCE_S, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            self.tally.fault(f"kb {' '.join(words)}: not done after {PATIENCE_S} s")
            return -1
        self.tally.count(name, time.perf_counter() - started)
        if done.returncode and TOLD.search(done.stderr):
            self.tally.tell(f"kb {' '.join(words)}: {done.stderr.strip()[-200:]}")
        elif done.returncode:
            said = (done.stderr or done.stdout).strip()[-200:]
            self.tally.fault(f"kb {' '.join(words)}: {done.returncode} {said}")
        return done.returncode

    def builds(self) -> None:
        while self.goes_on():
            self.kb("build", "build")

    def matches(self) -> None:
        while self.goes_on():
            self.kb("match", "match", self.draw.choice(QUESTIONS), "--json")

    def writes(self) -> None:
        """Stories come, change, get another id and go; questions are pinned."""
        number = 0
        while self.goes_on():
            number += 1
            thing = self.draw.choice(THINGS)
            told = self.space / f"{thing}.txt"
            told.write_text(STORY.format(thing, 1 + number % 9), encoding="utf-8")
            self.kb("new", "new", f"My {thing} {number}", "--from", told.name)
            self.kb("rename", "rename", f"my-{thing}-{number}", f"{thing}-{number}",
                    "--yes")  # fmt: skip
            if self.kb("pin", "pin", f"What of the {thing}, {number}?", f"{thing}-{number}") == 0:
                self.tally.pinned += 1
            file = self.space / "personal" / f"{thing}-{number}.md"
            if number % 3 == 0 and file.exists():
                file.unlink()
            elif file.exists():
                file.write_text(file.read_text("utf-8") + "\nSo it was.\n", encoding="utf-8")

    def asks(self, port: int) -> None:
        """Read the pages of the server; now and then the whole index, looked at row by row."""
        asked = urllib.parse.quote_plus(QUESTIONS[0])
        pages = ["/", "/-/map", "/-/coverage", "/-/story/own-1", f"/-/match?q={asked}",
                 f"/-/match.json?q={asked}", "/-/index.db"]  # fmt: skip
        whole = self.bench.folder / f"asked-{threading.get_ident()}.db"
        while self.goes_on():
            page = self.draw.choice(pages)
            started = time.perf_counter()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=60) as got:
                    body = got.read()
            except urllib.error.HTTPError as error:
                if error.code != 503 or not error.headers["Retry-After"]:
                    self.tally.fault(f"{page}: {error}")
                self.tally.count("page not yet", 0)  # the model is being opened
                time.sleep(1)
                continue
            except OSError as error:
                self.tally.fault(f"{page}: {error}")
                continue
            self.tally.count("page", time.perf_counter() - started)
            if page.endswith(".db"):
                whole.write_bytes(body)
                for one in unsound(whole):
                    self.tally.fault(f"{page}: {one}")


def serve(bench: Bench, port: int) -> subprocess.Popen[bytes]:
    """A server of the workspace that answers."""
    with (bench.folder / "server.txt").open("wb") as said:
        process = subprocess.Popen(
            [*KB, "serve", "--port", str(port), "--download"], cwd=bench.template,
            env=bench.environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    for _ in range(PATIENCE_S * 10):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    process.kill()
    raise RuntimeError((bench.folder / "server.txt").read_text("utf-8"))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run(bench: Bench, seconds: float, matchers: int, draw: random.Random) -> Together:
    port = free_port()
    server = serve(bench, port)
    all_of_it = Together(bench, seconds, draw)
    watching = Reader(all_of_it.space / "kb.db")
    watching.start()
    acts: list[Callable[[], None]] = [all_of_it.builds] * 2 + [all_of_it.matches] * matchers
    acts += [all_of_it.writes] + [lambda: all_of_it.asks(port)] * 4
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watching.done.set()
    watching.join()
    all_of_it.tally.done["look"] = watching.looks
    for one in watching.faults:
        all_of_it.tally.fault(one)
    if server.poll() is not None:
        all_of_it.tally.fault(f"the server ended with {server.returncode}")
    server.send_signal(signal.SIGINT)
    server.wait(PATIENCE_S)
    said = (bench.folder / "server.txt").read_text("utf-8", "replace")
    for line in said.splitlines():
        if re.search(r"Traceback|Error|locked", line):
            all_of_it.tally.fault(f"the server said: {line[:200]}")
    return all_of_it


def at_the_end(bench: Bench, over: Together) -> None:
    """The journal and the index, once all is quiet."""
    over.kb("last build", "build")
    for one in [
        *unsound(over.space / "kb.db"),
        *differences(dump(over.space / "kb.db"), bench.from_nothing(over.space)),
    ]:
        over.tally.fault(one)
    lines = [
        json.loads(line)
        for journal in over.space.rglob("journal.jsonl")
        for line in journal.read_text("utf-8").splitlines()
    ]
    pins = sum(line["kind"] == "pin" for line in lines)
    if pins < over.tally.pinned:
        over.tally.fault(f"{over.tally.pinned} pins were acknowledged, {pins} are in the journal")
    left = [path.name for path in over.space.rglob(".kb-*.tmp")]
    if left:
        over.tally.fault(f"left behind: {left}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--matchers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--quick", action="store_true", help="half a minute")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    seconds = 30 if given.quick else given.seconds
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        bench = Bench(Path(name))
        over = run(bench, seconds, given.matchers, random.Random(given.seed))
        at_the_end(bench, over)
    tally = over.tally
    for what, often in sorted(tally.done.items()):
        slowest = f", the slowest {tally.slowest[what]:.1f} s" if what in tally.slowest else ""
        print(f"{what}: {often} times{slowest}")
    print(f"together for {seconds:.0f} s on {os.cpu_count()} cores: {tally.told} builds were told "
          f"that another one was at it; {len(tally.faults)} faults")  # fmt: skip
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
