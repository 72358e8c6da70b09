"""Which telephone area code a city has, as the numbers of its places tell."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import Connection, func, select, union_all

import layers


def area_codes(connection: Connection) -> dict[str, str]:
    """First four digits of a city's code -> its area code ("0833"), the most frequent one where there are several."""
    parts = []
    for layer in layers.LAYERS:
        table = layer.model.__table__.c
        for column in (table.phone, table.backup_phone):
            city, code = func.left(table.area, 4).label("city"), func.split_part(column, "-", 1).label("code")
            parts.append(
                select(city, code, func.count().label("n")).where(column.op("~")(r"^0\d{2,3}-")).group_by(city, code)
            )
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for city, code, n in connection.execute(union_all(*parts)):
        counted[city][code] += n
    return {city: codes.most_common(1)[0][0] for city, codes in counted.items()}
