"""A bank that is served, and a browser to look at it; also the pictures in docs/screenshots.

`python tests/browsing.py --write` takes the pictures anew. The browser is Debian's: none is
ever downloaded.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
PICTURES = ROOT / "docs" / "screenshots"
WIDE, NARROW = 1280, 390
TALLEST = 1600
PATIENCE_S = 60

ASKED = "disagreement with architect"
STORY = "anselms-single-stream"
QUESTION = "leadership-mindset/how-do-you-handle-disagreements-with-architects-or-team"
# our pages, each as a person comes to it
PAGES = {
    "home": "/",
    "match": "/-/match?" + urlencode({"q": ASKED}),
    "story": f"/-/story/{STORY}?" + urlencode({"q": ASKED}),
    "question": f"/-/question/{QUESTION}",
    "map": "/-/map",
}
IN_DARK = ("match", "story")


def free_port(host: str) -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as found:
        found.bind((host, 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(
    folder: Path, environment: Mapping[str, str], said: Path, host: str = "127.0.0.1"
) -> Iterator[str]:
    """The address of `kb serve` over a workspace; what it prints goes to the file `said`."""
    port = free_port(host)
    command = [sys.executable, "-m", "kb", "-w", str(folder), "serve"]
    command += ["--host", host, "--port", str(port), "--allow-host", host]
    with (
        said.open("w", encoding="utf-8") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process,
    ):
        try:
            _wait_for((host, port), process, said)
            yield f"http://{host}:{port}"
        finally:
            process.terminate()


def _wait_for(address: tuple[str, int], process: subprocess.Popen[bytes], said: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"kb serve did not start:\n{said.read_text('utf-8')}")


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium, which asks for nothing by itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        try:
            yield browser
        finally:
            browser.close()


def write() -> None:
    """Take every picture anew, of a bank with the samples."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "stories"
        environment = {**os.environ, "XDG_STATE_HOME": f"{name}/state"}
        for words in (["init", str(folder), "--with-samples"], ["-w", str(folder), "build"]):
            subprocess.run(
                [sys.executable, "-m", "kb", *words], env=environment, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        with serving(folder, environment, Path(name) / "said") as site, browsing() as browser:
            for page in PAGES:
                for dark in (False, True) if page in IN_DARK else (False,):
                    for width in (WIDE, NARROW):
                        _take(browser, site, page, width, dark)


def _take(browser: Browser, site: str, name: str, width: int, dark: bool) -> None:
    with browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    ) as context:
        page = context.new_page()
        answer = page.goto(site + PAGES[name])
        assert answer is not None
        assert answer.ok or answer.status == 503, name
        if name == "match":
            page.wait_for_selector(".kb-match")  # the model opens at the first question
        tall = int(page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": width, "height": min(max(tall, 800), TALLEST)})
        path = PICTURES / f"{name}-{width}{'-dark' if dark else ''}.png"
        page.screenshot(path=path)
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/browsing.py --write")
    write()
