"""One kept connection over HTTP/1.1 to a server on loopback, as light as a client in Python can be."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"
PATIENCE = 60.0


class Wire:
    """Asks one path after another; opens the connection anew when the server has closed it."""

    def __init__(self, port: int, packed: bool = False) -> None:
        self.port = port
        encoding = "Accept-Encoding: br\r\n" if packed else ""
        self.head = f"Host: {HOST}:{port}\r\nAccept: */*\r\nAccept-Language: zh\r\n{encoding}\r\n"
        self._socket: socket.socket | None = None
        self._kept = b""

    def ask(self, path: str) -> tuple[int, bytes]:
        """(status, body); OSError when the server is gone."""
        again = self._socket is not None
        try:
            return self._ask(path)
        except (ConnectionError, EOFError):
            self.close()
            if not again:
                raise
            return self._ask(path)

    @property
    def open(self) -> bool:
        """Whether there is a connection, as far as we know."""
        return self._socket is not None

    @property
    def own_port(self) -> int:
        """The client's end of the connection, by which its worker can be told."""
        return int(self._opened().getsockname()[1])

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._kept = None, b""

    def _opened(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self.port), PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _ask(self, path: str) -> tuple[int, bytes]:
        self._opened().sendall(f"GET {path} HTTP/1.1\r\n{self.head}".encode())
        status, fields = self._answer_head()
        if status in (204, 304):
            body = b""
        elif b"chunked" in fields.get(b"transfer-encoding", b""):
            body = self._chunks()
        else:
            body = self._take(int(fields.get(b"content-length", b"0")))
        if b"close" in fields.get(b"connection", b"").lower():
            self.close()
        return status, body

    def _answer_head(self) -> tuple[int, dict[bytes, bytes]]:
        first, *lines = self._until(b"\r\n\r\n").split(b"\r\n")
        pairs = (line.partition(b":") for line in lines)
        return int(first.split(b" ", 2)[1]), {name.lower(): value.strip() for name, _colon, value in pairs}

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            parts.append(self._take(size))
            self._take(2)
        self._until(b"\r\n")
        return b"".join(parts)

    def _until(self, end: bytes) -> bytes:
        while end not in self._kept:
            self._kept += self._receive()
        found, _end, self._kept = self._kept.partition(end)
        return found

    def _take(self, size: int) -> bytes:
        parts, missing = [self._kept], size - len(self._kept)
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        whole = b"".join(parts)
        self._kept = whole[size:]
        return whole[:size]

    def _receive(self) -> bytes:
        opened = self._opened()
        # Else a server that sends head and body apart waits 40 ms for our acknowledgement, and we would measure that.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = opened.recv(262_144)
        if not part:
            raise EOFError("the server hung up")
        return part


def once(port: int, path: str) -> tuple[int, bytes]:
    """Ask a single path on a connection of its own."""
    wire = Wire(port)
    try:
        return wire.ask(path)
    finally:
        wire.close()
