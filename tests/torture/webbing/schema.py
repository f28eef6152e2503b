"""An OpenAPI description of the application's own routes, as the application lists them, and
schemathesis over it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from tests.torture.webbing.server import Server

TEXT = {"type": "string"}
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)")
_FORMAT = re.compile(r"\(\\?\.\(\?P<format>[^)]*\)\)\?")

TABLE = (
    "_search",
    "_sort",
    "_sort_desc",
    "_facet",
    "_facet_array",
    "_facet_date",
    "_size",
    "_next",
    "_where",
    "_shape",
    "_col",
    "_nocol",
    "_labels",
    "_nl",
    "_stream",
    "_ttl",
    "_trace",
    "_through",
    "_json",
    "title__contains",
    "id__in",
    "date__gt",
    "sql",
    "_nofacet",
    "_nosuggest",
    "_filter_column",
)
# What our pages and Datasette's take beside their addresses, by how the address begins.
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/-/match": ("q", "fragment"),
    "/-/story/": ("q",),
    "/-/question/": ("q",),
    "/-/coverage": ("framework",),
    "/-/loop/": ("saved", "keep-1", "keep-2"),
    "/-/allow-debug": ("actor", "allow"),
    "/-/auth-token": ("token",),
    "/{database}": TABLE,
}
FORMS: Mapping[str, tuple[str, ...]] = {
    "/-/pin": ("question", "story", "word"),
    "/-/loop/": ("text", "before"),
    "/-/messages": ("message", "message_type"),
    "/-/logout": (),
    "/-/login": ("username", "password"),
    "/-/permissions": ("actor", "permission"),
}


def templates(ds: Datasette) -> list[str]:
    """The path of every route, with its names in braces; with and without a format."""
    found: dict[str, None] = {}
    for pattern, _ in ds._routes():
        text = pattern.pattern.removeprefix("^").removesuffix("$")
        for now in (_FORMAT.sub("", text), _FORMAT.sub(".json", text)):
            path = _GROUP.sub(lambda group: "{" + group[1] + "}", now)
            path = re.sub(r"\\(.)", r"\1", path)
            path = path if path.startswith("/") else "/" + path
            if not re.search(r"[()?*+^$|]", path):
                found[path] = None
    return list(found)


def described(ds: Datasette, names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The routes as OpenAPI. names: what a name in an address may well be."""
    paths = {}
    for path in templates(ds):
        own = [
            {"name": name, "in": "path", "required": True, "schema": _likely(names.get(name, ()))}
            for name in re.findall(r"\{(\w+)\}", path)
        ]
        own += [
            {"name": name, "in": "query", "required": False, "schema": TEXT}
            for start, given in QUERIES.items()
            if path.startswith(start)
            for name in given
        ]
        get = {"parameters": own, "responses": {"default": {"description": "any"}}}
        paths[path] = {"get": get, "head": get}
        fields = [form for start, form in FORMS.items() if path.startswith(start)]
        schema = {
            "type": "object",
            "properties": {name: TEXT for form in fields for name in form},
            "additionalProperties": TEXT,
        }
        paths[path]["post"] = {
            **get,
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}},
        }
    return {"openapi": "3.0.2", "info": {"title": "kb", "version": "1"}, "paths": paths}


def _likely(names: tuple[str, ...]) -> dict[str, Any]:
    """A text; half of them one that is there."""
    some = {"type": "string", "minLength": 1}
    return {"anyOf": [{"type": "string", "enum": list(names)}, some]} if names else some


def program() -> str:
    """Where schemathesis is: beside this Python, or on the path; "" for nowhere."""
    beside = Path(sys.executable).parent / "st"
    return str(beside) if beside.exists() else shutil.which("st") or ""


def run(st: str, server: Server, described_at: Path, examples: int, seed: int) -> tuple[int, str]:
    """(exit status, what schemathesis printed) of a run over what is described in a file."""
    status, headers, _ = server.ask("/-/match?q=architect")
    assert status == 200, status
    cookie = headers["set-cookie"].partition(";")[0]
    command = [
        st,
        "run",
        str(described_at),
        "--url",
        server.url,
        "--checks",
        "not_a_server_error",
        "--max-examples",
        str(examples),
        "--seed",
        str(seed),
        "-H",
        f"Origin: {server.url}",
        "-H",
        f"Cookie: {cookie}",
        "-H",
        f"X-CSRFToken: {cookie.partition('=')[2]}",
        "--request-timeout",
        "60",
        "--suppress-health-check",
        "all",
        "--continue-on-failure",
        "--no-color",
        "--generation-allow-x00",
        "true",
        "--phases",
        "fuzzing,coverage",
        "--workers",
        "1",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
        cwd=described_at.parent,
    )
    return done.returncode, done.stdout + done.stderr


def write(ds: Datasette, names: Mapping[str, tuple[str, ...]], path: Path) -> int:
    """Write the description; how many routes it holds."""
    found = described(ds, names)
    path.write_text(json.dumps(found, indent=1), "utf-8")
    return len(found["paths"])
