"""`kb serve`, whole: a server of its own, asked over the network as a browser would."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kb import store
from tests.conftest import Kb
from tests.sites import Page

pytestmark = pytest.mark.model

PATIENCE_S = 120  # the machine may be busy
TITLE = "Anselm's single stream"
STORY = "anselms-single-stream"
ASKED = "/-/match.json?q=disagreement+with+an+architect"


class Server:
    """A server that runs: where it says it is, and a browser that asks it."""

    def __init__(self, process: subprocess.Popen[str], address: str, said: list[str]) -> None:
        self.process = process
        self.address = address
        self.said = said
        self.browser = httpx.Client(
            base_url=address,
            headers={"origin": address, "accept": "text/html"},
            trust_env=False,
            timeout=PATIENCE_S,
        )

    def get(self, path: str) -> httpx.Response:
        return self.browser.get(path)

    def end(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Its exit status, and what it printed since is in `said`."""
        self.process.send_signal(sent)
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        self.said += rest.splitlines()
        return self.process.returncode


def free_port(host: str = "127.0.0.1") -> str:
    with socket.socket() as found:
        found.bind((host, 0))
        return str(found.getsockname()[1])


@contextmanager
def serving(kb: Kb, *options: str, **environment: str) -> Iterator[Server]:
    """`kb serve` with these options, on a port of its own, once it listens."""
    command = [sys.executable, "-m", "kb", "serve", "--port", free_port(), *options]
    process = subprocess.Popen(
        command, cwd=kb.folder, env={**kb.environment, **environment}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        said: list[str] = []
        for line in process.stderr:
            said.append(line.rstrip())
            found = re.search(r"Your stories are at (http://\S+)/ ", line)
            if found:
                break
        else:
            raise AssertionError(f"it did not start: {said}")
        server = Server(process, found[1], said)
        with server.browser:
            yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(server: Server, path: str, text: str) -> None:
    """Until a page shows the text."""
    end = time.monotonic() + PATIENCE_S
    while text not in server.get(path).text:
        assert time.monotonic() < end, f"{path} never showed {text!r}: {server.said}"
        time.sleep(0.2)


# --- what it refuses


def test_a_port_that_is_taken_is_one_sentence(samples: Kb) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = samples("serve", "--port", str(port), code=2)
    assert refused.stdout == ""
    (line,) = refused.stderr.splitlines()
    assert f"nothing can be served on 127.0.0.1 port {port}" in line
    assert f"kb serve --port {port + 1}" in line


def test_an_address_that_is_not_this_machines_is_one_sentence(samples: Kb) -> None:
    samples.environment["KB_PASSWORD"] = "tea"
    for host in ("192.0.2.1", "no.such.name.invalid"):
        refused = samples("serve", "--host", host, "--port", free_port(), code=2)
        assert f"nothing can be served on {host}" in refused.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "127.0.0.2"])
def test_other_machines_may_ask_only_with_a_password(samples: Kb, host: str) -> None:
    refused = samples("serve", "--host", host, "--port", free_port(), code=2)
    (line,) = refused.stderr.splitlines()
    assert f"listening on {host} lets other machines ask" in line
    assert "KB_PASSWORD" in line


def test_without_an_index_there_is_nothing_to_serve(kb: Kb) -> None:
    kb("init", ".")
    refused = kb("serve", "--port", free_port(), code=1)
    assert refused.stderr == "kb: there is no index yet. Run: kb build\n"


# --- what it serves


