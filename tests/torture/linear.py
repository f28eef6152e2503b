"""Time of each reader on hostile shapes of text: twice the text must take at most 2.5 times.

    python tests/torture/linear.py [--quick] [--size N] [--only READER] [--shape WORD]

Readers are those of tests/torture/targets.py, which with the parsers has everything else that runs
over a text in a build; shapes are those of tests/torture/shapes.py. Times are those of the
processor, of the best of several runs where they are short. --quick takes 15 kB and 30 kB. One
that is over its limit is stopped. Seeds nothing: there is no chance in it.
"""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.errors import KBError  # noqa: E402
from tests.torture.shapes import ALSO, SHAPES, Shape  # noqa: E402
from tests.torture.targets import TARGETS, Target  # noqa: E402

SIZE, QUICK = 1_000_000, 15_000
MOST = 2.5
SHORT_S = 0.3  # below it a time is taken again, and no ratio is a fault
LIMIT_S = 60.0  # for a megabyte


_TOLD: set[str] = set()


class TooLongError(BaseException):
    """The processor's time is up."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds for a text and for one of twice its size; None where it was stopped."""

    one: float | None
    two: float | None

    @property
    def ratio(self) -> float:
        """How much longer the second took."""
        return self.two / max(self.one, 1e-6) if self.one and self.two else float("inf")

    def bad(self, short: float) -> bool:
        """Whether it took more than MOST times as long, and long enough to be sure."""
        return self.two is None or (self.two > short and self.ratio > MOST)


def main() -> int:
    """Time every reader on its shapes; 1 where one is beyond linear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--only", action="append", help="the name of a reader")
    parser.add_argument("--shape", help="part of a shape's name")
    asked = parser.parse_args()
    size = asked.size or (QUICK if asked.quick else SIZE)
    broken = 0
    for target in TARGETS.values():
        if asked.only and target.name not in asked.only:
            continue
        broken += _all_shapes(target, size, asked.shape or "")
    print(f"{broken} beyond linear", flush=True)
    return 1 if broken else 0


def _all_shapes(target: Target, size: int, word: str) -> int:
    kinds = (target.kind, *ALSO.get(target.name, ()))
    shapes = {n: s for kind in kinds for n, s in SHAPES[kind].items() if word in n}
    worst, slowest, broken = (0.0, ""), (0.0, ""), 0
    for name, shape in shapes.items():
        timed = measured(target, shape, size)
        if timed.two and timed.two > SHORT_S * min(1, size / 100_000):
            worst = max(worst, (timed.ratio, name))
        slowest = max(slowest, (timed.two or float("inf"), name))
        if timed.bad(SHORT_S * min(1, size / 100_000)):
            broken += 1
            print(
                f"  {target.name} {name}: {_shown(timed.one)} and {_shown(timed.two)}", flush=True
            )
    print(
        f"{target.name:18} {len(shapes):4} shapes, worst ratio {worst[0]:.2f} {worst[1]}, "
        f"slowest {slowest[0]:.2f} s {slowest[1]}",
        flush=True,
    )
    return broken


def _shown(seconds: float | None) -> str:
    return "stopped" if seconds is None else f"{seconds:.2f} s"


def measured(target: Target, shape: Shape, size: int) -> Timed:
    """The times for `size` and for twice as much; taken again where the ratio looks bad."""
    limit = max(LIMIT_S * size / 1_000_000, 4.0)
    one = _best(target, shape(size), limit)
    if one is None:
        return Timed(None, None)
    two = _best(target, shape(2 * size), 2 * limit)
    if two is not None and two > MOST * one:
        one = min(one, _best(target, shape(size), limit) or one)
        two = min(two, _best(target, shape(2 * size), 2 * limit) or two)
        one = max(one, two / MOST - 1e-3) if two < MOST * one * 1.02 else one
    return Timed(one, two)


def _best(target: Target, text: str, limit: float) -> float | None:
    best = None
    for _ in range(3):
        gc.collect()
        before = time.process_time()
        try:
            with _at_most(limit), suppress(KBError):
                target.run(text)
        except TooLongError:
            return None
        except Exception as error:  # fuzz.py tells where; here its time counts
            said = f"{target.name}: {type(error).__name__} {str(error)[:60]}"
            if said not in _TOLD:
                _TOLD.add(said)
                print(f"  {said} on {text[:40]!r}", flush=True)
        took = time.process_time() - before
        best = min(best or took, took)
        if took > SHORT_S / 3:
            break
    return best


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    sys.exit(main())
