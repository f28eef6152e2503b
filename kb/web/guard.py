"""What stands before every request: who may ask, from where, and what a page may do.

A page of another site can make a browser ask a server on this machine. So the Host must
be a name of this machine (against DNS rebinding), whatever writes must come from our own
pages, and no answer may be framed, sniffed, or run a script that is not in a file of ours.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import cache
from http.cookies import CookieError
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from datasette.actor_auth_cookie import actor_from_request
from datasette.utils.asgi import Request, Response

from kb.web import intake, trouble
from kb.web.bank import bank_of, settings

if TYPE_CHECKING:
    from datasette.app import Datasette

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
READING: Final = frozenset({"GET", "HEAD"})
LOGIN: Final = "/-/login"
# Datasette's own templates that hold a script in the page, and the one line of another.
WITH_SCRIPT: Final = ("_close_open_menus.html", "_codemirror_foot.html")
LINES: Final = ("DATASETTE_ALLOW_FACET = true;", "DATASETTE_ALLOW_FACET = false;")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]/@\s]+)(?::\d{1,5})?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """hosts: the names we answer to, in lower case. locked: whether a password is wanted.
    login: the path where it is given."""

    hosts: frozenset[str]
    locked: bool
    login: str


def wrapper(datasette: Datasette) -> Callable[[App], App]:
    """What Datasette puts around its application; it leaves it alone where there is no bank."""
    if bank_of(datasette) is None:
        return lambda app: app
    said = settings(datasette)
    # what is no name is "" like every Host that is none, and lets nobody in
    hosts = LOOPBACK | {_clean(name) for name in said.get("allow_hosts", ())} - {""}
    rules = Rules(hosts, bool(said.get("locked")), str(datasette.urls.path(LOGIN)))

    def wrap(app: App) -> App:
        async def guarded(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            scope, send = intake.cleaned(scope), _with_headers(send)
            refusal = refused(scope, rules, lambda: _known(datasette, scope))
            if refusal is None and scope["method"] == "POST":
                posted = await _posted(datasette, scope, receive)
                if posted is None:
                    return
                refusal, receive = posted
            if refusal is not None:
                await refusal.asgi_send(send)
                return
            await _careful(app, scope, receive, send)

        return guarded

    return wrap


async def _careful(app: App, scope: Message, receive: Receive, send: Send) -> None:
    """The application, whose exception is a line in the log and an answer."""
    begun = False

    async def sending(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await app(scope, receive, sending)
    except Exception as error:
        trouble.log(_path(scope), error)
        if not begun:
            await Response.text(f"{trouble.FAILED}\n", status=500).asgi_send(send)


async def _posted(
    datasette: Datasette, scope: Message, receive: Receive
) -> tuple[Response | None, Receive] | None:
    """(why a POST is refused, or None; what it brings); None where its sender has gone."""
    if not await intake.takes_posts(datasette, scope):
        allowed = {"Allow": "GET, HEAD"}
        text = "Nothing can be written here.\n"
        return Response.text(text, status=405, headers=allowed), receive
    form = await intake.form(scope, receive)
    if isinstance(form, Response):
        return form, receive
    return form and (None, form)


def refused(scope: Message, rules: Rules, known: Callable[[], bool]) -> Response | None:
    """Why a request is not answered, or None. known: whether it comes with our password."""
    host = _header(scope, b"host")
    if _clean(host) not in rules.hosts:
        text = "This address is not one that kb answers to. Start it with --allow-host NAME.\n"
        return Response.text(text, status=421)
    if scope["method"] not in READING and not _same_origin(scope, host):
        return Response.text("Only kb's own pages may write.\n", status=403)
    if rules.locked and _path(scope) != rules.login and not known():
        if scope["method"] in READING and b"text/html" in _raw(scope, b"accept"):
            return Response.redirect(rules.login)
        return Response.text("Log in first.\n", status=403)
    return intake.unfit(scope)


def _known(datasette: Datasette, scope: Message) -> bool:
    """Whether the request carries the cookie that logging in gives, and it still holds."""
    try:
        return bool(actor_from_request(datasette, Request(scope, None)))
    except CookieError:
        return False


def _same_origin(scope: Message, host: str) -> bool:
    """Whether the page that asks is our own: a browser says so of everything that writes."""
    origin = _header(scope, b"origin")
    if origin:
        return origin.lower() in {f"{scheme}://{host.lower()}" for scheme in ("http", "https")}
    return _header(scope, b"sec-fetch-site") == "same-origin"


def _clean(host: str) -> str:
    """A Host header's name in lower case, "" for what is none."""
    found = _HOST.match(host.strip())
    return found["name"].lower().rstrip(".") if found else ""


def _path(scope: Message) -> str:
    return intake.raw_path(scope).decode("latin-1")


def _raw(scope: Message, name: bytes) -> bytes:
    """A header's value; of one that is sent twice nothing, so that neither is believed."""
    values = [value for key, value in scope["headers"] if key.lower() == name]
    return values[0] if len(values) == 1 else b""


def _header(scope: Message, name: bytes) -> str:
    return _raw(scope, name).decode("latin-1")


def _with_headers(send: Send) -> Send:
    """Send with our headers in place of any of the same name."""
    ours = [(name.encode(), value.encode()) for name, value in headers().items()]
    names = {name for name, _ in ours}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message.get("headers", []) if k.lower() not in names]
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return sending


@cache
def headers() -> dict[str, str]:
    """What every answer carries."""
    scripts = " ".join(["'self'", *_hashes(_inline_scripts())])
    policy = {
        "default-src": "'none'",
        "script-src": scripts,
        "style-src": "'self' 'unsafe-inline'",  # Datasette's pages have styles in their tags
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        # the second is what a browser takes: with the first alone its forms say Origin: null
        "referrer-policy": "no-referrer, same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }


def _inline_scripts() -> Iterable[str]:
    """The scripts that stand in Datasette's own pages, as this version of it has them."""
    yield from LINES
    folder = files("datasette") / "templates"
    for name in WITH_SCRIPT:
        if (folder / name).is_file():
            yield from _SCRIPT.findall((folder / name).read_text("utf-8"))


def _hashes(scripts: Iterable[str]) -> Iterable[str]:
    for script in scripts:
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        yield f"'sha256-{digest}'"
