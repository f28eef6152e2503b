"""Many readers at once, and readers who send a byte a second."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field

from tests.torture.webbing.server import Server

CLIENTS = 50
SLOW = 200
WAIT_S = 120


@dataclass(slots=True)
class Told:
    """What a run came to. times: of each kind of page, in seconds. faults: what went wrong."""

    seconds: float
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    @property
    def answers(self) -> int:
        return sum(map(len, self.times.values()))

    def line(self) -> str:
        """Figures in one line."""
        every = [one for some in self.times.values() for one in some]
        return (
            f"{self.answers} answers in {self.seconds:.0f} s, p50 {part(every, 50) * 1000:.0f} ms, "
            f"p99 {part(every, 99) * 1000:.0f} ms, {len(self.faults)} errors"
        )


def part(times: list[float], percent: int) -> float:
    """A percentile."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


async def _ask(
    server: Server, path: str, link: list[asyncio.StreamReader | asyncio.StreamWriter]
) -> int:
    """The status of an answer, over a link that is kept as a browser keeps it."""
    if not link:
        link += await asyncio.open_connection(server.host, server.port, limit=1 << 24)
    reader, writer = link
    assert isinstance(reader, asyncio.StreamReader)
    assert isinstance(writer, asyncio.StreamWriter)
    host = f"{server.host}:{server.port}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in fields:
        await reader.readexactly(int(fields[b"content-length"]))
    elif fields.get(b"transfer-encoding") == b"chunked":
        while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    return int(head.split(b" ", 2)[1])


async def _client(
    server: Server, paths: dict[str, list[str]], end: float, told: Told, seed: int
) -> None:
    draw = random.Random(seed)
    link: list[asyncio.StreamReader | asyncio.StreamWriter] = []
    kinds = list(paths)
    while time.monotonic() < end:
        kind = draw.choice(kinds)
        path = draw.choice(paths[kind])
        began = time.monotonic()
        try:
            status = await asyncio.wait_for(_ask(server, path, link), WAIT_S)
        except (OSError, EOFError, TimeoutError) as error:
            told.faults.append(f"{path}: {error!r}")
            link.clear()
            continue
        told.times[kind].append(time.monotonic() - began)
        if status != 200:
            told.faults.append(f"{path}: {status}")
    for one in link:
        if isinstance(one, asyncio.StreamWriter):
            one.close()


def many(server: Server, paths: dict[str, list[str]], seconds: float, seed: int) -> Told:
    """CLIENTS at once for a while, each asking for one page after another."""
    told = Told(seconds)

    async def all_of_them() -> None:
        end = time.monotonic() + seconds
        await asyncio.gather(
            *(_client(server, paths, end, told, seed + number) for number in range(CLIENTS))
        )

    began = time.monotonic()
    asyncio.run(all_of_them())
    told.seconds = time.monotonic() - began
    return told


SLOWLY = (
    "GET /-/match?q=architect HTTP/1.1\r\nHost: {host}\r\nX-Slow: " + "a" * 4000,
    "POST /-/pin HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
    + "a"
    * 4000,
)


async def _drip(server: Server, number: int, end: float, cut: list[float]) -> None:
    """A request of which a byte comes each second; notes when the server ended it."""
    text = SLOWLY[number % 2].format(host=f"{server.host}:{server.port}").encode()
    head = text.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if number % 2 else b""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    began = time.monotonic()
    writer.write(head)
    for byte in text[len(head) :]:
        if time.monotonic() > end:
            break
        writer.write(bytes([byte]))
        try:
            got = await asyncio.wait_for(reader.read(1), 1)
        except TimeoutError:
            continue
        except ConnectionError:
            got = b""
        if not got:
            cut.append(time.monotonic() - began)
            break
    writer.close()


@dataclass(slots=True)
class Slowly:
    """What came of many slow clients. cut: how long those that were ended had been let wait."""

    told: Told
    cut: list[float]
    memory: float


def slow(server: Server, path: str, seconds: float, clients: int = SLOW) -> Slowly:
    """Slow clients for a while, and one that asks as ever, from the moment all are there."""
    found = Slowly(Told(seconds), [], 0.0)

    async def asking(end: float) -> None:
        link: list[asyncio.StreamReader | asyncio.StreamWriter] = []
        await asyncio.sleep(2)
        while time.monotonic() < end:
            began = time.monotonic()
            try:
                status = await asyncio.wait_for(_ask(server, path, link), WAIT_S)
            except (OSError, EOFError, TimeoutError) as error:
                found.told.faults.append(repr(error))
                link.clear()
                continue
            found.told.times[path].append(time.monotonic() - began)
            if status != 200:
                found.told.faults.append(str(status))
            found.memory = max(found.memory, server.memory())
            await asyncio.sleep(0.2)

    async def all_of_them() -> None:
        end = time.monotonic() + seconds
        dripping = [_drip(server, number, end, found.cut) for number in range(clients)]
        results = await asyncio.gather(asking(end), *dripping, return_exceptions=True)
        refused = [
            one for one in results if isinstance(one, Exception) and not isinstance(one, OSError)
        ]
        found.told.faults += [repr(one) for one in refused]

    asyncio.run(all_of_them())
    return found
