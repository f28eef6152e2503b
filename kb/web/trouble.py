"""What is shown where a page cannot be: one sentence, and a way back. JSON stays JSON."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
from typing import TYPE_CHECKING, Any, Final

from datasette.database import QueryInterrupted
from datasette.utils.asgi import BadRequest, Base400, NotFound, Response
from datasette.views.base import DatasetteError

from kb.errors import KBError, StoreError
from kb.web.bank import bank_of
from kb.web.marks import coded
from kb.web.pages import ROUTES

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

DEBUG: Final = "KB_DEBUG"
NO_PAGE: Final = "No page has this address."
FAILED: Final = "kb could not make this page. What went wrong is named where it runs."
SENT: Final = "This page does not take what it was sent."
STUMBLES: Final = (ValueError, LookupError, AssertionError, TypeError, OverflowError)
# of SQLite's: what was asked cannot be asked, and the index is as it was
NO_SQL: Final = frozenset({"ProgrammingError", "DataError"})
SLOW: Final = "The query took longer than a page may wait. Ask for less of it."
REMAKE: Final = "It holds nothing of its own: delete it and run: kb build"
TITLES: Final = {
    400: "This cannot be asked",
    403: "This is not shown",
    404: "Nothing is here",
    503: "Not now",
}
_LOG = logging.getLogger(__name__)


async def answer(datasette: Datasette, request: Request, error: Exception) -> Response:
    """The answer to a request that ended in an error; what is not foreseen is logged."""
    error = _of_the_asker(error)
    if not isinstance(error, KBError | Base400 | DatasetteError):
        error = await asyncio.to_thread(_cause, datasette, error)
    if _of_what_was_sent(request, error):
        error = BadRequest(SENT)
    status, title, sentence, more = _told(error)
    if status >= 500 and not isinstance(error, KBError):
        log(request.path, error)
    return await _shown(datasette, request, (status, title, sentence), more)


async def forbidden(datasette: Datasette, request: Request, message: str) -> Response:
    """The answer to whoever may not see a page."""
    return await _shown(datasette, request, (403, TITLES[403], message or "You may not see this."))


def log(path: str, error: Exception) -> None:
    """Name what nobody foresaw, in one line; with KB_DEBUG set, all of it."""
    shown = error if os.environ.get(DEBUG) else None
    _LOG.error("kb: %s: %s", path[:200], repr(error)[:500], exc_info=shown)


def _of_the_asker(error: Exception) -> Exception:
    """What Datasette lets through of a request that cannot be answered, as a refusal of it; any
    other error as it is."""
    if type(error).__module__ == "sqlite3" and type(error).__name__ in NO_SQL:
        error = BadRequest(SENT)
    elif isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        error = NotFound(NO_PAGE)  # it looked for a file of that name
    elif isinstance(error, QueryInterrupted):
        error = BadRequest(SLOW)  # of a table as CSV it says nothing itself
    return error


def _of_what_was_sent(request: Request, error: Exception) -> bool:
    """Whether one of Datasette's own pages stumbled over a query or a form."""
    path = request.scope.get("route_path") or request.path
    ours = any(re.match(pattern, path) for pattern, _ in ROUTES)
    sent = bool(request.query_string) or request.method == "POST"
    return isinstance(error, STUMBLES) and sent and not ours


def _cause(datasette: Datasette, error: Exception) -> Exception:
    """What is wrong with the index, where a page failed for that; else the error itself."""
    bank = bank_of(datasette)
    try:
        if bank is not None:
            with bank.reading() as reader:
                reader.meta()
    except KBError as fault:
        return fault
    if type(error).__module__ == "sqlite3":
        return StoreError(f"the index cannot be read ({error}).", REMAKE)
    return error


def _told(error: Exception) -> tuple[int, str, str, dict[str, Any]]:
    """(status, title, sentence, what else a program is told) of an error."""
    if isinstance(error, KBError):
        return 503, TITLES[503], str(error), {}
    if isinstance(error, DatasetteError):
        said = SLOW if error.message_is_html else str(error.message)
        title = error.title
        # Datasette says 500 of a column that is not there
        status = 400 if error.status == 500 else error.status
        return status, title or TITLES.get(status, TITLES[400]), said, error.error_dict
    if isinstance(error, Base400):
        said = str(error.args[0]) if error.args else ""
        unknown = said in {"", "404"} or said.startswith("Database not found")
        said = NO_PAGE if unknown else said
        return error.status, TITLES.get(error.status, TITLES[400]), said, {}
    return 500, "This went wrong", FAILED, {}


async def _shown(
    datasette: Datasette,
    request: Request,
    said: tuple[int, str, str],
    more: dict[str, Any] | None = None,
) -> Response:
    status, title, sentence = said
    if request.path.endswith(".json"):
        told = {**(more or {}), "ok": False, "error": sentence, "status": status, "title": title}
        return Response.json(told, status=status)
    given = {"problem": title, "sentence": sentence, "status": status, "coded": coded}
    html = await datasette.render_template("kb_trouble.html", given, request=request)
    return Response.html(html, status=status)
