"""Files to tables: every input under ``data/raw``, each with its ``.source.toml`` beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs import tidy
from dbv_analysis.inputs.database.read import Receipt, read_receipt, receipt_of
from dbv_analysis.inputs.formats import FORMATS
from dbv_analysis.inputs.input_format import Input
from dbv_analysis.inputs.records.store import records_folder
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import CallProblem, DataProblem, DataProblems
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.settings import Area, Programme, load_programme
from dbv_analysis.model.short_texts import with_short_texts
from dbv_analysis.model.source import QUERY, SUFFIX, Source, read_source, sha256_of
from dbv_analysis.model.tables import TABLES, no_rows
from dbv_analysis.model.wording import listed

DATA_SUFFIXES = (".csv", ".xlsx", ".ods", ".parquet", ".zip", ".gz", ".xml", QUERY)


@dataclass
class Inputs:
    """What ``data/raw`` holds: validated tables, where each came from, and what is worth a warning or a note."""

    tables: dict[str, pd.DataFrame]
    sources: list[Source]
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load(data: Path) -> Inputs:
    """Read and validate every input under ``data``.

    Returns one frame a table of ``tables.TABLES``, those without a file empty, each row with its
    period's label, dates and basis, its as-at date, source, release and first publication.

    Raises CallProblem where the folder is missing, DataProblems with every problem of every file.
    """
    if not data.is_dir():
        raise CallProblem(f"There is no folder {data}. Name the folder of the inputs with --data.")
    programme = load_programme(data)
    sidecars = sorted(data.rglob(f"*{SUFFIX}"))
    parts: dict[str, dict[str, pd.DataFrame]] = {name: {} for name in TABLES}
    inputs = Inputs({}, [])
    problems: list[DataProblem] = []
    described = set()
    for sidecar in sidecars:
        try:
            source = read_source(sidecar, _shown(data, sidecar), FORMATS)
        except DataProblems as found:
            problems += found.problems
            described |= {path for path in sidecar.parent.iterdir() if _sidecar_of(path) == sidecar}
            continue
        inputs.sources.append(source)
        path = sidecar.parent / source.file
        described.add(path)
        described |= {path.with_name(name) for name in FORMATS[source.format].beside(programme)}
        try:
            asked_before = _asked(data, path, source)
            for name, frame in _load_file(data, path, sidecar, source, programme, inputs.warnings).items():
                parts[name][_shown(data, path)] = frame
            if source.database:
                inputs.notes.append(_how_queried(_shown(data, path), asked_before, _asked(data, path, source)))
            if source.sha256 is None:
                inputs.notes.append(_how_to_seal(path, sidecar))
        except DataProblems as found:
            problems += found.problems
    problems += _without_source(data, described) + _in_one_folder(data, inputs.sources)
    if not sidecars and not problems:
        problems.append(DataProblem(str(data), "holds no inputs.", f"Put in each file with its {SUFFIX} beside it."))
    for name, frames in parts.items():
        problems += _said_twice(name, frames)
    if problems:
        raise DataProblems(problems)
    for name, frames in parts.items():
        table = with_short_texts(pd.concat(frames.values(), ignore_index=True)) if frames else no_rows(name)
        inputs.tables[name] = table
    return inputs


def quality(data: Path, sources: list[Source], profile: str) -> list[str]:
    """A line for each rule of data quality that a person-level input breaks; row numbers in the controlled profile."""
    lines = []
    for source in sources:
        if FORMATS[source.format].persons:
            from dbv_analysis.inputs.rules import broken

            lines += [f"{source.file}: {one.as_text(profile)}" for one in broken(records_folder(data, source.release))]
    return lines


def _in_one_folder(data: Path, sources: list[Source]) -> list[DataProblem]:
    """Inputs about persons whose records would lie in one folder: the second would write over the first's rejects."""
    problems, taken = [], {}
    for source in sources:
        if FORMATS[source.format].persons:
            other = taken.setdefault(records_folder(data, source.release), source)
            if other is not source:
                what = f"and {other.file} have one release, {source.release}, and both are about persons."
                problems.append(DataProblem(source.file, what, "Give each a release of its own.", column="release"))
    return problems


def _said_twice(name: str, frames: dict[str, pd.DataFrame]) -> list[DataProblem]:
    """Files of one release that give the same row: it is not known which of them holds."""
    if len(frames) < 2:
        return []
    key = [*TABLES[name].key, "release"]
    every = pd.concat([frame[key].assign(file=file) for file, frame in frames.items()], ignore_index=True)
    repeated = every[every.duplicated(key)]
    problems = []
    for file, rows in repeated.groupby("file"):
        row = rows.iloc[0]
        other = every[(every[key] == row[key]).all(axis=1)].iloc[0]["file"]
        example = ", ".join(str(value) for value in row[key])
        problems.append(
            DataProblem(
                str(file),
                f"gives {len(rows):,} rows that {other} gives too, such as {example}.",
                "Take one of the two files out, or give it the release that it is from.",
            )
        )
    return problems


