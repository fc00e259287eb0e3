"""Which of many names and customer numbers belong to somebody."""

from collections.abc import Collection

from sqlalchemy import Connection, select, tuple_, union_all

from idp.core.listed import listed
from idp.subjects.model import subject_brands, subjects

Number = tuple[str, str]


def held_names(db: Connection, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are the key of a subject's username or address."""
    wanted = list(keys)
    columns = (subjects.c.username_key, subjects.c.email_key)
    return set(db.scalars(union_all(*(select(one).where(one.in_(listed(db, wanted))) for one in columns))))


def held_numbers(db: Connection, numbers: Collection[Number]) -> set[Number]:
    """Those of `numbers`, each a brand and what it gave, that a subject has."""
    # Brand and number together: by the brand alone, most rows of the table may have to be read.
    pair = (subject_brands.c.brand, subject_brands.c.customer_number)
    wanted = listed(db, [brand for brand, _ in numbers], [number for _, number in numbers])
    return {(brand, number) for brand, number in db.execute(select(*pair).where(tuple_(*pair).in_(wanted)))}
