"""Outlines of areas as small SVG drawings: fitted into a box, with room for what is written in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

Size = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Fit:
    """How degrees (WGS 84) become the units of a drawing: equirectangular at the middle latitude, north up."""

    squeeze: float
    scale: float
    x0: float
    y0: float

    @classmethod
    def into(cls, box: Box, size: Size, margin: float = 0.5) -> Fit:
        """The fit of west, south, east, north (degrees) into a width and height, centred."""
        west, south, east, north = box
        squeeze = math.cos(math.radians((south + north) / 2))
        wide, high = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
        scale = min((size[0] - 2 * margin) / wide, (size[1] - 2 * margin) / high)
        x0 = (size[0] - wide * scale) / 2 - west * squeeze * scale
        return cls(squeeze, scale, x0, (size[1] - high * scale) / 2 + north * scale)

    def shape(self, shape: BaseGeometry, detail: float) -> BaseGeometry:
        """A shape in the drawing's units, simplified to `detail` of them."""
        move = (self.squeeze * self.scale, 0, 0, -self.scale, self.x0, self.y0)
        return affinity.affine_transform(shape, move).simplify(detail)


def around(shapes: Sequence[BaseGeometry]) -> Box:
    """West, south, east, north of all the shapes."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    return float(west), float(south), float(east), float(north)


def clipped(shape: BaseGeometry, size: Size) -> BaseGeometry:
    """The part of a shape that lies on a drawing, with a margin that hides the cut."""
    return shapely.make_valid(shape).intersection(shapely.box(-4, -4, size[0] + 4, size[1] + 4))


def path(shape: BaseGeometry) -> str:
    """The outer rings of a polygon or several as the `d` of an SVG path."""
    parts = getattr(shape, "geoms", [shape])
    outer = [part.exterior for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    rings = [shapely.get_coordinates(ring)[:-1].tolist() for ring in outer]
    return "".join("M" + "L".join([f"{x:.1f} {y:.1f}" for x, y in ring]) + "Z" for ring in rings)


def roomiest(shape: BaseGeometry) -> tuple[float, float]:
    """The middle of the largest circle that a polygon holds: where its name goes."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    if not parts:
        return shape.centroid.x, shape.centroid.y
    centre, _edge = shapely.maximum_inscribed_circle(max(parts, key=lambda part: part.area)).coords
    return float(centre[0]), float(centre[1])
