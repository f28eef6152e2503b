"""kb's pages under attack: a real server, raw sockets, and Chromium where scripts matter.

    python tests/torture/web.py [--quick] [--seed N] [--only WORD] [--keep FOLDER]

Cases: `attacks` (paths, queries, methods, hosts, cookies, bodies and framing, byte for byte),
`schema` (schemathesis over the application's own routes), `scripts` (an attack in every text a
user controls, looked for in Chromium), `locked` (an instance with a password, asked for all it
has), `load` (50 clients), `slow` (200 clients that send a byte a second), `gone` (files that
vanish while they are served). One line a case; the status is 1 where something broke.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bank import make_workspace  # noqa: E402
from datasette.app import Datasette  # noqa: E402

from tests.browsing import browsing  # noqa: E402
from tests.torture.webbing import corpus, load, locked, raw, schema, scripts  # noqa: E402
from tests.torture.webbing.server import Server, built, kb, quoted, serving  # noqa: E402

NAMES = {
    "story": "anselms-single-stream",
    "question": "leadership-mindset/how-do-you-handle-disagreements-with-architects-or-team",
    "loop": "acme",
}
LOOP = "company: Acme\nrounds:\n  - name: Lead\n    questions: [How did you handle a failure?]\n"
PASSWORD = "tea and biscuits"
GROWTH_MIB = 24  # more than this from one run to the next is a leak
STORIES = 200


@dataclass(frozen=True, slots=True)
class Run:
    """How much is to be done, and where."""

    folder: Path
    quick: bool
    seed: int

    def samples(self) -> Path:
        """The samples with a loop, built."""
        home = self.folder / "samples"
        if not (home / "kb.db").exists():
            built(home, "--with-samples")
            path = home / "personal" / "_kb" / "loops" / "acme.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(LOOP, "utf-8")
        return home

    def said(self, name: str) -> Path:
        return self.folder / f"{name}.out"


def say(text: str) -> None:
    print(text, flush=True)


def attacks(run: Run) -> tuple[str, list[str]]:
    """Every attack of raw.py, and after each the server's life, and what it printed."""
    faults: list[str] = []
    seen: Counter[int] = Counter()
    slowest = 0.0
    with serving(run.samples(), run.said("attacks")) as server:
        server.wake()
        _, headers, _ = server.ask("/-/match?q=architect")
        cookie = headers["set-cookie"].partition(";")[0].encode()
        every = list(raw.attacks(server, NAMES, cookie, cookie.partition(b"=")[2]))
        if run.quick:
            every = random.Random(run.seed).sample(every, 400)
        before, printed = server.memory(), 0
        for number, attack in enumerate(every):
            began = time.monotonic()
            try:
                answer = raw.send(server, attack)
            except TimeoutError:
                faults.append(f"{attack.name}: no answer")
                continue
            slowest = max(slowest, time.monotonic() - began)
            seen[raw.status_of(answer)] += 1
            faults += [f"{attack.name}: {one}" for one in _wrong(answer)]
            lines = server.words()
            faults += [f"{attack.name} printed: {line}" for line in lines[printed:][:1]]
            printed = len(lines)
            if number % 500 == 499:
                say(f"  {number + 1} of {len(every)}")
        after = server.memory()
        if not server.lives():
            faults.append("the server does not answer any more")
    figures = ", ".join(f"{count} x {status or 'closed'}" for status, count in sorted(seen.items()))
    return (
        f"{len(every)} requests ({figures}); slowest {slowest:.1f} s; "
        f"memory {before:.0f} to {after:.0f} MiB"
    ), faults


def _wrong(answer: bytes) -> Iterator[str]:
    status = raw.status_of(answer)
    head, _, body = answer.partition(b"\r\n\r\n")
    if status >= 500:
        yield f"{status} {body[:80]!r}"
    for inside in (b"Traceback", b"root:x:", b"site-packages", b"def asgi_wrapper"):
        if inside in body:
            yield f"shows {inside!r}"
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b": ")
        if name.lower() == b"location" and (value[:1] != b"/" or value[1:2] in {b"/", b"\\"}):
            yield f"leads to {value[:80]!r}"
        if name.lower() in {b"x-kb", b"access-control-allow-origin"}:
            yield f"has the header {line[:80]!r}"