def test_it_serves_the_bank_and_stops_when_told_to(samples: Kb) -> None:
    with serving(samples) as server:
        home = Page(server.get("/").text)
        assert TITLE in home.text
        assert server.get(ASKED).json()["stories"][0]["id"] == STORY
        found = Page(server.get("/-/match?q=disagreement+with+an+architect").text)
        assert f"/-/story/{STORY}?q=disagreement+with+an+architect" in found.links()
        assert server.get("/-/story/nobody").status_code == 404
        assert server.get("/kb/stories?_facet=nothing").status_code == 400
        port = int(server.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(b"this is no HTTP\r\n\r\n")
            assert link.recv(100).startswith(b"HTTP/1.1 400 ")
        assert server.get("/-/login").status_code == 404  # there is nothing to log in to
        assert "Log in" not in server.get("/kb").text
        elsewhere = server.browser.get("/", headers={"host": "evil.example"})
        assert elsewhere.status_code == 421
        assert "server" not in elsewhere.headers
        assert server.end() in {0, 130}
    assert len(server.said) == 1, server.said  # not a word but for the address


def test_it_ends_quietly_when_it_is_terminated(samples: Kb) -> None:
    with serving(samples, "--watch") as server:
        assert server.get("/").status_code == 200
        assert server.end(signal.SIGTERM) in {0, 143, -signal.SIGTERM}
    assert "Traceback" not in "\n".join(server.said)


def test_a_pin_on_a_page_is_the_commands_pin(samples: Kb) -> None:
    asked = "a page that shows which seats are free"
    with serving(samples) as server:
        wait_until(server, f"/-/match?q={asked}", "It answers this")  # the model is open
        page = Page(server.get(f"/-/match?q={asked}").text)
        sent = {**page.form("/-/pin"), "story": "tariq-at-four-oclock", "word": "yes"}
        answer = server.browser.post("/-/pin", data=sent)
        assert answer.status_code == 303
        again = Page(server.get(answer.headers["location"]).text)
        assert "You pinned it to this question" in again.text
    first = samples.json("match", asked)["stories"][0]
    assert (first["id"], first["pinned"]) == ("tariq-at-four-oclock", True)


def test_nobody_writes_queries_or_takes_the_file_unless_that_is_asked_for(samples: Kb) -> None:
    query = "/kb.json?sql=select+title+from+stories&_shape=arrayfirst"
    with serving(samples) as server:
        assert server.get(query).status_code == 403
        assert server.get("/kb.db").status_code == 403
        assert server.get("/kb/stories?_where=1").status_code == 403
        assert server.get("/kb/old-stories").status_code == 200  # a saved one
        assert "Custom SQL" not in server.get("/kb").text
    with serving(samples, "--sql") as server:
        assert TITLE in server.get(query).json()
        assert server.get("/kb.db").status_code == 403
        assert server.get("/-/index.db").status_code == 403


def test_the_whole_index_is_given_where_that_is_asked_for(samples: Kb) -> None:
    with serving(samples, "--download") as server:
        assert server.get("/kb.db").status_code == 403
        body = server.get("/-/index.db").content
        assert "/-/index.db" in server.get("/").text
    copy = samples.folder / "copy.db"
    copy.write_bytes(body)
    with store.open_index(copy) as reader:
        assert len(reader.story_ids()) == 14


def test_a_story_that_is_saved_is_shown(samples: Kb) -> None:
    path = samples.folder / "personal" / "samples" / f"{STORY}.md"
    with serving(samples, "--watch") as server:
        assert TITLE in Page(server.get("/").text).text
        # saved until it is seen, since nothing says when the watching begins
        text = path.read_text("utf-8").replace(TITLE, "Two streams")
        end = time.monotonic() + PATIENCE_S
        while "Two streams" not in server.get("/").text:
            assert time.monotonic() < end, server.said
            path.write_text(text, "utf-8")
            time.sleep(1)
        wait_until(server, f"/-/story/{STORY}", "Two streams")
        path.write_bytes(b"---\ntitle: Caf\xe9\n---\n")
        wait_until(server, f"/-/story/{STORY}", "Its file could not be read since")
        assert server.get("/").status_code == 200
        assert server.end() in {0, 130}
    assert "Traceback" not in "\n".join(server.said)
    built = [line for line in server.said if "Built again: 1 changed, " in line]
    assert len(built) == 1, server.said  # a save of the same text is no news
    assert re.fullmatch(r"\d\d:\d\d:\d\d Built again: [^!]+\d s\.", built[0])


def test_a_build_beside_it_is_shown(samples: Kb) -> None:
    with serving(samples) as server:
        assert server.get(ASKED).json()["stories"][0]["id"] == STORY
        (samples.folder / "personal" / "samples" / f"{STORY}.md").unlink()
        samples("build")
        assert STORY not in {s["id"] for s in server.get(ASKED).json()["stories"]}
        assert server.get(f"/-/story/{STORY}").status_code == 404


# --- behind a password


def test_with_a_password_one_logs_in_first(samples: Kb) -> None:
    options = ("--host", "127.0.0.2")
    with serving(samples, *options, KB_PASSWORD="tea and biscuits") as server:
        assert server.said[0] == "Log in as kb."
        assert server.address.startswith("http://127.0.0.2:")  # and that address is answered
        for path in ("/", "/kb/stories", "/nothing"):
            asked = server.get(path)
            assert (asked.status_code, asked.headers["location"]) == (302, "/-/login")
        for path in ("/kb.json", "/-/static/app.css", ASKED):
            assert server.browser.get(path, headers={"accept": "*/*"}).status_code == 403
        login = Page(server.get("/-/login").text)
        form = login.form("/-/login")
        wrong = server.browser.post(
            "/-/login", data={**form, "username": "kb", "password": "coffee"}
        )
        assert "Invalid username or password" in wrong.text
        assert server.get("/").status_code == 302
        right = {**form, "username": "kb", "password": "tea and biscuits"}
        abroad = server.browser.post(
            "/-/login", data=right, headers={"origin": "http://evil.example"}
        )
        assert abroad.status_code == 403
        entered = server.browser.post("/-/login", data=right)
        assert (entered.status_code, entered.headers["location"]) == (302, "/")
        assert TITLE in Page(server.get("/").text).text
        assert server.get("/-/static/app.css").status_code == 200
        assert server.get(ASKED).json()["stories"][0]["id"] == STORY
        assert server.end() in {0, 130}
    assert "tea and biscuits" not in "\n".join(server.said)


def test_an_allowed_name_is_answered_and_no_other(samples: Kb) -> None:
    with serving(samples, "--allow-host", "laptop.local", "--allow-host", "") as server:
        for host, status in (
            ("laptop.local", 200), ("localhost", 200), ("", 421), ("laptop.example", 421),
        ):  # fmt: skip
            assert server.browser.get("/", headers={"host": host}).status_code == status


def test_on_every_address_the_one_it_names_is_answered(samples: Kb) -> None:
    with serving(samples, "--host", "0.0.0.0", KB_PASSWORD="tea") as server:
        name = server.address.removeprefix("http://")
        assert name.startswith(f"{socket.gethostname()}:")
        here = f"http://127.0.0.1:{name.rpartition(':')[2]}/-/login"
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as browser:
            for host, status in ((name, 200), ("127.0.0.1", 200), ("0.0.0.0", 421)):
                assert browser.get(here, headers={"host": host}).status_code == status


@pytest.mark.skipif(not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists(),
                    reason="this machine has no IPv6")  # fmt: skip
def test_the_other_loopback_has_brackets_in_its_address(samples: Kb) -> None:
    with serving(samples, "--host", "::1") as server:
        assert server.address.startswith("http://[::1]:")
        assert TITLE in Page(server.get("/").text).text


def test_the_environment_of_the_tests_holds_no_password() -> None:
    assert not [name for name in os.environ if name.startswith("KB_PASSWORD")]
