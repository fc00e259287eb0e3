"""Statements of the hot paths, compiled once and run past SQLAlchemy's machinery, which costs more than the database does.

The caller's connection, and so its transaction, is the same; types are converted as SQLAlchemy would.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

Convert = Callable[[Any], Any]


class Prepared:
    """A statement to be run in a `transaction()` or `reading()`.

    Its parameters are named by `bindparam`; lists (`IN`) are not among them.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def one(self, db: Connection, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, its columns in the order of the statement; None where there is none. Raises as SQLAlchemy does."""
        return self._for(db.dialect).one(db, given)

    def run(self, db: Connection, given: Mapping[str, Any]) -> int:
        """Runs a statement that has no rows to tell; answers how many rows it touched. Raises as SQLAlchemy does."""
        return self._for(db.dialect).run(db, given)

    def _for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return compiled


def insertion(table: Table, *names: str) -> Prepared:
    """An INSERT of the columns named, each given under its name; the others are left to the database."""
    return Prepared(insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names}).inline())


class _Compiled:
    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._text: str = compiled.string
        processors = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        # By place where the driver counts parameters, by name where it names them.
        self._places: list[str] | None = compiled.positiontup
        self._converts = [(name, convert) for name, convert in processors.items() if convert is not None]
        self._constants = {n: b.effective_value for b, n in compiled.bind_names.items() if not b.required}
        self._got: list[tuple[int, Convert]] = []
        for place, column in enumerate(compiled._result_columns or ()):
            processor = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if processor is not None:
                self._got.append((place, processor))
        self._errors = dialect.loaded_dbapi.Error

    def one(self, db: Connection, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        cursor = self._executed(db, given)
        try:
            row = cursor.fetchone()
        except self._errors as error:
            raise self._told(db, error) from error
        finally:
            cursor.close()
        if row is None:
            return None
        found = list(row)
        for place, convert in self._got:
            found[place] = convert(found[place])
        return tuple(found)

    def run(self, db: Connection, given: Mapping[str, Any]) -> int:
        cursor = self._executed(db, given)
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def _executed(self, db: Connection, given: Mapping[str, Any]) -> Any:
        values = {**self._constants, **given}
        for name, convert in self._converts:
            values[name] = convert(values[name])
        # A driver that takes names does not mind more of them.
        sent: Any = values if self._places is None else [values[name] for name in self._places]
        # Past the pool's proxy too: both drivers execute on the connection itself, and give a cursor of their own.
        driver: Any = db.connection.driver_connection
        try:
            return driver.execute(self._text, sent)
        except self._errors as error:
            raise self._told(db, error) from error

    def _told(self, db: Connection, error: Exception) -> BaseException:
        return DBAPIError.instance(self._text, None, error, self._errors, hide_parameters=True, dialect=db.dialect)
