"""What stands before every page: other hosts, other origins, scripts, and a password."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from datasette.app import Datasette

from kb.web.bank import PLUGIN
from tests.sites import PIN, Page, Serve, Site, talked
from tests.test_build import Bank

LOCKED = {PLUGIN: {"locked": True}}
HTML = {"accept": "text/html,application/xhtml+xml"}
LOG_IN_FIRST = "Log in first.\n"


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return talked(tmp_path)


# --- the guard


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "", "127.0.0.1.evil.example", "localhost.evil.example", "evil.localhost",
        "localhost@evil.example", "evil.example:localhost", "user:pass@localhost", "localhost:",
        "localhost:x", "localhost:-1", "localhost:80:80", "localhost:8001/", "localhost, evil",
        "[::1", "[::1]evil", "::1", "0.0.0.0", "127.1", "2130706433", "192.168.1.9", "lοcalhost",
    ],
)  # fmt: skip
def test_another_host_is_misdirected(site: Site, host: str) -> None:
    for path in ("/", "/-/match?q=architect", "/kb.db", "/kb/stories.json", "/-/static/app.css"):
        answer = site.get(path, headers={"host": host.encode()})
        assert answer.status_code == 421, path
        assert "drawing" not in answer.text
        assert_guarded(answer)


def test_two_hosts_are_none(site: Site) -> None:
    for second in ("evil.example", "localhost"):
        answer = site.get("/", headers=[("host", "localhost"), ("host", second)])
        assert answer.status_code == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8001", "localhost.", "127.0.0.1", "127.0.0.1:9", "[::1]:80"]
)
def test_this_machine_is_answered(site: Site, host: str) -> None:
    assert site.get("/", headers={"host": host}).status_code == 200


def test_other_names_are_answered_where_they_are_allowed(bank: Bank, serve: Serve) -> None:
    named = {PLUGIN: {"allow_hosts": ["Laptop.Local", "10.0.0.7:80", "", "http://a.example/"]}}
    site = serve(bank, metadata={"plugins": named})
    for host in ("laptop.local:8001", "LAPTOP.local", "10.0.0.7", "localhost"):
        assert site.get("/", headers={"host": host}).status_code == 200
    # a name that is none allows nothing
    for host in ("evil.example", "", "a.example", "x@laptop.local", "laptop.local.evil.example"):
        assert site.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://localhost@evil.example"},
        {"origin": "http://evil.example/localhost"},
        {"origin": "file://localhost"},
        {"origin": "http://["},
        {"origin": "localhost"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_another_page_cannot_write(site: Site, headers: dict[str, str]) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = site.ask(method, "/-/pin", data=PIN, headers=headers)
        assert answer.status_code == 403
        assert answer.text == "Only kb's own pages may write.\n"
    assert site.journal() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost"},
        {"origin": "https://localhost"},  # behind a proxy that speaks TLS
        {"origin": "http://LOCALHOST:8001", "host": "localhost:8001"},
        {"origin": "http://[::1]:8001", "host": "[::1]:8001"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_our_own_pages_write(site: Site, headers: dict[str, str]) -> None:
    assert site.post("/-/pin", PIN, headers=headers).status_code == 303
    assert len(site.journal()) == 1


def assert_guarded(answer: httpx.Response) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer, same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/", "/-/match", "/-/match?q=architect&fragment=1", "/-/match.json?q=tea", "/-/match.json",
        "/-/story/drawing", "/-/story/nobody", "/-/pin", "/-/map", "/kb", "/kb.json", "/kb.db",
        "/kb/stories", "/kb/stories.json", "/kb/stories.csv", "/nothing", "/-/static/app.css",
        "/-/static-plugins/answer-portfolio/kb.js", "/-/static-plugins/answer-portfolio/none.js",
        "/-/static-plugins/answer-portfolio/kb.css", "/favicon.ico", "/kb?sql=nonsense",
    ],
)  # fmt: skip
def test_every_answer_says_what_a_page_may_do(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code < 500
    assert_guarded(answer)
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "access-control-allow-origin" not in answer.headers


def test_our_files_are_served(site: Site) -> None:
    for link in (*site.page("/").all("link"), *site.page("/kb/stories").all("script")):
        path = link.get("href") or link.get("src")
        if path:
            assert site.get(path).status_code == 200, path


@pytest.mark.parametrize("options", [{}, {"settings": {"allow_facet": False}}])
def test_the_policy_lets_every_script_of_a_page_run_and_no_other(
    bank: Bank, serve: Serve, options: dict[str, Any]
) -> None:
    site = serve(bank, **options)
    policy = site.get("/").headers["content-security-policy"]
    allowed = set(re.findall(r"'sha256-[^']+'", policy))
    found = site.crawl()
    for path in ("/kb?sql=select+1", "/-/permissions", "/-/allow-debug", "/-/messages", "/-/login",
                 "/-/patterns", "/-/metadata", "/kb/stories?_facet=role"):  # fmt: skip
        found[path] = Page(site.get(path).text)
    seen = set()
    for path, page in found.items():
        for script in filter(None, page.scripts):
            digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in allowed, f"{path}: {script}"
            seen.add(digest)
        for tag, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on")], f"{path}: {tag}"
        for attributes in page.all("script"):
            assert urlsplit(attributes.get("src", "")).netloc == "", path
    assert len(seen) >= 3


# --- behind a password


def examples(ds: Any) -> list[str]:
    """A path for each route of an application."""
    given = {
        "database": "kb", "table": "stories", "pks": "drawing", "id": "drawing", "path": "kb.css",
        "rest": "", "format": "json",
    }  # fmt: skip
    made = []
    for pattern, _ in ds._routes():
        text = pattern.pattern.removeprefix("^").removesuffix("$")
        optional = r"\(\\\.\(\?P<format>[^)]*\)\)\?"
        for text_now in {re.sub(optional, "", text), re.sub(optional, ".json", text)}:
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: given[found[1]], text_now)
            path = path.replace("\\", "")
            assert pattern.match(path), pattern.pattern
            made.append(path)
    return made


@pytest.fixture
def locked(bank: Bank, serve: Serve) -> Site:
    return serve(bank, metadata={"plugins": LOCKED, "allow": {"id": "kb"}})


def test_without_the_password_only_the_login_is_answered(locked: Site) -> None:
    paths = examples(locked.ds)
    assert {"/", "/-/match", "/kb.db", "/kb/stories.json", "/-/static/kb.css"} <= set(paths)
    assert "/-/login" in paths
    for path in [*paths, "/nothing", "/-/login/x", "//-/login", "/-/login.json", "/-%2Flogin"]:
        plain, html = locked.get(path), locked.get(path, headers=HTML)
        posted = locked.post(path, PIN)
        if path == "/-/login":
            assert (plain.status_code, html.status_code, posted.status_code) == (200, 200, 200)
            continue
        assert (plain.status_code, plain.text) == (403, LOG_IN_FIRST), path
        assert (html.status_code, html.headers["location"]) == (302, "/-/login"), path
        assert (posted.status_code, posted.text) == (403, LOG_IN_FIRST), path
    assert locked.journal() == []
    assert "The drawing" not in locked.get("/-/login").text


def test_the_cookie_of_a_login_opens_every_route(locked: Site) -> None:
    cookies = {"ds_actor": locked.ds.sign({"a": {"id": "kb"}}, "actor")}
    for path in examples(locked.ds):
        answer = locked.get(path, cookies=cookies, headers=HTML)
        assert answer.text != LOG_IN_FIRST, path
        assert answer.headers.get("location") != "/-/login", path
    assert "The drawing" in locked.get("/", cookies=cookies).text
    token = locked.get("/-/match?q=tea", cookies=cookies)
    cookies["ds_csrftoken"] = token.cookies["ds_csrftoken"]
    sent = {**PIN, "csrftoken": cookies["ds_csrftoken"]}
    assert locked.post("/-/pin", sent, cookies=cookies).status_code == 303
    assert len(locked.journal()) == 1
    abroad = {"origin": "http://evil.example"}
    assert locked.post("/-/pin", sent, cookies=cookies, headers=abroad).status_code == 403


def test_a_cookie_that_we_did_not_give_opens_nothing(locked: Site) -> None:
    good = locked.ds.sign({"a": {"id": "kb"}}, "actor")
    past = "1"  # in base 62, a second after 1970 began
    bad = [
        "", "x", good[:-1], good + "x", "x" + good, good.partition(".")[0], f'"{good}x"',
        locked.ds.sign({"a": {"id": "kb"}}, "messages"),
        locked.ds.sign({"b": {"id": "kb"}}, "actor"),
        locked.ds.sign({"a": None}, "actor"),
        locked.ds.sign(["a"], "actor"),
        locked.ds.sign("a", "actor"),
        locked.ds.sign({"a": {"id": "kb"}, "e": past}, "actor"),
        Datasette([], secret="another").sign({"a": {"id": "kb"}}, "actor"),
    ]  # fmt: skip
    assert locked.get("/-/static/app.css", cookies={"ds_actor": good}).status_code == 200
    for cookie in bad:
        for path in ("/", "/-/static/app.css", "/kb/stories.json"):
            answer = locked.get(path, headers={"cookie": f"ds_actor={cookie}"})
            assert (answer.status_code, answer.text) == (403, LOG_IN_FIRST), cookie
    for header in ("ds_actor", "=;=;", f"other={good}", "\x00", "ds_actor=\xff"):
        answer = locked.get("/", headers={"cookie": header.encode("latin-1")})
        assert answer.status_code == 403, header


def test_a_password_does_not_open_another_host(locked: Site) -> None:
    cookies = {"ds_actor": locked.ds.sign({"a": {"id": "kb"}}, "actor")}
    answer = locked.get("/", cookies=cookies, headers={"host": "evil.example"})
    assert answer.status_code == 421


def test_the_login_stays_under_the_base_url(bank: Bank, serve: Serve) -> None:
    site = serve(bank, metadata={"plugins": LOCKED}, settings={"base_url": "/stories/"})
    answer = site.get("/", headers=HTML)
    assert answer.headers["location"] == "/stories/-/login"
    assert site.get("/-/login").status_code == 200
    assert site.get("/-/match").status_code == 403
