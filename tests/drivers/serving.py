"""An application of this process on a real port, for as long as somebody needs it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def serving(make_app: Callable[[str], Flask], host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serves the application that `make_app` builds for its own address, which is answered; on a free port if none is named."""
    server = make_server(host, port, Flask("not yet"), threaded=True)
    server.daemon_threads = True
    address = f"http://{host}:{server.server_port}"
    server.app = make_app(address)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
