# ruff: noqa: E501, C901
"""Requests that no browser sends: paths, headers, methods and bodies, byte for byte."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from tests.torture.webbing.server import Server

WAIT_S = 30
LONG = 1 << 20
FORM = "application/x-www-form-urlencoded"

TRAVERSALS = (
    "/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
    "/-/static/../../../../../../etc/passwd", "/-/static/..%2f..%2f..%2f..%2f..%2fetc/passwd",
    "/-/static/%2e%2e/%2e%2e/%2e%2e/app.py", "/-/static/../app.py", "/-/static/..%5c..%5capp.py",
    "/-/static/%252e%252e/app.py", "/-/static//etc/passwd", "/-/static/%2fetc%2fpasswd",
    "/-/static-plugins/answer-portfolio/../pages.py",
    "/-/static-plugins/answer-portfolio/..%2fpages.py",
    "/-/static-plugins/answer-portfolio//etc/passwd",
    "/-/static-plugins/answer-portfolio/%2e%2e/templates/kb_base.html",
    "/-/static-plugins/../app.py", "/-/static-plugins/other/kb.css", "/-/static/", "/-/static",
    "/-/static/\x7f", "/-/loop/../../kb.yaml", "/-/loop/..%2f..%2fkb", "/-/loop/%2e%2e%2f%2e%2e%2fkb",
    "/-/loop/%2fetc%2fpasswd", "/-/card/..%2f..%2f..%2fetc%2fpasswd", "/-/loop/..", "/-/loop/%2e%2e",
    "/-/loop/%00", "/-/loop/acme%00.yaml", "/-/loop/acme%0a", "/-/loop/~2e~2e", "/-/card/%ff%fe",
    "/-/loop/" + "a" * 300, "/-/loop/" + "%F0%9F%8D%B5" * 80, "/-/card/" + "a" * 5000,
    "/-/story/..%2f..%2fkb.yaml", "/-/story/%2e%2e%2fpersonal", "/-/story/%00", "/-/story/a%00b",
    "/-/story/%ff%fe%00", "/-/story/%25252e", "/-/story/%u0000", "/-/story/%", "/-/story/%zz",
    "/-/story/" + "%E2%80%AE" * 100, "/-/story/x;y=1", "/-/story/x%3Fq=1", "/-/story/%23",
    "/-/question/../../etc", "/-/question/%2f%2f%2f", "/-/question/%00", "/-/question/a%0d%0ab",
    "/-/question/%ED%A0%80", "/-/index.db", "/-/index.db%00", "/-/index%2edb", "/kb.db", "/kb.db%00",
    "/:memory:", "/:memory:.json?sql=select+1", "/_internal", "/_internal.json", "/kb/_meta",
    "/kb/sqlite_master", "/kb/stories/%00", "/kb/stories/a,b,c", "/kb/stories/~00", "/kb/%00",
    "/kb/stories.%00", "/kb/stories.exe", "/kb/stories.json.json", "/kb/stories?_size=max",
    "//etc/passwd", "//evil.example/", "///", "/%2f%2fevil.example/", "/\\evil.example/",
    "/%5cevil.example/", "//evil.example/%2f..", "/-/match//", "//evil.example//", "/%0d%0aX-Kb:%201",
    "/x%0d%0aSet-Cookie:%20a=b/", "/-/story/%0d%0aX-Kb:%201/", "/.", "/..", "/./", "/;", "/?", "/??",
    "/%", "/%%", "/~", "/~~", "/~ZZ", "/-/%6datch", "/-/MATCH", "/-%2Fmatch", "/-/match%00",
    "http://evil.example/", "http://localhost/", "*", "localhost:80", "",
)  # fmt: skip

QUERIES = (
    "q=%00", "q=%ff%fe", "q=" + "%F0%9F%8D%B5" * 500, "q=%ED%A0%80", "q=a&q=b", "q[]=a", "q", "=", "&",
    "&&&&", ";;;", "q=%", "q=%zz", "q=a%00b", "q=%0d%0aX-Kb:1", "q=%E2%80%AE%E2%80%8B", "q=%7f%1b[31m",
    "q=" + "a" * 4000, "q=" + "a" * 4001, "q=" + "a+" * 15000, "q=" + "%26" * 10000,
    "q=" + "a" * 60000, "q=" + "((((" * 5000, "q=" + "%22" * 9000, "fragment=1", "fragment=&q=a",
    "framework=%00", "framework=../../etc/passwd", "framework=%ff", "framework=" + "a" * 20000,
    "saved=%3Cscript%3E", "keep-1=%00", "keep-1=nobody", "keep-0=x", "keep--1=x", "keep-=x",
    "keep-99999999999999999999=x", "keep-%C2%B2=x", "keep-%D9%A1=x", "keep-1=" + "a" * 9000,
    "keep-" + "9" * 5000 + "=x", "&".join(f"keep-{n}=x" for n in range(3000)),
    "&".join(f"a{n}=x" for n in range(9000)),
    "_facet=%00", "_facet=nothing", "_facet_array=%ff", "_facet_date=title", "_sort=%00",
    "_sort=nothing", "_sort_desc=nothing", "_size=-1", "_size=%00", "_size=1e9", "_size=999999",
    "_next=%00", "_next=x,y", "_next=%ff", "_search=%00", "_search=%22", "_search=*", "_search=AND",
    "_search=NEAR(", "_search=" + "a%22" * 3000, "_searchmode=raw&_search=%22", "_search_title=%22",
    "_search_nothing=x", "_col=nothing", "_nocol=id", "_nocol=nothing", "_where=1=1", "_where=%00",
    "_through=%7B%7D", "_through=%00", "_shape=nothing", "_shape=object", "_shape=arrayfirst",
    "_shape=array&_nl=on", "_labels=on", "_json=nothing", "_json_infinity=1", "_ttl=-1", "_ttl=x",
    "_trace=1", "_extra=all", "_nosuggest=1", "_nofacet=1", "_nocount=1", "_stream=1", "_dl=1",
    "_header=off", "sql=select+1", "sql=%00", "sql=select+load_extension('x')", "sql=attach+'/etc/x'+as+x",
    "sql=pragma+table_list", "sql=select+readfile('/etc/passwd')", "sql=delete+from+stories",
    "sql=select+zeroblob(1000000000)", "sql=with+recursive+a+as+(select+1+union+all+select+1+from+a)+select+count(*)+from+a",
    "id__exact=%00", "id__nothing=x", "id__in=%5B", "id__arraycontains=x", "title__glob=***********",
    "title__like=" + "%25a" * 2000, "title__regexp=(a+)+b", "date__date=x", "id__in=" + "a," * 30000,
    "p0=%00", "_timelimit=-1", "_timelimit=x", "_timelimit=99999999", "_shape=objects&_size=0",
)  # fmt: skip

PLACES = (
    "/", "/-/match", "/-/match.json", "/-/story/{story}", "/-/question/{question}", "/-/coverage",
    "/-/loop/{loop}", "/-/loops", "/-/card/{loop}", "/-/map", "/kb", "/kb.json", "/kb/stories",
    "/kb/stories.json", "/kb/stories.csv", "/kb/stories/{story}", "/kb/stories/{story}.json",
    "/kb/old-stories", "/nothing", "/nothing.json",
)  # fmt: skip

METHODS = (
    "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD", "PROPFIND", "get",
    "GETT", "G" * 5000, "\x00", "POST\t", "",
)  # fmt: skip

COOKIES = (
    b"\xff\xfe", b"ds_csrftoken=\xff", b"ds_messages=\xff\xff", b"ds_actor=\xff", b"=;=;", b"a",
    b"x[y]=1", b"{\"a\":1}=2", b"caf\xc3\xa9=1; ds_actor=x", b"ds_messages=x.y.z", b"a=" + b"b" * 30000,
    b"; ".join(b"c%d=1" % n for n in range(4000)), b"ds_csrftoken=", b"$Path=/; $x", b"a=\"\\777\"",
    b"ds_csrftoken=a; ds_csrftoken=b", b"expires=1; path=2; domain", b"\"=\"", b"a=b; \x01=c",
)  # fmt: skip

BODIES: tuple[tuple[str, bytes], ...] = (
    (FORM, b"\xff\xfe\xfa"), (FORM, b"csrftoken=%FF&word=yes"), (FORM, b"csrftoken=\xc3\xa9"),
    (FORM, b"csrftoken=%C3%A9"), (FORM, b""), (FORM, b"&" * 60000), (FORM, b"a=b&" * 60000),
    (FORM, b"word=yes&question=%00&story=%00"), (FORM, b"word=yes&story=x&question=" + b"a" * 900000),
    (FORM, b"word=yes&question=%ED%A0%80&story=%FF"), (FORM + "; charset=utf-16", b"\x00w\x00o"),
    ("multipart/form-data", b"x"), ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=b", b"--b\r\nno headers"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nx\r\n--b--"),
    ("multipart/form-data; boundary=" + "b" * 9000, b"--b"), ("application/json", b"{"),
    ("application/json", b"[" * 100000), ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"),
    ("", b"x"), ("\xff", b"x"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attack:
    """Bytes that are sent, and what to call them. partial: the rest of it never comes."""

    name: str
    sent: bytes
    partial: bool = False


def attacks(server: Server, names: dict[str, str], cookie: bytes, token: bytes) -> Iterator[Attack]:
    """Every attack. names: of the story, question and loop that are there."""
    host = f"{server.host}:{server.port}".encode()
    here = b"http://" + host
    for path in TRAVERSALS:
        yield Attack(f"path {path[:60]!r}", _request(path.encode("latin-1"), host))
    for place in PLACES:
        for query in QUERIES:
            asked = f"{place.format(**names)}?{query}"
            yield Attack(f"query {asked[:80]!r}", _request(asked.encode("latin-1"), host))
    for name in METHODS:
        for place in PLACES:
            for origin in ((), ((b"Origin", here),)):
                whole = place.format(**names).encode()
                yield Attack(
                    f"method {name[:9]!r} {place}",
                    _request(whole, host, name.encode("latin-1"), origin),
                )
    yield from _headers(host)
    yield from _framing(host, here)
    for value in COOKIES:
        for place in ("/", "/-/match", "/-/pin", "/kb/stories.json"):
            for method in (b"GET", b"POST"):
                more = ((b"Cookie", value), (b"Origin", here))
                yield Attack(
                    f"cookie {value[:30]!r} {place}", _request(place.encode(), host, method, more)
                )
    for kind, body in BODIES:
        for place in ("/-/pin", "/-/loop/{loop}", "/-/messages", "/-/logout", "/", "/kb/stories"):
            for cookies in (
                (),
                ((b"Cookie", cookie), (b"X-CSRFToken", token)),
                ((b"Cookie", cookie),),
            ):
                more = (
                    (b"Origin", here), (b"Content-Type", kind.encode("latin-1")),
                    (b"Content-Length", str(len(body)).encode()), *cookies,
                )  # fmt: skip
                yield Attack(
                    f"body {kind[:30]} {body[:20]!r} {place} {len(cookies)}",
                    _request(place.format(**names).encode(), host, b"POST", more, body),
                )


def _headers(host: bytes) -> Iterator[Attack]:
    long = b"a" * LONG
    yield Attack("path of 1 MB", _request(b"/" + long, host))
    yield Attack("story of 1 MB", _request(b"/-/story/" + long, host))
    yield Attack("path of 60 kB", _request(b"/-/story/" + long[:60000], host))
    yield Attack("path of 60 kB in escapes", _request(b"/-/loop/" + b"%41" * 20000, host))
    yield Attack("query of 1 MB", _request(b"/-/match?q=" + long, host))
    yield Attack("header of 1 MB", _request(b"/", host, more=((b"X", long),)))
    yield Attack("host of 1 MB", _request(b"/", long))
    yield Attack("cookie of 1 MB", _request(b"/", host, more=((b"Cookie", b"ds_actor=" + long),)))
    many = tuple((b"X-%d" % n, b"y") for n in range(100_000))
    yield Attack("100,000 headers", _request(b"/", host, more=many))
    yield Attack("4,000 headers", _request(b"/", host, more=many[:4000]))
    for value in (
        b"evil.example", b"", b"\xff", b"localhost\x00", b"localhost evil", b"[::1", b"localhost:99999999",
        b"127.0.0.1#", b"127.0.0.1?", b"evil.example@localhost", b"localhost%00", b"[::1%25lo]", b"0",
    ):  # fmt: skip
        yield Attack(f"host {value!r}", _request(b"/-/match.json?q=tea", value))
    twice = ((b"Host", b"evil.example"),)
    yield Attack("two hosts", _request(b"/", host, more=twice))
    yield Attack("no host", b"GET / HTTP/1.1\r\n\r\n")
    yield Attack("no host in 1.0", b"GET / HTTP/1.0\r\n\r\n")
    for name, value in (
        (b"Range", b"bytes=0-1,5-9,-1"), (b"Range", b"bytes=" + b"0-," * 9000), (b"Expect", b"100-continue"),
        (b"If-None-Match", b"\xff"), (b"Accept", b"\xff" * 500), (b"Accept-Encoding", b"gzip;q=nan"),
        (b"Upgrade", b"websocket"), (b"Connection", b"Upgrade, HTTP2-Settings"), (b"X-Forwarded-Host", b"evil"),
        (b"X-Forwarded-For", b"\xff"), (b"X-Forwarded-Proto", b"javascript"), (b"Authorization", b"Basic !!!"),
        (b"Authorization", b"Basic"), (b"Authorization", b"Bearer x"), (b"Authorization", b"Basic /w=="),
        (b"Authorization", b"Bearer dstok_x"), (b"Content-Length", b"-1"), (b"Content-Length", b"9" * 400),
        (b"Transfer-Encoding", b"gzip"), (b"Referer", b"\xff"), (b"X-HTTP-Method-Override", b"DELETE"),
    ):  # fmt: skip
        for place in (b"/", b"/-/static/app.css", b"/-/match.json?q=tea"):
            yield Attack(
                f"header {name!r} {value[:20]!r}", _request(place, host, more=((name, value),))
            )


def _framing(host: bytes, here: bytes) -> Iterator[Attack]:
    post = b"POST /-/pin HTTP/1.1\r\nHost: " + host + b"\r\nOrigin: " + here + b"\r\n"
    yield Attack(
        "chunked", post + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n", partial=True
    )
    yield Attack(
        "bad chunk",
        post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n0\r\n\r\n",
        partial=True,
    )
    yield Attack(
        "chunk of 2^64",
        post + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 16 + b"\r\n",
        partial=True,
    )
    yield Attack(
        "length and chunks",
        post
        + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        partial=True,
    )
    yield Attack(
        "two lengths", post + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", partial=True
    )
    yield Attack("too short a body", post + b"Content-Length: 30\r\n\r\nabc", partial=True)
    yield Attack(
        "a body of 1 TB announced", post + b"Content-Length: 1099511627776\r\n\r\nabc", partial=True
    )
    yield Attack("HTTP/0.9", b"GET /\r\n", partial=True)
    yield Attack("HTTP/9.9", b"GET / HTTP/9.9\r\nHost: " + host + b"\r\n\r\n")
    yield Attack("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", partial=True)
    yield Attack(
        "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, partial=True
    )
    yield Attack("noise", bytes(range(256)) * 40, partial=True)
    yield Attack("nothing", b"", partial=True)
    yield Attack("line ends", b"\r\n" * 5000, partial=True)
    yield Attack("folded header", b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nX: a\r\n b\r\n\r\n")
    yield Attack("space before colon", b"GET / HTTP/1.1\r\nHost : " + host + b"\r\n\r\n")
    yield Attack("bare LF", b"GET / HTTP/1.1\nHost: " + host + b"\n\n", partial=True)
    yield Attack("NUL in a header", b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nX: a\x00b\r\n\r\n")
    yield Attack(
        "200 requests at once",
        _request(b"/-/static/app.css", host, close=False) * 200,
        partial=True,
    )


def _request(
    path: bytes,
    host: bytes,
    method: bytes = b"GET",
    more: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    *,
    close: bool = True,
) -> bytes:
    head = [method + b" " + path + b" HTTP/1.1", b"Host: " + host]
    head += [name + b": " + value for name, value in more]
    if close:
        head.append(b"Connection: close")
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def send(server: Server, attack: Attack) -> bytes:
    """What comes back until the server closes, or 1 MB of it. b"" where it only closed."""
    got = b""
    with socket.create_connection((server.host, server.port), timeout=WAIT_S) as link:
        with suppress(OSError):  # it closed before it had read all: what it said is to be read
            link.sendall(attack.sent)
            if attack.partial:
                link.shutdown(socket.SHUT_WR)
        while len(got) < LONG:
            try:
                piece = link.recv(65536)
            except ConnectionError:
                break
            if not piece:
                break
            got += piece
    return got


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 for none."""
    parts = answer[:20].split(b" ")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
