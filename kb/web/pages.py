"""Our pages: what each needs, from the bank to a template. Nothing here knows SQL or files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from datasette.utils.asgi import Forbidden, NotFound, Response
from datasette.views.index import IndexView

from kb import store
from kb.errors import KBError, UsageError
from kb.match import check_question
from kb.render.matches import GUIDE_LEAST, match_json
from kb.render.showing import spoken
from kb.store.queries import SAVED
from kb.web import portfolio, views
from kb.web.bank import bank_of, settings
from kb.web.marks import coded

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

    from kb.domain import MatchResult, WordKind
    from kb.web.bank import Bank

View = Callable[..., Awaitable[Response]]

SHOWN: Final = 5  # stories of an answer
SAVED_TITLES: Final = [(name, query["title"]) for name, query in SAVED.items()]
WAITING: Final = {"Retry-After": "1"}
KINDS: Final[dict[str, WordKind]] = {"yes": "pin", "no": "pin-no", "back": "unpin"}
# How long a page waits for the model to open before it says that it does.
PATIENCE_S: Final = 1.0
_WAKING: set[asyncio.Task[None]] = set()
_LATER: set[asyncio.Task[None]] = set()


async def home(datasette: Datasette, request: Request, send: Callable[..., Any]) -> Response:
    """The bank at a glance, without the counting of every table that Datasette's own home page
    does; that one for who may not see the bank."""
    bank = bank_of(datasette)
    if bank is None or not await may_view(datasette, bank, request.actor):
        request.scope = {**request.scope, "url_route": {"kwargs": {"format": None}}}
        return await IndexView.as_view(datasette)(request, send)
    found = await asyncio.to_thread(views.home, bank)
    given = bool(settings(datasette).get("download"))
    filled = {"home": found, "saved": SAVED_TITLES, "download": given}
    return await _page(datasette, request, "home", filled)


async def match(datasette: Datasette, request: Request) -> Response:
    """An answer as a page; `?fragment=1` gives its inside only, for answers as one types."""
    bank = await _allowed(datasette, request)
    asked = (request.args.get("q") or "").strip()
    given: dict[str, Any] = {
        "asked": asked,
        "fragment": bool(request.args.get("fragment")),
        "writable": bank.workspace is not None,
    }
    if asked and not await _awake(bank):
        given["waking"] = True
        return await _page(datasette, request, "match", given, status=503, headers=WAITING)
    if asked:
        given |= await _answered(bank, asked)
    return await _page(datasette, request, "match", given)


async def match_as_json(datasette: Datasette, request: Request) -> Response:
    """The same as `kb match -n 5 --json`."""
    bank = await _allowed(datasette, request)
    try:
        asked = check_question(request.args.get("q") or "")
        result = await asyncio.to_thread(_match, bank, asked)
    except KBError as error:
        status = 400 if isinstance(error, UsageError) else 503
        return Response.json({"ok": False, "error": str(error)}, status=status)
    return Response.json(match_json(result))


async def story(datasette: Datasette, request: Request) -> Response:
    """A story as it reads; with `?q=` what makes it answer that question is marked."""
    bank = await _allowed(datasette, request)
    asked = (request.args.get("q") or "").strip()
    found = await asyncio.to_thread(views.story, bank, _id(request), asked)
    if found is None:
        raise NotFound("There is no such story. It may have been renamed: `kb list`")
    return await _page(datasette, request, "story", {"asked": asked, **found})


async def question(datasette: Datasette, request: Request) -> Response:
    """A guide's question, and the bank's best stories for it."""
    bank = await _allowed(datasette, request)
    found = await asyncio.to_thread(views.question, bank, _id(request))
    if found is None:
        raise NotFound("There is no such question. See them: `kb list --questions`")
    return await _page(datasette, request, "question", found)


async def plane(datasette: Datasette, request: Request) -> Response:
    """Stories and questions as a map, and as a table."""
    bank = await _allowed(datasette, request)
    found = await asyncio.to_thread(views.plane, bank)
    return await _page(datasette, request, "map", found)


async def pin(datasette: Datasette, request: Request) -> Response:
    """Keep the owner's word, as `kb pin` and `kb unpin` do, and go back to the question."""
    bank = await _allowed(datasette, request)
    if request.method != "POST":
        return Response.text("Pins are posted.\n", status=405, headers={"Allow": "POST"})
    sent = await request.post_vars()
    asked, owner = sent.get("question", "").strip(), sent.get("story", "").strip()
    kind = KINDS.get(sent.get("word", ""))
    if kind is None or not asked or not owner:
        return Response.text("A pin needs a question, a story and a word.\n", status=400)
    try:
        await asyncio.to_thread(bank.say, kind, owner, asked)
    except KBError as error:
        return Response.text(f"{error}\n", status=409)
    if not settings(datasette).get("watched"):  # else the journal's change is seen anyway
        task = asyncio.create_task(_quietly(bank.refresh))  # the pin itself counts already
        _LATER.add(task)
        task.add_done_callback(_LATER.discard)
    query = datasette.urls.path("/-/match") + "?" + views.encoded({"q": asked})
    return Response.redirect(query, status=303)


