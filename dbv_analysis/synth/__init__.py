"""A synthetic authority: made-up persons in the real input formats, whose totals are the published ones.

Every name and UPN holds the word CANARY, so that a test can look for any that gets out. No row is about anybody.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.records.characteristics import JOINED
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import load_programme
from dbv_analysis.model.source import sha256_of
from dbv_analysis.synth import export, ledger, people, registers, rolls, xml
from dbv_analysis.synth.errors import Planted, in_ledger, in_registers, with_faults
from dbv_analysis.synth.establishments import made_up, write_establishments
from dbv_analysis.synth.totals import Totals, totals

PLANTED = "planted.json"
SIDECAR = """# Made up. Every person in these files is synthetic; the totals are those that the DfE published.
file = "{file}"
format = "{format}"
release = "synthetic-{format}-{year}"
publisher = "dbv-analysis"
title = "Synthetic {title}, {year} (made up; no row is about anybody)"
published = {day}
retrieved = {day}
licence = "CC0 1.0"
sha256 = "{sha256}"
notes = ["Synthetic: made with seed {seed}. Totals are those of {area} in the DfE's release; the persons are not real."]
"""


@dataclass(frozen=True)
class Synthetic:
    """The files of a synthetic authority, the totals and costs that they add up to, and what ``planted.json`` holds.

    ``planted`` gives the effects in the registers' second year in percentage points, the rows that break each rule, and
    the rows of each module that cannot be read.
    """

    xml: Path
    export: Path
    establishments: Path
    registers: Path
    ledger: Path
    totals: Totals
    costs: ledger.Costs
    planted: dict


def synthesise(
    data: Path,
    out: Path,
    plans: int | None = None,
    seed: int = 1,
    faults: int = 0,
    effects: registers.Effects | None = None,
) -> Synthetic:
    """Write a synthetic authority to ``out``: its SEN2 return as XML and as an export, registers, and a ledger.

    Args:
        data: the inputs whose published totals of the authority it is to have.
        plans: how many plans, in the published proportions; the published number where it is not given.
        seed: the same seed makes the same files.
        faults: how many of each kind of fault are planted. With none the totals are exactly the published ones.
        effects: what is planted in the registers' second year; otherwise half a point everywhere, and two more in
            schools that joined the training programme.

    Raises CallProblem where the folder holds something, or no published totals are among the inputs.
    """
    if out.exists() and any(out.iterdir()):
        raise CallProblem(f"{out} is not empty. Name a folder that is not there yet with --out.")
    tables = load(data).tables
    training = load_programme(data).training
    listed_as = training.name if training else JOINED
    wanted = totals(tables, data, plans)
    costs = ledger.costs(tables, wanted.lea, wanted.share)
    calendar = registers.Calendar(registers.first_monday(wanted.reference.year - 2))
    effects = effects or registers.Effects()
    schools = made_up(seed)
    out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".synth-", dir=out))
    planted = Planted()

    def everybody(record: Planted) -> Iterator[people.Row]:
        return with_faults(people.people(wanted, schools, seed), faults, record)

    try:
        xml.write(work / "sen2.xml", everybody(planted), wanted)
        export.write(work / "export", everybody(Planted()), wanted)
        write_establishments(work / "establishments.csv", schools)
        pupils = rolls.roll(people.people(wanted, schools, seed), schools, calendar.start, seed)
        joined = registers.write(work / "registers", pupils, tables, wanted.lea, calendar, effects, seed, listed_as)
        ledger.write(work / "ledger" / "ledger.csv", costs, seed)
        if faults:
            in_registers(work / "registers", faults, planted)
            in_ledger(work / "ledger" / "ledger.csv", faults, planted)
        for file, form, title, day in (
            ("sen2.xml", "sen2", "SEN2 return", wanted.reference),
            ("registers/marks.parquet", "register", "attendance registers", calendar.end),
            ("ledger/ledger.csv", "ledger", "ledger of placements and transport", costs.day),
        ):
            path = work / file
            settings = {"file": path.name, "format": form, "title": title, "day": day, "sha256": sha256_of(path)}
            settings |= {"year": wanted.reference.year, "area": wanted.area, "seed": seed}
            path.with_suffix(".source.toml").write_text(SIDECAR.format(**settings), encoding="utf-8")
        record = {"seed": seed, "effects": {**asdict(effects), "joined": calendar.joined.isoformat()}}
        record |= {"schools": joined, "broken": dict(planted.broken), "rejected": dict(planted.rejected)}
        (work / PLANTED).write_text(json.dumps(record, indent=1), encoding="utf-8")
        for path in work.iterdir():
            path.rename(out / path.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    paths = (out / name for name in ("sen2.xml", "export", "establishments.csv", "registers", "ledger"))
    return Synthetic(*paths, totals=wanted, costs=costs, planted=record)
