"""Shapefiles in a zip: their texts in whatever encoding, their parts possibly missing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from geo import encodings, projections
from geo.errors import UnreadableFile
from geo.table import Proof, Remark, Row, Table
from geo.vectors import features
from geo.words import N_

NO_SHAPE = N_("压缩包里没有 .shp；请把 .shp、.shx、.dbf、.prj 一起压缩")
MANY_SHAPES = N_("压缩包里有 %(n)s 个 Shapefile，读了“%(part)s”；没读：%(rest)s")


def read_shapefile(members: Mapping[str, bytes], encoding: str | None = None, part: str | None = None) -> Table:
    """The features of a zipped Shapefile; a missing .shx is rebuilt, a missing .dbf or .prj said.

    `encoding` overrules .cpg and the guess for the names and texts of the .dbf.
    """
    stems = _stems(members)
    if not stems:
        raise UnreadableFile(NO_SHAPE)
    names = {PurePosixPath(stem).name: stem for stem in stems}
    if part is not None and part not in names:
        raise UnreadableFile(N_("压缩包里没有“%(part)s”；有：%(parts)s"), part=part[:40], parts="、".join(names))
    name = part if part is not None else max(names, key=lambda n: len(stems[names[n]].get("shp", b"")))
    files = stems[names[name]]
    known = projections.proof(_text(files.get("prj", b"")), "prj")
    chosen = encoding or _encoding(files)
    rows, headings = _read(files, chosen)
    said = encodings.NAMES.get(chosen, chosen) if "dbf" in files else ""
    remarks = tuple(_remarks(files, known, name, [other for other in names if other != name]))
    parts = tuple((other, 0) for other in names)
    return Table("shp", headings, rows, encoding=said, proof=known, part=name, parts=parts, remarks=remarks)


def _read(files: Mapping[str, bytes], encoding: str) -> tuple[list[Row], tuple[str, ...]]:
    import pyogrio

    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("shp", "shx", "dbf"):
            if ending in files:
                content = _mended(files[ending], encoding) if ending == "dbf" else files[ending]
                (Path(folder) / f"data.{ending}").write_bytes(content)
        return features(Path(folder) / "data.shp", None, encoding=encoding)


def _remarks(files: Mapping[str, bytes], known: Proof, name: str, others: list[str]) -> Iterator[Remark]:
    """What is missing, and what else the archive holds."""
    if others:
        yield Remark(MANY_SHAPES, {"n": len(others) + 1, "part": name, "rest": "、".join(others)})
    if "dbf" not in files:
        yield Remark(N_("压缩包里缺 .dbf，只有形状，没有名称等各栏"))
    if known.epsg is None:
        yield Remark(N_("缺 .prj 或看不懂，要由人说明坐标系"))


def _stems(members: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Path without ending -> ending -> bytes, of everything that has a .shp."""
    found: dict[str, dict[str, bytes]] = {}
    for path, data in members.items():
        stem, _, ending = path.rpartition(".")
        found.setdefault(stem.lower(), {"": stem.encode()})[ending.lower()] = data
    return {files[""].decode(): files for files in found.values() if "shp" in files}


def _text(data: bytes) -> str:
    return data[: projections.LONGEST].decode("utf-8-sig", "replace")


def _encoding(files: Mapping[str, bytes]) -> str:
    """What .cpg says when the texts bear it out; else what the texts of the .dbf look like."""
    said = _text(files.get("cpg", b"")).strip().lower()
    texts = _dbf_texts(files.get("dbf", b""))
    wanted = {"936": "gb18030", "950": "cp950", "65001": "utf-8", "utf8": "utf-8", "oem": "", "iso-8859-1": ""}.get(
        said, said
    )
    for name in filter(None, (encodings.ASKED.get(wanted, wanted), "utf-8")):
        try:
            for text in texts:
                encodings.whole(text, name)
        except (LookupError, UnicodeDecodeError):
            continue
        return name.replace("utf-8-sig", "utf-8")
    try:
        guessed = encodings.decode(b"\n".join(_whole(text, "gb18030") for text in texts))[1]
    except UnreadableFile:
        return "gb18030"
    return {"UTF-8": "utf-8", "GB18030": "gb18030", "Big5": "cp950"}.get(guessed, "gb18030")


def _whole(text: bytes, encoding: str) -> bytes:
    try:
        return encodings.whole(text, encoding)
    except (LookupError, UnicodeDecodeError):
        return text


def _columns(data: bytes) -> list[tuple[int, int, int, bool]]:
    """Of each column of a .dbf: where its head stands, where its cells begin in a row, how wide they are, if text."""
    found, position = [], 1
    for start in range(32, min(int.from_bytes(data[8:10], "little"), len(data)) - 32, 32):
        if data[start] == 0x0D:
            break
        found.append((start, position, data[start + 16], data[start + 11 : start + 12] == b"C"))
        position += data[start + 16]
    return found


def _dbf_texts(data: bytes) -> list[bytes]:
    """Names of columns and the first rows' cells of a .dbf; either may end in half a character."""
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little") or 1
    columns = _columns(data)
    pieces = [data[start : start + 11].split(b"\0")[0] for start, *_ in columns]
    for row in range(head, min(len(data), head + 400 * width), width):
        pieces += [data[row + p : row + p + n].strip(b"\0 ") for _, p, n, text in columns if text]
    return [piece for piece in pieces if piece and len(piece) < 255]


def _mended(data: bytes, encoding: str) -> bytes:
    """The .dbf without the half characters that its narrow names and cells end in: GDAL reads none that has one."""
    made = bytearray(data)
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little") or 1
    columns = _columns(data)
    for start, *_ in columns:
        made[start : start + 11] = _whole(data[start : start + 11].split(b"\0")[0], encoding).ljust(11, b"\0")
    for row in range(head, len(data) - width + 1, width):
        for _, position, wide, text in columns:
            cell = data[row + position : row + position + wide]
            if text and cell and cell[-1] > 0x7F:
                made[row + position : row + position + wide] = _whole(cell, encoding).ljust(wide)
    return bytes(made)