async def download(datasette: Datasette, request: Request) -> Response:
    """The whole index as of now, where that was asked for: Datasette itself gives away only
    files that never change."""
    bank = await _allowed(datasette, request)
    if not settings(datasette).get("download"):
        raise Forbidden("The index is not given away. Start with: `kb serve --download`")
    body = await asyncio.to_thread(store.copy_of, bank.path)
    headers = {"content-disposition": f'attachment; filename="{bank.path.name}"'}
    return Response(body, headers=headers, content_type="application/vnd.sqlite3")


async def coverage(datasette: Datasette, request: Request) -> Response:
    """What the stories cover: competencies, or a framework's principles, by stories."""
    bank = await _allowed(datasette, request)
    name = (request.args.get("framework") or "").strip()
    try:
        found = await asyncio.to_thread(portfolio.coverage, bank, name, _today())
    except UsageError as error:
        raise NotFound(str(error)) from error
    return await _page(datasette, request, "coverage", found)


async def loops(datasette: Datasette, request: Request) -> Response:
    """The workspace's interview loops."""
    bank = await _allowed(datasette, request)
    try:
        found = await asyncio.to_thread(portfolio.loops, bank, _today())
    except UsageError as error:
        raise NotFound(str(error)) from error
    return await _page(datasette, request, "loops", found)


async def loop(datasette: Datasette, request: Request) -> Response:
    """A loop with its plan. Stories are swapped by the address or a POST; unless that is only
    to look at a plan, the file is then saved."""
    bank = await _allowed(datasette, request)
    name, sent = _id(request), {}
    if request.method == "POST":
        sent = await request.post_vars()
        wish = portfolio.read_wish(list(sent.items()), sent.get("text", "").replace("\r\n", "\n"))
    else:
        wish = portfolio.read_wish([(key, request.args[key]) for key in request.args])
    given: dict[str, Any] = {"saved": bool(request.args.get("saved"))}
    try:
        found = await asyncio.to_thread(portfolio.loop, bank, name, wish, _today())
        if found is None:
            raise NotFound(portfolio.unknown(bank, name))
        if sent and sent.get("do") != "plan" and not found["problem"]:
            given["problem"] = await _saved(bank, name, found["text"], sent.get("before", ""))
            if not given["problem"]:
                path = views.Paths(datasette).of(f"loop/{quote(name)}", saved="1")
                return Response.redirect(path, status=303)
    except KBError as error:
        raise NotFound(str(error)) from error
    found |= given
    return await _page(datasette, request, "loop", found, status=409 if found["problem"] else 200)


async def _saved(bank: Bank, name: str, text: str, before: str) -> str:
    """Why a loop could not be saved; "" where it was."""
    try:
        await asyncio.to_thread(portfolio.save, bank, name, text, before)
    except KBError as error:
        return str(error)
    return ""


