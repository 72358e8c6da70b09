"""What was typed into the form of the current request, as it may be kept."""

from __future__ import annotations

from flask import request

from layers.check import tidy


def line(name: str, longest: int = 200) -> str:
    """One line: trimmed, without control characters, "" when it is not there."""
    return " ".join(tidy(request.form.get(name, "")[: 4 * longest]).split())[:longest]


def secret(name: str) -> str:
    """A password exactly as it was typed."""
    return request.form.get(name, "")[:1000]
