"""How soon the pages answer, on a warm server over 200 stories.

    python benchmarks/web.py [ROUNDS]

Asks a running `kb serve` over one connection, one request after another.
"""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import bank
import common

KB = str(Path(sys.executable).parent / "kb")
PORT = 8765
QUESTIONS = (
    "disagreement with architect",
    "Tell me about a time you missed a deadline.",
    "what did you do when the cleverest person in the room was wrong",
    "outage",
    "feedback that was hard to hear, and what you changed",
)
START_S = 30.0


def milliseconds(connection: http.client.HTTPConnection, path: str) -> float:
    """One request, from its first byte out to its last byte in. Raises SystemExit but for 200."""
    started = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - started) * 1000
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return took


def wait_for(path: str) -> None:
    """Until the path answers 200: the server has started, and its model is open."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            milliseconds(connection, path)
        except (OSError, SystemExit):
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise SystemExit(f"{path} does not answer")


def measure(rounds: int) -> None:
    asked = [f"/-/match?q={quote(one)}" for one in QUESTIONS]
    pages = {
        "match, a page": asked,
        "match, as one types": [f"{path}&fragment=1" for path in asked],
        "match.json": [path.replace("match?", "match.json?") for path in asked],
        "home": ["/"],
        "story": ["/-/story/story-00007"],
        "question": ["/-/question/delivery/tell-me-about-a-time-you-missed-a-deadline"],
        "map": ["/-/map"],
        "table of stories": ["/kb/stories"],
    }
    wait_for(asked[0])
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    print(f"{'':22}  median ms  p99 ms   (wanted of match: 60 ms at most)")
    for name, paths in pages.items():
        milliseconds(connection, paths[0])
        times = [milliseconds(connection, path) for _ in range(rounds) for path in paths]
        last = statistics.quantiles(times, n=100)[98]
        print(f"{name:22}  {statistics.median(times):9.1f}  {last:6.1f}", flush=True)
    connection.close()


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        workspace = bank.make_workspace(Path(name) / "bank", 200)
        common.run([KB, "-w", str(workspace), "build"])
        server = subprocess.Popen(
            [KB, "-w", str(workspace), "serve", "--port", str(PORT)],
            stderr=subprocess.DEVNULL,
        )
        try:
            measure(rounds)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20)
