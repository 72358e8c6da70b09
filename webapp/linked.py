"""Places and areas as schema.org describes them (JSON-LD), for search engines and other machines."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from layers.areas import Area
from layers.base import Precision
from layers.layer import Layer
from webapp import db
from webapp.present import offered_name, offered_summary, place_url

KINDS = {"station": "TrainStation", "airport": "Airport"}
LAYERS = {"services": "GovernmentOffice", "towns": "AdministrativeArea"}


def place(layer: Layer, row: Any) -> dict[str, Any]:
    """A place; its position as a point only when it is known as one, as a circle when only its township is."""
    kind = KINDS.get(getattr(row, "kind", None) or "", LAYERS.get(layer.key, "Place"))
    told = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": _base() + place_url(layer, row),
        "url": _base() + place_url(layer, row),
        "name": offered_name(row),
        "alternateName": row.name if offered_name(row) != row.name else None,
        "description": offered_summary(row) or None,
        "photo": [f"{_base()}{url_for('photos.shown', digest=key)}" for key in row.photos or []],
        "telephone": row.phone or row.backup_phone,
        "address": _address(row.area),
        "geo": _position(row),
        "dateModified": row.verified.isoformat() if row.verified else None,
        "expires": row.valid_until.isoformat() if row.valid_until else None,
        "provider": {"@type": "GovernmentOrganization", "name": row.office} if row.office else None,
    }
    return {name: value for name, value in told.items() if value}


def area(found: Area) -> dict[str, Any]:
    """An area with its code (GB/T 2260) and what it lies in."""
    above = db.areas().path(found.code)[:-1]
    told = {
        "@context": "https://schema.org",
        "@type": "AdministrativeArea",
        "url": f"{_base()}/areas/{found.code}",
        "name": found.name,
        "alternateName": found.name_en,
        "identifier": {"@type": "PropertyValue", "propertyID": "GB/T 2260", "value": found.code},
        "containedInPlace": {"@type": "AdministrativeArea", "name": above[-1].name} if above else None,
    }
    return {name: value for name, value in told.items() if value}


def _base() -> str:
    base: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return base


def _address(code: str) -> dict[str, str]:
    names = [part.name for part in db.areas().path(code)]
    region, city, rest = "".join(names[:1]), "".join(names[1:2]), "".join(names[2:])
    parts = {"addressRegion": region, "addressLocality": city, "streetAddress": rest}
    return {"@type": "PostalAddress", "addressCountry": "CN", **{k: v for k, v in parts.items() if v}}


def _position(row: Any) -> dict[str, Any] | None:
    point = {"@type": "GeoCoordinates", "latitude": round(row.lat, 6), "longitude": round(row.lon, 6)}
    if row.precision == Precision.EXACT:
        return point
    if row.precision == Precision.TOWNSHIP and row.radius_km:
        return {"@type": "GeoCircle", "geoMidpoint": point, "geoRadius": round(row.radius_km * 1000)}
    return None
