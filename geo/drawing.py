"""A sheet to draw frames, symbols and text on, as PNG, PDF or SVG; the same drawing gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox, TransformedBbox

from geo import fonts

POINTS, MM = 72.0, 25.4
"""Points and millimetres in an inch."""
Dash = tuple[float, ...]
Align = Literal["left", "center", "right"]
Across = Literal["baseline", "center_baseline", "top"]
Mark = tuple[Outline, float, float, float]
"""An outline in its own units, where it stands (units of the sheet) and how large it is drawn."""
SETTINGS: Any = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,  # matplotlib 3.11 asks this one how many characters a PDF's font may have
    "svg.fonttype": "none",
    "svg.hashsalt": "sheet",
    "path.simplify": False,
    "font.family": [fonts.FAMILY],
}


class Sheet:
    """A page of `width` by `height` units, printed `mm` wide; x to the right, y down. Later lies above earlier."""

    def __init__(self, width: float, height: float, mm: float, ground: str) -> None:
        self.width, self.height = width, height
        inches = mm / MM
        self.point = inches * POINTS / width
        """Points in a unit."""
        self._figure = Figure(figsize=(inches, inches * height / width), facecolor=ground)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._axes.set_autoscale_on(False)
        self._order = 0
        self._texts: list[Text] = []
        self._clip: TransformedBbox | None = None

    def clip(self, box: tuple[float, float, float, float] | None) -> None:
        """Draw what follows inside left, top, right, bottom only; None: anywhere."""
        self._clip = None if box is None else TransformedBbox(Bbox([box[:2], box[2:]]), self._axes.transData)

    def _add(self, artist: Any) -> Any:
        self._order += 1
        artist.set_zorder(self._order)
        self._axes.add_artist(artist)
        artist.set_clip_path(None)
        artist.set_clip_box(self._clip)
        return artist

    def frame(self, shapes: Iterable[Any], *, fill: str = "none", edge: str = "none", width: float = 0.0,
              dash: Dash = (), alpha: float | None = None) -> None:  # fmt: skip
        """Polygons and lines of a frame's geometry column, in the sheet's units."""
        found = [outline(shape) for shape in shapes if not shape.is_empty]
        if found:
            self._paths(found, fill, edge, width, dash, alpha)

    def _paths(
        self, found: Sequence[Outline], fill: Any, edge: Any, width: float, dash: Dash, alpha: float | None
    ) -> None:
        style = (0, [part / width for part in dash]) if dash else "solid"
        self._add(
            PathCollection(
                found, facecolors=fill, edgecolors=edge, linewidths=width * self.point, linestyles=[style],
                alpha=alpha, joinstyle="round", capstyle="butt", transform=self._axes.transData,
            )
        )  # fmt: skip

    def marks(self, marks: Iterable[Mark], *, fill: str, edge: str = "none", width: float = 0.0, dash: Dash = (),
              alpha: float | None = None) -> None:  # fmt: skip
        """The same kind of mark in many places."""
        found = [Outline(np.asarray(o.vertices) * size + (x, y), o.codes) for o, x, y, size in marks]
        if found:
            self._paths(found, fill, edge, width, dash, alpha)

    def lines(self, lines: Iterable[Sequence[tuple[float, float]]], colour: str, width: float, dash: Dash = ()) -> None:
        """Open lines."""
        style = (0, [part / width for part in dash]) if dash else "solid"  # matplotlib counts dashes in widths
        found = [list(line) for line in lines]
        if found:
            self._add(
                LineCollection(
                    found, colors=colour, linewidths=width * self.point, linestyles=[style],
                    transform=self._axes.transData, capstyle="butt",
                )
            )  # fmt: skip

    def box(self, box: tuple[float, float, float, float], *, fill: str = "none", edge: str = "none",
            width: float = 0.0, dash: Dash = ()) -> None:  # fmt: skip
        """A rectangle of left, top, right, bottom."""
        self.frame([shapely.box(*box)], fill=fill, edge=edge, width=width, dash=dash)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        align: Align = "left",
        halo: str = "",
        across: Across = "baseline",
        turn: float = 0.0,
    ) -> float:
        """One line at its baseline (or its middle, `across="center_baseline"`); returns its width in units.

        A halo is an outline of its own below, since one drawn with the text would make an outline of the text too.
        """
        plain = fonts.writable(text, bold)
        if not plain:
            return 0.0
        for effects in ([Stroke(linewidth=0.28 * size * self.point, foreground=halo)], []) if halo else ([],):
            written = Text(
                x, y, plain, color=colour, fontsize=size * self.point, fontfamily=fonts.FAMILY,
                fontweight="bold" if bold else "normal", horizontalalignment=align, parse_math=False,
                verticalalignment=across, rotation=turn, path_effects=effects,
            )  # fmt: skip
            self._add(written)
            self._texts.append(written)
        return fonts.width(plain, bold) * size

    def _embed(self, faces: dict[bool, Path]) -> None:
        for text in self._texts:
            size = text.get_fontsize()
            text.set_fontproperties(FontProperties(fname=str(faces[text.get_fontweight() == "bold"])))
            text.set_fontsize(size)


def save(sheets: Sequence[Sheet], kind: str, pixels: int, title: str, day: dt.date | None = None) -> bytes:
    """The sheets as `pdf` (a page each), or the first as `png` (so many pixels wide) or `svg`.

    In a PDF and an SVG text stays text, in fonts that the file carries. MissingFont when the typeface is not installed.
    """
    made = io.BytesIO()
    figures = [sheet._figure for sheet in sheets]
    for bold in (False, True):
        fonts.face(bold)
    with rc_context(SETTINGS), tempfile.TemporaryDirectory() as folder:
        faces = _faces(sheets if kind == "pdf" else sheets[:1], Path(folder)) if kind != "png" else {}
        if kind == "pdf":
            for sheet in sheets:
                sheet._embed(faces)
            with PdfPages(made, metadata=_about(kind, title, day)) as pages:
                for figure in figures:
                    pages.savefig(figure)
        else:
            dpi = pixels / figures[0].get_figwidth() if kind == "png" else POINTS
            figures[0].savefig(made, format=kind, dpi=dpi, metadata=_about(kind, title, day))
        return _carrying(made.getvalue(), faces) if kind == "svg" else made.getvalue()


def _faces(sheets: Sequence[Sheet], folder: Path) -> dict[bool, Path]:
    """Font files with just the characters of the sheets, regular and bold."""
    texts = [text for sheet in sheets for text in sheet._texts]
    return {
        bold: fonts.truetype([t.get_text() for t in texts if (t.get_fontweight() == "bold") is bold], bold, folder)
        for bold in (False, True)
    }


def _carrying(svg: bytes, faces: dict[bool, Path]) -> bytes:
    """The SVG with its fonts inside it; programs that read no fonts from a file take one of the same name."""
    rules = "".join(
        f"@font-face{{font-family:'{fonts.FAMILY}';font-weight:{700 if bold else 400};"
        f"src:url(data:font/woff2;base64,{fonts.packed(path)}) format('woff2')}}"
        for bold, path in faces.items()
    )
    before, style, after = svg.partition(b'<style type="text/css">')
    whole = before + style + rules.encode() + after
    named = f"font-family: '{fonts.FAMILY}'"
    return whole.replace(named.encode(), f"{named}, {fonts.INSTEAD}".encode())


def outline(shape: Any) -> Outline:
    """A geometry's rings and lines as one outline."""
    parts = [_line(line) for part in shapely.get_parts(shape) for line in _rings(part)]
    return Outline.make_compound_path(*parts) if parts else Outline([(0.0, 0.0)], [Outline.MOVETO])


