"""Tables of results for the pages."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from dbv_analysis.compare.change import Change, like_for_like, with_value
from dbv_analysis.findings import NO_EARLIER
from dbv_analysis.model.blocks import Table
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.units import POUNDS
from dbv_analysis.results.evidence import Evidence, written
from dbv_analysis.results.series import Series
from dbv_analysis.scenarios.identity import funding_agreement


def across(
    caption: str,
    rows: pd.DataFrame,
    names: dict[str, str],
    column: str,
    write: Callable[[pd.Series], str],
    by: str = "",
    header: str = "Period",
) -> Table:
    """Rows as a table, a column for each of ``names``: a row a period, or one for each value of ``by``, Total last."""
    if by:
        lines = sorted(rows[by].unique(), key=lambda name: (name == TOTAL, 0))
        groups = [(name, rows[rows[by] == name]) for name in lines]
    else:
        periods = rows.drop_duplicates(["period_end", "period_label"]).sort_values("period_end")
        groups = [
            (period.period_label, rows[rows["period_end"] == period.period_end]) for period in periods.itertuples()
        ]
    cells = []
    for line, at in groups:
        matches = [at[at[column] == name] for name in names]
        cells.append([line, *("x" if match.empty else write(match.iloc[-1]) for match in matches)])
    return Table(caption, [header, *names.values()], cells)


def now_and_before(several: list[Series], caption: str) -> Table | None:
    """The newest figure of each measure and breakdown, the one before it, and the change; None where there is none."""
    lines = []
    for series in several:
        metric, rows = series.metric, series.rows
        for breakdown in sorted(rows["breakdown"].unique(), key=lambda name, order=metric.groups: _order(name, order)):
            own = rows[rows["breakdown"] == breakdown]
            own = own[(own["breakdown_topic"] == own.iloc[-1]["breakdown_topic"])]
            newest = own.iloc[-1]
            moved = like_for_like(series.evidence.series(metric.id, breakdown))
            lines.append(
                [
                    metric.titled(breakdown),
                    newest["period_label"],
                    written(metric, newest),
                    _before(metric, own, moved),
                    _moved(moved, newest),
                ]
            )
    if not lines:
        return None
    header = ["Measure", "Period", "Figure", "Before", "Change"]
    notes = []
    if all(line[3] == NO_EARLIER for line in lines):
        header, lines, notes = header[:3], [line[:3] for line in lines], ["No earlier figure is known."]
    return Table(f"{several[0].evidence.area}: {caption}", header, lines, text_columns=2, notes=notes)


def funding_table(evidence: Evidence) -> Table | None:
    """The funding that each path implies, with what rounding allows, and whether the paths agree."""
    rows = [
        [
            row.period_label,
            row.breakdown,
            POUNDS.write(row.value),
            f"£{row.lowest / 1e6:.2f}m to £{row.highest / 1e6:.2f}m",
            "yes" if row.agrees else "no",
        ]
        for row in funding_agreement(evidence).itertuples()
    ]
    if not rows:
        return None
    return Table(
        "Funding implied by each path, and what rounding allows",
        ["Year as printed", "Path", "Implied funding", "Rounding allows", "Agrees with another path"],
        rows,
        text_columns=2,
    )


def _order(name: str, order: tuple[str, ...]) -> tuple[bool, int, str]:
    """Groups in their own order, then others by name, the total last."""
    return name == TOTAL, order.index(name) if name in order else len(order), name


def _before(metric: Metric, own: pd.DataFrame, moved: Change | None) -> str:
    """The figure that the newest is compared with; beside a hidden one, the number just before it."""
    if own.iloc[-1]["symbol"]:
        numbers = with_value(own)
        earlier = None if numbers.empty else numbers.iloc[-1]
    else:
        earlier = moved.earlier if moved else None
    return NO_EARLIER if earlier is None else f"{written(metric, earlier)} ({earlier['period_label']})"


def _moved(moved: Change | None, newest: pd.Series) -> str:
    if moved is None or newest["symbol"]:
        return "nothing to compare with"
    if moved.refusal:
        return f"not comparable: {moved.refusal}"
    if moved.verb == "stayed":
        return "as before"
    return f"{'up' if moved.difference > 0 else 'down'} {moved.size}"


def printed_table(evidence: Evidence, claims: pd.DataFrame, caption: str) -> Table:
    rows = []
    for claim in claims.to_dict("records"):
        title = evidence.metrics[claim["metric_id"]].title
        of = "" if claim["breakdown"] == TOTAL else f", {claim['breakdown']}"
        area = "" if claim["area_name"] == evidence.area else f"{claim['area_name']}, "
        if claim["agrees"] is None or pd.isna(claim["agrees"]):
            verdict = (
                f"it is the figure of {claim['matches']}"
                if claim["matches"]
                else "cannot be checked: no published figure"
            )
        elif claim["agrees"]:
            verdict = "yes"
        elif claim["matches"]:
            verdict = f"no: it is the figure of {claim['matches']}"
        else:
            verdict = "no"
        rows.append(
            [
                claim["label_printed"],
                claim["period_printed"],
                claim["printed"],
                claim["published"] or "x",
                f"{title}{of}, {area}{claim['period_label']}",
                verdict,
            ]
        )
    return Table(
        caption, ["Label printed", "Year printed", "Printed", "Published", "Read as", "Agrees"], rows, text_columns=6
    )