def schema_case(run: Run) -> tuple[str, list[str]]:
    """schemathesis, over a description made of the application's own routes."""
    st = schema.program()
    if not st:
        return "not run: pip install schemathesis", []
    home = run.samples()
    described = run.folder / "openapi.json"
    names = {
        "id": tuple(NAMES.values()),
        "database": ("kb",),
        "table": ("stories", "questions", "old-stories"),
        "pks": (NAMES["story"],),
        "path": ("app.css", "kb.css"),
        "format": ("json", "csv"),
        "rest": ("",),
    }
    count = schema.write(_application(home), names, described)
    with serving(home, run.said("schema"), "--sql", "--download") as server:
        server.wake()
        status, told = schema.run(st, server, described, 3 if run.quick else 60, run.seed)
        words, lives = server.words(), server.lives()
    run.said("schemathesis").write_text(told, "utf-8")
    tail = [line.strip() for line in told.splitlines() if "generated" in line or "passed" in line]
    faults = [] if status == 0 else [line for line in told.splitlines() if line.strip()][-25:]
    faults += [f"printed: {line}" for line in words[:5]]
    faults += [] if lives else ["the server does not answer any more"]
    return f"{count} routes; {'; '.join(tail)}", faults


def _application(home: Path) -> Datasette:
    """The application in this process: only its list of routes is looked at."""
    return Datasette([str(home / "kb.db")])


def scripts_case(run: Run) -> tuple[str, list[str]]:
    """An attack in every text, looked for on every page, with the pages' policy and without."""
    payloads = corpus.PAYLOADS
    if run.quick:
        payloads = tuple(random.Random(run.seed).sample(payloads, 5))
    home = run.folder / "scripts"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    corpus.write(home, payloads)
    kb(home, "-w", str(home), "build")
    faults: list[str] = []
    opened = 0
    with serving(home, run.said("scripts")) as server, browsing() as browser:
        server.wake()
        names = _first(server, home)
        for policy in (True, False):
            seeker = scripts.Seeker(server, browser, policy=policy)
            seeker.crawl(40 if run.quick else 1000, _starts(home, len(payloads)))
            say(f"  {seeker.opened} pages crawled, policy {policy}")
            for number, payload in enumerate(payloads):
                for path in scripts.asked(payload, names):
                    seeker.open(path)
                if number % 4 == 0:
                    scripts.typed(seeker, payload, names)
            if policy:
                faults += scripts.policy_holds(seeker)
            faults += seeker.faults
            opened += seeker.opened
            seeker.close()
        faults += _plain_formats(server, payloads)
        faults += [
            f"printed: {line}" for line in server.words() if "Traceback" in line or "kb: /" in line
        ]
    return f"{len(payloads)} attacks in 40 fields, {opened} pages looked at", list(
        dict.fromkeys(faults)
    )


def _first(server: Server, home: Path) -> dict[str, str]:
    """A story, a question and a loop of the bank of attacks, as they stand in addresses."""
    rows = {
        name: json.loads(server.ask(f"/kb/{name}.json?_shape=array")[2])[0]["id"]
        for name in ("stories", "questions")
    }
    loop = min(path.stem for path in (home / "personal" / "_kb" / "loops").iterdir())
    return {
        "story": quoted(rows["stories"]),
        "question": quoted(rows["questions"]),
        "loop": quoted(loop),
    }


def _starts(home: Path, count: int) -> list[str]:
    loops = sorted(path.stem for path in (home / "personal" / "_kb" / "loops").iterdir())
    return [
        "/",
        "/-/loops",
        "/-/coverage",
        "/-/map",
        "/kb",
        "/kb/findings",
        "/kb/builds",
        *(f"/-/loop/{quoted(name)}" for name in loops),
        *(f"/-/card/{quoted(name)}" for name in loops),
        *(f"/-/coverage?framework=own-{number}" for number in range(count)),
    ]


def _plain_formats(server: Server, payloads: tuple[str, ...]) -> Iterator[str]:
    """JSON and CSV are called so, and are never taken for pages."""
    for path in (
        "/kb/stories.json",
        "/kb/stories.csv",
        "/kb/findings.json",
        "/-/match.json?q=architect",
        *(f"/-/match.json?q={quoted(one)}" for one in payloads),
    ):
        _, headers, body = server.ask(path)
        if "html" in headers["content-type"] or headers["x-content-type-options"] != "nosniff":
            yield f"{path}: {headers['content-type']}"
        if ".json" in path and not isinstance(json.loads(body), dict | list):
            yield f"{path}: is no JSON"


