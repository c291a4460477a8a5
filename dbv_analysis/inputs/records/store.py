"""Records on disk: a Parquet file a module, written in batches as they are read, and a file of what was rejected."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from dbv_analysis.inputs.records.fields import DATE, MONEY, NUMBER, Module

MEMORY = "1200MB"  # of DuckDB, beside what Python takes
BATCH = 20_000  # rows of a module held in memory
REJECTS, TALLY = "rejects.csv", "tally.json"
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

    def as_json(self) -> str:
        counts = {name: dict(getattr(self, name)) for name in ("seen", "accepted", "rejected")}
        return json.dumps({"year": self.year, "reference": str(self.reference), **counts}, indent=1)

    def add(self, name: str, seen: int, accepted: int, rejected: int) -> None:
        self.seen[name], self.accepted[name], self.rejected[name] = seen, accepted, rejected

    def write(self, folder: Path) -> None:
        (folder / TALLY).write_text(self.as_json(), encoding="utf-8")


class Store:
    """A folder of records as they are written. Use as a context manager; on an error nothing is left behind."""

    def __init__(self, folder: Path, modules: tuple[Module, ...], tally: Tally):
        self.folder = folder
        self.tally = tally
        self.modules = {module.name: module for module in modules}
        self._rows: dict[str, list[tuple]] = {name: [] for name in self.modules}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._places = {
            module.name: {one.column: (place, one) for place, one in enumerate(module.fields)} for module in modules
        }
        self._schemas = {module.name: _schema(module) for module in modules}

    def __enter__(self) -> Store:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._rejects = (self.folder / REJECTS).open("w", encoding="utf-8", newline="")
        self._reject_rows = csv.writer(self._rejects, lineterminator="\n")
        self._reject_rows.writerow(["module", "row", "reason", "cells"])
        return self

    def add(self, module: Module, key: int, parent: int | None, cells: dict[str, str], row: int) -> bool:
        """Keep one row, or reject it with its reasons. ``cells`` are its texts by column; True where it was kept."""
        places, reasons = self._places[module.name], []
        values: list = [None] * len(places)
        for column, text in cells.items():
            if column not in places:
                continue
            place, one = places[column]
            try:
                values[place] = one.read(text)
            except ValueError as error:
                reasons.append(str(error))
        if reasons:
            self.reject(module, cells, row, "; ".join(reasons))
            return False
        self.keep(module, key, parent, values, row)
        return True

    def keep(self, module: Module, key: int, parent: int | None, values: Iterable, row: int) -> None:
        """Keep one row whose values, in the order of the module's fields, have been read."""
        rows = self._rows[module.name]
        rows.append((key, *values, row) if parent is None else (key, parent, *values, row))
        self.tally.seen[module.name] += 1
        self.tally.accepted[module.name] += 1
        if len(rows) >= BATCH:
            self._flush(module.name)

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
        arrays = [pa.array(column, type=one.type) for column, one in zip(columns, schema, strict=True)]
        self._writers[name].write_table(pa.Table.from_arrays(arrays, schema=schema))
        self._rows[name].clear()

    def __exit__(self, kind, error, trace) -> None:
        whole = False
        try:
            if kind is None:
                for name in self.modules:
                    self._flush(name)
                for writer in self._writers.values():
                    writer.close()
                self._rejects.close()
                self.tally.write(self.folder)
                whole = True
        finally:
            if not whole:
                self._discard()

    def _discard(self) -> None:
        """Leave nothing behind of a file that was not read to its end."""
        for one in (*self._writers.values(), self._rejects):
            with suppress(OSError):
                one.close()
        for name in [*(f"{name}.parquet" for name in self.modules), REJECTS, TALLY]:
            (self.folder / name).unlink(missing_ok=True)


def _schema(module: Module) -> pa.Schema:
    keys = [pa.field(module.key, pa.int64())]
    if module.parent:
        keys.append(pa.field(module.parent_key, pa.int64()))
    own = [pa.field(one.column, _TYPES.get(one.kind, pa.string())) for one in module.fields]
    return pa.schema([*keys, *own, pa.field("row", pa.int64())])


def read_tally(folder: Path) -> Tally:
    """What was read into a folder of records."""
    kept = json.loads((folder / TALLY).read_text(encoding="utf-8"))
    counts = {name: Counter(kept[name]) for name in ("seen", "accepted", "rejected")}
    return Tally(kept["year"], date.fromisoformat(kept["reference"]), **counts)


def open_records(folder: Path, engine: str = "duckdb") -> dict[str, nw.LazyFrame]:
    """The modules of a folder of records, and its establishments, as lazy frames of an engine.

    ``engine`` is ``duckdb``, ``pandas``, ``polars`` or ``pyspark``.

    DuckDB and PySpark read the files as they need them, so that no table sits in memory.

    Raises ValueError where the engine is not one of these.
    """
    paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    if engine == "duckdb":
        import duckdb

        # By the process's own connection, so that frames of several folders can be joined. What does not fit in this
        # much memory is put on disk for the time being.
        spill = Path(tempfile.gettempdir()) / "dbv-duckdb"
        duckdb.execute(
            f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        duckdb.execute("SET temp_directory = ?", [str(spill)])
        frames = {name: duckdb.read_parquet(str(path)) for name, path in paths.items()}
    elif engine == "pandas":
        import pandas as pd

        frames = {name: pd.read_parquet(path, dtype_backend="pyarrow") for name, path in paths.items()}
    elif engine == "polars":
        import polars as pl

        frames = {name: pl.scan_parquet(path) for name, path in paths.items()}
    elif engine == "pyspark":
        from pyspark.sql import SparkSession

        session = SparkSession.builder.getOrCreate()
        frames = {name: session.read.parquet(str(path)) for name, path in paths.items()}
    else:
        raise ValueError(f'There is no engine "{engine}". Use duckdb, pandas, polars or pyspark.')
    return {name: nw.from_native(frame).lazy() for name, frame in frames.items()}
