"""The real output in README.md and docs/: every ```console block after `<!-- real output -->`.

The commands of a file run in order, in one fresh folder, on a terminal of 80
columns. `python tests/readme_output.py --write` writes what they print now;
test_docs.py holds the files to it. Times differ from run to run and are not compared.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- real output -->\n```console\n)(.*?)(```)", re.DOTALL)
TIME = re.compile(r"\b\d+(\.\d+)? s\b")


def documents() -> list[Path]:
    """The files that show real output."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [p for p in found if p.is_file() and BLOCK.search(p.read_text("utf-8"))]


def blocks(path: Path) -> list[str]:
    """The text inside each held block of a file."""
    return [m.group(2) for m in BLOCK.finditer(path.read_text("utf-8"))]


def run_blocks(path: Path, folder: Path, home: Path) -> list[str]:
    """What the commands of each block print now, as the block's whole text."""
    return ["".join(_transcript(text, folder, home)) for text in blocks(path)]


def _transcript(text: str, folder: Path, home: Path) -> Iterator[str]:
    first = True
    for line in text.splitlines():
        if line.startswith("$ "):
            yield ("" if first else "\n") + f"{line}\n"
            yield _run(line[2:], folder, home)
            first = False


def _run(command: str, folder: Path, home: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "TERM": "xterm",
    }
    environment.pop("KB_WORKSPACE", None)
    said = on_a_terminal(["/bin/sh", "-c", command], folder, environment)
    lines = said.replace(str(folder), "~").splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def on_a_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command prints to a terminal on its standard output.

    Progress goes to stderr; the transcript is what stays on the screen.
    """
    master, slave = pty.openpty()
    with subprocess.Popen(
        command, stdout=slave, stderr=subprocess.DEVNULL, cwd=folder, env=environment,
        stdin=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the terminal is closed: the command has ended
                break
            if not piece:
                break
            said += piece
        process.wait()
    os.close(master)
    return said.decode().replace("\r\n", "\n")


def without_times(text: str) -> str:
    """A transcript as it is compared."""
    return TIME.sub("N s", text)


def renewed(path: Path, folder: Path) -> str:
    """A file's text with the output of now."""
    fresh = iter(run_blocks(path, folder, folder))
    return BLOCK.sub(lambda m: m.group(1) + next(fresh) + m.group(3), path.read_text("utf-8"))


def write() -> None:
    """Put the output of now into the files."""
    for path in documents():
        with tempfile.TemporaryDirectory() as name:
            text = renewed(path, Path(name).resolve())
        path.write_text(text, encoding="utf-8")
        print(f"wrote {shlex.quote(str(path.relative_to(ROOT)))}")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/readme_output.py --write")
    write()