def locked_case(run: Run) -> tuple[str, list[str]]:
    """All that the application has, asked for without its password."""
    home = run.samples()
    names = {
        "id": NAMES["story"],
        "database": "kb",
        "table": "stories",
        "pks": NAMES["story"],
        "path": "app.css",
        "format": "json",
        "rest": "",
    }
    with serving(
        home, run.said("locked"), "--download", host="127.0.0.2", KB_PASSWORD=PASSWORD
    ) as server:
        asked = list(dict.fromkeys(locked.paths(_application(home), names)))
        seen, faults = locked.refused(server, asked, (b"Anselm", b"anselm", b"SQLite format"))
        faults += [f"printed: {line}" for line in server.words()]
        if PASSWORD in run.said("locked").read_text("utf-8"):
            faults.append("the password was printed")
        environment = Path(f"/proc/{server.process.pid}/environ").read_bytes()
        shown = PASSWORD.encode() in environment  # what it was started with; seen by its user only
    figures = ", ".join(f"{count} x {status}" for status, count in sorted(seen.items()))
    note = "; the password stands in the process's environment, as it was given" if shown else ""
    return f"{len(asked)} addresses, {sum(seen.values())} requests ({figures}){note}", faults


def load_case(run: Run) -> tuple[str, list[str]]:
    """50 clients on a bank of 200 stories, twice, and what the server weighs."""
    home = run.folder / "bank"
    if not (home / "kb.db").exists():
        make_workspace(home, 20 if run.quick else STORIES)
        path = home / "personal" / "_kb" / "loops" / "acme.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(LOOP, "utf-8")
        kb(home, "-w", str(home), "build")
    faults: list[str] = []
    lines = []
    with serving(home, run.said("load")) as server:
        server.wake()
        paths = _pages(server)
        for some in paths.values():  # each kind once, so that what is kept is kept already
            server.ask(some[0])
        weighed = [server.memory()]
        for number in (1, 2):
            told = load.many(server, paths, 8 if run.quick else 60, run.seed)
            weighed.append(server.memory())
            faults += told.faults[:5]
            lines.append(told.line())
            say(f"  run {number}: {told.line()}; {weighed[-1]:.0f} MiB")
            for kind, times in sorted(told.times.items()):
                half, most = load.part(times, 50) * 1000, load.part(times, 99) * 1000
                say(f"    {kind}: {len(times)}, p50 {half:.0f} ms, p99 {most:.0f} ms")
        faults += [f"printed: {line}" for line in server.words()[:3]]
        if weighed[2] - weighed[1] > GROWTH_MIB:
            faults.append(f"memory grew from {weighed[1]:.0f} to {weighed[2]:.0f} MiB")
    memory = ", ".join(f"{one:.0f}" for one in weighed)
    return f"{'; again: '.join(lines)}; memory before, after, after again: {memory} MiB", faults


def _pages(server: Server) -> dict[str, list[str]]:
    """What is asked for under load, by kind."""
    stories = [
        one["id"] for one in json.loads(server.ask("/kb/stories.json?_shape=array&_size=50")[2])
    ]
    asked = json.loads(server.ask("/kb/questions.json?_shape=array&_size=50")[2])
    texts = [quoted(one["text"]) for one in asked]
    return {
        "home": ["/"],
        "match": [f"/-/match?q={one}" for one in texts],
        "match.json": [f"/-/match.json?q={one}" for one in texts],
        "fragment": [f"/-/match?q={one[:30].rpartition('%')[0]}&fragment=1" for one in texts],
        "story": [f"/-/story/{quoted(one)}" for one in stories],
        "question": [f"/-/question/{one['id']}" for one in asked],
        "coverage": ["/-/coverage", "/-/coverage?framework=amazon"],
        "map": ["/-/map"],
        "loop": ["/-/loop/acme", "/-/loops"],
        "table": [
            "/kb/stories",
            "/kb/stories.json",
            "/kb/questions?_search=failure",
            "/kb/old-stories",
        ],
        "static": ["/-/static/app.css", "/-/static-plugins/answer-portfolio/kb.js"],
    }


