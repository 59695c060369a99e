"""The package servers of a lab as one process; its folder, address and port are its arguments.

It needs nothing but Python's own library, so it can run in a network namespace by itself. Parts of
files are answered as parts, so that a download goes on where it ended.
"""

import re
import sys
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Handler(SimpleHTTPRequestHandler):
    """Answers for the files of one folder."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer with a part of a file where one is asked for."""
        wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if wanted is None or not path.is_file():
            return super().send_head()
        content = path.read_bytes()
        first, last = int(wanted[1]), int(wanted[2] or len(content) - 1)
        if first >= len(content):
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        part = content[first : last + 1]
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        end = first + len(part) - 1
        self.send_header("Content-Range", f"bytes {first}-{end}/{len(content)}")
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.end_headers()
        return BytesIO(part)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: nobody reads it."""


def main(folder: str, address: str, port: str) -> None:
    """Serve until the process is ended."""

    class Here(Handler):
        def __init__(self, *words: object) -> None:
            super().__init__(*words, directory=folder)  # type: ignore[arg-type]

    ThreadingHTTPServer((address, int(port)), Here).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
