"""Rows from a database, by SQLAlchemy: read and no more, a batch at a time, every value as the text that an export has.

The address of the database, with its password, is in an environment variable and nowhere else. A message names the
variable, never what is in it; and it never holds a value from a row.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dbv_analysis.inputs.database.queries import place, the_only_query
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.wording import listed

BATCH = 20_000  # rows held in memory
RECEIPT = ".queried.json"
QUOTATION = re.compile(r"['\"]([^'\"]*)['\"]?")
INSTALL = 'python -m pip install -e ".[database]"'
# What makes a transaction one that only reads, and sees one state of the data however long it takes. SQL Server knows
# none: there the account must be one that may only read.
READ_ONLY = {
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
    "oracle": "SET TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    "mariadb": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
}


@dataclass(frozen=True)
class Receipt:
    """What came back when a file's queries were last read.

    ``database`` is the environment variable that named the database, ``queried`` the time in UTC at which it began.
    ``sha256`` is the sum, modulo 2**256, of the SHA-256 of every row (its query's name and its texts as a JSON list, in
    UTF-8): the order of the rows does not matter.
    """

    database: str
    queried: str
    rows: int
    sha256: str


class Query:
    """One query: a place that rows come from, as a CSV file is."""

    header_row = None  # a query's columns stand in no row

    def __init__(self, database: Database, name: str, text: str):
        self.name = name
        self.place = place(database.shown, name)
        self._database, self._text = database, text

    def header(self) -> list[str]:
        """The names of its columns, in lower case. The query is begun, and no row of it read."""
        header, result = self._database.begin(self.place, self._text)
        result.close()
        return [name.lower() for name in header]

    def headed_rows(self) -> tuple[list[str], Iterator[list[str]]]:
        """As ``rows``, with the header in lower case."""
        header, rows = self.rows()
        return [name.lower() for name in header], rows

    def rows(self) -> tuple[list[str], Iterator[list[str]]]:
        """The header, and the rows as texts, as they come. The query is run anew each time.

        Raises DataProblems where the database cannot run it, or while the rows are read.
        """
        header, result = self._database.begin(self.place, self._text)
        return header, self._database.texts(self.name, self.place, result)


class Database:
    """A connection on which queries are run one after another, in one transaction that only reads."""

    def __init__(self, connection, errors: tuple[type[Exception], ...], shown: str):
        self.shown = shown
        self.rows, self.sum = 0, 0  # of every row that was read
        self._connection, self._errors = connection, errors
        self._only_read()

    def _only_read(self) -> None:
        if statement := READ_ONLY.get(self._connection.dialect.name):
            self._connection.exec_driver_sql(statement)

    def begin(self, place: str, text: str) -> tuple[list[str], Any]:
        """The columns that a query gives, and the cursor at its first row."""
        # Without parameters, so that a colon or a % in the query is what it is.
        options = {"yield_per": BATCH, "no_parameters": True}
        try:
            result = self._connection.exec_driver_sql(text, execution_options=options)
        except self._errors as error:
            with suppress(*self._errors):  # so that what is wrong with the other queries is heard too
                self._connection.rollback()
                self._only_read()
            raise _failed(place, _in_words(error, text)) from None
        header = [name.strip() for name in map(str, result.keys())]
        lower = [column.lower() for column in header]
        twice = sorted({column for column in lower if lower.count(column) > 1})
        if twice:
            result.close()
            raise _failed(place, f"it gives two columns of one name: {listed(twice)}")
        return header, result

    def texts(self, name: str, place: str, result) -> Iterator[list[str]]:
        """The rows of a query as texts, each counted into the sum of the rows."""
        try:
            for values in result:
                cells = [as_text(value) for value in values]
                row = json.dumps([name, *cells], ensure_ascii=False).encode("utf-8", "surrogatepass")
                self.rows += 1
                self.sum = (self.sum + int.from_bytes(hashlib.sha256(row).digest(), "big")) % 2**256
                yield cells
        except self._errors as error:
            what = f"the database stopped while its rows were read ({_kind(error)})"
            raise _failed(place, what, "Try again; where it stops again, correct the query.") from None
        finally:
            with suppress(*self._errors):
                result.close()


def _failed(place: str, what: str, fix: str = "Correct the query.") -> DataProblems:
    return DataProblems([DataProblem(place, f"{what}.", fix)])


@contextmanager
def asked(queries: Mapping[str, str], variable: str, shown: str, receipt: Path) -> Iterator[dict[str, Query]]:
    """The queries of a file, by name, to be read from the database whose address the environment's ``variable`` holds.

    Where everything was read, ``receipt`` is written: when it was queried, and the sum of the rows.

    Raises DataProblems where the libraries, the variable or its meaning are missing, or the database is not reached.
    """
    begun = datetime.now(UTC)
    engine, errors = _engine(variable, shown)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        try:
            connection = stack.enter_context(engine.connect())
            database = Database(connection, errors, shown)
        except errors:
            what = f"the database that {variable} names cannot be reached, or it refuses the name or the password."
            fix = "Check that this machine is on its network, and the address, the name and the password there."
            raise DataProblems([DataProblem(shown, what, fix)]) from None
        yield {name: Query(database, name, text) for name, text in queries.items()}
    receipt.parent.mkdir(parents=True, exist_ok=True)
    read = Receipt(variable, begun.isoformat(timespec="seconds"), database.rows, f"{database.sum:064x}")
    receipt.write_text(json.dumps(asdict(read), indent=1), encoding="utf-8")


@contextmanager
def asked_once(path: Path, database: str, shown: str, folder: Path) -> Iterator[Query]:
    """The one query of a ``.sql`` file that stands for a table, as ``asked``; its receipt goes into ``folder``."""
    with asked(the_only_query(path, shown), database, shown, receipt_of(path, folder)) as queries:
        (query,) = queries.values()
        yield query


def _engine(variable: str, shown: str):
    """An engine, and what it raises where the database fails."""

    def wrong(what: str, fix: str) -> DataProblems:
        return DataProblems([DataProblem(shown, what, fix)])

    try:
        import sqlalchemy
    except ImportError:
        raise wrong("needs what reads databases, which is not installed.", f"Install it: {INSTALL}") from None
    address = os.environ.get(variable, "").strip()
    if not address:
        example = "postgresql+psycopg://name:password@server/database"
        fix = f"Set it to the database's address, such as {example}, and open a new window."
        raise wrong(f"the environment variable {variable} is not set.", fix)
    failures = (sqlalchemy.exc.SQLAlchemyError, OSError)
    try:
        url = sqlalchemy.make_url(address)
        return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, hide_parameters=True), failures
    except ImportError as error:
        what = f"the driver that {variable} asks for is not installed: there is no module {error.name}."
        raise wrong(what, f"Install it with pip, or name another. psycopg comes with {INSTALL}") from None
    except (sqlalchemy.exc.SQLAlchemyError, ValueError, TypeError):
        fix = "Write it as dialect+driver://name:password@server/database; %40 stands for @ in a password."
        raise wrong(f"what {variable} holds is not a database's address.", fix) from None


def _kind(error: Exception) -> str:
    """What kind of failure it is, and its code: nothing that a row could be in."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"{type(error).__name__}, {code}" if code else type(error).__name__


