"""Put on the path of a process under test: nothing is asked of any other machine.

What was tried is noted in the file that KB_TEST_REACHED names, and refused.
"""

import os
import socket
from typing import Any

_HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


def _refuse(what: str) -> None:
    with open(os.environ["KB_TEST_REACHED"], "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(what + "\n")
    raise OSError(f"the network is cut off: {what}")


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _HERE:
        _refuse(f"connect {address!r}")


def _guarded(name: str, place: int = 0) -> None:
    whole = getattr(socket.socket, name)

    def guarded(self: socket.socket, *args: Any) -> Any:
        _check(self, args[place])
        return whole(self, *args)

    setattr(socket.socket, name, guarded)


def _names(host: Any, *args: Any, **more: Any) -> Any:
    if host not in _HERE:
        _refuse(f"look up {host!r}")
    return _getaddrinfo(host, *args, **more)


_getaddrinfo = socket.getaddrinfo
socket.getaddrinfo = _names
_guarded("connect")
_guarded("connect_ex")
_guarded("sendto", -1)
