"""The bank in Datasette: a plugin, found by its entry point. Hooks only; the work is beside.

Where no database of an instance carries kb's marker, every hook leaves Datasette as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

from kb.store import functions
from kb.web import about, guard, marks, pages, trouble, views
from kb.web.bank import bank_of

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request
    from markupsafe import Markup

Handler = Callable[..., Awaitable[Any]]
Routes = list[tuple[str, Handler]]

STATIC = "answer-portfolio"  # Datasette serves a plugin's files under its distribution's name


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Datasette) -> Routes:
    """Our pages. Each asks for permission itself: Datasette does not."""
    return pages.ROUTES if bank_of(datasette) else []


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    """The guard, around everything."""
    return guard.wrapper(datasette)


@hookimpl  # type: ignore[untyped-decorator]
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    """Titles, descriptions, facets and saved queries of the bank's tables."""
    bank = bank_of(datasette)
    return about.metadata(bank.name) if bank else {}


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: functions.Connection, database: str, datasette: Datasette) -> None:
    """Our SQL functions, for the bank's own connections only."""
    bank = bank_of(datasette)
    if bank and database == bank.name:
        functions.register(conn)


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(
    value: object, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | None:
    """Ids as links to our pages, and long texts as the Markdown they are."""
    bank = bank_of(datasette)
    if bank is None or database != bank.name or not isinstance(value, str):
        return None
    return marks.cell(value, column, table, datasette.urls.path)


@hookimpl  # type: ignore[untyped-decorator]
def extra_css_urls(datasette: Datasette) -> list[str]:
    """Our one stylesheet, on Datasette's own pages too."""
    return _static(datasette, "kb.css")


@hookimpl  # type: ignore[untyped-decorator]
def extra_js_urls(datasette: Datasette) -> list[str]:
    """Our one script; no page needs it."""
    return _static(datasette, "kb.js")


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars(datasette: Datasette) -> dict[str, Any]:
    """What every template of ours leans on."""
    bank = bank_of(datasette)
    return {"kb": bank, "paths": views.Paths(datasette)} if bank else {}


@hookimpl(wrapper=True)  # type: ignore[untyped-decorator]
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Generator[None, list[Any], list[Any]]:
    """Our page in place of Datasette's own, which is the last; it would print a traceback."""
    return _ours_last(datasette, (yield), partial(trouble.answer, datasette, request, exception))


@hookimpl(wrapper=True)  # type: ignore[untyped-decorator]
def forbidden(
    datasette: Datasette, request: Request, message: str
) -> Generator[None, list[Any], list[Any]]:
    """The same for what someone may not see."""
    return _ours_last(datasette, (yield), partial(trouble.forbidden, datasette, request, message))


def _ours_last(datasette: Datasette, found: list[Any], ours: partial[Any]) -> list[Any]:
    """What plugins answer, with ours in the place of Datasette's own where there is a bank."""
    return [*found[:-1], ours] if bank_of(datasette) else found


@hookimpl  # type: ignore[untyped-decorator]
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """The way to our pages from every one of Datasette's."""
    if not bank_of(datasette):
        return []
    here = {
        "Ask the bank": "/-/match", "Coverage": "/-/coverage", "Loops": "/-/loops",
        "The map": "/-/map",
    }  # fmt: skip
    return [{"href": datasette.urls.path(path), "label": name} for name, path in here.items()]


def _static(datasette: Datasette, name: str) -> list[str]:
    return [datasette.urls.static_plugins(STATIC, name)] if bank_of(datasette) else []
