"""Which quarter is due, and whether its published pack is up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.period import Quarter
from dbv_analysis.model.settings import FILE, Programme
from dbv_analysis.model.source import sha256_of
from dbv_analysis.publish import manifest
from dbv_analysis.publish.notebooks import FOLDER, notebook_of
from dbv_analysis.results import cache


@dataclass(frozen=True)
class Due:
    """The newest quarter whose cut-off is over, None where none is; and in a sentence what comes next."""

    quarter: Quarter | None
    next: str


def due(programme: Programme, today: date) -> Due:
    """The quarter whose pack should stand on ``today``.

    A pack uses figures published by its cut-off, that day included, so it is due from the day after.
    """
    known = sorted((Quarter(name) for name in programme.quarters), key=lambda quarter: quarter.start)
    over = [quarter for quarter in known if programme.cut_off(quarter) < today]
    waiting = [quarter for quarter in known if programme.cut_off(quarter) >= today]
    if waiting:
        soonest = min(waiting, key=programme.cut_off)
        following = f"The cut-off of {soonest} is {programme.cut_off(soonest)}; its pack is made after that day."
    elif known[-1].next.start <= today:
        late = known[-1].next
        following = f"{FILE} has no entry for {late}, which began on {late.start}. Begin it: dbv new-quarter {late}"
    else:
        following = f"{known[-1].next} begins on {known[-1].next.start}. Begin it then: dbv new-quarter"
    return Due(over[-1] if over else None, following)


def is_up_to_date(quarter: Quarter, programme: Programme, data: Path, out: Path, profile: str) -> bool:
    """Whether ``out`` holds the whole pack of ``quarter``, as published, made from what there is now.

    It compares fingerprints, and calculates nothing. Rows behind a query count as they were when it was last asked.
    """
    folder = out / str(quarter)
    published = manifest.read(folder)
    if published is None:
        return False
    parameters = published["parameters"]
    return (
        parameters["profile"] == profile
        and parameters["as_at"] == programme.cut_off(quarter).isoformat()
        and set(parameters["sections"]) == {metric.section for metric in metrics_of(programme).values()}
        and _notebooks_are_as_they_were(published, programme.root / FOLDER)
        and published["fingerprint"] == cache.digest(data, profile)
        and not manifest.altered(folder, published)
    )


def _notebooks_are_as_they_were(published: dict, notebooks: Path) -> bool:
    sums = {notebook_of(notebooks, page): total for page, total in published["notebooks"].items()}
    return all(path.is_file() and sha256_of(path) == total for path, total in sums.items())
