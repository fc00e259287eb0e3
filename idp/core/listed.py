"""Lists as one parameter, for statements that look for hundreds of rows at once.

Of an `IN` with a parameter for each value PostgreSQL makes a plan that it keeps, and where its statistics lag behind, as they
do while a table fills, that plan compares every row with every value. A list to join with is hashed or looked up in an index.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY


def listed(db: Connection, *columns: Sequence[str]) -> Select[Any]:
    """What `IN` takes: rows of text, each of one value of each of `columns`, which are equally long."""
    if db.dialect.name == "postgresql":
        arrays = [bindparam(None, list(column), ARRAY(Text)) for column in columns]
        rows = func.unnest(*arrays).table_valued(*_names(columns)).render_derived()
        return select(*rows.c)
    each = func.json_each(json.dumps(list(zip(*columns, strict=True)))).table_valued("value")
    return select(*(func.json_extract(each.c.value, f"$[{place}]").label(name) for place, name in enumerate(_names(columns))))


def _names(columns: Sequence[Any]) -> list[str]:
    return [f"value_{place}" for place, _ in enumerate(columns)]
