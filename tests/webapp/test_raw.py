"""What only a socket can send: the server itself answers with a status of the client's fault, and goes on."""

from __future__ import annotations

import contextlib
import socket

import pytest

from tests.webapp.test_outage import Site, site

__all__ = ["site"]
HOST = b"Host: localhost\r\n"
END = b"Connection: close\r\n\r\n"
LONG = b"a" * 20_000
REFUSED = (400, 404, 405, 408, 411, 413, 414, 415, 431, 501)
"""All but 501 are the client's fault; that one says that no server knows the method."""
SENT = {
    "a NUL in the path": b"GET /projects/\0 HTTP/1.1\r\n" + HOST + END,
    "a NUL in the question": b"GET /projects?q=\0 HTTP/1.1\r\n" + HOST + END,
    "half a surrogate in the path": b"GET /projects/\xed\xa0\x80 HTTP/1.1\r\n" + HOST + END,
    "half a surrogate in the question": b"GET /projects?q=\xed\xa0\x80 HTTP/1.1\r\n" + HOST + END,
    "bytes that are no UTF-8": b"GET /projects?area=\xff\xfe HTTP/1.1\r\n" + HOST + END,
    "a parameter of 20 kB": b"GET /projects?q=" + LONG + b" HTTP/1.1\r\n" + HOST + END,
    "a path of 20 kB": b"GET /" + LONG + b" HTTP/1.1\r\n" + HOST + END,
    "a header of 100 kB": b"GET /projects HTTP/1.1\r\n" + HOST + b"X-Long: " + LONG * 5 + b"\r\n" + END,
    "500 headers": b"GET /projects HTTP/1.1\r\n" + HOST + b"X-Many: 1\r\n" * 500 + END,
    "an id beyond 2^63": b"GET /projects/9223372036854775808 HTTP/1.1\r\n" + HOST + END,
    "a method of its own": b"BREW /projects HTTP/1.1\r\n" + HOST + END,
    "no host": b"GET /projects HTTP/1.1\r\n" + END,
    "two hosts": b"GET /projects HTTP/1.1\r\n" + HOST + b"Host: elsewhere.example\r\n" + END,
    "a line that is none": b"projects, please\r\n\r\n",
    "a version that is none": b"GET /projects HTTP/9.9\r\n" + HOST + END,
    "a length below nothing": b"POST /tally HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n" + END,
    "two lengths": b"POST /tally HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n" + END + b"ab",
    "a length and pieces": b"POST /tally HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n" + END + b"0\r\n\r\n",
    "pieces of no size": b"POST /tally HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" + END + b"zz\r\n",
    "a body that is too long": b"POST /tally HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n" + END,
    "an encrypted hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "a space in the name of a header": b"GET /projects HTTP/1.1\r\n" + HOST + b"X Bad: 1\r\n" + END,
}  # fmt: skip


def answered(port: int, sent: bytes) -> int | None:
    """The status that is answered, None when the connection is only closed."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        said = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while len(said) < 16 and (more := connection.recv(4096)):
                said += more
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/") else None


@pytest.mark.parametrize("what", SENT)
def test_it_is_refused_and_the_next_one_is_answered(what: str, site: Site) -> None:
    status = answered(site.port, SENT[what])
    assert status is None or status in (200, *REFUSED), what
    assert site.get("/healthz")[0] == 200


def test_whoever_sends_nothing_keeps_nobody_from_being_answered(site: Site) -> None:
    with contextlib.ExitStack() as open_:
        silent = [open_.enter_context(socket.create_connection(("127.0.0.1", site.port), 20)) for _n in range(60)]
        for connection in silent[::2]:
            connection.sendall(b"GET /projects HTTP/1.1\r\n")
        assert site.get("/projects")[0] == 200
