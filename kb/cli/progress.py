"""Progress on a terminal: nothing at all in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click


@contextmanager
def steps(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner with what is being done now; in a pipe one line that says `what`."""
    if not sys.stderr.isatty():
        click.echo(what, err=True)
        yield lambda _text: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:
        yield status.update


@contextmanager
def bar(what: str, least: int) -> Iterator[Callable[[int, int], None]]:
    """A bar for `least` or more things to count; it is drawn when the first are done."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    with ExitStack() as stack:
        shown: list[Callable[[int, int], None]] = []

        def update(done: int, total: int) -> None:
            if total >= least and not shown:
                shown.append(stack.enter_context(_drawn(what)))
            for draw in shown:
                draw(done, total)

        yield update


@contextmanager
def _drawn(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(what), BarColumn(bar_width=30), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
