"""Amazon S3 on this machine for tests: moto's server, and one that answers whatever a test wants."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

BUCKET: Final = "handshake-importer-uploads"
PREFIX: Final = "importer-production-valmont"
KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAINVENTED",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def allow_loopback(patch: pytest.MonkeyPatch) -> None:
    """Let sockets connect to this machine, and nowhere else."""
    refuse = socket.socket.connect
    real = super(socket.socket, socket.socket).connect

    def connect(one: socket.socket, address: Any) -> None:  # noqa: ANN401 - as the library has it
        if one.family == socket.AF_INET and address[0] in {"127.0.0.1", "localhost"}:
            real(one, address)
        else:
            refuse(one, address)

    patch.setattr(socket.socket, "connect", connect)


class Bucket:
    """Handshake's bucket at a server."""

    def __init__(self, url: str) -> None:
        """Make it."""
        resource = boto3.resource("s3", region_name="us-east-1", endpoint_url=url)
        self._bucket = resource.create_bucket(Bucket=BUCKET)
        self._client = resource.meta.client

    def files(self) -> dict[str, bytes]:
        """Return what lies in it, by key."""
        return {one.key: one.get()["Body"].read() for one in self._bucket.objects.all()}

    def clear(self) -> None:
        self._bucket.objects.all().delete()

    def close(self) -> None:
        self.clear()
        self._client.close()


class Answer(NamedTuple):
    """What a server answers to one request; `closes` it does not answer at all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    closes: bool = False
    reads: bool = True
    """Whether it reads the body before."""


def refusal(code: str, status: int, more: str = "") -> Answer:
    """Return an error as Amazon S3 words it."""
    return Answer(status, f"<Error><Code>{code}</Code><Message>no</Message>{more}</Error>".encode())


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Scripted(NamedTuple):
    """A server that gives its answers one after the other, the last one again and again."""

    url: str
    asked: list[Asked]


@contextmanager
def answering(*answers: Answer) -> Iterator[Scripted]:
    """Run a server that gives these answers."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            answer = answers[min(len(asked), len(answers) - 1)]
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if answer.reads else b""
            asked.append(Asked(self.command, self.path, dict(self.headers), body))
            if answer.closes:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_PUT = do_HEAD = do_GET = do_POST = do_CONNECT = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Scripted(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
