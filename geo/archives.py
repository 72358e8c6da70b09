"""Zip files opened without trust: what they hold, unpacked in memory within bounds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from geo.errors import UnreadableFile
from geo.table import MAX_UNPACKED
from geo.words import N_

MAX_MEMBERS = 3000
LOCAL_HEADER = 30
PIECE = 1 << 20
BROKEN = N_("压缩包打不开，可能没有传完；请重新压缩再传")
TOO_BIG = N_("压缩包解开后太大，不读；请只放要导入的文件")
UNSAFE = N_("压缩包里的路径指到了包外面，不读；请重新压缩")
LOCKED = N_("文件加了密码，请去掉密码再传")


def unpack(content: bytes, most: int = MAX_UNPACKED) -> Mapping[str, bytes]:
    """Path -> bytes of every file in a zip; UnreadableFile for bombs, slips, passwords and damage.

    Sizes are counted while unpacking, never believed; names written by Chinese programs are GBK.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, OSError, NotImplementedError):
        raise UnreadableFile(BROKEN) from None
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > most:
        raise UnreadableFile(TOO_BIG)
    found: dict[str, bytes] = {}
    left = most
    for member in members:
        name = _name(member)
        if not member.is_dir() and not name.startswith("__MACOSX/"):
            found[name] = _inflated(content, member, left)
            left -= len(found[name])
    return found


def _name(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    name = name.replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise UnreadableFile(UNSAFE)
    return name


def _inflated(content: bytes, member: zipfile.ZipInfo, left: int) -> bytes:
    """The member's bytes as its stream really gives them: no more than `left`, and as many as it says."""
    if member.flag_bits & 0x1:
        raise UnreadableFile(LOCKED)
    start = member.header_offset
    head = content[start : start + LOCAL_HEADER]
    if len(head) < LOCAL_HEADER or head[:4] != b"PK\x03\x04":
        raise UnreadableFile(BROKEN)
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    begin = start + LOCAL_HEADER + name_length + extra_length
    packed = memoryview(content)[begin : begin + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        data = bytes(packed)
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        data = _inflate(packed, min(left, member.file_size))
    else:
        raise UnreadableFile(BROKEN)
    if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
        raise UnreadableFile(BROKEN)
    return data


def _inflate(packed: memoryview, most: int) -> bytes:
    stream = zlib.decompressobj(-15)
    pieces, size, rest = [], 0, bytes(packed)
    try:
        while rest and not stream.eof:
            piece = stream.decompress(rest, PIECE)
            rest, size = stream.unconsumed_tail, size + len(piece)
            if size > most:
                raise UnreadableFile(TOO_BIG)
            pieces.append(piece)
        pieces.append(stream.flush())
    except zlib.error:
        raise UnreadableFile(BROKEN) from None
    return b"".join(pieces)
