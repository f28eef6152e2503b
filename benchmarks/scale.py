"""How build, match and page grow, from 2,000 passages to a million.

    python benchmarks/scale.py FOLDER [STORIESxSENTENCES...]

Banks are made and kept in FOLDER (the largest takes 4 GB), with invented vectors: to embed a
million passages takes hours. Everything else is real.
"""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import bank
import common
import web

PARTS = str(Path(__file__).with_name("scale_parts.py"))
SIZES = ("80x20", "1000x95", "10000x95")
QUESTION = "Tell me about a time you disagreed with an architect"


def main(folder: Path, sizes: list[str], rounds: int = 7) -> None:
    """A few lines for each size."""
    matched: dict[str, common.Result] = {}
    for size in sizes:
        stories, sentences = map(int, size.split("x"))
        workspace = folder / size
        if not workspace.exists():
            bank.make_workspace(workspace, 0)
            bank.make_long_stories(workspace / "personal", stories, sentences)
        print(f"\n{size}", flush=True)
        if not (workspace / "kb.db").exists():
            built = common.run([sys.executable, PARTS, "build", str(workspace)])
            print(f"first build: {built.output.strip()}, {built.peak_mb:.0f} MB", flush=True)
        print(f"index: {(workspace / 'kb.db').stat().st_size / 1e6:.0f} MB")
        edit(workspace)
        same = [common.run([web.KB, "-w", str(workspace), "build"]) for _ in range(3)]
        say("build of nothing new", common.Result("", tuple(same)))
        runs = [
            common.run([web.KB, "-w", str(workspace), "match", QUESTION]) for _ in range(rounds)
        ]
        matched[size] = common.Result(size, tuple(runs[1:]))
        say("cold kb match", matched[size])
        print("warm:", common.run([sys.executable, PARTS, "search", str(workspace)]).output.strip())
        page(workspace)
    print("\nkb match against the smallest:")
    print(common.table(matched, sizes[0]))


def edit(workspace: Path) -> None:
    """One sentence more in one story."""
    story = next(iter(sorted((workspace / "personal").rglob("*.md"))))
    story.write_text(story.read_text("utf-8") + "One line more.\n", encoding="utf-8")
    say(
        "one story edited",
        common.Result("", (common.run([web.KB, "-w", str(workspace), "build"]),)),
    )


def say(what: str, result: common.Result) -> None:
    print(f"{what}: {result.seconds:.2f} s, {result.peak_mb:.0f} MB", flush=True)


def page(workspace: Path) -> None:
    """The page of a match, from a warm server."""
    path = f"/-/match?q={quote(QUESTION)}"
    command = [web.KB, "-w", str(workspace), "serve", "--port", str(web.PORT)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            web.wait_for(path)
            connection = http.client.HTTPConnection("127.0.0.1", web.PORT, timeout=60)
            times = [web.milliseconds(connection, path) for _ in range(10)]
            connection.close()
            print(f"page of a match: {statistics.median(times):.0f} ms", flush=True)
        finally:
            server.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(SIZES))
