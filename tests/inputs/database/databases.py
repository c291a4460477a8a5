"""A synthetic return in a database, as a case system would hold it, and the queries that an analyst would write."""

from __future__ import annotations

import csv
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from dbv_analysis.inputs.records import fields
from dbv_analysis.model.source import sha256_of

VARIABLE = "DBV_CASES"  # the environment variable that the tests' sources name
TEST_SERVER = "DBV_TEST_DATABASE"
SERVERS = ("sqlite", "postgresql")
TYPES = {fields.DATE: sa.Date, fields.NUMBER: sa.Integer}
FLAG = "week20"  # a yes or no, as the databases have it
SIDECAR = """file = "{file}"
format = "{format}"
database = "{database}"
release = "queried"
publisher = "Synthetic authority"
title = "Made up; no row is about anybody"
published = 2025-01-16
retrieved = 2025-01-16
licence = "CC0 1.0"
sha256 = "{sha256}"
"""


@contextmanager
def empty_database(server: str, folder: Path) -> Iterator[sa.URL]:
    """An empty database, which is gone afterwards: a file of SQLite, or a schema of PostgreSQL's of its own."""
    if server == "sqlite":
        yield sa.URL.create("sqlite", database=str(folder / "cases.db"))
        return
    if TEST_SERVER not in os.environ:
        pytest.skip(f"{TEST_SERVER} names no PostgreSQL; .ci/run starts one")
    url, schema = sa.make_url(os.environ[TEST_SERVER]), f"t{uuid.uuid4().hex}"
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        try:
            yield url.update_query_dict({"options": f"-csearch_path={schema}"})
        finally:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


def address(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def fill(url: sa.URL, export: Path, texts: tuple[str, ...] = ()) -> None:
    """Write an export into tables with the types that its fields have; the columns ``texts`` as text all the same."""
    engine, metadata = sa.create_engine(url, poolclass=sa.NullPool), sa.MetaData()
    kinds = {field.name.lower(): field.kind for module in fields.modules(2025) for field in module.fields}
    kinds |= {"referencedate": fields.DATE, "year": fields.NUMBER}
    with engine.begin() as connection:
        for path in sorted(export.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as stream:
                reader = csv.DictReader(stream)
                rows = list(reader)
            types = {name: sa.Text if name in texts else _type(name, kinds) for name in reader.fieldnames}
            table = sa.Table(
                f"cs_{path.stem.rpartition('_')[2]}", metadata, *(sa.Column(name, kind) for name, kind in types.items())
            )
            table.create(connection)
            values = [{name: _value(text, types[name]) for name, text in row.items()} for row in rows]
            if values:
                connection.execute(table.insert(), values)


def _type(name: str, kinds: dict[str, str]) -> type:
    if name == FLAG:
        return sa.Boolean
    return sa.Integer if name.endswith("tableid") else TYPES.get(kinds.get(name), sa.Text)


def _value(text: str, kind: type):
    if not text:
        return None
    if kind is sa.Boolean:
        return text == "1"
    if kind is sa.Date:
        return datetime.strptime(text, "%Y-%b-%d 00:00:00").date()
    return int(text) if kind is sa.Integer else text


def queries(year: int = 2025) -> str:
    """The nine queries, each column by its name."""
    parts = ["-- The SEN2 return of a made-up case system.\n"]
    parts.append("-- name: sen2\nSELECT collection, year, referencedate FROM cs_sen2;\n")
    for module in fields.modules(year):
        keys = [module.key, *([module.parent_key] if module.parent else [])]
        columns = ", ".join([*keys, *(field.name.lower() for field in module.fields)])
        parts.append(f"-- name: {module.name}\nSELECT {columns}\nFROM cs_{module.name}\nORDER BY {module.key};\n")
    return "\n".join(parts)


def put_in(folder: Path, name: str, text: str, form: str, database: str = VARIABLE, more: str = "") -> Path:
    """A ``.sql`` file with its source beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    sidecar = SIDECAR.format(file=path.name, format=form, database=database, sha256=sha256_of(path)) + more
    path.with_name(f"{name}.source.toml").write_text(sidecar, encoding="utf-8")
    return path


def table_of(url: sa.URL, name: str, columns: dict[str, type], rows: list[tuple]) -> None:
    """Make a table and put rows into it."""
    table = sa.Table(name, sa.MetaData(), *(sa.Column(column, kind) for column, kind in columns.items()))
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        table.create(connection)
        if rows:
            connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
