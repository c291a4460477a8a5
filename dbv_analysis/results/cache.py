"""The results of the inputs, as they are kept under ``data/processed``.

They are calculated once, and used again for as long as the inputs, the settings and the code are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import dbv_analysis
from dbv_analysis.inputs.database.read import RECEIPT, Receipt, read_receipt, receipt_of
from dbv_analysis.inputs.records.store import records_folder
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.settings import FILE, Programme, load_programme
from dbv_analysis.model.short_texts import short_texts
from dbv_analysis.model.source import SUFFIX, Source, read_source, sha256_of
from dbv_analysis.results.count import FigureCounts, count_figures

DIGEST = b"dbv_inputs"


@dataclass(frozen=True)
class Assembled:
    """Everything that comes of the inputs, before a quarter is chosen."""

    programme: Programme
    results: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    warnings: list[str]
    counts: FigureCounts


def assemble(data: Path, profile: str) -> Assembled:
    """Validate every input under ``data`` and calculate every metric.

    Raises DataProblems with all problems of all inputs.
    """
    # Imported here so that reading stored results needs no pandera.
    from dbv_analysis.inputs.cross_checks import check_own_figures
    from dbv_analysis.inputs.load import load
    from dbv_analysis.results.calculate import results_of

    programme = load_programme(data)
    inputs = load(data)
    metrics = metrics_of(programme)
    check_own_figures(inputs.tables, metrics, data)
    counts = count_figures(metrics.values(), inputs.tables)
    results = results_of(counts, programme.disclosure, profile)
    return Assembled(programme, results, inputs.tables, inputs.warnings, counts)


def store(assembled: Assembled, data: Path, profile: str) -> None:
    """Keep results and tables as Parquet under ``data/processed``, the results last."""
    folder = _processed(data)
    folder.mkdir(parents=True, exist_ok=True)
    key = {DIGEST: digest(data, profile).encode()}
    for name, frame in {**assembled.tables, "results": assembled.results}.items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        partial = folder / f".{name}.parquet"
        try:
            pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **key}), partial)
            partial.replace(folder / f"{name}.parquet")
        finally:
            partial.unlink(missing_ok=True)


def stored(data: Path, profile: str, name: str = "results") -> pd.DataFrame | None:
    """A kept table, or None where there is none or anything that it came from has changed."""
    found = stored_tables(data, [name], digest(data, profile))
    return found and found[name]


@short_texts()
def stored_tables(data: Path, names: Iterable[str], key: str) -> dict[str, pd.DataFrame] | None:
    """Kept tables by name, None where one of them is not there or not of this ``key``."""
    found = {}
    for name in names:
        try:
            table = pq.read_table(_processed(data) / f"{name}.parquet")
        except (OSError, pa.ArrowInvalid):  # none, or not whole
            return None
        if (table.schema.metadata or {}).get(DIGEST) != key.encode():
            return None
        found[name] = table.to_pandas()
    return found


def _processed(data: Path) -> Path:
    return data.resolve().parent / "processed"


def digest(data: Path, profile: str) -> str:
    """A fingerprint of all that results follow from: inputs, settings, profile, code, and a query's rows."""
    total = _of_files(data, profile)
    for path in sorted((_processed(data) / "records").glob(f"*/*{RECEIPT}")):
        receipt = read_receipt(path)
        total.update(f"{path.name} {receipt and receipt.sha256}".encode())
    return total.hexdigest()


def digest_of_files(data: Path, profile: str) -> str:
    """The same, without what queries gave: unlike ``digest``, it does not change when they are asked anew."""
    return _of_files(data, profile).hexdigest()


def _of_files(data: Path, profile: str):
    code = Path(dbv_analysis.__file__).parent
    root = load_programme(data).root
    files_read = [*files(data), root / FILE, *files(code)]
    total = hashlib.sha256(profile.encode())
    for path in files_read:
        total.update(path.name.encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total


def receipts(data: Path, asked: Iterable[Source]) -> dict[str, Receipt]:
    """What came back when the queries among the sources ``asked`` were last asked, by their files."""
    found = {
        one.file: read_receipt(receipt_of(Path(one.file), records_folder(data, one.release)))
        for one in asked
        if one.database
    }
    return {file: receipt for file, receipt in found.items() if receipt is not None}


def files(folder: Path) -> list[Path]:
    """Every file under ``folder`` that results may follow from, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def sources(data: Path) -> list[Source]:
    """Every source, its file named from ``data`` on, with the sum that the file has now."""
    found = []
    for path in sorted(data.rglob(f"*{SUFFIX}")):
        source = read_source(path, path.name)
        file = path.parent / source.file
        name = file.relative_to(data).as_posix()
        found.append(source.model_copy(update={"file": name, "sha256": sha256_of(file)}))
    return found
