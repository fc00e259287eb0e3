"""The triggers that keep the trail append-only, but for what a cut lets go (`audit_cut`).

They read the table of cuts instead of being dropped for a while: nothing is unguarded at any moment, and the provider's
account needs no right to change tables. Whoever may write here can add a cut of their own: it lacks the signature, and
`verify` names it.
"""

from sqlalchemy import DDL, Table, event

from idp.core.audit_tables import audit_cuts, audit_entries, audit_links

_REFUSE_SQLITE = "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
_UPDATE_SQLITE = "CREATE TRIGGER {table}_keeps_update BEFORE UPDATE ON {table} " + _REFUSE_SQLITE
_DELETE_SQLITE = "CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} WHEN NOT ({may_go}) " + _REFUSE_SQLITE
# INSERT OR REPLACE deletes the old row without firing its DELETE trigger.
_IS_THERE = "EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
_REPLACE_SQLITE = f"CREATE TRIGGER {{table}}_keeps_replace BEFORE INSERT ON {{table}} WHEN {_IS_THERE} {_REFUSE_SQLITE}"
# SQLite keeps a time as text, and takes any. One that is written otherwise is read as the same and proven by the same HMAC, but
# is another for the index that lets no entry in twice.
_FORM_SQLITE = (
    "CREATE TRIGGER {table}_keeps_form BEFORE INSERT ON {table} "
    "WHEN typeof(NEW.{time}) != 'text' OR NEW.{time} NOT GLOB '????-??-?? ??:??:??.??????' "
    "BEGIN SELECT RAISE(ABORT, '{table}: {time} is not written as we write it'); END"
)
_REFUSE = "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
_FUNCTION = "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + _REFUSE + "END $$"
_KEEPS = "CREATE TRIGGER {table}_keeps BEFORE UPDATE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
_DELETE_FUNCTION = (
    "CREATE OR REPLACE FUNCTION {table}_keeps_delete() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF {may_go} THEN RETURN OLD; END IF; " + _REFUSE + "END $$"
)
_DELETE = "CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keeps_delete()"

# By table: its key, and when a row may be deleted.
_TERMS: dict[Table, tuple[str, str]] = {
    audit_entries: (
        "id",
        "EXISTS (SELECT 1 FROM audit_links AS linked JOIN audit_cuts AS cuts ON linked.position <= cuts.position "
        "WHERE linked.entry_id = OLD.id)",
    ),
    audit_links: ("position", "EXISTS (SELECT 1 FROM audit_cuts AS cuts WHERE OLD.position <= cuts.position)"),
    audit_cuts: ("position", "1 = 0"),
}


def _guarding(table: Table) -> dict[str, tuple[str, ...]]:
    key, may_go = _TERMS[table]
    words = {"table": table.name, "key": key, "may_go": may_go, "time": "occurred_at"}
    forms = (_FORM_SQLITE,) if table is audit_entries else ()
    return {
        "sqlite": tuple(one.format(**words) for one in (_UPDATE_SQLITE, _DELETE_SQLITE, _REPLACE_SQLITE, *forms)),
        "postgresql": (_FUNCTION, *(one.format(**words) for one in (_KEEPS, _DELETE_FUNCTION, _DELETE))),
    }


def _of(*tables: Table) -> dict[str, tuple[str, ...]]:
    return {
        dialect: tuple(statement for table in tables for statement in _guarding(table)[dialect])
        for dialect in ("sqlite", "postgresql")
    }


APPEND_ONLY_DDL = _of(audit_entries, audit_links)
"""The triggers of entries and links by dialect name, to run after both exist. `metadata.create_all` runs them by itself."""

CUTS_DDL = _of(audit_cuts)
"""Those of the table of cuts."""

for _table in _TERMS:
    for _dialect, _statements in _guarding(_table).items():
        for _statement in _statements:
            _ddl_event = DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
            event.listen(_table, "after_create", _ddl_event)
