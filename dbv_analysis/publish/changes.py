"""``changes.html``: what a revision changed, figure by figure, against the release that it replaces."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.model.blocks import Block, Table, paragraphs
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import format_day
from dbv_analysis.model.problems import PublishingRefused
from dbv_analysis.model.units import COUNT, UNITS
from dbv_analysis.model.wording import listed
from dbv_analysis.pages.heading import headline
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.publish import manifest
from dbv_analysis.publish.check.accessibility import page_problems
from dbv_analysis.publish.notebooks import address_of
from dbv_analysis.publish.releases import CHANGES, Release
from dbv_analysis.publish.write import html, parquet
from dbv_analysis.results.evidence import FIGURE, Evidence

TITLE = "What changed"
FRONT = address_of(SUMMARY)
NOT_THERE, WITHHELD = "not there", "shown"
ONE_FIGURE = ["metric_id", *FIGURE]
COUNTS = ("numerator", "denominator")

Row = dict[str, object]


def dress(
    staging: Path,
    release: Release,
    evidence: Evidence,
    held: list[str],
    pages: html.Pages,
    front: Callable[[], str],
) -> None:
    """Write what tells of a revision: its page, and the front page with a link to it. A first release has neither.

    Args:
        staging: the pack that is being made, which holds its figures.
        release: which release it is.
        evidence: what the pack draws on.
        held: the sections that it holds.
        pages: the names and addresses of its pages, for the navigation.
        front: makes the front page of this release.

    Raises PublishingRefused where a page is not fit to be published.
    """
    if release.number == 1:
        return
    made = {
        FRONT: front(),
        CHANGES: html.page_of(TITLE, CHANGES, parts(release, evidence, held, staging), evidence, pages),
    }
    problems = [problem for name, text in made.items() for problem in page_problems(name, text)]
    if problems:
        raise PublishingRefused("\n".join(problems))
    for name, text in made.items():
        (staging / name).write_text(text, encoding="utf-8", newline="\n")


def parts(release: Release, evidence: Evidence, held: list[str], folder: Path) -> dict[str, list[Block]]:
    """The page's blocks under their headings; the first stand above any.

    ``held`` are the sections of the pack in ``folder``, which holds its figures.
    """
    former = release.before and manifest.read(release.before)
    before = release.before and parquet.read(release.before)
    replaced = f"Release {release.number}, {format_day(release.day)}"
    if former is None or before is None:
        head = f"Revision {release.number}: what changed is not listed"
        why = "The release before was altered after it was published, or is not there, so it is not compared with."
        found: list[Block] = [paragraphs(why)]
    elif former["parameters"]["profile"] != evidence.profile:
        head = f"Revision {release.number}: what changed is not listed"
        found = [paragraphs("The release before had the other disclosure profile, so it is not compared with.")]
    else:
        day = format_day(date.fromisoformat(former["release"]["date"]))
        replaced = f"{replaced}, replaces release {former['release']['number']} of {day}"
        head, found = _compared(release, evidence, former["parameters"]["sections"], held, before, parquet.read(folder))
    top = headline(evidence, TITLE, head, f"{replaced}.")
    return {"": [top], "Why": [paragraphs(release.reason)], "Figure by figure": found}


def _compared(
    release: Release, evidence: Evidence, former: list[str], held: list[str], before: pd.DataFrame, after: pd.DataFrame
) -> tuple[str, list[Block]]:
    """The page's first words, and the tables of what changed. Sections that one pack lacks are told in sentences."""
    both = [name for name in held if name in former]
    told: list[Block] = []
    for names, rows, words in (
        ([name for name in held if name not in former], after, "New in this release, and not listed below"),
        ([name for name in former if name not in held], before, "Not in this release, and not listed below"),
    ):
        number = len(_of(evidence, rows, names))
        if names:
            told.append(paragraphs(f"{words}: {listed(names)} ({COUNT.write(number)} figures)."))
    every = changed(evidence, _of(evidence, before, both), _of(evidence, after, both))
    own = [row for row in every if row["area_code"] == evidence.programme.area.code]
    others = [row for row in every if row["area_code"] != evidence.programme.area.code]
    if own:
        told.append(_table(f"{evidence.area}: figures that changed", own, area=False))
    if others:
        told.append(_table("Other areas: figures that changed", others, area=True))
    if not told:
        told.append(paragraphs("No figure changed: only words, charts or the way that they are set did."))
    number = f"{COUNT.write(len(every))} figure{'s' if len(every) != 1 else ''}" if every else "no figure"
    return f"Revision {release.number}: {number} changed", told


