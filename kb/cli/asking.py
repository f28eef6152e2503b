"""Questions on a terminal: an answer of one line or of many, and what was typed when it stops."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from collections.abc import Callable, Iterator

import click

from kb.keeping.writing import plain_text
from kb.render.layout import clean

Keep = Callable[[str], None]
MARK = "> "


class Stopped(Exception):  # noqa: N818  # nothing went wrong
    """Ctrl-C or Ctrl-D. What was typed until then has been kept."""


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_text(question: str, keep: Keep) -> str:
    """The answer to a question, in as many lines as it takes; an empty line ends it.

    keep: is given all that was typed so far after each line, and the unfinished line where
    Ctrl-C or Ctrl-D stops the question. Raises Stopped then.
    """
    click.echo(f"\n{question}")
    rows: list[str] = []
    with _typing(lambda rest: keep(_joined([*rows, rest]))):
        while (row := _line(MARK)).strip():
            rows.append(row)
            keep(_joined(rows))
    return _joined(rows)


def ask_line(
    question: str,
    default: str = "",
    keep: Keep = lambda _typed: None,
    *,
    none: str = ", - for none",
) -> str:
    """The answer in one line: `default` for Enter alone, "" for "-".

    keep: is given what stood on the line, or "", where Ctrl-C or Ctrl-D stops the question.
    none: said beside the default. Raises Stopped when it is stopped.
    """
    offered = f" [{clean(default)}{none}]" if default else ""
    with _typing(keep):
        typed = " ".join(_line(f"{question}{offered} ").split())
    if typed == "-":
        return ""
    return typed or default


@contextlib.contextmanager
def _typing(keep: Keep) -> Iterator[None]:
    """Hand on what stands on the line when it is stopped, whatever is pressed meanwhile."""
    try:
        yield
    except (KeyboardInterrupt, EOFError) as stop:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            keep(_unfinished())
        finally:
            signal.signal(signal.SIGINT, before)
        click.echo()
        raise Stopped from stop


def _line(prompt: str) -> str:
    """One line as typed. With readline there is no limit to its length, and a paste with line
    ends in it comes as one."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # input() edits with it once it is there
    if isinstance(sys.stdin, io.TextIOWrapper):  # bytes that are no UTF-8 must not end it all
        sys.stdin.reconfigure(errors="surrogateescape")
    return plain_text(input(prompt))


def _unfinished() -> str:
    """What stands on the line that was never ended, as far as it can be known."""
    readline = sys.modules.get("readline")
    return plain_text(readline.get_line_buffer()) if readline else ""


def _joined(rows: list[str]) -> str:
    return "\n".join(rows).strip("\n")