def _how_to_seal(path: Path, sidecar: Path) -> str:
    return f'{path.name} is not sealed yet. Once it is final, add to {sidecar}: sha256 = "{sha256_of(path)}"'


def _asked(data: Path, path: Path, source: Source) -> Receipt | None:
    return read_receipt(receipt_of(path, records_folder(data, source.release)))


def _how_queried(shown: str, before: Receipt | None, now: Receipt) -> str:
    """That rows came from a database, when, and whether they are those of the time before."""
    words = f"{shown} was queried at {now.queried}: {now.rows:,} rows, sha256 {now.sha256}"
    if before is None:
        return f"{words}."
    return f"{words}, {'the same as' if before.sha256 == now.sha256 else 'not those'} of {before.queried}."


def _without_source(data: Path, described: set[Path]) -> list[DataProblem]:
    """Data files that no source names: an input without provenance is refused."""
    problems = []
    for path in sorted(data.rglob("*")):
        known = path.suffix.lower() in DATA_SUFFIXES and not path.name.startswith((".", "~$"))
        if known and path not in described:
            sidecar = _sidecar_of(path)
            if sidecar.is_file():
                what, fix = f"is not the file that {sidecar.name} names.", "Give it a name and a source of its own."
            else:
                what = f"has no {sidecar.name} beside it."
                fix = "Write one that says who published the file, when, and under which licence; copy another's."
            problems.append(DataProblem(_shown(data, path), what, fix))
    return problems


def _sidecar_of(path: Path) -> Path:
    return path.with_name(path.name.split(".")[0] + SUFFIX)


def _shown(data: Path, path: Path) -> str:
    return (data / path.relative_to(data)).as_posix()


def _load_file(
    data: Path, path: Path, sidecar: Path, source: Source, programme: Programme, warnings: list[str]
) -> dict[str, pd.DataFrame]:
    shown = _shown(data, path)
    if not path.is_file():
        raise DataProblems(
            [DataProblem(shown, "is missing.", f"Put it back, or take out {sidecar.name} if it is no longer used.")]
        )
    if source.sha256 is not None and sha256_of(path) != source.sha256:
        warnings.append(
            f"{path.relative_to(data).as_posix()} has changed since {sidecar.name} was written. "
            f"If that was meant, set sha256 there to {sha256_of(path)}."
        )
    form = FORMATS[source.format]
    if source.database and not form.queried:
        fix = f"Use {listed((name for name, one in FORMATS.items() if one.queried), 'or')}."
        raise DataProblems([DataProblem(shown, f'cannot be a query: format = "{source.format}" is a file.', fix)])
    found = form.read(Input(path, shown, source, programme, records_folder(data, source.release)))
    warnings += found.warnings
    problems, tables = found.problems, {}
    for name, text in found.tables.items():
        try:
            frame = tidy.validate(_filled(text, name, programme.area, source), name, shown)
            frame = _with_provenance(frame, source, path.relative_to(data).as_posix())
            tables[name] = form.at_its_row(frame, text, name) if form.at_its_row else frame
        except DataProblems as error:
            told = {(problem.file, problem.row, problem.column) for problem in problems}
            problems += [one for one in error.problems if (one.file, one.row, one.column) not in told]
    if problems:
        raise DataProblems(problems)
    return tables


def _filled(text: pd.DataFrame, name: str, area: Area, source: Source) -> pd.DataFrame:
    """A table of the authority's own with what goes without saying: its area, and for a register its day and count."""
    if not TABLES[name].own:
        return text
    given = {"area_code": area.code, "area_name": area.name, "geographic_level": area.geographic_level}
    if name in PROJECT_LISTS:
        given |= {"period": (source.as_at or source.published).isoformat(), "count": "1"}
    return text.assign(**{column: value for column, value in given.items() if column not in text})


def _with_provenance(frame: pd.DataFrame, source: Source, file: str) -> pd.DataFrame:
    """Each row with its period in dates, where and when the figure was published, and the place that it came from."""
    periods = {text: Period.parse(text) for text in frame["period"].unique()}
    labels = frame["period"].map({text: period.label for text, period in periods.items()})
    return frame.assign(
        # A printed label is kept; the dates say what it was read as.
        period_label=frame["period_printed"] if "year_kind" in frame else labels,
        period_start=frame["period"].map({text: period.start for text, period in periods.items()}),
        period_end=frame["period"].map({text: period.end for text, period in periods.items()}),
        basis=frame["period"].map({text: period.basis for text, period in periods.items()}),
        as_at=frame["period"].map({text: source.as_at_of(period) for text, period in periods.items()}),
        source=f"{source.publisher}, {source.title}",
        release=source.release,
        published=frame["period"].map({text: source.published_on(text) for text in periods}),
        file=file,
        row=frame.index + tidy.HEADER_ROWS + 1,
    )
