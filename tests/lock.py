"""Write requirements.lock anew: every version of requirements.txt with the hashes of its files.

    python tests/lock.py

Asks the package index for the sha256 of every file of each version, so that any system and
Python can install from it. torch has a file of its own, requirements-torch.txt, whose hashes are
noted by hand: on Linux its CPU build comes from an index of its own.
"""

from __future__ import annotations

import json
import os
import re
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INDEX = os.environ.get("KB_INDEX", "https://pypi.org/simple")
HEAD = """# Every package with the sha256 of each file of its version, for `pip --require-hashes`.
# Made from requirements.txt: make lock
"""


def pinned(text: str) -> list[tuple[str, str]]:
    """(name, version) of each line `name==version`, torch left out."""
    found = re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, re.MULTILINE)
    return [(name, version) for name, version in found if name.lower() != "torch"]


def hashes(name: str, version: str) -> list[str]:
    """The sha256 of every file of a version, as the index gives them (PEP 691)."""
    project = re.sub(r"[-_.]+", "-", name).lower()
    request = urllib.request.Request(
        f"{INDEX}/{project}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    ends = re.compile(
        rf"{re.sub('[-_.]+', '[-_.]+', name)}-{re.escape(version)}(?:-.*\.whl|\.tar\.gz|\.zip)",
        re.IGNORECASE,
    )
    return sorted(f["hashes"]["sha256"] for f in files if ends.fullmatch(f["filename"]))


def main() -> None:
    lines = [HEAD]
    for name, version in pinned((ROOT / "requirements.txt").read_text("utf-8")):
        found = hashes(name, version)
        if not found:
            raise SystemExit(f"{name}=={version} has no file at {INDEX}")
        lines.append(
            f"{name}=={version} \\\n" + " \\\n".join(f"    --hash=sha256:{h}" for h in found) + "\n"
        )
    (ROOT / "requirements.lock").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
