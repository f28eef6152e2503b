"""kb on disks that fail: full, read-only, without permission, gone. Linux, with `unshare`.

    python tests/torture/disk.py [--quick] [--seed N] [--only WORD] [--cache DIR]

Each command that writes, and a few that read, is run on a small disk of its own in a private mount
namespace, so that no other process sees it and no special right is needed. After each fault:
the status is 0, 1 or 2; what is said is a sentence with a place and a next step, and no traceback;
every file of the user is as it was or as the same command leaves it on a good disk; the database
is whole. Then the disk is mended, and the same command must do its work.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.embed import PACKAGED_MODEL, default_cache, find_compiled  # noqa: E402

PAGE = 4096
PAGES = (0, 1, 2, 5, 13, 34, 89, 144, 233, 377, 610)  # of room that a full disk has left
DISK = "48m"
PATIENCE_S = 300
STORY = "anselms-single-stream"
ASKED = "disagreement with architect"
NOTES = """# A queue that lied

Situation: The queue of the night job said empty while 4,000 orders waited.
Action: I wrote a probe that asked the database instead, and showed both numbers to the team.
Result: We found the lost index in two days, and 4,000 orders went out.
"""
MANY = "\n".join(NOTES.replace("A queue", f"Queue {n}") for n in range(6))
LOOP = "company: Acme\nrounds:\n  - name: One\n    questions: [Tell me about a failure.]\n"
ADVERT = "You lead a team.\nYou must handle conflict and mentor junior engineers.\n"
TYPED = "It was late.\n\nI called.\n\nI wrote.\n\nIt held.\n\nAsk sooner.\n\n\n2024\n\n\n\n\n"
DROP = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--")
# What is no file of the user's: the index with its logs, and what kb remembers of itself.
DERIVED = re.compile(r"(^|/)kb\.db(-wal|-shm|-journal)?$|^state/|^home/")
# What says so where the first try, that failed, had done the better part.
REFUSES_TWICE = ("init", "rename", "new", "jd", "loop")
LOGS = ("journal.jsonl", "imports.jsonl", "brag.md")


@dataclass(frozen=True, slots=True)
class Act:
    """A command as a user types it. ready: brings the workspace into the state it needs;
    drafts: it may leave a story that its owner had begun to type; finds: it ends with 1 on a
    good disk, having found problems in what it reads."""

    name: str
    arguments: tuple[str, ...]
    stdin: str = ""
    terminal: bool = False
    ready: Callable[[Path], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    drafts: bool = False
    finds: bool = False


def _changed(work: Path) -> None:
    story = work / "personal/samples" / f"{STORY}.md"
    story.write_text(story.read_text() + "\nAnd one line more, of 17 words that nobody read.\n")
    (work / "personal/new.md").write_text(NOTES)


def _unbuilt(work: Path) -> None:
    for path in work.glob("kb.db*"):
        path.unlink()


def _retired(work: Path) -> None:
    (work / "personal/old.md").write_text(f"---\nstatus: retired\n---\n{NOTES}")


def _old_guides(work: Path) -> None:
    """Guides as an older kb shipped them: other bytes, which the manifest knows."""
    from hashlib import sha256

    manifest = work / "content/.kb-guides.json"
    stored = json.loads(manifest.read_text())
    for name in list(stored["guides"])[:3]:
        path = work / "content" / name
        path.write_bytes(path.read_bytes() + b"\n<!-- older -->\n")
        stored["guides"][name] = sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(stored))


EDITOR = {"EDITOR": "sh ../editor", "VISUAL": ""}
ACTS = (
    Act("init", ("init", "../fresh", "--with-samples")),
    Act("init --update-guides", ("init", ".", "--update-guides"), ready=_old_guides),
    Act("build", ("build",), ready=_unbuilt),
    Act("build changed", ("build",), ready=_changed),
    Act("new", ("new", "Late"), TYPED, terminal=True, drafts=True),
    Act("new --from", ("new", "--from", "../notes.md")),
    Act("new --from -", ("new", "--from", "-"), NOTES),
    Act("new --edit", ("new", "--edit"), "\n\n", terminal=True, environment=EDITOR, drafts=True),
    Act("edit", ("edit", STORY), "\n\n", terminal=True, environment=EDITOR),
    Act("import", ("import", "../many.md", "--yes")),
    Act("export", ("export", "-o", "out.docx")),
    Act("export over", ("export", "-o", "notes.html", "--force")),
    Act("rename", ("rename", STORY, "the-alarm", "--yes")),
    Act("retire", ("retire", STORY, "--yes")),
    Act("retire --undo", ("retire", "old", "--undo", "--yes"), ready=_retired),
    Act("pin", ("pin", ASKED, STORY)),
    Act("pin --no", ("pin", ASKED, STORY, "--no")),
    Act("unpin", ("unpin", "tell me about a failure", STORY)),
    Act("use", ("use", STORY, "--company", "Acme")),
    Act("brag", ("brag", "cut the nightly run from 4 hours to 20 minutes")),
    Act("brag --promote", ("brag", "--promote", "1")),
    Act("card", ("card", "acme", "-o", "out.html")),
    Act("loop --save", ("loop", "--framework", "amazon", "--save", "new"), finds=True),
    Act("coverage --html", ("coverage", "--html", "-o", "out.html")),
    Act("jd --save", ("jd", "../advert.txt", "--save", "fresh")),
    Act("match", ("match", ASKED)),
    Act("list", ("list",)),
    Act("check", ("check",), finds=True),
    Act("facts", ("facts",), finds=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the disk. only: acts for which it is one."""

    name: str
    harm: Callable[[Disk], None]
    mend: Callable[[Disk], None]
    without_rights: bool = False


