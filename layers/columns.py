"""What a Snapshot holds of a layer: narrow columns that masks compare, and the texts that pages show."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo import morton
from layers import arrow, lasting, packing, properties
from layers.layer import Layer
from layers.packing import Column
from layers.prices import PriceType
from layers.public import public_fields, select_public
from layers.search import texts as searched

FORM = 2
"""Counts up when a column means something else than before, so that older files are not taken for new ones."""
SEPARATOR, NO_SEPARATOR = "\x1f", "\x1e"
"""Between the searched texts of a row; no word of a question holds either, for both count as white space."""
LONGEST_NAME = 40
BLOCK = 1 << 26
"""Bytes that a gathering keeps in memory, and that its reader takes at once (more than any one row)."""
SYMBOLS = pa.list_(pa.uint16())
MEASURES = ("lon", "lat", "x", "y", "west", "south", "east", "north", "radius")


def texts_schema(layer: Layer) -> pa.Schema:
    """Every public field as `select_public` gives it (a price as its JSON), and what is searched and drawn.

    `words`: the searched texts in lower case, the weightiest first, a SEPARATOR between them, and `pinyin`, both as
    symbols (UTF-16); `borders`: where the separators stand in the row's words; `wkb`: the shape, degrees; `geojson6`
    and `geojson7`: the same with at most so many decimal places; `properties`: what GeoJSON tells of the place
    (layers.properties).
    """
    columns = layer.model.__table__.columns
    own = [(name, arrow.type_of(columns[name].type)) for name in public_fields(layer)]
    borders = pa.list_(pa.int32(), len(searched(layer)) - 1)
    sought = [("pinyin", SYMBOLS), ("words", SYMBOLS), ("borders", borders)]
    drawn = [("wkb", pa.large_binary()), ("geojson6", pa.large_string()), ("geojson7", pa.large_string())]
    return pa.schema([*own, *sought, *drawn, ("properties", pa.large_binary())])


def schema(layer: Layer) -> pa.Schema:
    """The narrow columns, none of them nullable; what their numbers stand for is its metadata.

    Schemas that are equal with their metadata mean the same; a copy under any other one has to be built anew.
    """
    made = _packed(layer, texts_schema(layer).empty_table(), dict.fromkeys((*MEASURES, "dim"), np.zeros(0)))
    groups = layer.codes.groups if layer.codes else ()
    means = {
        "form": FORM,
        "lasts": lasting.days(layer),
        "letters": letters(layer),
        "groups": [(group.key, group.seal, group.prefixes) for group in groups],
        "options": {name: list(field.vocabulary) for name, field in layer.filters.items() if field.vocabulary},
        "texts": texts_schema(layer).to_string(),
    }
    fields = [pa.field(name, pa.from_numpy_dtype(values.dtype), nullable=False) for name, values in made.items()]
    return pa.schema(fields, {"means": json.dumps(means, ensure_ascii=False)})


def letters(layer: Layer) -> tuple[str, ...]:
    """The characters that marks of the layer may bear; the column `letter` numbers them."""
    seals = [group.seal for group in layer.codes.groups] if layer.codes else []
    return tuple(dict.fromkeys([layer.style.letter, *seals]))


def gather(
    connection: Connection, layer: Layer, today: dt.date, ids: Collection[int] | None = None
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(columns, texts) of the rows that are public on the day `today`, of all of them or of those ids.

    Row by row alike, in the one order of a Snapshot: by `key` (Morton order of x, y), then by id.
    `columns["text"]` counts from 0. Raises ValueError for a code that no column can hold.
    """
    with tempfile.SpooledTemporaryFile(BLOCK) as file:
        asked = _asked(layer, today, ids)
        _copy(connection, asked, file)
        read = _read(layer, asked.selected_columns.keys(), file)
    texts = read.select([name for name in texts_schema(layer).names if name in read.column_names])
    columns = _packed(layer, texts, {name: read[name].to_numpy() for name in (*MEASURES, "dim")})
    order = np.lexsort((columns["id"], columns["key"]))
    columns = {name: values[order] for name, values in columns.items()}
    columns["text"] = np.arange(len(order), dtype=np.int32)
    packed = pa.RecordBatch.from_arrays([pa.array(values) for values in columns.values()], schema=schema(layer))
    ordered = _batch(texts.take(order))
    del read, texts  # of a million places more than a gigabyte
    return packed, ordered.append_column("properties", properties.of_texts(layer, ordered))