def _of(evidence: Evidence, rows: pd.DataFrame, sections: list[str]) -> pd.DataFrame:
    """Rows of these sections; a metric that is no longer known counts to each."""
    section = rows["metric_id"].map({name: metric.section for name, metric in evidence.metrics.items()})
    return rows[section.isin(sections) | (section.isna() & bool(sections))]


def changed(evidence: Evidence, before: pd.DataFrame, after: pd.DataFrame) -> list[dict[str, str]]:
    """Each figure that is not the same in both, the authority's own first: what it is of, how it changed, its ends.

    A number is not repeated where the same figure, or any of its measure, is hidden now and was not before.
    """
    old, new = _by_figure(before), _by_figure(after)
    hidden = {key[0] for key, row in new.items() if row["symbol"] == "c" and key in old and old[key]["symbol"] != "c"}
    order = {name: place for place, name in enumerate(evidence.metrics)}
    found = []
    for key in {**new, **old}:
        ends = _ends(evidence, old.get(key), new.get(key), stricter=key[0] in hidden)
        if ends is None:
            continue
        row = new.get(key) or old[key]
        metric = evidence.metrics.get(row["metric_id"])
        plain = row["metric_id"] if row["breakdown"] == TOTAL else f"{row['metric_id']}, {row['breakdown']}"
        found.append(
            {
                "area_code": row["area_code"],
                "area": row["area_name"],
                "measure": metric.titled(row["breakdown"]) if metric else plain,
                "period": row["period_label"],
                **dict(zip(("what", "before", "after"), ends, strict=True)),
                "order": (
                    row["area_code"] != evidence.programme.area.code,
                    row["area_name"],
                    order.get(row["metric_id"], len(order)),
                    row["metric_id"],
                    row["breakdown_topic"],
                    row["breakdown"],
                    row["period_end"],
                    row["period_start"],
                ),
            }
        )
    return sorted(found, key=lambda one: one["order"])


def _by_figure(rows: pd.DataFrame) -> dict[tuple, Row]:
    return {tuple(row[name] for name in ONE_FIGURE): row for row in rows.to_dict("records")}


def _ends(evidence: Evidence, old: Row | None, new: Row | None, stricter: bool) -> tuple[str, str, str] | None:
    """How a figure changed, and what it was and is as a page prints it; None where it is the same."""
    if old is None:
        return "new", NOT_THERE, _write(evidence, new)
    if new is None:
        return "gone", WITHHELD if stricter and not old["symbol"] else _write(evidence, old), NOT_THERE
    if old["symbol"] != new["symbol"]:
        hides, shows = new["symbol"] == "c", old["symbol"] == "c"
        what = "hidden now" if hides else "shown now" if shows else "changed"
        return what, WITHHELD if hides and not old["symbol"] else _write(evidence, old), _write(evidence, new)
    if not _same(old["value"], new["value"]):
        if stricter:  # its change, with the others', could tell what is hidden
            return "changed", WITHHELD, _write(evidence, new)
        return "changed", *_apart(evidence, old, new)
    if all(_same(old[name], new[name]) for name in COUNTS):
        return None
    return "counts behind it", _with_counts(evidence, old, stricter), _with_counts(evidence, new)


def _same(old: float, new: float) -> bool:
    return (math.isnan(old) and math.isnan(new)) or math.isclose(old, new, rel_tol=1e-9)


def _write(evidence: Evidence, row: Row, decimals: int | None = None) -> str:
    metric = evidence.metrics.get(row["metric_id"])
    places = metric.decimals if metric and decimals is None else decimals
    return row["symbol"] or (metric.unit if metric else UNITS[row["unit"]]).write(row["value"], places)


def _apart(evidence: Evidence, old: Row, new: Row) -> tuple[str, str]:
    """Both numbers, with as many decimals as tell them apart."""
    for decimals in (None, *range(10)):
        ends = _write(evidence, old, decimals), _write(evidence, new, decimals)
        if ends[0] != ends[1]:
            break
    return ends


def _with_counts(evidence: Evidence, row: Row, withheld: bool = False) -> str:
    counts = [WITHHELD if withheld else "z" if math.isnan(row[name]) else COUNT.write(row[name]) for name in COUNTS]
    return f"{_write(evidence, row)} ({' of '.join(counts)})"


def _table(caption: str, rows: list[dict[str, str]], area: bool) -> Table:
    names = ["measure", *(["area"] if area else []), "period", "what", "before", "after"]
    header = [{"what": "How it changed"}.get(name, name.capitalize()) for name in names]
    notes = []
    if any(WITHHELD in row["before"] for row in rows):
        notes = [
            f"“{WITHHELD}”: a number stood there; it is not repeated, since figures of that measure are hidden now."
        ]
    cells = [[row[name] for name in names] for row in rows]
    return Table(caption, header, cells, text_columns=len(names) - 2, notes=notes)
