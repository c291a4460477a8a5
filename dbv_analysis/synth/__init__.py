"""A synthetic authority: made-up persons in the real input formats, whose totals are the published ones.

Every name and UPN holds the word CANARY, so that a test can look for any that gets out. No row is about anybody.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dbv_analysis.loaders import load
from dbv_analysis.sources import sha256_of
from dbv_analysis.synth import export, people, xml
from dbv_analysis.synth.establishments import made_up, write_establishments
from dbv_analysis.synth.totals import Totals, totals
from dbv_analysis.terms import CallProblem

CANARY = people.CANARY
SIDECAR = """# Made up. Every person in these files is synthetic; the totals are those that the DfE published.
file = "{file}"
format = "sen2"
release = "synthetic-sen2-{year}"
publisher = "dbv-analysis"
title = "Synthetic SEN2 return, {year} (made up; no row is about anybody)"
published = {reference}
retrieved = {reference}
licence = "CC0 1.0"
sha256 = "{sha256}"
notes = ["Synthetic: made with seed {seed}. Totals are those of {area} in the DfE's release; the persons are not real."]
"""


@dataclass(frozen=True)
class Synthetic:
    """Where a synthetic authority's files are, and the totals that they were made to have."""

    xml: Path
    export: Path
    establishments: Path
    totals: Totals


def synthesise(data: Path, out: Path, plans: int | None = None, seed: int = 1) -> Synthetic:
    """Write a synthetic authority under ``out``: its SEN2 return, as XML and as an export, and its establishments.

    Args:
        data: the inputs whose published totals of the authority it is to have.
        out: a folder that is not there yet, or is empty.
        plans: how many plans; the published number where it is not given. Others keep the published proportions.
        seed: the same seed makes the same files.

    Raises CallProblem where the folder holds something, or no published totals are among the inputs.
    """
    if out.exists() and any(out.iterdir()):
        raise CallProblem(f"{out} is not empty. Name a folder that is not there yet with --out.")
    wanted = totals(load(data).tables, data, plans)
    schools = made_up(seed)
    out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".synth-", dir=out))
    try:
        xml.write(work / "sen2.xml", people.people(wanted, schools, seed), wanted)
        export.write(work / "export", people.people(wanted, schools, seed), wanted)
        write_establishments(work / "establishments.csv", schools)
        words = {"year": wanted.reference.year, "reference": wanted.reference, "area": wanted.area, "seed": seed}
        sha256 = sha256_of(work / "sen2.xml")
        sidecar = SIDECAR.format(file="sen2.xml", sha256=sha256, **words)
        (work / "sen2.source.toml").write_text(sidecar, encoding="utf-8")
        for path in work.iterdir():
            path.rename(out / path.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Synthetic(out / "sen2.xml", out / "export", out / "establishments.csv", wanted)
