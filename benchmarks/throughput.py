"""The first embedding of 2,000 passages of about 100 words: kb against SentenceTransformer.encode.

    python benchmarks/throughput.py [PASSAGES]

Each side is a process of its own. They take the same slice of passages in turn,
one waiting while the other works, so that both meet the machine in the same
mood. Loading the model is not counted; peak memory is the whole process's.
Wanted: a ratio of 1.2 or more, and 1 GB or less. The model is compiled into
the user's cache if need be.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import common

if TYPE_CHECKING:
    from collections.abc import Callable

SIDES = ("kb", "sentence-transformers")
SLICE = 200
COMPILE = """
from kb import embed, compile_model
compile_model.ensure_compiled(embed.PACKAGED_MODEL, embed.default_cache(), print)
"""


def passages(count: int) -> list[str]:
    """Stretches of 80 to 120 words of the guides, the same in every run."""
    guides = sorted((common.ROOT / "content").glob("*.md"))
    words = " ".join(guide.read_text(encoding="utf-8") for guide in guides).split()
    draw = random.Random(0)
    starts = [draw.randrange(len(words) - 120) for _ in range(count)]
    return [" ".join(words[start : start + draw.randint(80, 120)]) for start in starts]


def encoder(side: str) -> Callable[[list[str]], object]:
    """The function under test, its model loaded."""
    if side == "kb":
        from kb import embed

        compiled = embed.find_compiled(embed.PACKAGED_MODEL, embed.default_cache())
        assert compiled is not None
        return embed.OnnxEncoder.open(compiled, "build").encode
    from sentence_transformers import SentenceTransformer

    from kb.compile_model.source import packaged_folder

    model = SentenceTransformer(str(packaged_folder()), device="cpu", local_files_only=True)
    return lambda texts: model.encode(texts, show_progress_bar=False)


def work(side: str, count: int) -> None:
    """Say `ready`; then for each line read, embed that slice and print its seconds."""
    texts, encode = passages(count), encoder(side)
    encode(texts[:8])
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        encode(texts[int(line) : int(line) + SLICE])
        print(time.perf_counter() - start, flush=True)


class Worker:
    """One side's process, waiting for slices."""

    def __init__(self, side: str, count: int) -> None:
        command = [sys.executable, __file__, side, str(count)]
        env = {**os.environ, "PYTHONPATH": str(common.ROOT)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=env, text=True
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.to, self.back = self.process.stdin, self.process.stdout
        assert self.back.readline() == "ready\n", f"{side} did not start"

    def seconds(self, first: int) -> float:
        self.to.write(f"{first}\n")
        self.to.flush()
        return float(self.back.readline())

    def finish(self) -> float:
        """End it; its peak memory in MB."""
        self.to.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return common.megabytes(usage)


def main(count: int) -> None:
    common.run([sys.executable, "-c", COMPILE])
    workers = {side: Worker(side, count) for side in SIDES}
    took: dict[str, list[float]] = {side: [] for side in SIDES}
    for number, first in enumerate(range(0, count, SLICE)):
        for side in SIDES if number % 2 else SIDES[::-1]:
            took[side].append(workers[side].seconds(first))
    peak = {side: worker.finish() for side, worker in workers.items()}
    pairs = zip(took[SIDES[0]], took[SIDES[1]], strict=True)
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    print(f"{count} passages of about 100 words, slices of {SLICE} in turn")
    print(f"{'':22}passages/s  peak MB")
    for side in SIDES:
        print(f"{side:22}{count / sum(took[side]):10.1f}  {peak[side]:7.0f}")
    print(f"kb is {ratio:.2f} times as quick (median of the slices; wanted 1.2)")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in SIDES:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 2000)
