"""A map service on this machine: tiles of one colour, and a list of what was asked for."""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
#: What its tiles look like.
COLOUR = (120, 200, 160)


@dataclass
class TileServer:
    """Where the service is, and the paths that were asked for."""

    origin: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"{self.origin}/tiles/{{z}}/{{x}}/{{y}}.png"


def picture(side: int = 256) -> bytes:
    """Return a PNG of one colour."""
    rows = (b"\0" + bytes(COLOUR) * side) * side
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@contextmanager
def serving() -> Iterator[TileServer]:
    """Serve tiles on a free port of this machine."""
    state = TileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            content = picture()
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        state.origin = f"http://{HOST}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield state
        server.shutdown()
        thread.join()