async def card(datasette: Datasette, request: Request) -> Response:
    """The page to read before a loop's rounds, to be printed."""
    bank = await _allowed(datasette, request)
    try:
        found = await asyncio.to_thread(portfolio.card, bank, _id(request), _today())
        if found is None:
            raise NotFound(portfolio.unknown(bank, _id(request)))
    except KBError as error:
        raise NotFound(str(error)) from error
    return await _page(datasette, request, "card", found)


def _today() -> date:
    return datetime.now().astimezone().date()


async def _answered(bank: Bank, asked: str) -> dict[str, Any]:
    """The answer's part of a page, or the sentence that says why there is none."""
    try:
        result = await asyncio.to_thread(_match, bank, check_question(asked))
    except KBError as error:
        return {"problem": str(error)}
    guides = [q for q in result.questions if q.score >= GUIDE_LEAST]
    return {"result": result, "guide": guides[0] if guides else None}


def _match(bank: Bank, asked: str) -> MatchResult:
    with bank.matching() as (matcher, _):
        return matcher.match(asked, count=SHOWN)


async def _awake(bank: Bank) -> bool:
    """Whether the model is open, having waited a moment for it."""
    if bank.awake:
        return True
    if not _WAKING:
        task = asyncio.create_task(_quietly(bank.wake))
        _WAKING.add(task)
        task.add_done_callback(_WAKING.discard)
    await asyncio.wait(set(_WAKING), timeout=PATIENCE_S)
    # done without a model: the answer itself then says what is wrong
    return bank.awake or not _WAKING


async def _quietly(work: Callable[[], None]) -> None:
    """Work in a thread whose failure someone else will tell of."""
    with suppress(KBError):
        await asyncio.to_thread(work)


def _id(request: Request) -> str:
    """The id in a page's address, which Datasette leaves as it was sent."""
    return unquote(request.url_vars["id"])


async def _allowed(datasette: Datasette, request: Request) -> Bank:
    """The bank, for someone who may see this instance. Raises Forbidden, NotFound."""
    bank = bank_of(datasette)
    if bank is None:
        raise NotFound("There is no bank here.")
    if not await may_view(datasette, bank, request.actor):
        raise Forbidden("You may not see this.")
    return bank


async def may_view(datasette: Datasette, bank: Bank, actor: dict[str, Any] | None) -> bool:
    """Whether an actor may see this instance and the bank's database in it, as both lines of
    Datasette ask it."""
    if not hasattr(datasette, "permission_allowed"):  # 1.0
        from datasette.resources import DatabaseResource

        whole = await datasette.allowed(action="view-instance", actor=actor)
        place = DatabaseResource(bank.name)
        return bool(
            whole and await datasette.allowed(action="view-database", resource=place, actor=actor)
        )
    if not await datasette.permission_allowed(actor, "view-instance", default=True):
        return False
    database = await datasette.permission_allowed(actor, "view-database", bank.name, default=True)
    return bool(database)


async def _page(
    datasette: Datasette,
    request: Request,
    name: str,
    given: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A template of ours, filled."""
    filled = {**given, "spoken": spoken, "coded": coded}
    html = await datasette.render_template(f"kb_{name}.html", filled, request=request)
    return Response.html(html, status=status, headers=headers)


ROUTES: Final[list[tuple[str, View]]] = [
    (r"^/$", home),
    (r"^/-/match$", match),
    (r"^/-/match\.json$", match_as_json),
    (r"^/-/story/(?P<id>[^/]+)$", story),
    (r"^/-/question/(?P<id>.+)$", question),
    (r"^/-/map$", plane),
    (r"^/-/coverage$", coverage),
    (r"^/-/loops$", loops),
    (r"^/-/loop/(?P<id>[^/]+)$", loop),
    (r"^/-/card/(?P<id>[^/]+)$", card),
    (r"^/-/pin$", pin),
    (r"^/-/index\.db$", download),
]
