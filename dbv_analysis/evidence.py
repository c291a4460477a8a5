"""The results table as a quarter's pack may use it: what was known by its cut-off, what came out since.

Results are calculated once and kept under ``data/processed``; they are used again for as long as the
inputs, the settings and the code are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import dbv_analysis
from dbv_analysis import registry
from dbv_analysis.periods import FULL_YEAR, SNAPSHOT, Period, Quarter
from dbv_analysis.programme import FILE, NeighbourSet, Programme, load_programme
from dbv_analysis.registry import Metric
from dbv_analysis.sources import SUFFIX, Source, read_source, sha256_of
from dbv_analysis.terms import PROFILES, CallProblem, DataProblem, DataProblems, did_you_mean, listed, section_order

DIGEST = b"dbv_inputs"
FIGURE = ["area_code", "breakdown_topic", "breakdown", "period_start", "period_end"]
NEVER = 1_000_000  # days: more than lie between any two releases


@dataclass(frozen=True)
class Evidence:
    """Results, and what a page must know to quote from them.

    ``results`` holds everything; ``rows`` divides it at ``cut_off``.
    """

    results: pd.DataFrame
    printed_figures: pd.DataFrame
    sources: list[Source]
    metrics: dict[str, Metric]
    programme: Programme
    quarter: Quarter
    cut_off: date
    profile: str

    @property
    def area(self) -> str:
        """The authority's name, as a sentence uses it."""
        return self.programme.area.name

    @property
    def start(self) -> date:
        """The day on which the programme began."""
        return self.programme.programme.start

    @property
    def neighbours(self) -> NeighbourSet:
        return self.programme.neighbours_at(self.cut_off)

    @property
    def sections(self) -> list[str]:
        return section_order(metric.section for metric in self.metrics.values())

    def in_section(self, section: str) -> list[Metric]:
        return [metric for metric in self.metrics.values() if metric.section == section]

    def rows(
        self,
        metric_id: str,
        areas: Iterable[str] | None = None,
        breakdown: str | None = None,
        basis: str | None = None,
        since: bool = False,
    ) -> pd.DataFrame:
        """Rows of one metric that were published by the cut-off, or with ``since`` those that were not.

        ``areas`` are codes, the authority's own unless given. Sorted by period. Where several releases
        give a figure, the newest that was out by the cut-off counts, or else the first after it.
        """
        frame = self._by_metric.get(metric_id, self.results.iloc[:0])
        chosen = frame["area_code"].isin([self.programme.area.code] if areas is None else list(areas)) & (
            (frame["published"] > self.cut_off) if since else (frame["published"] <= self.cut_off)
        )
        if breakdown is not None:
            chosen &= frame["breakdown"] == breakdown
        if basis is not None:
            chosen &= frame["basis"] == basis
        rows = frame[chosen]
        if since:  # a figure that was out before is not news, though a later release gives it again
            known = frame[frame["published"] <= self.cut_off].set_index(FIGURE).index
            rows = rows[~rows.set_index(FIGURE).index.isin(known)]
        rows = rows.assign(preference=rows["release"].map(self._preferences))
        rows = rows.sort_values(["period_end", "period_start", "breakdown", "preference"], kind="stable")
        return rows.drop_duplicates(FIGURE).drop(columns="preference").reset_index(drop=True)

    @cached_property
    def _by_metric(self) -> dict[str, pd.DataFrame]:
        return dict(iter(self.results.groupby("metric_id")))

    @cached_property
    def authorities(self) -> list[str]:
        """The codes of every local authority that has a figure."""
        level = self.results["geographic_level"]
        return list(self.results.loc[level == "Local authority", "area_code"].unique())

    @cached_property
    def _preferences(self) -> dict[str, int]:
        """Each release's distance in days from the cut-off; any that was out by then goes before any that was not."""
        return {
            source.release: (self.cut_off - source.published).days
            if source.published <= self.cut_off
            else NEVER + (source.published - self.cut_off).days
            for source in self.sources
        }

    def whole(self, metric_id: str, areas: Iterable[str] | None = None, breakdown: str | None = None) -> pd.DataFrame:
        """Those of ``rows`` that are of a full year or a count on one day: parts of a year are left out."""
        rows = self.rows(metric_id, areas, breakdown)
        return rows[rows["basis"].isin([FULL_YEAR, SNAPSHOT])]

    def write(self, row: pd.Series) -> str:
        """A row's figure as a page prints it: the number in its unit, or the symbol."""
        return row["symbol"] or self.metrics[row["metric_id"]].write(row["value"])