def _rings(part: Any) -> list[Any]:
    if part.geom_type == "Polygon":
        return [part.exterior, *part.interiors]
    return [part] if part.geom_type in ("LineString", "LinearRing") else []


def _line(line: Any) -> Outline:
    return Outline(shapely.get_coordinates(line), closed=line.geom_type == "LinearRing")


def drawn(d: str) -> Outline:
    """An outline from the `d` of an SVG path."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path

    pen = RecordingPen()
    parse_path(d, pen)
    codes = {"moveTo": Outline.MOVETO, "lineTo": Outline.LINETO, "curveTo": Outline.CURVE4, "qCurveTo": Outline.CURVE3}
    points: list[tuple[float, float]] = []
    kinds: list[Any] = []
    for name, given in pen.value:
        if name == "closePath":
            points.append(points[-1])
            kinds.append(Outline.CLOSEPOLY)
        elif name in codes:
            points += given
            kinds += [codes[name]] * len(given)
    return Outline(points, kinds)


def _about(kind: str, title: str, day: dt.date | None) -> dict[str, Any]:
    """What a file says of itself: its title and the day that it was given, never the clock."""
    if kind == "png":
        return {"Software": None, "Title": title}
    if kind == "svg":
        return {"Date": day.isoformat() if day else None, "Creator": None, "Title": title}
    moment = dt.datetime.combine(day, dt.time(12), dt.timezone(dt.timedelta(hours=8))) if day else None
    return {"Title": title, "CreationDate": moment, "Creator": None, "Producer": None}