class Disk:
    """A small disk with a workspace on it, and everything else that kb may write to."""

    def __init__(self, place: Path, template: Path, cache: Path) -> None:
        self.place = place
        self.template = template
        self.cache = cache
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)], check=True
        )

    @property
    def work(self) -> Path:
        return self.place / "work"

    def lay_out(self, act: Act) -> None:
        """The workspace as it was made, and what the act needs."""
        self.remount("rw")
        for path in self.place.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.template, self.place, dirs_exist_ok=True, symlinks=True)
        if act.ready is not None:
            act.ready(self.work)

    def remount(self, mode: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.place)], check=True)

    def fill(self, pages: int) -> None:
        """Leave so many pages of room."""
        info = os.statvfs(self.place)
        with (self.place / "filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, info.f_bavail - pages) * PAGE)

    def environment(self, act: Act) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("KB_", "XDG_"))}
        return kept | {
            "XDG_CACHE_HOME": str(self.cache),
            "XDG_STATE_HOME": str(self.place / "state"),
            "HOME": str(self.place / "home"),
            "TMPDIR": str(self.place / "tmp"),
            "PYTHONPATH": str(ROOT),
            "TERM": "dumb",
            "PYTHONFAULTHANDLER": "1",
            **act.environment,
        }

    def run(self, act: Act, *, without_rights: bool = False) -> tuple[int, str]:
        """The status and what was said: on a terminal all of it, else the errors alone."""
        command = [sys.executable, "-m", "kb", *act.arguments]
        if act.terminal:
            quoted = " ".join(f"'{word}'" for word in command)
            command = ["script", "-qec", quoted, "/dev/null"]
        if without_rights:
            command = [*DROP, *command]
        cwd = self.work if self.work.is_dir() else self.place
        started = subprocess.Popen(
            command, cwd=cwd, env=self.environment(act), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
        )  # fmt: skip
        try:
            out, err = started.communicate(act.stdin, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            started.send_signal(signal.SIGABRT)  # it then says where it was
            out, err = started.communicate()
            print(f"{act.name} did not end:\n{err}", flush=True)
        return started.returncode, out + err if act.terminal else err

    def files(self) -> dict[str, bytes]:
        """The user's files: all but the index and what kb remembers of itself."""
        found = {}
        for path in sorted(self.place.rglob("*")):
            name = path.relative_to(self.place).as_posix()
            if path.is_file() and name != "filler" and not DERIVED.search(name):
                found[name] = path.read_bytes()
        return found


def _modes(disk: Disk, mode: int, *, files: int | None, below: str) -> None:
    top = disk.place / below
    for path in (*top.rglob("*"), top) if top.exists() else ():
        if path.is_dir() and not path.is_symlink():
            path.chmod(mode)
        elif files is not None:
            path.chmod(files)


def _mended(disk: Disk) -> None:
    disk.remount("rw")
    subprocess.run(["chmod", "-R", "u+rwX", str(disk.place)], check=True)
    (disk.place / "filler").unlink(missing_ok=True)
    aside = disk.place / "aside"
    if aside.exists():
        for path in aside.iterdir():
            back = disk.place / path.name.replace("@", "/")
            if back.is_dir():
                shutil.copytree(path, back, dirs_exist_ok=True)
            else:
                back.parent.mkdir(parents=True, exist_ok=True)
                path.rename(back)
        shutil.rmtree(aside)


def _take(disk: Disk, *names: str) -> None:
    """Move things away, to be brought back."""
    aside = disk.place / "aside"
    aside.mkdir()
    for name in names:
        path = disk.place / name
        if path.exists():
            path.rename(aside / name.replace("/", "@"))


def faults() -> Iterator[Fault]:
    """Each with its name."""
    for count in PAGES:
        yield Fault(f"full, {count} pages left", lambda d, n=count: d.fill(n), _mended)  # type: ignore[misc]
    yield Fault("read-only", lambda d: d.remount("ro"), _mended)
    places = ("work", "work/personal", "work/personal/_kb", "work/content")
    for place in places:
        for name, mode, files in (("read-only", 0o555, 0o444), ("closed", 0o000, 0o000)):
            yield Fault(
                f"{place}: {name}",
                lambda d, p=place, m=mode, f=files: _modes(d, m, files=f, below=p),  # type: ignore[misc]
                _mended,
                without_rights=True,
            )
        yield Fault(f"{place}: gone", lambda d, p=place: _take(d, p), _mended)  # type: ignore[misc]
    yield Fault("work/kb.db: gone", lambda d: _take(d, "work/kb.db"), _mended)
    yield Fault("state, home, tmp: gone", lambda d: _take(d, "state", "home", "tmp"), _mended)


@dataclass(slots=True)
class Tally:
    """What was tried, what was said, and what broke."""

    runs: Counter[str] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def keep(self, act: Act, fault: Fault, said: str) -> None:
        """Keep each sentence once, with the first place where it was said."""
        for line in said.splitlines():
            if line.startswith("kb: "):
                key = re.sub(r"/\S*torture-\w+/", "", line.rstrip())
                self.said.setdefault(key, f"{act.name} | {fault.name}")

    def fail(self, act: Act, fault: Fault, what: str) -> None:
        self.broken.append(f"{act.name} | {fault.name} | {what}")
        print(f"  BROKE {self.broken[-1]}", flush=True)


# What an error says: a place, a reason, and what to do.
_STEP = re.compile(
    r"(?i)\b(run|make|check|free|give|name|set|try|mend|move|choose|delete|write|go on|see|wait)\b"
)


_PLACE = re.compile(r"/|kb\.yaml|^(kb: )?[\w.]+: |no workspace here|current folder|the output")


def well_said(text: str) -> str:
    """What is wrong with the errors in what kb printed, or ""."""
    if "Traceback" in text or "fault of its own" in text or "Exception" in text:
        return "a traceback, or a fault of its own"
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return "no sentence"
    last = next((line for line in reversed(lines) if line.startswith("kb: ")), lines[-1])
    if not _PLACE.search(last):
        return f"no path: {last}"
    return "" if _STEP.search(last) else f"no next step: {last}"


def unsaid(code: int, said: str) -> str:
    """What is wrong with how a command ended, or ""."""
    if code not in (0, 1, 2):
        return f"status {code}: {said[-300:]}"
    if code and (wrong := well_said(said)):
        return wrong
    return f"status 0, and: {said[-300:]}" if "Traceback" in said else ""


def torn(name: str, data: bytes, before: Mapping[str, bytes], after: Mapping[str, bytes],
         act: Act) -> str:  # fmt: skip
    """What is wrong with a file that is there after a fault, or ""."""
    if data in (before.get(name), after.get(name)):
        return ""
    if name.endswith(LOGS) and data.startswith(before.get(name, b"")):
        whole = not data or data.endswith(b"\n")
        if whole and name.endswith(".jsonl"):
            whole = all(json.loads(line) for line in data.splitlines() if line)
        return "" if whole else f"{name} is torn"
    if act.drafts and name not in before and data:
        return ""  # what the owner had typed so far
    if name in before:
        return f"{name} is neither old nor new ({len(data)} bytes)"
    return f"{name} was left there ({len(data)} bytes)"


def damage(disk: Disk, act: Act, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """What is wrong with what lies on the disk, or ""."""
    present = disk.files()
    if act.name == "build" or not act.arguments[0].startswith("init"):
        lost = [n for n in before if n not in present and n in after]
        if lost:
            return f"lost: {', '.join(lost[:3])}"
    for name, data in present.items():
        if wrong := torn(name, data, before, after, act):
            return wrong
    return unsound(disk.work / "kb.db")


def unsound(path: Path) -> str:
    """What is wrong with a database that is there, or ""."""
    if not path.exists() or not path.stat().st_size:
        return ""
    try:
        with closing(sqlite3.connect(path)) as conn:
            checks = (conn.execute("PRAGMA integrity_check").fetchall(),
                      conn.execute("PRAGMA foreign_key_check").fetchall())  # fmt: skip
    except sqlite3.Error as error:
        return f"the database: {error}"
    return "" if checks == ([("ok",)], []) else f"the database: {checks}"


def try_one(disk: Disk, act: Act, fault: Fault, after: Mapping[str, bytes], tally: Tally) -> int:
    """One command under one fault. The status it ended with."""
    disk.lay_out(act)
    before = disk.files()
    fault.harm(disk)
    tally.runs[act.name] += 1
    code, said = disk.run(act, without_rights=fault.without_rights)
    fault.mend(disk)
    tally.keep(act, fault, said)
    quiet = act.finds and code == 1 and "kb: " not in said  # as on a good disk
    if wrong := unsaid(0 if quiet else code, said) or damage(disk, act, before, after):
        tally.fail(act, fault, wrong)
    if code:
        again, told = disk.run(act)
        done = "already" in told and act.arguments[0] in REFUSES_TWICE
        if again and "kb: " in told and not done:
            tally.fail(act, fault, f"not mended: {told[-300:]}")
    return code


def torture(disk: Disk, acts: list[Act], *, quick: bool, dice: random.Random) -> Tally:
    """Every act under every fault; in a quick run under a few."""
    tally = Tally()
    for act in acts:
        started = time.monotonic()
        disk.lay_out(act)
        code, said = disk.run(act)
        if "kb: " in said or (code and not act.finds):
            raise SystemExit(f"{act.name} ends with {code} on a good disk:\n{said}")
        after = disk.files()
        chosen = list(faults())
        if quick:
            chosen = sorted(dice.sample(chosen, 3), key=chosen.index)
        codes: Counter[int] = Counter()
        enough = False
        for fault in chosen:
            if enough and fault.name.startswith("full"):
                continue  # with less room it went well
            code = try_one(disk, act, fault, after, tally)
            enough = fault.name.startswith("full") and code == 0
            codes[code] += 1
        ends = ", ".join(f"{count} with {code}" for code, count in sorted(codes.items()))
        seconds = time.monotonic() - started
        print(f"{act.name}: {codes.total()} faults; ended {ends}; {seconds:.0f} s", flush=True)
    return tally


def make_template(folder: Path, cache: Path) -> None:
    """A built workspace with samples, a pin, a loop and a brag line, and files beside it."""
    for name in ("home", "state", "tmp"):
        (folder / name).mkdir()
    (folder / "notes.md").write_text(NOTES)
    (folder / "editor").write_text('cat ../notes.md >> "$1"\n')
    (folder / "many.md").write_text(MANY)
    (folder / "advert.txt").write_text(ADVERT)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT),
                   "XDG_STATE_HOME": str(folder / "state")}  # fmt: skip
    commands = (
        ("init", "work", "--with-samples"),
        ("-w", "work", "build"),
        ("-w", "work", "pin", "tell me about a failure", STORY),
        ("-w", "work", "brag", "the label printer in Hall 3 prints again after two days"),
    )
    for command in commands:
        subprocess.run([sys.executable, "-m", "kb", *command], cwd=folder, env=environment,
                       check=True, capture_output=True)  # fmt: skip
    work = folder / "work"
    (work / "personal/_kb/loops").mkdir()
    (work / "personal/_kb/loops/acme.yaml").write_text(LOOP)
    (work / "notes.html").write_text("<p>mine</p>\n" * 100)
    shutil.rmtree(folder / "state")
    (folder / "state").mkdir()


