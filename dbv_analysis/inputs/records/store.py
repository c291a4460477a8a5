"""Records on disk: a Parquet file a module, written in batches as they are read, and a file of what was rejected."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from dbv_analysis.inputs.records.fields import DATE, MONEY, NUMBER, Module

MEMORY = "1200MB"  # of DuckDB, beside what Python takes
BATCH = 20_000  # rows of a module held in memory
REJECTS, TALLY = "rejects.csv", "tally.json"
REJECT_HEADER = ("module", "row", "reason", "cells")
COUNTS = ("seen", "accepted", "rejected")
_TYPES = {DATE: pa.date32(), NUMBER: pa.int64(), MONEY: pa.float64()}


def records_folder(data: Path, release: str) -> Path:
    """Where a release's records are kept: beside the other processed data of ``data``, never among the inputs."""
    name = re.sub(r"[^a-z0-9-]+", "-", release.lower())
    return data.resolve().parent / "processed" / "records" / name


def day_of(value: object) -> date:
    """A day of a frame that was collected: engines give it as a date, or as a time at midnight."""
    return date.fromisoformat(str(value)[:10])


def left_out(shown: str, counts: str, rejects: Path) -> str:
    """What is said of rows that were rejected: how many, and which file says why."""
    return f"{shown}: {counts} could not be read and are left out; {rejects.name} beside the records says why."


@dataclass
class Tally:
    """What was read: rows of each module in the file, those kept, those rejected; and what else is worth saying."""

    year: int = 0
    reference: date | None = None
    seen: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, seen: int, accepted: int, rejected: int) -> None:
        self.seen[name], self.accepted[name], self.rejected[name] = seen, accepted, rejected

    def write(self, folder: Path) -> None:
        counts = {name: dict(getattr(self, name)) for name in COUNTS}
        text = json.dumps({"year": self.year, "reference": str(self.reference), **counts}, indent=1)
        (folder / TALLY).write_text(text, encoding="utf-8")


def read_tally(folder: Path) -> Tally:
    """What was read into a folder of records."""
    tally = json.loads((folder / TALLY).read_text(encoding="utf-8"))
    counts = {name: Counter(tally[name]) for name in COUNTS}
    return Tally(tally["year"], date.fromisoformat(tally["reference"]), **counts)


class Store:
    """A folder of records as they are written. Use as a context manager; on an error nothing is left behind."""

    def __init__(self, folder: Path, modules: tuple[Module, ...], tally: Tally):
        self.folder = folder
        self.tally = tally
        self.modules = {module.name: module for module in modules}
        self._rows: dict[str, list[tuple]] = {name: [] for name in self.modules}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._fields = {module.name: {field.column: field for field in module.fields} for module in modules}
        self._schemas = {module.name: _schema(module) for module in modules}

    def __enter__(self) -> Store:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._rejects = (self.folder / REJECTS).open("w", encoding="utf-8", newline="")
        self._reject_rows = csv.writer(self._rejects, lineterminator="\n")
        self._reject_rows.writerow(REJECT_HEADER)
        return self

    def add(self, module: Module, key: int, parent: int | None, cells: Iterable[tuple[str, str]], row: int) -> bool:
        """Keep one row, or reject it with its reasons. ``cells`` are columns and texts; True where it was kept."""
        fields, reasons = self._fields[module.name], []
        values: dict[str, object] = dict.fromkeys(fields)
        for column, text in cells:
            try:
                values[column] = fields[column].read(text)
            except ValueError as error:
                reasons.append(str(error))
        if reasons:
            self.reject(module, dict(cells), row, "; ".join(reasons))
            return False
        rows = self._rows[module.name]
        rows.append((*((key,) if parent is None else (key, parent)), *values.values(), row))
        self.tally.seen[module.name] += 1
        self.tally.accepted[module.name] += 1
        if len(rows) >= BATCH:
            self._flush(module.name)
        return True

    def reject(self, module: Module, cells: dict[str, str], row: int, reason: str) -> None:
        """Put a row into the file of rejects, as it was, with the reason."""
        self.tally.seen[module.name] += 1
        self.tally.rejected[module.name] += 1
        self._reject_rows.writerow([module.name, row, reason, json.dumps(cells, ensure_ascii=False)])

    def _flush(self, name: str) -> None:
        schema = self._schemas[name]
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(self.folder / f"{name}.parquet", schema)
        columns = list(zip(*self._rows[name], strict=True)) or [()] * len(schema)
        self._writers[name].write_table(pa.table(columns, schema=schema))
        self._rows[name].clear()

    def __exit__(self, kind, error, trace) -> None:
        with ExitStack() as stack:
            stack.callback(self._discard)
            if kind is None:
                for name in self.modules:
                    self._flush(name)
                for file in (*self._writers.values(), self._rejects):
                    file.close()
                self.tally.write(self.folder)
                stack.pop_all()  # all is whole

    def _discard(self) -> None:
        """Leave nothing behind of a file that was not read to its end."""
        for file in (*self._writers.values(), self._rejects):
            with suppress(OSError):
                file.close()
        for name in [*(f"{name}.parquet" for name in self.modules), REJECTS, TALLY]:
            (self.folder / name).unlink(missing_ok=True)


def _schema(module: Module) -> pa.Schema:
    keys = [(key, pa.int64()) for key in module.keys]
    own = [(field.column, _TYPES.get(field.kind, pa.string())) for field in module.fields]
    return pa.schema([*keys, *own, ("row", pa.int64())])


def open_records(folder: Path, engine: str = "duckdb") -> dict[str, nw.LazyFrame]:
    """The modules of a folder of records as lazy frames of an engine: duckdb, pandas, polars or pyspark.

    DuckDB and PySpark read the files as they need them, so that no table sits in memory.

    Raises ValueError where the engine is not one of these.
    """
    paths = {path.stem: str(path) for path in sorted(folder.glob("*.parquet"))}
    if engine == "duckdb":
        import duckdb

        # By the process's own connection, so that frames of several folders can be joined. What does not fit in this
        # much memory is put on disk for the time being.
        duckdb.execute(
            f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        duckdb.execute("SET temp_directory = ?", [str(Path(tempfile.gettempdir()) / "dbv-duckdb")])
        read = duckdb.read_parquet
    elif engine == "pandas":
        import pandas as pd

        read = partial(pd.read_parquet, dtype_backend="pyarrow")
    elif engine == "polars":
        import polars as pl

        read = pl.scan_parquet
    elif engine == "pyspark":
        from pyspark.sql import SparkSession

        read = SparkSession.builder.getOrCreate().read.parquet
    else:
        raise ValueError(f'There is no engine "{engine}". Use duckdb, pandas, polars or pyspark.')
    return {name: nw.from_native(read(path)).lazy() for name, path in paths.items()}
