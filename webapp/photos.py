"""Pictures that staff upload: made anew as JPEG without anything but pixels, kept under the digest of their bytes."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects.postgresql import insert

import layers
from layers.public import select_only
from layers.words import N_
from webapp import db
from webapp.models import Photo
from webapp.permissions import Signed

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES, MOST_PIXELS = 12 * 1024 * 1024, 60_000_000
LONGEST_SIDE, QUALITY = 1600, 82


class BadPhoto(ValueError):
    """A file that is no picture we take; its text says what to do."""


def take(connection: Connection, who: Signed, file: IO[bytes]) -> str:
    """Keep an uploaded picture; its digest (SHA-256, hexadecimal).

    Whatever else the file carries (position, camera, a second format behind the first) is left behind:
    only the decoded pixels are written, upright, at most 1600 on the longer side. BadPhoto when it is none.
    """
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BadPhoto(N_("图片太大，请用小于 12 MB 的"))
    picture = _decoded(raw)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY, optimize=True)
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    row = {"digest": digest, "content": content.getvalue(), "account_id": who.id, "at": db.now()}
    row |= {"width": picture.width, "height": picture.height}
    connection.execute(insert(Photo).values(**row).on_conflict_do_nothing())
    return digest


def _decoded(raw: bytes) -> Image.Image:
    refused = BadPhoto(N_("这不是能用的图片，请上传 JPG、PNG 或 WebP"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(raw), formats=FORMATS)
            if opened.width * opened.height > MOST_PIXELS:
                raise BadPhoto(N_("图片像素太多，请缩小后再传"))
            upright = ImageOps.exif_transpose(opened)
            flat = Image.new("RGB", upright.size, "white")
            flat.paste(upright.convert("RGB"), mask=upright.convert("RGBA").getchannel("A"))
    except BadPhoto:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        raise refused from None
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return flat


def content(connection: Connection, digest: str) -> bytes | None:
    """The picture's bytes, whoever may see it; None when there is none."""
    found = connection.execute(select(Photo.content).where(Photo.digest == digest)).scalar()
    return bytes(found) if found is not None else None


def is_public(connection: Connection, digest: str) -> bool:
    """Whether a public place shows the picture."""
    shown = [select_only(y, db.today(), y.model.id).where(y.model.photos.contains([digest])) for y in layers.LAYERS]
    return any(connection.execute(select(exists(one))).scalar() for one in shown)
