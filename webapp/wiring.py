"""Puts the application together: extensions, URL rules, blueprints."""

from __future__ import annotations

import jinja2
from flask import Flask
from flask_compress import Compress
from werkzeug.routing import BaseConverter, IntegerConverter

import layers
from layers import lasting
from webapp import cli, db, errors, hot, i18n, limits, metering, present, security, statics
from webapp.api import (
    count,
    crawlers,
    downloads,
    facets,
    health,
    incoming,
    oembed,
    ogc,
    pictures,
    suggest,
    tiles,
    within,
)
from webapp.api.openapi import views as openapi
from webapp.posters import shortcut
from webapp.views import (
    about,
    account,
    account_keys,
    area,
    ask,
    chrome,
    directory,
    embed,
    home,
    industry,
    kit,
    mapview,
    place,
    poster,
    report,
    saved,
    share,
    staff_channels,
    staff_checks,
    staff_chrome,
    staff_counts,
    staff_coverage,
    staff_drafts,
    staff_enquiries,
    staff_exports,
    staff_home,
    staff_import_review,
    staff_imports,
    staff_log,
    staff_pack,
    staff_people,
    staff_phone,
    staff_photos,
    staff_places,
    staff_review,
    staff_tokens,
    staff_views,
)

COMPRESSED = (
    "text/html", "text/css", "text/csv", "text/javascript", "application/javascript", "application/json",
    "application/geo+json", "application/problem+json", "application/vnd.mapbox-vector-tile",
    "application/vnd.google-earth.kml+xml", "image/svg+xml", "application/xml", "text/plain",
    "application/schema+json", "application/vnd.oai.openapi+json",
)  # fmt: skip
BLUEPRINTS = (
    home.blueprint,
    mapview.blueprint,
    directory.blueprint,
    place.blueprint,
    ask.blueprint,
    area.blueprint,
    industry.blueprint,
    about.blueprint,
    crawlers.blueprint,
    tiles.blueprint,
    facets.blueprint,
    downloads.blueprint,
    health.blueprint,
    suggest.blueprint,
    *ogc.BLUEPRINTS,
    openapi.blueprint,
    pictures.blueprint,
    poster.blueprint,
    share.blueprint,
    embed.blueprint,
    saved.blueprint,
    within.blueprint,
    count.blueprint,
    oembed.blueprint,
    kit.blueprint,
    report.blueprint,
    account.blueprint,
    account_keys.blueprint,
    staff_home.blueprint,
    staff_imports.blueprint,
    staff_exports.blueprint,
    staff_tokens.blueprint,
    incoming.blueprint,
    staff_import_review.blueprint,
    staff_places.blueprint,
    staff_places.expiring,
    staff_drafts.blueprint,
    staff_review.blueprint,
    staff_photos.blueprint,
    staff_photos.public,
    staff_people.blueprint,
    staff_log.blueprint,
    staff_enquiries.blueprint,
    staff_phone.blueprint,
    staff_checks.blueprint,
    staff_coverage.blueprint,
    staff_views.blueprint,
    staff_channels.blueprint,
    staff_counts.blueprint,
    staff_pack.blueprint,
)


class LayerKey(BaseConverter):
    """The key of a layer in a URL; nothing else matches."""

    regex = "(?:" + "|".join(layer.key for layer in layers.LAYERS) + ")"


class Digits(IntegerConverter):
    """A whole number in ASCII digits: a place has one address, not one in every script."""

    regex = "[0-9]+"


class Slug(BaseConverter):
    """The name of a saved view in a URL."""

    regex = "[a-z0-9-]{3,40}"
    part_isolating = True


def connect(app: Flask) -> None:
    """Everything that `create_app` needs, in the order it needs it."""
    lasting.use(app.config["SETTINGS"].verified_days)
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters |= {"layer": LayerKey, "int": Digits, "slug": Slug}
    app.config["COMPRESS_MIMETYPES"] = list(COMPRESSED)
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.config["COMPRESS_BR_LEVEL"] = 5
    for part in (limits, metering, i18n, errors, security, db, statics, present, chrome, staff_chrome):
        part.init_app(app)
    Compress(app)
    shortcut.init_app(app)
    hot.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.register(app)