def _in_words(error: Exception, text: str) -> str:
    """What the database says of a query that it does not understand; of any other failure, no more than its kind.

    It is told as far as the first words in quotation marks that the query does not hold: they may be from a row.
    """
    cause = getattr(error, "orig", error)
    if type(error).__name__ != "ProgrammingError" and type(cause).__module__ != "sqlite3":
        return f"the database could not carry it out ({_kind(error)})"
    line = next(iter(str(cause).splitlines()), "").strip().rstrip(".")
    strange = next((quoted for quoted in QUOTATION.finditer(line) if quoted[1] not in text), None)
    return f"the database says: {line[: strange.start()]}…" if strange else f"the database says: {line}"


def as_text(value: object) -> str:
    """A value from a database as an export has it: nothing is "", yes 1 and no 0, and bytes are hexadecimal."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        at_midnight = value.tzinfo is None and value.time() == datetime.min.time()
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.to_integral_value():f}" if value == value.to_integral_value() else f"{value:f}"
    return str(value)


def to_parquet(query: Query, path: Path) -> Path:
    """Write what a query gives into a Parquet file of texts, a batch at a time."""
    header, rows = query.rows()
    schema = pa.schema([(name, pa.string()) for name in header])
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, BATCH)):
            writer.write_table(pa.table(list(zip(*batch, strict=True)), schema=schema))
    return path


def receipt_of(path: Path, folder: Path) -> Path:
    """Where the receipt of a ``.sql`` file is kept, in its folder of records."""
    return folder / f"{path.stem}{RECEIPT}"


def read_receipt(path: Path) -> Receipt | None:
    """A receipt, or None where there is none that can be read."""
    try:
        return Receipt(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
