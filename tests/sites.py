"""A bank in Datasette, asked as a browser would, and what a browser would make of the answer."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import PrefixedUrlString

from kb.journal import read
from kb.web import pages
from kb.web.bank import bank_of
from tests.test_build import Bank
from tests.test_match import LIBRARY, talking

QUESTION = "talking/tell-me-about-a-time-you-argued-with-an-architect"
HERE = {"origin": "http://localhost"}
SOME_ROWS = 2
LOOP = "company: Acme\nrounds:\n  - name: Lead\n    questions: [How did you get paid?]\n"
PIN = {"question": "tea", "story": "kettle", "word": "yes"}
# a path to each of our own routes
OWN_PATHS = {
    pages.match: "/-/match?q=architect",
    pages.match_as_json: "/-/match.json?q=architect",
    pages.story: "/-/story/drawing",
    pages.question: f"/-/question/{QUESTION}",
    pages.plane: "/-/map",
    pages.coverage: "/-/coverage",
    pages.loops: "/-/loops",
    pages.loop: "/-/loop/acme",
    pages.card: "/-/card/acme",
    pages.pin: "/-/pin",
    pages.download: "/-/index.db",
}


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.marks: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.text = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)
        if tag not in {"a", "code", "em", "mark", "span", "strong"}:
            self.words += " "
        if tag == "script":
            self.scripts.append("")
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            self.scripts[-1] += data
        elif "style" not in self._open:
            self.words += data
            if "mark" in self._open:
                self.marks[-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        return [a["href"] for a in self.all("a") if "href" in a]

    def form(self, action: str) -> dict[str, str]:
        """What the first form to this address would send, without its buttons."""
        at = next(
            n for n, (t, a) in enumerate(self.tags) if t == "form" and a.get("action", "") == action
        )
        fields = {}
        for tag, attributes in self.tags[at + 1 :]:
            if tag == "form":
                break
            if tag == "input" and "name" in attributes:
                fields[attributes["name"]] = attributes.get("value", "")
        return fields


class Site:
    """A built bank in Datasette, asked as by a browser on this machine."""

    def __init__(self, bank: Bank, **options: Any) -> None:
        self.bank = bank
        self.ds = Datasette([str(bank.workspace.database)], **options)
        served = bank_of(self.ds)
        assert served is not None
        served._encoder = bank.encoder
        self.served = served

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("get", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asking() -> httpx.Response:
            answer: httpx.Response = await self.ds.client.request(method, path, **more)
            return answer

        return asyncio.run(asking())

    def page(self, path: str, status: int = 200, **more: Any) -> Page:
        answer = self.get(path, **more)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        assert answer.headers["content-type"].startswith("text/html")
        return Page(answer.text)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """What Datasette gives as JSON of a table or query."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def value(self, sql: str) -> Any:
        """The one value of a query."""
        (row,) = self.rows(f"/kb.json?_shape=array&sql={quote(sql)}")
        (value,) = row.values()
        return value

    def post(self, path: str, data: dict[str, str], **more: Any) -> httpx.Response:
        return self.ask("post", path, data=data, **{"headers": HERE, **more})

    def journal(self) -> list[tuple[str, str, str]]:
        entries = read(self.bank.workspace.journal).entries
        return [(entry.kind, entry.story, entry.question) for entry in entries]

    def crawl(self) -> dict[str, Page]:
        """The pages that links lead to from the home page, once; of each table only a few rows,
        and queries only of our own pages."""
        found: dict[str, Page] = {}
        rows: Counter[str] = Counter()
        ahead = [str(self.ds.urls.instance())]
        while ahead:
            path = ahead.pop()
            table = re.match("/kb/[^/]+/", path)  # of a row
            if path in found or (table and rows[table[0]] == SOME_ROWS):
                continue
            if table:
                rows[table[0]] += 1
            answer = self.get(PrefixedUrlString(path))
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            found[path] = Page(answer.text)
            for link in found[path].links():
                to = urlsplit(link)
                if to.scheme == "mailto" or to.netloc not in {"", "localhost"} or not to.path:
                    continue
                own = to.path.startswith(str(self.ds.urls.path("/-/")))
                ahead.append(f"{to.path}?{to.query}" if own and to.query else to.path)
        return found

    def close(self) -> None:
        self.ds.executor.shutdown()
        for database in self.ds.databases.values():
            database.close()


Serve = Callable[..., Site]


def serving(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """For a fixture: puts a built bank into Datasette. No model is compiled."""
    patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    patch.setattr(pm.get_plugin("datasette.handle_exception"), "rich", None)
    made: list[Site] = []

    def start(bank: Bank, **options: Any) -> Site:
        made.append(Site(bank, **options))
        return made[-1]

    yield start
    for site in made:
        site.close()


def talked(folder: Path) -> Bank:
    """Two stories and a guide of two questions, built, with a model that nobody has."""
    made = talking(folder)
    made.write("kb.yaml", "model: nobodys\n")
    made.write("content/talking.md", LIBRARY)
    made.write("personal/_kb/loops/acme.yaml", LOOP)
    made.build()
    return made