def slow_case(run: Run) -> tuple[str, list[str]]:
    """200 clients that send a byte a second, and one more that asks as ever."""
    with serving(run.samples(), run.said("slow")) as server:
        server.wake()
        before = server.memory()
        path = "/-/match.json?q=disagreement+with+an+architect"
        found = load.slow(server, path, 12 if run.quick else 90)
        faults = found.told.faults[:5] + [f"printed: {line}" for line in server.words()[:3]]
        if not found.told.answers:
            faults.append("nobody else was answered")
        if not run.quick and len(found.cut) < load.SLOW:
            faults.append(f"only {len(found.cut)} of {load.SLOW} slow clients were ended")
        # more than it takes: those who come last are turned away until the others are ended
        load.slow(server, path, 6 if run.quick else 15, 1500)
        if not server.lives():
            faults.append("the server does not answer after 1,500 connections")
        time.sleep(1)
        files = server.open_files()
        faults += [f"printed: {line}" for line in server.words()[:3]]
    waited = max(found.cut, default=0.0)
    return (
        f"{load.SLOW} slow clients, one other: {found.told.line()}; {len(found.cut)} ended, after "
        f"{waited:.0f} s at most; memory {before:.0f} to {found.memory:.0f} MiB; after 1,500 more "
        f"connections {files} files open"
    ), faults


def gone(run: Run) -> tuple[str, list[str]]:
    """Files that vanish or break while they are served: a sentence, and no traceback."""
    home = run.folder / "gone"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(run.samples(), home)
    faults: list[str] = []
    asked = 0
    paths = [
        "/",
        "/-/match?q=architect",
        "/-/match.json?q=tea",
        f"/-/story/{NAMES['story']}",
        "/-/map",
        f"/-/question/{NAMES['question']}",
        "/-/coverage",
        "/-/loops",
        "/-/loop/acme",
        "/-/card/acme",
        "/kb",
        "/kb/stories",
        "/kb/stories.json",
        "/-/index.db",
        "/nothing",
    ]
    acts: list[tuple[str, Callable[[], object]]] = [
        (
            "kb.yaml is wrong",
            lambda: (home / "kb.yaml").write_text("content: [\n<script>", "utf-8"),
        ),
        ("the loop is wrong", lambda: _loop(home).write_bytes(b"\xff\x00[")),
        ("the loop is a folder", lambda: _folder(_loop(home))),
        ("the journal is a folder", (home / "personal/_kb/journal.jsonl").mkdir),
        ("personal/ is gone", lambda: shutil.rmtree(home / "personal")),
        ("the index is noise", lambda: _noise(home / "kb.db")),
        ("all is gone", lambda: shutil.rmtree(home)),
    ]
    with serving(home, run.said("gone"), "--download") as server:
        server.wake()
        for what, act in acts:
            act()
            for path in paths:
                asked += 1
                status, _, body = server.ask(path)
                if b"Traceback" in body or b"site-packages" in body or status == 500:
                    faults.append(f"{what}: {path}: {status} {body[-300:]!r}")
        faults += [
            f"printed: {line}" for line in server.words() if "Traceback" in line or "File " in line
        ]
        if server.process.poll() is not None:
            faults.append("the server ended")
    return f"{len(acts)} faults, {asked} requests", list(dict.fromkeys(faults))


def _loop(home: Path) -> Path:
    return home / "personal" / "_kb" / "loops" / "acme.yaml"


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _noise(path: Path) -> None:
    """Other bytes in the same file, as a failing disk leaves them."""
    data = bytearray(path.read_bytes())
    for place in range(4096, len(data), 8192):
        data[place : place + 2048] = b"\xa5" * min(2048, len(data) - place)
    with path.open("r+b") as file:
        file.write(data)


CASES: dict[str, Callable[[Run], tuple[str, list[str]]]] = {
    "attacks": attacks,
    "gone": gone,
    "locked": locked_case,
    "scripts": scripts_case,
    "slow": slow_case,
    "schema": schema_case,
    "load": load_case,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="about a minute in place of an hour")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="the cases whose name holds this")
    parser.add_argument("--keep", type=Path, help="a folder to work in, left as it is at the end")
    given = parser.parse_args()
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        home = given.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        run = Run(home.resolve(), given.quick, given.seed)
        say(f"seed {given.seed}")
        for name, case in CASES.items():
            if given.only not in name:
                continue
            began = time.monotonic()
            told, faults = case(run)
            say(f"{name}: {told}; {len(faults)} faults; {time.monotonic() - began:.0f} s")
            for fault in faults[:40]:
                say(f"  {fault}")
            broken += len(faults)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