def _packed(layer: Layer, texts: pa.Table, measures: dict[str, Column]) -> dict[str, Column]:
    """The columns of the schema, in its order."""
    whole = {name: texts[name].combine_chunks() for name in texts.column_names}
    filters = {name: field.filter.pack(whole[name]) for name, field in layer.filters.items() if field.filter}
    ends, verified = packing.days(whole["valid_until"], packing.NEVER), packing.days(whole["verified"])
    stands = np.where(verified == packing.NO_DAY, packing.NEVER, verified + np.int32(lasting.days(layer)))
    x, y = measures["x"], measures["y"]
    return {
        "id": whole["id"].to_numpy(),
        "key": morton.keys(x, y),
        **{name: measures[name] for name in MEASURES},
        "dim": measures["dim"].astype(np.int8),
        "area": packing.codes(whole["area"]),
        "zone": packing.codes(whole["zone"]),
        "valid_until": ends,
        "until": np.minimum(ends, stands.astype(np.int32)),
        "name": packing.names(pc.utf8_slice_codeunits(whole["name"], 0, LONGEST_NAME)),
        "name_en": packing.names(pc.utf8_slice_codeunits(whole["name_en"], 0, LONGEST_NAME)),
        "letter": _letter(layer, filters, len(texts)),
        **filters,
        "text": np.zeros(len(texts), dtype=np.int32),
    }


def _letter(layer: Layer, filters: dict[str, Column], rows: int) -> Column:
    """The place of each mark's character among `letters`."""
    made = np.zeros(rows, dtype=np.int8)
    for group in layer.codes.groups[::-1] if layer.codes else ():
        assert layer.codes is not None
        made[layer.codes.mask(filters[layer.seal or ""], (group.key,))] = letters(layer).index(group.seal)
    return made


def _asked(layer: Layer, today: dt.date, ids: Collection[int] | None) -> Select[Any]:
    """The public rows, each column as text that a reader of CSV understands."""
    model = layer.model
    sides = {"west": "XMin", "south": "YMin", "east": "XMax", "north": "YMax"}
    more: list[ColumnElement[Any]] = [
        func.lower(model.pinyin).label("pinyin"),
        func.lower(_words(layer)).label("words"),
        func.encode(func.ST_AsBinary(model.geom), "hex").label("wkb"),
        *(func.ST_AsGeoJSON(model.geom, places, 0).label(f"geojson{places}") for places in (6, 7)),
        func.ST_X(model.point3857).label("x"),
        func.ST_Y(model.point3857).label("y"),
        *(getattr(func, f"ST_{side}")(model.geom).label(name) for name, side in sides.items()),
        func.ST_Dimension(model.geom).label("dim"),
        model.radius_km.label("radius"),
    ]
    rows = select_public(layer, today, *more)
    if ids is not None:
        rows = rows.where(model.id == any_(bindparam("ids", list(ids), ARRAY(BigInteger))))
    source = rows.subquery("source")
    return select(*(_plain(column).label(column.name) for column in source.c))


def _words(layer: Layer) -> ColumnElement[str]:
    texts = [func.coalesce(getattr(layer.model, name), "") for name in searched(layer)]
    parts = [func.translate(text, SEPARATOR, NO_SEPARATOR) for text in texts]
    return func.concat_ws(literal(SEPARATOR), *parts)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, ARRAY):
        return func.array_to_string(column, SEPARATOR)
    if isinstance(column.type, PriceType):
        return func.nullif(cast(cast(column, JSONB), Text), "null")
    return column


