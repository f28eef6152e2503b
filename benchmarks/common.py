"""Run commands side by side and compare them: medians, ratios, peak memory.

Absolute times drift with the machine's mood; ratios of interleaved runs hold.
This module imports nothing heavy: the kernel counts a parent's memory at the
fork into the child's peak.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import resource
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    """One process, from start to exit. peak_mb is its largest resident set."""

    seconds: float
    peak_mb: float
    output: str


@dataclass(frozen=True, slots=True)
class Result:
    """The runs of one command; the medians are what is compared."""

    name: str
    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak_mb(self) -> float:
        return statistics.median(run.peak_mb for run in self.runs)


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Run one command to its end. Raises SystemExit with its stderr where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # As a user has it: with what is compiled kept beside the sources.
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "", **(env or {})},
    )
    assert process.stdout is not None
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed ({process.returncode}):\n{output}")
    return Run(seconds, megabytes(usage), output)


def megabytes(usage: resource.struct_rusage) -> float:
    """Peak memory of a process that ended; macOS counts it in bytes, Linux in kilobytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def side_by_side(
    commands: Mapping[str, Sequence[str]], rounds: int, env: Mapping[str, str] | None = None
) -> dict[str, Result]:
    """Run each command once unmeasured, then all in turn, `rounds` times over."""
    for command in commands.values():
        run(command, env)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command, env))
    return {name: Result(name, tuple(made)) for name, made in runs.items()}


def table(results: Mapping[str, Result], baseline: str) -> str:
    """Medians and the ratio of each to the baseline, in aligned columns."""
    width = max(len(name) for name in results)
    lines = [f"{'':{width}}  median s  ratio  peak MB"]
    for name, result in results.items():
        ratio = result.seconds / results[baseline].seconds
        lines.append(f"{name:{width}}  {result.seconds:8.3f}  {ratio:5.2f}  {result.peak_mb:7.0f}")
    return "\n".join(lines)
