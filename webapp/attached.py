"""A file that a browser saves under a name of its own, Chinese or not."""

from __future__ import annotations

import io

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attached(content: bytes, name: str, type_: str = XLSX) -> Response:
    """The answer that is saved as `name` (RFC 6266)."""
    return send_file(io.BytesIO(content), type_, as_attachment=True, download_name=name, etag=False)
