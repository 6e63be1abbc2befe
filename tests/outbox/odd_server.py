"""An HTTP server for tests that answers as a hostile one might: with a redirect into the house,
or without end."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class OddServer:
    """`asked`: the paths, in order; `sent`: bytes of the endless answer that were taken."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sent = 0
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                odd.asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                odd.answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"

    def answer(self, line: Any) -> None:
        is_endless = line.path == "/endless"
        line.send_response(200 if is_endless else 302)
        if not is_endless:
            line.send_header("Location", f"http://{self.host}/inside")
            line.send_header("Content-Length", "0")
        line.end_headers()
        with contextlib.suppress(OSError):
            while is_endless and self.sent < 1 << 28:
                self.sent += line.wfile.write(b"x" * 65536)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
