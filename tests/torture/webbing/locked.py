"""An instance with a password, asked for everything it has by someone who does not know it."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import datasette
from datasette.app import Datasette

import kb.web
from tests.torture.webbing.schema import templates
from tests.torture.webbing.server import Server

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")
ACCEPTS = ("text/html", "application/json", "*/*")
LOGIN = "/-/login"
SAID = b"Log in first.\n"
# Other spellings, by which a check of the path's text might be passed.
SPELLINGS = (
    "//-/login",
    "/-/login/",
    "/-/login/..",
    "/-/login/../../",
    "/-/login/x",
    "/-/login.json",
    "/-/login%00",
    "/-%2Flogin",
    "/-/Login",
    "/-/login;/../../",
    "/-/login%2f..%2f..",
    "/./-/login",
    "/-/login%3f",
    "/-/login/../match?q=a",
    "/x/../-/login",
    "/-/login%20",
    "/-/login#/",
)


def paths(ds: Datasette, names: dict[str, str]) -> Iterator[str]:
    """A path for each route of the application, and every static file there is."""
    for template in templates(ds):
        yield re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], "x"), template)
    for folder, start in (
        (Path(datasette.__file__).parent / "static", "/-/static/"),
        (Path(kb.web.__file__).parent / "static", "/-/static-plugins/answer-portfolio/"),
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield start + path.relative_to(folder).as_posix()
    for table in (
        "stories",
        "questions",
        "findings",
        "passages",
        "_meta",
        "_parts",
        "_vectors",
        "_files",
    ):
        for ending in ("", ".json", ".csv", ".blob"):
            yield f"/kb/{table}{ending}"
    yield from SPELLINGS


def _ask(server: Server, method: str, path: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
    link = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        link.request(method, path, body=b"a=b" if method == "POST" else None, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.getheader("location") or "", answer.read()
    finally:
        link.close()


def refused(
    server: Server, asked: list[str], secrets: tuple[bytes, ...]
) -> tuple[Counter[int], list[str]]:
    """(how often each status came, what was let through)."""
    seen: Counter[int] = Counter()
    faults = []
    bad_cookies = {"Cookie": "ds_actor=eyJhIjp7ImlkIjoia2IifX0.x; ds_csrftoken=x"}
    basic = {"Authorization": "Basic a2I6Y29mZmVl"}
    for path in asked:
        for method in METHODS:
            for accept in ACCEPTS if method in {"GET", "HEAD"} else ("*/*",):
                for more in ({}, bad_cookies, basic) if method == "GET" else ({},):
                    headers = {**server.headers, "Accept": accept, **more}
                    if method not in {"GET", "HEAD"}:
                        headers["Origin"] = server.url
                    status, to, body = _ask(server, method, path, headers)
                    seen[status] += 1
                    where = f"{method} {path} ({accept}): {status} {to} {body[:60]!r}"
                    if any(secret in body for secret in secrets):
                        faults.append(f"{where} shows what is inside")
                    if path == LOGIN or path.partition("?")[0].partition("#")[0] == LOGIN:
                        continue
                    sent_away = status == 302 and to == LOGIN and not body
                    plain = status == 403 and body in {SAID, b""}
                    if not (sent_away or plain):
                        faults.append(where)
    return seen, faults
