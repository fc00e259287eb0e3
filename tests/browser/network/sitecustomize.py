"""The hosts file of the cross-site tests: every name under .test is this machine. Python reads this when it starts."""

import socket
from typing import Any

_ask_the_system = socket.getaddrinfo


def _resolve(host: Any, *rest: Any, **more: Any) -> Any:
    here = isinstance(host, str) and host.endswith(".test")
    return _ask_the_system("127.0.0.1" if here else host, *rest, **more)


socket.getaddrinfo = _resolve
