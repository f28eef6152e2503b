"""`kb serve`."""

from __future__ import annotations

import os
import socket
import threading
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kb.cli import common
from kb.errors import KBError, UsageError

if TYPE_CHECKING:
    from datasette.app import Datasette

    from kb.files import Workspace

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EVERYWHERE = {"0.0.0.0", "::"}
PASSWORD = "KB_PASSWORD"  # the name of a variable
HASH = "KB_PASSWORD_HASH"
USER = "kb"
# Far more than any page of ours wants; a query that wants more is not for a browser.
ROWS, QUERY_MS = 500, 1000
EPILOG = """\b
Examples:
  kb serve --open
  kb serve --watch
  KB_PASSWORD=... kb serve --host 0.0.0.0 --allow-host laptop.local
"""


@click.command("serve", epilog=EPILOG)
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=8001, show_default=True,
              help="The port to listen on.")  # fmt: skip
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True,
              help="The address to listen on; another than this wants a password.")  # fmt: skip
@click.option("--allow-host", "hosts", metavar="NAME", multiple=True,
              help="A name by which browsers may ask; may be given again.")  # fmt: skip
@click.option("--open", "open_browser", is_flag=True, help="Open it in a browser.")
@click.option("--watch", is_flag=True, help="Build again whenever a file is saved.")
@click.option("--sql", is_flag=True, help="Let anyone who sees the pages write SQL queries.")
@click.option("--download", is_flag=True, help="Let them download the whole index.")
@common.workspace_option
def command(
    port: int,
    host: str,
    hosts: tuple[str, ...],
    open_browser: bool,
    watch: bool,
    sql: bool,
    download: bool,
    workspace: str | None,
) -> None:
    """Browse the bank in a web browser.

    Pages to read, and every table behind them, in Datasette. Only this machine
    sees it, unless --host and a password say otherwise.
    """
    space = common.open_workspace(workspace)
    _check_index(space)
    locked = host not in LOOPBACK
    name = _in_url(socket.gethostname() if host in EVERYWHERE else host)
    if locked:
        _set_password(host)
        hosts = (*hosts, name)
    about = {"allow_hosts": list(hosts), "locked": locked, "watched": watch, "download": download}
    site = _site(space, about, sql=sql)
    listener = _listen(host, port)
    click.echo(f"Your stories are at http://{name}:{port}/ Press Ctrl-C to stop.", err=True)
    if watch:
        threading.Thread(target=_watch, args=(space,), daemon=True).start()
    if open_browser:
        import webbrowser

        here = "127.0.0.1" if host in EVERYWHERE else _in_url(host)
        address = f"http://{here}:{port}/"  # it listens already, and answers when it has started
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    _run(site, listener)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _check_index(space: Workspace) -> None:
    """Raise StoreError where there is nothing to show."""
    from kb import store

    with store.open_index(space.database) as reader:
        common.warn_if_stale(space, reader)


def _set_password(host: str) -> None:
    """Keep the hash of the password where Datasette's plugin finds it. Raises UsageError."""
    import sys

    try:
        from datasette_auth_passwords.utils import (  # type: ignore[import-untyped]
            hash_password,
        )
    except ImportError as error:
        raise UsageError(
            f"listening on {host} wants a password, and the plugin for it is not installed.",
            "Run: pip install 'answer-portfolio[password]'",
        ) from error
    password = os.environ.pop(PASSWORD, "")
    if not password and sys.stdin.isatty():
        password = click.prompt("A password for the pages", hide_input=True, err=True)
    if not password:
        raise UsageError(
            f"listening on {host} lets other machines ask, which wants a password.",
            f"Set {PASSWORD}, or leave --host out.",
        )
    os.environ[HASH] = hash_password(password)
    click.echo(f"Log in as {USER}.", err=True)


def _site(space: Workspace, about: dict[str, Any], *, sql: bool) -> Datasette:
    """The instance; our own plugin is found by its entry point, and told `about` it."""
    locked = about["locked"]
    from datasette.app import Datasette
    from datasette.plugins import pm

    if not os.environ.get("KB_DEBUG"):
        # else every wrong address prints a page of frames, with what stands in them
        pm.get_plugin("datasette.handle_exception").rich = None
        # and every facet of a column that is not there leaves one of Datasette's behind
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    login = pm.get_plugin("auth_passwords") or pm.get_plugin("datasette_auth_passwords")
    if login is not None and not locked:
        pm.unregister(login)  # nothing to log in to
    plugins: dict[str, Any] = {"answer-portfolio": {"workspace": str(space.root), **about}}
    metadata: dict[str, Any] = {"plugins": plugins}
    if locked:
        plugins["datasette-auth-passwords"] = {
            f"{USER}_password_hash": {"$env": HASH},
            "actors": {USER: {"id": USER}},
        }
        metadata["allow"] = {"id": USER}
    site = Datasette(
        [str(space.database)],
        metadata=metadata,
        settings={
            "default_allow_sql": sql,
            "suggest_facets": False,  # a dozen queries a page, beside the facets that we name
            "allow_download": False,  # our own page gives a whole copy of a changing file
            "max_returned_rows": ROWS,
            "sql_time_limit_ms": QUERY_MS,
        },
    )
    if not os.environ.get("KB_DEBUG"):  # else every wrong column in an address is a page of SQL
        for database in site.databases.values():
            database.execute = _quiet(database.execute)
    return site


def _quiet(execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, but that what it raises is not printed beside."""

    def executing(*args: object, **options: object) -> Awaitable[Any]:
        return execute(*args, **{**options, "log_sql_errors": False})

    return executing


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UsageError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP, so that asyncio sends each answer at once: else each waits 40 ms for an ACK
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"nothing can be served on {host} port {port}: {error.strerror}.",
            f"Try another: kb serve --port {port % 65535 + 1}",
        ) from error
    return listener


def _run(site: Datasette, listener: socket.socket) -> None:
    import uvicorn

    from kb.cli import patience

    patience.more_files()
    config = uvicorn.Config(site.app(), lifespan="on", **patience.options())
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _watch(space: Workspace) -> None:
    """Build on every save beside the server, until it ends; a line says how each went."""
    from kb.cli.watching import saves

    for fresh in saves(space):
        try:
            _rebuild(fresh)
        except KBError as error:
            click.echo(f"kb: {error}", err=True)


def _rebuild(space: Workspace) -> None:
    """One build: what is wrong with files, and in one line what changed, if anything did.

    Raises StoreError, ModelError, ConfigError.
    """
    from kb import render
    from kb.cli.build import refresh

    now = datetime.now(UTC)
    report = refresh(space)
    if report.added or report.changed or report.removed:
        counts = render.build_text(report, common.page()).splitlines()[0]
        click.echo(f"{now.astimezone():%H:%M:%S} Built again: {counts}.", err=True)