def in_namespace() -> None:
    """Start over in a mount namespace of one's own, where a disk may be mounted."""
    if os.environ.get("KB_TORTURE_DISK") == "inside":
        return
    for tool in ("unshare", "setpriv", "script", "mount"):
        if shutil.which(tool) is None:
            raise SystemExit(f"this wants Linux with {tool}.")
    os.environ["KB_TORTURE_DISK"] = "inside"
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, *sys.argv]
    os.execvp(command[0], command)


def main() -> None:
    """Run, report, and end with 1 where something broke."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", default="", help="acts whose name holds this")
    parser.add_argument("--cache", type=Path, default=default_cache().parent)
    given = parser.parse_args()
    in_namespace()
    print(f"seed {given.seed}", flush=True)
    cache = given.cache.resolve()
    if find_compiled(PACKAGED_MODEL, cache / "answer-portfolio") is None:
        print(f"compiling the model into {cache}", flush=True)
    acts = [act for act in ACTS if given.only in act.name]
    with tempfile.TemporaryDirectory(prefix="kb-torture-") as name:
        place, template = Path(name, "disk"), Path(name, "template")
        place.mkdir()
        template.mkdir()
        make_template(template, cache)
        disk = Disk(place, template, cache)
        try:
            tally = torture(disk, acts, quick=given.quick, dice=random.Random(given.seed))
        finally:
            subprocess.run(["umount", str(place)], check=False)
    print("\nWhat was said:")
    for line, where in sorted(tally.said.items()):
        print(f"  [{where}] {line}")
    print(f"\n{sum(tally.runs.values())} runs, {len(tally.broken)} broke")
    for line in tally.broken:
        print(f"  {line}")
    sys.exit(1 if tally.broken else 0)


if __name__ == "__main__":
    main()
