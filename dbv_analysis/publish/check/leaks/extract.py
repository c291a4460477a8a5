"""Take a finished file apart into pieces, all that is hidden in it included. Nothing of it is run or fetched."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.publish.check.leaks import images, office, web
from dbv_analysis.publish.check.leaks.content import FAILED, UNREADABLE, Content, Grid

LARGEST = 100_000_000  # bytes of a file; a whole pack has some 3 million
FAULTS = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, SyntaxError, RecursionError, pa.ArrowException)


def read(path: Path, name: str) -> Content:
    """All pieces of a file. One that cannot be read is a piece that says so; no error goes further."""
    pieces = Content()
    pieces.add("its name", name)
    reader = READERS.get(path.suffix.lower())
    if reader is None or path.stat().st_size > LARGEST:
        pieces.fact(UNREADABLE, "the whole file")
        return pieces
    try:
        reader(path, pieces)
    except FAULTS:
        pieces.fact(UNREADABLE, "the whole file")
    return pieces


def _html(path: Path, pieces: Content) -> None:
    web.extract(path.read_text(encoding="utf-8"), pieces)


def _office(path: Path, pieces: Content) -> None:
    office.extract(path, pieces)


def _picture(path: Path, pieces: Content) -> None:
    images.extract(path.read_bytes(), "the picture", pieces)


def _text(path: Path, pieces: Content) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        pieces.add(f"line {number}", line)


def _csv(path: Path, pieces: Content) -> None:
    rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"))))
    pieces.grids.append(Grid("the table", rows, own=bool(rows) and tuple(rows[0]) == RESULT_COLUMNS))
    for number, row in enumerate(rows, start=1):
        pieces.add(f"row {number}", "\t".join(row))


def _parquet(path: Path, pieces: Content) -> None:
    file = pq.ParquetFile(path)
    if sum(file.metadata.row_group(n).total_byte_size for n in range(file.num_row_groups)) > LARGEST:
        pieces.fact(UNREADABLE, "the whole file")
        return
    table = file.read()
    own = tuple(table.column_names) == RESULT_COLUMNS
    pieces.grids.append(Grid("the table", [table.column_names, *([()] * table.num_rows)], own=own))
    for key, value in (table.schema.metadata or {}).items():
        pieces.add("its metadata", f"{key.decode('utf-8', 'replace')} {value.decode('utf-8', 'replace')}")
    for name, column in zip(table.column_names, table.columns, strict=True):
        pieces.add("the columns' names", name)
        if pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
            continue
        for value in column.unique().to_pylist():
            pieces.add(f"column {name}", f"{name}: {value}")


def _json(path: Path, pieces: Content) -> None:
    _walk(json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number), "", pieces)


def _no_number(text: str) -> NoReturn:
    raise ValueError


def _walk(value: object, place: str, pieces: Content) -> None:
    """Every text of a JSON value, its names among them, with the way to it."""
    if isinstance(value, dict):
        for name, inside in value.items():
            pieces.add(place or "the top", name)
            _walk(inside, f"{place}.{name}" if place else name, pieces)
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            _walk(inside, f"{place}[{number}]", pieces)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        pieces.add(place, f"{place.rpartition('.')[2]}: {value}")


def _notebook(path: Path, pieces: Content) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    _walk(notebook.get("metadata", {}), "metadata", pieces)
    for number, cell in enumerate(notebook["cells"]):
        place = f"cell {number}"
        pieces.add(place, _joined(cell.get("source", "")))
        _walk(cell.get("metadata", {}), f"{place}, metadata", pieces)
        for output in cell.get("outputs", []):
            _output(output, f"{place}, output", pieces)


def _output(output: dict, place: str, pieces: Content) -> None:
    if output.get("output_type") == "error" or output.get("name") == "stderr":
        pieces.fact(FAILED, place)
    pieces.add(place, _joined(output.get("text", "")))
    for kind, held in output.get("data", {}).items():
        if kind.startswith("image/") and kind != "image/svg+xml":
            images.extract_base64(_joined(held), f"{place}, picture", pieces)
        elif kind in ("text/html", "image/svg+xml"):
            web.extract(_joined(held), pieces, within=f"{place}, ")
        else:
            _walk(_joined(held) if isinstance(held, list) else held, place, pieces)
    rest = {name: value for name, value in output.items() if name not in ("text", "data")}
    _walk(rest, place, pieces)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(map(str, text))


READERS: dict[str, Callable[[Path, Content], None]] = {
    ".html": _html,
    ".htm": _html,
    ".svg": _html,
    ".xlsx": _office,
    ".docx": _office,
    ".json": _json,
    ".ipynb": _notebook,
    ".parquet": _parquet,
    ".csv": _csv,
    ".txt": _text,
    ".md": _text,
    ".toml": _text,
    ".log": _text,
    ".jsonl": _text,
    ".png": _picture,
    ".jpg": _picture,
    ".jpeg": _picture,
}
