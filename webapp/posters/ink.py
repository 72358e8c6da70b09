"""The colours and marks of posters: the style sheet's tokens, and the shapes that the map's marks have."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from geo import drawing
from webapp.statics import FOLDER

SHAPES = {
    "house": "M0 -14.5 13 -4.8 V12.5 H-13 V-4.8 Z",
    "square": "M-12.5 -12.5 H12.5 V12.5 H-12.5 Z",
    "circle": "M13.5 0 A13.5 13.5 0 0 1 -13.5 0 A13.5 13.5 0 0 1 13.5 0 Z",
    "diamond": "M0 -16.5 16.5 0 0 16.5 -16.5 0 Z",
}
"""As static/js/marks.js draws them, their middle at 0 0, in units of a mark of 28."""
TEXT_AT = {"house": 2.0}
"""How far below the middle a mark's character stands."""
HALF = 14.0
GOOSE = (
    "M1.5 25.5 7 22.8C9.2 20 12 18.6 14.6 18.2 11.4 14.2 8 9.3 6.6 4.2c6 2.7 11.3 8 14.4 13.6 3.2-.5 5.4-2.6 7.3-5.3 "
    "1.1-1.6 2.8-2 4.1-1.1L35 12.8l-3.4 1c-1 3.2-2.5 6.2-5 8.9-3.1 3.3-7.5 4.8-12.3 4.5-4.400-.2-8.5-.7-12.8-1.7Z"
)
GOOSE_WING = "M18.3 12.8C18.2 9.4 19.4 5.8 22 2.5c1 3.9 1 8-.3 12.400-.3.900-.7 1.6-1.2 2.2-.6-1.5-1.3-3-2.2-4.3Z"


@cache
def tokens() -> dict[str, str]:
    """Token -> colour of the light scheme, as static/css/tokens.css has them; short forms written out."""
    css = (FOLDER / "css" / "tokens.css").read_text(encoding="utf-8")
    light = css[css.index(":root{") : css.index("}")]
    return dict(re.findall(r"--([\w-]+):(#[0-9a-fA-F]{3,6})", light))


def colour(token: str) -> str:
    """The colour of a token."""
    return tokens()[token]


@cache
def shape(name: str) -> Any:
    """The outline of a mark; a layer without a mark of its own has a circle."""
    return drawing.drawn(SHAPES.get(name, SHAPES["circle"]))


@cache
def goose() -> tuple[Any, Any]:
    """The goose's body and wing, in a box of 36."""
    return drawing.drawn(GOOSE), drawing.drawn(GOOSE_WING)
