"""Requests that no browser sends, texts that want to be scripts, and what is shown of a fault.

The long runs are tests/torture/web.py; what they found is replayed here.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from weakref import WeakKeyDictionary

import h11
import pytest
import uvicorn
from uvicorn.server import ServerState

from kb.cli import patience
from kb.errors import StoreError
from kb.web import views
from kb.web.bank import PLUGIN
from kb.web.intake import MOST_BYTES
from tests.sites import PIN, Page, Serve, Site, talked
from tests.test_build import Bank
from tests.torture.webbing import corpus, locked, raw, scripts

FORM = raw.FORM.encode()
LOGGER = "kb.web.trouble"
APPLICATIONS: WeakKeyDictionary[Site, Any] = WeakKeyDictionary()


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return talked(tmp_path)


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Nothing unforeseen may have happened, where a test does not say that it did."""
    yield caplog
    assert not [one for one in caplog.records if one.name == LOGGER]


class Answer:
    """What an application sent, byte for byte. status: 0 where it sent nothing."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = int(messages[0]["status"]) if messages else 0
        pairs = messages[0]["headers"] if messages else []
        self.headers = {bytes(name).lower(): bytes(value) for name, value in pairs}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])


def application(site: Site) -> Any:
    """The whole of a site, made once."""
    made = APPLICATIONS.get(site)
    if made is None:
        made = APPLICATIONS[site] = site.ds.app()
    return made


def ask(
    site: Site,
    path: bytes,
    method: str = "GET",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    body: list[bytes] | None = None,
) -> Answer:
    """A request as a server passes it on, which no client of ours would send. body: its pieces;
    with none its sender leaves before it has come."""
    place, _, query = path.partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "path": place.decode("utf-8", "replace"), "raw_path": place, "query_string": query,
        "scheme": "http", "root_path": "", "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"localhost"), *headers],
    }  # fmt: skip
    pieces = list(body or [])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(application(site)(scope, receive, send))
    return Answer(sent)


def post(site: Site, path: bytes, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """A POST from a page of ours."""
    given = dict(more)
    headers = {
        b"origin": b"http://localhost", b"content-type": FORM,
        b"content-length": str(len(body)).encode(), **given,
    }  # fmt: skip
    return ask(site, path, "POST", tuple(headers.items()), [body])


# --- what a request brings


def test_a_cookie_of_another_server_is_passed_over(site: Site) -> None:
    for cookie in raw.COOKIES:
        for path in (b"/-/loops", b"/kb/stories.json"):
            assert ask(site, path, headers=((b"cookie", cookie),)).status == 200, cookie[:40]


def test_our_own_cookies_are_kept_among_them(bank: Bank, serve: Serve) -> None:
    site = serve(bank, metadata={"plugins": {PLUGIN: {"locked": True}}, "allow": {"id": "kb"}})
    actor = site.ds.sign({"a": {"id": "kb"}}, "actor").encode()
    cookie = b'caf\xe9=1; {"a"}=2; ds_actor=' + actor + b"; x[y]=\xff; other"
    assert ask(site, b"/", headers=((b"cookie", cookie),)).status == 200
    assert ask(site, b"/", headers=((b"cookie", cookie.replace(actor, actor[:-1])),)).status == 403


def test_a_form_that_is_none_is_refused(site: Site) -> None:
    page = ask(site, b"/-/match?q=tea")
    cookie = page.headers[b"set-cookie"].partition(b";")[0]
    token = cookie.partition(b"=")[2]
    known = ((b"cookie", cookie), (b"x-csrftoken", token))
    for kind, body in raw.BODIES:
        for more in ((), known, known[:1]):
            for path in (b"/-/pin", b"/-/loop/acme"):
                answer = post(site, path, body, (b"content-type", kind.encode("latin-1")), *more)
                assert 400 <= answer.status < 500, (path, kind, body[:40], answer.body)
    assert site.journal() == []


def test_a_token_in_another_alphabet_is_no_token(site: Site) -> None:
    token = (b"x-csrftoken", b"\xc3\xa9")
    assert post(site, b"/-/pin", b"", (b"cookie", b"ds_csrftoken=x"), token).status == 403
    assert site.journal() == []


def test_a_form_comes_whole_with_its_length_and_is_not_too_long(site: Site) -> None:
    pinned = b"question=tea&story=kettle&word=yes"
    assert post(site, b"/-/pin", pinned, (b"content-length", b"")).status == 411
    assert post(site, b"/-/pin", pinned, (b"content-length", b"-1")).status == 411
    long = str(MOST_BYTES + 1).encode()
    for length in (long, b"9" * 5000):
        assert post(site, b"/-/pin", pinned, (b"content-length", length)).status == 413
    headers = ((b"origin", b"http://localhost"), (b"content-length", b"34"))
    assert ask(site, b"/-/pin", "POST", headers).status == 0  # its sender is gone
    assert site.journal() == []
    pieces = [pinned[:9], b"", pinned[9:]]
    assert ask(site, b"/-/pin", "POST", headers, pieces).status == 303
    assert len(site.journal()) == 1


def test_pages_are_read_and_forms_posted_and_nothing_else(site: Site) -> None:
    for method in ("TRACE", "CONNECT", "OPTIONS", "PROPFIND", "get", "G" * 900, ""):
        for path in (b"/", b"/kb.json", b"/kb/stories", b"/-/match", b"/nothing", b"/-/pin"):
            assert ask(site, path, method).status == 403
            answer = ask(site, path, method, ((b"origin", b"http://localhost"),))
            assert (answer.status, answer.headers[b"allow"]) == (405, b"GET, HEAD, POST")


def test_nothing_is_posted_to_a_table(site: Site) -> None:
    for path in (
        "",
        "kb",
        "kb.json",
        "kb/stories",
        "kb/old-stories",
        "kb/stories/drawing",
        "x.csv",
    ):
        answer = post(site, f"/{path}".encode(), b"a=b")
        assert (answer.status, answer.headers[b"allow"]) == (405, b"GET, HEAD"), path


def test_under_a_base_url_too(bank: Bank, serve: Serve) -> None:
    site = serve(bank, settings={"base_url": "/stories/"})
    body = b"question=tea&story=kettle&word=yes"
    assert post(site, b"/stories/-/pin", body).status == 303
    assert post(site, b"/stories/kb/stories", body).status == 405


def test_no_path_leads_out(site: Site) -> None:
    for path in raw.TRAVERSALS:
        answer = ask(site, path.encode("latin-1"))
        assert answer.status < 500, path[:60]
        assert b"root:x:" not in answer.body
        assert b"import annotations" not in answer.body
        to = answer.headers.get(b"location", b"/")
        assert (to[:1], to[1:2] in {b"/", b"\\"}) == (b"/", False), path[:60]
        assert b"x-kb" not in answer.headers


def test_a_name_that_no_disk_can_hold_is_not_there(site: Site) -> None:
    for folder in ("/-/static", "/-/static-plugins/kb"):
        assert ask(site, f"{folder}/{'x' * 5000}".encode()).status == 404


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_a_nul_in_a_query_is_not_called_a_damaged_index(site: Site) -> None:
    for name in ("stories", "stories.json", "stories.csv"):
        answer = ask(site, f"/kb/{name}?_facet=%00".encode())
        assert answer.status < 500, name
        assert b"delete" not in answer.body


def test_a_table_that_takes_too_long_is_the_askers_fault(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("stories", "stories.csv", "stories.json"):
        assert ask(site, f"/kb/{name}?_timelimit=-1".encode()).status == 400
    assert not caplog.records


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_a_query_of_any_kind_is_answered(site: Site) -> None:
    for number, query in enumerate(raw.QUERIES):
        place = raw.PLACES[number % len(raw.PLACES)].format(
            story="drawing", question="talking/nothing", loop="acme"
        )
        answer = ask(site, f"{place}?{query}".encode("latin-1"))
        assert answer.status < 500, f"{place}?{query[:60]}"
        assert b"Traceback" not in answer.body


@pytest.mark.parametrize("path", ["/-/match", "/kb/stories", "/-/loop/none"])
def test_a_query_of_thousands_of_fields_costs_nothing(site: Site, path: str) -> None:
    assert ask(site, f"{path}?{'a=1&' * 10_000}".encode()).status == 414
    assert ask(site, f"{path}?{'a=1&' * 50}".encode()).status != 414


def test_datasettes_own_forms_take_no_nonsense(site: Site) -> None:
    answer = post(site, b"/-/messages", b"message=a&message_type=nothing")
    assert answer.status == 400
    assert b"This page does not take what it was sent." in answer.body


def test_a_number_that_is_none_keeps_nothing(site: Site) -> None:
    plain = site.page("/-/loop/acme").text
    for number in ("9" * 5000, "\u00b2", "\u0661", "-1", "1.0", ""):
        assert site.page(f"/-/loop/acme?keep-{quote(number)}=drawing").text == plain


# --- what is shown of a fault


def test_what_is_not_there_is_a_page_of_ours(site: Site) -> None:
    for path in (
        "/nothing",
        "/-/story/nobody",
        "/kb/nothing",
        "/kb/stories/nobody",
        "/-/loop/none",
    ):
        page = site.page(path, 404)
        assert "Nothing is here" in page.text
        assert "/" in page.links()
        assert page.all("body") == [{"class": "kb"}]
        assert [one for one in page.all("input") if one.get("name") == "q"]
        assert "solid red" not in page.html
    assert "No page has this address." in site.page("/nothing", 404).text


def test_json_stays_json(site: Site) -> None:
    for path in ("/nothing.json", "/kb/nothing.json", "/kb/stories/nobody.json"):
        answer = site.get(path)
        assert answer.status_code == 404
        told = answer.json()
        assert (told["ok"], told["status"]) == (False, 404)
        assert told["error"]
    assert site.get("/kb/stories.json?_sort=nothing").json()["ok"] is False


def test_what_may_not_be_seen_is_a_page_of_ours(bank: Bank, serve: Serve) -> None:
    site = serve(bank, metadata={"allow": {"id": "kb"}})
    page = site.page("/-/match", 403)
    assert "This is not shown" in page.text
    assert "The drawing" not in page.html
    assert site.get("/kb.json").json()["status"] == 403


def test_a_fault_that_the_owner_can_mend_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise StoreError("the index was made by another version of kb.", "Run: kb build")

    monkeypatch.setattr(views, "plane", failing)
    page = site.page("/-/map", 503)
    assert "the index was made by another version of kb. Run: kb build" in page.text


def test_a_fault_of_ours_is_one_line_where_it_runs_and_no_secret(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> None:
        raise ValueError("the secret of line 3\nand more")

    monkeypatch.setattr(views, "plane", failing)
    page = site.page("/-/map", 500)
    assert "kb could not make this page." in page.text
    assert "secret" not in page.html
    (record,) = caplog.records
    assert record.getMessage() == "kb: /-/map: ValueError('the secret of line 3\\nand more')"
    assert record.exc_info is None
    monkeypatch.setenv("KB_DEBUG", "1")
    site.page("/-/map", 500)
    assert caplog.records[-1].exc_info
    caplog.clear()


def test_what_fails_before_any_page_is_answered_too(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise ValueError("no router")

    monkeypatch.setattr("datasette.app.DatasetteRouter.__call__", failing)
    answer = ask(site, b"/")
    assert answer.status == 500
    assert b"router" not in answer.body
    assert [one.levelno for one in caplog.records] == [logging.ERROR]
    caplog.clear()


def test_an_index_that_is_gone_or_broken_is_told(site: Site) -> None:
    path = site.bank.workspace.database
    whole = path.read_bytes()
    for one in path.parent.glob("kb.db*"):
        one.unlink()
    for page in ("/", "/-/map", "/-/story/drawing"):
        assert "there is no index yet. Run: kb build" in site.page(page, 503).text
    path.write_bytes(b"\xa5" * len(whole))
    assert "the index cannot be read" in site.page("/-/map", 503).text
    assert site.get("/-/match.json?q=tea").json()["ok"] is False


def test_where_there_is_no_bank_the_pages_are_datasettes_own(tmp_path: Path) -> None:
    from datasette.app import Datasette

    other = Datasette([], memory=True)
    answer = asyncio.run(other.client.get("/nothing"))
    assert answer.status_code == 404
    assert "Nothing is here" not in answer.text
    other.executor.shutdown()


# --- who asks slowly


class Line:
    """A connection and a clock, neither of them real."""

    def __init__(self) -> None:
        self.aborted = False
        self.written = b""
        self.due: list[tuple[float, Callable[[], None]]] = []

    def get_extra_info(self, _name: str) -> None:
        return None

    def is_closing(self) -> bool:
        return self.aborted

    def resume_reading(self) -> None: ...

    def write(self, data: bytes) -> None:
        self.written += data

    def abort(self) -> None:
        self.aborted = True

    close = abort

    def call_later(self, delay: float, call: Callable[[], None]) -> Line:
        self.due = [(delay, call)]
        return self

    def cancel(self) -> None:
        self.due = []

    def create_task(self, work: Any, **_: object) -> asyncio.Future[None]:
        work.close()  # no answer ever comes
        return asyncio.get_running_loop().create_future()

    def time_is_up(self) -> None:
        ((_, call),) = self.due
        call()


async def answering(_scope: object, _receive: object, _send: object) -> None:
    """An application that says nothing."""


def connected(line: Line, state: ServerState | None = None) -> patience.Patient:
    config = uvicorn.Config(answering, interface="asgi3", **patience.options())
    made = patience.Patient(config, state or ServerState(), {}, line)  # type: ignore[arg-type]
    made.connection_made(line)  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"],
)  # fmt: skip
def test_whoever_does_not_finish_a_request_is_let_go(sent: bytes) -> None:
    async def waiting() -> None:
        line = Line()
        connection = connected(line)
        if sent:
            connection.data_received(sent)
        assert [delay for delay, _ in line.due] == [patience.REQUEST_S]
        line.time_is_up()
        assert line.aborted

    asyncio.run(waiting())


def test_whoever_is_being_answered_is_not() -> None:
    async def waiting() -> None:
        line = Line()
        connected(line).data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        line.time_is_up()
        assert not line.aborted
        assert line.due

    asyncio.run(waiting())


def test_one_connection_too_many_is_closed_at_once() -> None:
    async def waiting() -> None:
        state = ServerState()
        lines = [Line() for _ in range(patience.MOST + 1)]
        for line in lines:
            connected(line, state)
        assert [line.aborted for line in lines] == [False] * patience.MOST + [True]

    asyncio.run(waiting())


def test_a_body_that_breaks_off_while_it_is_answered_costs_nobody_anything() -> None:
    async def waiting() -> None:
        line = Line()
        connection = connected(line)
        connection.data_received(
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        )
        connection.conn.send(h11.Response(status_code=200, headers=[]))
        connection.data_received(b"no chunk\r\n")
        assert line.aborted
        assert connection.cycle.disconnected

    asyncio.run(waiting())


# --- texts that want to be scripts


def assert_harmless(path: str, page: Page) -> None:
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], f"{path}: {tag}"
        assert tag not in {"iframe", "object", "embed", "base", "math", "video"}, path
        for name in ("href", "src", "action", "data", "formaction", "xlink:href"):
            address = urlsplit("".join(attributes.get(name, "").split()))
            assert address.scheme in {"", "http", "https", "mailto"}, f"{path}: {attributes}"
            assert "evil.example" not in address.netloc or tag == "a", f"{path}: {attributes}"
    assert corpus.RUN not in "".join(page.scripts), path
    assert corpus.PRODUCT not in page.html, path


def test_no_text_of_any_file_is_run(tmp_path: Path, serve: Serve) -> None:
    made = talked(tmp_path)
    payloads = corpus.PAYLOADS[::4]
    corpus.write(made.workspace.root, payloads)
    (made.workspace.root / "kb.yaml").write_text("model: nobodys\n", "utf-8")
    made.build()
    site = serve(made)
    stories = [row["id"] for row in site.rows("/kb/stories.json?_shape=array&_size=max")]
    asked = [row["id"] for row in site.rows("/kb/questions.json?_shape=array&_size=max")]
    loops = [path.stem for path in (made.workspace.root / "personal/_kb/loops").iterdir()]
    assert len(stories) > len(payloads)
    assert len(loops) > len(payloads)
    paths = ["/", "/-/map", "/-/loops", "/kb/stories", "/kb/findings", "/kb/stories?_facet=company"]
    paths += [f"/-/story/{quote(one, safe='')}" for one in stories]
    paths += [f"/-/question/{quote(one)}" for one in asked[::4]]
    paths += [f"/-/loop/{quote(one, safe='')}" for one in loops[::8]]
    paths += [f"/-/card/{quote(one, safe='')}" for one in loops[1::16]]
    paths += [f"/-/coverage?framework=own-{n}" for n in range(0, len(payloads), 2)]
    for path in paths:
        answer = site.get(path)
        assert answer.status_code == 200, path
        assert_harmless(path, Page(answer.text))


# Datasette leaves the facets behind that it did not come to
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_no_address_is_run(site: Site) -> None:
    names = {"story": "drawing", "question": "talking/nothing", "loop": "acme"}
    for number, payload in enumerate(corpus.PAYLOADS[::2]):
        for path in scripts.asked(payload, names)[number % 4 :: 4]:
            answer = site.get(path, follow_redirects=True)
            assert answer.status_code < 500, path
            if "html" in answer.headers["content-type"]:
                assert_harmless(path, Page(answer.text))
        saved = site.post("/-/loop/acme", {"text": f"[{payload}", "before": "x"})
        assert saved.status_code == 409
        assert_harmless("saved", Page(saved.text))
    told = site.post("/-/pin", {**PIN, "story": corpus.PAYLOADS[0]})
    assert told.headers["content-type"].startswith("text/plain")


def test_a_frameworks_source_is_a_link_to_the_web_or_none(site: Site) -> None:
    folder = site.bank.workspace.root / "frameworks"
    folder.mkdir()
    sources = "javascript:alert(1), https://a.example/b, data:text/html"
    framework = {
        "id": "own", "name": "Own", "about": "Ours.", "source": sources, "read": "2026-01-01",
        "principles": [{"name": "One", "line": "One.", "competencies": {"problem-solving": 1}}],
    }  # fmt: skip
    (folder / "own.yaml").write_text(json.dumps(framework), "utf-8")
    page = site.page("/-/coverage?framework=own")
    assert [link for link in page.links() if ":" in link] == ["https://a.example/b"] or [
        link for link in page.links() if link.startswith(("javascript", "data"))
    ] == []
    assert "javascript:alert(1)" in page.text


# --- behind a password


def test_every_route_and_file_is_refused_in_every_way(bank: Bank, serve: Serve) -> None:
    site = serve(bank, metadata={"plugins": {PLUGIN: {"locked": True}}, "allow": {"id": "kb"}})
    names = {
        "id": "drawing", "database": "kb", "table": "stories", "pks": "drawing", "path": "app.css",
        "format": "json", "rest": "",
    }  # fmt: skip
    paths = list(dict.fromkeys(locked.paths(site.ds, names)))
    wanted = {"/", "/-/match", "/-/pin", "/-/static/app.css", "/kb/stories.json", "/-/index.db"}
    assert wanted | {"/-/static-plugins/answer-portfolio/kb.js"} <= set(paths)
    for path in paths:
        if path.partition("#")[0] == locked.LOGIN:
            continue
        for method in locked.METHODS:
            answer = ask(site, path.encode(), method, ((b"origin", b"http://localhost"),), [b"a=b"])
            assert (answer.status, answer.body) == (403, locked.SAID), f"{method} {path}"
    assert site.journal() == []
