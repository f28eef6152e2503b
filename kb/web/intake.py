"""What a request may bring: a path, a method, cookies and a form that nothing behind trips over.

Datasette and what it is made of end in an exception at a cookie or a form in another encoding,
at a method of another protocol, at a form in many parts. Here such a request is answered in a
sentence, or what it brings is left out, before any of them sees it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from datasette.utils.asgi import Response

if TYPE_CHECKING:
    from datasette.app import Datasette

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

METHODS: Final = ("GET", "HEAD", "POST")
MOST_BYTES: Final = 2 << 20  # far more than any form of ours, or a loop's file
# Datasette reads a whole query again for each of its fields; no page of ours has 50.
MOST_FIELDS: Final = 200
IN_PARTS: Final = b"multipart/"
TOKEN: Final = "csrftoken"
# to a browser "//host/" is another site, and so is "/\\host/"
_PATH = re.compile(rb"/(?!/)[!-\[\]-~]*\Z")
_COOKIE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+=[\x20!#-+\--:<-\[\]-~]*\Z")


def unfit(scope: Message) -> Response | None:
    """Why a request cannot be meant for us, or None."""
    if not _PATH.match(raw_path(scope)):
        return Response.text("This is no address of a page.\n", status=400)
    if scope["method"] not in METHODS:
        allowed = {"Allow": ", ".join(METHODS)}
        return Response.text("Pages are read, and forms posted.\n", status=405, headers=allowed)
    if scope.get("query_string", b"").count(b"&") >= MOST_FIELDS:
        return Response.text("That asks for too much at once.\n", status=414)
    return None


def raw_path(scope: Message) -> bytes:
    """The path as it was sent, by which Datasette goes too."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(b"?")[0]


def cleaned(scope: Message) -> Message:
    """A request without the cookies that are none, and without a token that is none: a browser
    sends what any other server on this machine has set."""
    headers = []
    for name, value in scope["headers"]:
        key = name.lower()
        if key == b"cookie":
            pieces = (piece.strip() for piece in value.split(b";"))
            kept = b"; ".join(piece for piece in pieces if _COOKIE.match(piece))
            headers += [(name, kept)] if kept else []
        elif key != b"x-csrftoken" or value.isascii():
            headers.append((name, value))
    return {**scope, "headers": headers}


async def form(scope: Message, receive: Receive) -> Receive | Response | None:
    """What a POST brings, read whole, to be read again; or why it is refused; None where its
    sender has gone."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    length = headers.get(b"content-length", b"")
    if not length.isdigit():
        return Response.text("A form comes with its length.\n", status=411)
    if int(length[:20]) > MOST_BYTES:
        return Response.text("That is more than kb takes.\n", status=413)
    if headers.get(b"content-type", b"").lower().startswith(IN_PARTS):
        return Response.text("Forms come in one part here.\n", status=415)
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return _again(body) if _is_text(body) else Response.text("That is no form.\n", status=400)


def _is_text(body: bytes) -> bool:
    if body.count(b"&") >= MOST_FIELDS:
        return False
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        return False
    return all(value.isascii() for name, value in fields if name == TOKEN)


def _again(body: bytes) -> Receive:
    """The body in one message, then the sender's leaving."""
    ahead = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return ahead.pop() if ahead else {"type": "http.disconnect"}

    return receive


async def takes_posts(datasette: Datasette, scope: Message) -> bool:
    """Whether something may be posted to a path: to a page of Datasette's or ours that is not a
    table's, or to a query that writes."""
    whole = raw_path(scope).decode("ascii")
    base = datasette.setting("base_url")
    path = whole.removeprefix(base.rstrip("/"))
    if path.startswith("/-/"):
        return True
    names = path.split("/")[1:]
    if len(names) != 2 or names[0] not in datasette.databases:
        return False
    query = await datasette.get_canned_query(names[0], names[1], None)
    return bool(query and query.get("write"))
