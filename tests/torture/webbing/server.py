"""`kb serve` as a process that is watched: what it prints, what it weighs, whether it lives."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120
MIB = 1024


@dataclass(slots=True)
class Server:
    """A server that runs. said: the file its output goes to."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    said: Path
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = PATIENCE_S,
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers in lower case, body)."""
        link = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            link.request(method, path, body=body, headers={**self.headers, **(headers or {})})
            answer = link.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )
        finally:
            link.close()

    def lives(self) -> bool:
        """Whether it still answers its home page."""
        if self.process.poll() is not None:
            return False
        try:
            return self.ask("/")[0] in {200, 302, 403}
        except OSError:
            return False

    def memory(self) -> float:
        """What it holds of memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / MIB if found else 0.0

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def words(self) -> list[str]:
        """What it has printed but for its greeting."""
        lines = self.said.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if not line.startswith(("Your stories are", "Log in as"))]

    def wake(self) -> None:
        """Wait until the model is open."""
        end = time.monotonic() + PATIENCE_S
        while self.ask("/-/match.json?q=architect")[0] != 200:
            assert time.monotonic() < end, self.words()
            time.sleep(0.2)


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as found:
        found.bind((host, 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(
    folder: Path, said: Path, *options: str, host: str = "127.0.0.1", **environment: str
) -> Iterator[Server]:
    """`kb serve` over a built workspace, once it answers."""
    port = free_port(host)
    command = [sys.executable, "-m", "kb", "-w", str(folder), "serve", "--host", host]
    command += ["--port", str(port), *options]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KB_")}
    with said.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**kept, **environment}, stdin=subprocess.DEVNULL,
            stdout=out, stderr=out,
        )  # fmt: skip
    server = Server(process, host, port, said, {"Host": f"{host}:{port}"})
    try:
        _wait_for(server)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()


def _wait_for(server: Server) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and server.process.poll() is None:
        try:
            server.ask("/", timeout=10)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"kb serve did not start: {server.said.read_text('utf-8')}")


def built(folder: Path, *init: str) -> Path:
    """A workspace by `kb init`, built where it was not."""
    if not folder.exists():
        kb(folder.parent, "init", str(folder), *init)
    kb(folder, "-w", str(folder), "build")
    return folder


def kb(cwd: Path, *words: str) -> None:
    """A command of kb, which must succeed or find problems only."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KB_")}
    done = subprocess.run(
        [sys.executable, "-m", "kb", *words], cwd=cwd, capture_output=True, text=True, check=False,
        env={**kept, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode in {0, 1}, f"kb {' '.join(words)}: {done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="")
