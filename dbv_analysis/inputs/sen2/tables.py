"""The authority's own person-level SEN2 return → the tables of counts that the DfE's release fills.

A person's row goes no further than the Parquet files of ``data/processed/records``; what is given on is counts.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs.columns import missing_columns
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.inputs.records.counting import summed, with_zeros
from dbv_analysis.inputs.records.store import REJECTS, left_out, open_records
from dbv_analysis.inputs.records.to_tables import ALL, of_return
from dbv_analysis.inputs.sen2 import derive
from dbv_analysis.inputs.sen2.quality import RULES
from dbv_analysis.inputs.sen2.read_export import read_export, read_queried
from dbv_analysis.inputs.sen2.read_xml import read_xml
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.sen2 import NEEDS, PLACEMENTS
from dbv_analysis.model.settings import Area
from dbv_analysis.model.tables.published import FLOWS
from dbv_analysis.model.wording import listed

ESTABLISHMENTS = "establishments.csv"
URN, TYPE = "URN", "TypeOfEstablishment (name)"
# What a table has a row for even where nothing was counted, as in the release.
EVERY: dict[str, dict[str, Sequence[str]]] = {
    "caseload": {},
    "placements": {"placement": PLACEMENTS},
    "plans_by_need": {"placement": [ALL], "need": NEEDS},
    "flows": {"flow": FLOWS},
    "timeliness": {
        "exceptions": ["included", "excluded"],
        "time_taken": [ALL, "within 20 weeks", "20 to 52 weeks", "over 52 weeks"],
    },
}
OF_A_YEAR = ("flows", "timeliness")


def read_return(
    path: Path, shown: str, area: Area, folder: Path, database: str | None = None
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """A return's tables of counts as text, and what is to be warned of; its records are kept in ``folder``.

    The return is the XML, a zip of the nine CSV files, or nine queries, for which ``database`` is the environment
    variable that holds the database's address. ``establishments.csv``, as GIAS gives it, lies beside it.

    Raises DataProblems where the return or the list of establishments cannot be read.
    """
    beside = f"{Path(shown).parent.as_posix()}/{ESTABLISHMENTS}"
    schools = read_establishments(path.with_name(ESTABLISHMENTS), beside)
    if database:
        tally = read_queried(path, folder, shown, database)
    else:
        tally = (read_xml if path.suffix.lower() == ".xml" else read_export)(path, folder, shown)
    schools.to_parquet(folder / f"{Path(ESTABLISHMENTS).stem}.parquet", index=False)
    tables = counted(open_records(folder), tally.reference)
    given = {"area_code": area.code, "area_name": area.name, "geographic_level": area.geographic_level, "symbol": ""}
    texts = {name: frame.assign(**given, count=frame["count"].astype(str)) for name, frame in tables.items()}
    rejected = listed(f"{count:,} of {tally.seen[name]:,} {name}" for name, count in sorted(tally.rejected.items()))
    return texts, [*tally.notes, *([left_out(shown, rejected, folder / REJECTS)] if rejected else [])]


def read_establishments(path: Path, shown: str) -> pd.DataFrame:
    """The establishments' ``urn`` and ``kind``, the SEN2 release's column of its type, from a download of GIAS.

    A type that is not known has no kind. Raises DataProblems where the file or one of its columns is missing.
    """
    if not path.is_file():
        fix = "Put GIAS's list of establishments there, with its columns URN and TypeOfEstablishment (name)."
        raise DataProblems([DataProblem(shown, "is missing: placements need the establishments' types.", fix)])
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        rows = csv.DictReader(stream)
        fix = "Download the list from GIAS again."
        if problems := missing_columns((URN, TYPE), rows.fieldnames or [], shown, fix):
            raise DataProblems(problems)
        types = derive.establishment_types()
        kinds = [(int(row[URN]), types.get(row[TYPE])) for row in rows if (row[URN] or "").isdigit()]
    frame = pd.DataFrame(kinds, columns=["urn", "kind"]).drop_duplicates("urn")
    return frame.astype({"urn": "int64", "kind": "string[pyarrow]"})


def counted(modules: derive.Modules, reference: date) -> dict[str, pd.DataFrame]:
    """The tables that one return gives: counts of the census day, and of the calendar year before it.

    Each has ``period``, its own columns and ``count``; a placement, need or flow without any is 0, as in the release.
    """
    year = Period.calendar_year(reference.year - 1)
    tables = {name: summed(name, frame) for name, frame in of_return(modules, reference, year).items()}
    for name, every in EVERY.items():
        period = year.text if name in OF_A_YEAR else reference.isoformat()
        tables[name] = with_zeros(tables[name], {"period": [period], **every})
    return tables


def read_input(given: Input) -> Read:
    return Read(*read_return(given.path, given.shown, given.programme.area, given.records, given.source.database))


FORMAT = Format(read_input, beside=lambda programme: (ESTABLISHMENTS,), persons=True, rules=RULES, queried=True)