def _copy(connection: Connection, asked: Select[Any], file: Any) -> None:
    compiled = asked.compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT (FORMAT csv)", compiled.params) as copy:
        for part in copy:
            file.write(part)


def _read(layer: Layer, names: list[str], file: Any) -> pa.Table:
    """The rows of the file with the types of `texts_schema`, and the measures."""
    types = {name: pa.float64() for name in MEASURES} | {"dim": pa.int64()}
    types |= {field.name: field.type for field in texts_schema(layer) if field.name in (*names, "borders")}
    borders = types.pop("borders")
    if not file.tell():
        return pa.schema([*((name, types[name]) for name in names), ("borders", borders)]).empty_table()
    file.seek(0)
    plain = {name: pa.string() if pa.types.is_list(type_) else type_ for name, type_ in types.items()}
    read = pyarrow.csv.read_csv(
        file,
        pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            column_types=plain | {"wkb": pa.large_string()},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    whole = {name: read[name].combine_chunks() for name in names}
    for name, type_ in types.items():
        if pa.types.is_list(type_):
            whole[name] = symbols(whole[name]) if type_ == SYMBOLS else _parts(whole[name])
    return pa.table(whole | {"wkb": _bytes(whole["wkb"]), "borders": _borders(whole["words"], borders)})


def symbols(texts: pa.StringArray) -> pa.ListArray:
    """The texts as lists of UTF-16 numbers, in which numpy finds a word faster than in bytes; none of a NULL."""
    whole = pa.concat_arrays([pc.fill_null(texts, "")])
    _valid, offsets, signs = whole.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(whole) + 1]
    spelled = b"" if signs is None else signs.to_pybytes()[: ends[-1]]
    pairs = np.flatnonzero(np.frombuffer(spelled, dtype=np.uint8) >= 0xF0)  # signs that UTF-16 writes as two numbers
    signs_before = np.concatenate([[0], np.cumsum(pc.utf8_length(whole).to_numpy())])
    before = (signs_before + np.searchsorted(pairs, ends)).astype(np.int32)
    numbers = np.frombuffer(spelled.decode().encode("utf-16-le"), dtype=np.uint16)
    return pa.ListArray.from_arrays(pa.array(before), pa.array(numbers))


def _borders(words: pa.ListArray, type_: pa.FixedSizeListType) -> pa.FixedSizeListArray:
    """Where the separators stand in the words of each row; every row has as many."""
    stand = np.flatnonzero(words.values.to_numpy() == ord(SEPARATOR)).astype(np.int32)
    begins = np.repeat(words.offsets.to_numpy()[:-1], type_.list_size)
    return pa.FixedSizeListArray.from_arrays(pa.array(stand - begins), type=type_)


def _parts(joined: pa.Array) -> pa.Array:
    """Lists of the parts of joined texts; none of an empty one."""
    lists = pc.split_pattern(joined, SEPARATOR)
    return pc.if_else(pc.equal(joined, ""), pa.scalar([], lists.type), lists)


def _bytes(hexadecimal: pa.LargeStringArray) -> pa.Array:
    """The bytes that hexadecimal texts spell, none of them NULL."""
    _valid, offsets, signs = hexadecimal.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[: len(hexadecimal) + 1] // 2
    spelled = bytes.fromhex(str(signs.to_pybytes()[: int(ends[-1]) * 2], "ascii"))
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(hexadecimal), [None, pa.py_buffer(ends), pa.py_buffer(spelled)]
    )


def _batch(table: pa.Table) -> pa.RecordBatch:
    """The whole table as one record batch."""
    return pa.RecordBatch.from_arrays([table[name].combine_chunks() for name in table.column_names], table.schema.names)
