"""Everyone on a day, from the records of a SEN2 return and, where there are some, of attendance registers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import narwhals as nw
import pandas as pd

from dbv_analysis.cohorts.cohort import ABOUT, Cohort
from dbv_analysis.inputs.records.characteristics import JOINED, PUPILS
from dbv_analysis.inputs.records.store import TALLY, open_records, read_tally
from dbv_analysis.inputs.records.to_tables import of_registers, of_return
from dbv_analysis.model.period import Period, format_day
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import Area, load_programme

PLANS = 400  # of a made-up authority
OF_A_ROLL = (PUPILS, JOINED)  # what a register's folder tells of those with plans


def open_day(
    records: str,
    data: str,
    day: str = "",
    engine: str = "duckdb",
    registers: str = "",
    period: str = "",
    make: Callable[[Path, Path], object] | None = None,
) -> Cohort:
    """Everyone with a plan on a day, from a folder of records; where none is named, of a made-up authority.

    ``open_day("data/processed/records/own-sen2-2025", "data/raw", "2025-01-16")``

    Args:
        records: the folder of a return's records.
        data: the inputs, for the authority's name.
        day: ``year-month-day``; the return's own day unless given.
        engine: what reads them: ``duckdb``, ``pandas``, ``polars`` or ``pyspark``.
        registers: the folder of the registers' records, for absence, free school meals, language and the programme.
        period: of which absence and suspensions are counted, such as ``autumn term 2024``.
        make: writes a made-up authority with the totals of some inputs into a folder; ``dbv synth`` unless given.

    Raises CallProblem where a folder holds no records, or the day or the period is none.
    """
    if not records:
        return _made_up(Path(data), period or "autumn term 2024", make or _by_command)
    area = load_programme(Path(data)).area
    for folder in filter(None, (records, registers)):
        if not (Path(folder) / TALLY).is_file():
            problem = f"{folder} holds no records. They are in data/processed/records, once `dbv check` has run."
            raise CallProblem(problem)
    try:
        chosen = date.fromisoformat(day) if day else read_tally(Path(records)).reference
    except ValueError:
        raise CallProblem(f'"{day}" is not a day: write 2024-09-26.') from None
    return on_day(Path(records), chosen, engine, Path(registers) if registers else None, period, area)


def on_day(
    folder: Path,
    day: date,
    engine: str = "duckdb",
    registers: Path | None = None,
    period: str = "",
    area: Area | None = None,
) -> Cohort:
    """Everyone with a plan on a day, with what the return, and a roll, tell of them: the columns ``ABOUT``.

    ``on_day(Path("data/processed/records/own-sen2-2025"), date(2025, 1, 16))``

    Events are those of the calendar year before the day. Raises CallProblem where the period is none.
    """
    modules = open_records(folder, engine)
    rolls = open_records(registers, engine) if registers else {}
    modules |= {name: rolls[name] for name in OF_A_ROLL if name in rolls}
    tables = of_return(modules, day, Period.calendar_year(day.year - 1))
    if rolls and period:
        try:
            tables |= of_registers(rolls | modules, Period.parse(period))
        except ValueError as error:
            raise CallProblem(str(error)) from None
    frame = tables["caseload"].select("persontableid", *ABOUT).collect().to_pandas()
    frame = frame.astype(dict.fromkeys(ABOUT, object))
    about = {
        "area_code": area.code if area else "",
        "area_name": area.name if area else "",
        "geographic_level": area.geographic_level if area else "",
        "as_at": day,
        "source": "the authority's records",
        "release": folder.name,
        "published": day,
    }

    def opened(other: date) -> Cohort:
        return on_day(folder, other, engine, registers, period, area)

    text = f"everyone with a plan on {format_day(day)}"
    return Cohort(day, frame, text, tables, about, opened)


def _by_command(data: Path, out: Path) -> None:
    """A made-up authority, as ``dbv synth`` writes it.

    Raises CallProblem with what the command said where it could not.
    """
    arguments = ["synth", "--plans", str(PLANS), "--data", str(data), "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "dbv_analysis", *arguments], capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise CallProblem(done.stderr.strip())


def _made_up(data: Path, period: str, make: Callable[[Path, Path], object]) -> Cohort:
    """A synthetic authority, to try things with; its files are gone once they have been read into memory."""
    from dbv_analysis.inputs.attendance.tables import read_registers
    from dbv_analysis.inputs.sen2.tables import read_return

    programme = load_programme(data)
    training = programme.training.name if programme.training else ""
    with tempfile.TemporaryDirectory(prefix="dbv-") as work:
        made, folder, registers = (Path(work) / name for name in ("authority", "records", "registers"))
        make(data, made)
        read_return(made / "sen2.xml", "sen2.xml", programme.area, folder)
        read_registers(made / "registers" / "marks.parquet", "marks.parquet", registers, training=training)
        day = read_tally(folder).reference
        everyone = on_day(folder, day, "pandas", registers, period, programme.area)
        tables = {name: _in_memory(frame) for name, frame in everyone.tables.items()}
    return Cohort(everyone.day, everyone.frame, f"{everyone.text} (made up; nobody is real)", tables, everyone.about)


def _in_memory(frame: nw.LazyFrame) -> nw.LazyFrame:
    native: pd.DataFrame = frame.collect().to_pandas()
    return nw.from_native(native).lazy()