def period_of(row: pd.Series) -> Period:
    """A result row's period. Its kind follows from its dates, which the tables keep distinct."""
    length = {(9, 1): "academic year", (4, 1): "financial year", (1, 1): "calendar year"}
    start = row["period_start"]
    kind = length.get((start.month, start.day), "") if row["basis"] == "full_year" else row["basis"]
    return Period(start, row["period_end"], row["basis"], kind, row["period_label"])


@dataclass(frozen=True)
class Assembled:
    """Everything that comes of the inputs, before a quarter is chosen."""

    programme: Programme
    results: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    warnings: list[str]


def assemble(data: Path, profile: str) -> Assembled:
    """Validate every input under ``data`` and calculate every metric.

    Raises DataProblems with all problems of all inputs.
    """
    # Imported here so that reading stored results needs no pandera.
    from dbv_analysis.calculate import calculate
    from dbv_analysis.loaders import load

    programme = load_programme(data)
    inputs = load(data)
    check_printed_figures(inputs.tables["printed_figures"])
    results = calculate(registry.discover().values(), inputs.tables, programme.disclosure, profile)
    return Assembled(programme, results, inputs.tables, inputs.warnings)


def check_printed_figures(printed: pd.DataFrame) -> None:
    """Raise DataProblems for every printed figure that names a measure that does not exist."""
    known = registry.discover()
    unknown = printed[~printed["metric_id"].isin(known)].drop_duplicates(["release", "metric_id"])
    problems = [
        DataProblem(
            f"printed_figures of {row.release}",
            f'"{row.metric_id}" is not a metric.',
            f"Use one that `dbv metrics` lists.{did_you_mean(row.metric_id, known)}",
            column="metric_id",
        )
        for row in unknown.itertuples()
    ]
    if problems:
        raise DataProblems(problems)


def store(assembled: Assembled, data: Path, profile: str) -> None:
    """Keep results and tables as Parquet under ``data/processed``, the results last."""
    folder = _processed(data)
    folder.mkdir(parents=True, exist_ok=True)
    key = {DIGEST: digest(data, profile).encode()}
    for name, frame in {**assembled.tables, "results": assembled.results}.items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        partial = folder / f".{name}.parquet"
        pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **key}), partial)
        partial.replace(folder / f"{name}.parquet")


def stored(data: Path, profile: str, name: str = "results") -> pd.DataFrame | None:
    """A kept table, or None where there is none or anything that it came from has changed."""
    path = _processed(data) / f"{name}.parquet"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid):  # none, or not whole
        return None
    if (table.schema.metadata or {}).get(DIGEST) != digest(data, profile).encode():
        return None
    return table.to_pandas()


def _processed(data: Path) -> Path:
    return data.resolve().parent / "processed"


def digest(data: Path, profile: str) -> str:
    """A fingerprint of all that results follow from: inputs, settings, profile and code."""
    code = Path(dbv_analysis.__file__).parent
    root = load_programme(data).root
    files = [*_files(data), root / FILE, *_files(code)]
    total = hashlib.sha256(profile.encode())
    for path in files:
        total.update(path.name.encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _sources(data: Path) -> list[Source]:
    """Every source, its file named from ``data`` on, with the sum that the file has now."""
    found = []
    for path in sorted(data.rglob(f"*{SUFFIX}")):
        source = read_source(path, path.name)
        file = path.parent / source.file
        name = file.relative_to(data).as_posix()
        found.append(source.model_copy(update={"file": name, "sha256": sha256_of(file)}))
    return found


def open_evidence(quarter: str, data: str | Path, profile: str = "public", as_at: str | date = "") -> Evidence:
    """The evidence for a quarter, from kept results where they are still good.

    Args:
        quarter: such as ``2024-25-Q2``.
        data: the folder of the inputs.
        profile: ``public`` or ``controlled``.
        as_at: the cut-off, ``year-month-day``; the quarter's own in ``programme.toml`` where empty.

    Raises CallProblem where the quarter or the day is not one, DataProblems where inputs are wrong.
    """
    data = Path(data)
    if profile not in PROFILES:
        raise CallProblem(f'There is no profile "{profile}". Use {listed(PROFILES, "or")}.')
    try:
        chosen = Quarter(quarter)
        day = date.fromisoformat(as_at) if isinstance(as_at, str) and as_at else as_at
    except ValueError as error:
        raise CallProblem(str(error)) from None
    programme = load_programme(data)
    results, printed = stored(data, profile), stored(data, profile, "printed_figures")
    if results is None or printed is None:
        assembled = assemble(data, profile)
        results, printed = assembled.results, assembled.tables["printed_figures"]
    return Evidence(
        results=results,
        printed_figures=printed,
        sources=_sources(data),
        metrics=registry.discover(),
        programme=programme,
        quarter=chosen,
        cut_off=day or programme.cut_off(chosen),
        profile=profile,
    )
