"""Waiting for files to be saved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kb.errors import KBError
from kb.files import load_workspace

if TYPE_CHECKING:
    from kb.files import Workspace


def saves(space: Workspace, stop: threading.Event | None = None) -> Iterator[Workspace]:
    """The workspace as it is after each save, until interrupted or `stop` is set.

    A kb.yaml that is wrong meanwhile is named on stderr, and the next save awaited.
    """
    import watchfiles

    folders = [f.path for f in (*space.content, *space.personal) if f.path.is_dir()]
    folders += [space.config] if space.config else []
    for _ in watchfiles.watch(*folders, raise_interrupt=True, stop_event=stop):
        try:
            yield load_workspace(space.root)
        except KBError as error:
            click.echo(f"kb: {error}", err=True)
