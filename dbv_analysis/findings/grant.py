"""What the grant's spending says: against its profile, to date, and how much of it is itemised."""

from __future__ import annotations

import re

import pandas as pd

from dbv_analysis.findings import Findings
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.units import COUNT, POUNDS
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence

SPENT, PROFILE = "grant_spend", "grant_profile"
NOT_ITEMISED = "Not itemised"


def find(evidence: Evidence) -> Findings | None:
    to_date = newest_to_date(evidence)
    if to_date is None:
        return None
    planned = _at(evidence, PROFILE, to_date)
    rate, left = (_at(evidence, name, to_date) for name in ("grant_needed_rate", "grant_quarters_left"))
    spent = full(to_date["value"])
    behind = planned is not None and to_date["value"] < planned["value"]
    headline = f"{spent} of the grant was spent by {_end(to_date)}"
    if planned is not None:
        headline = (
            f"{spent} of {full(planned['value'])} profiled was spent by {_end(to_date)}, "
            f"{full(abs(to_date['value'] - planned['value']))} {'less' if behind else 'more'} than planned"
        )
    return Findings(
        headline=headline,
        sure=[
            "Grade: as reported. Spending is the authority's own figure; no ledger is among the inputs.",
            *_needed(rate, left),
            *itemised(evidence, to_date),
            *readings(evidence),
            "The profile spreads the grant evenly over one financial year; the report says that the roll-out was "
            "projected over two, so being behind the profile need not mean being behind the plan.",
            "What would change our mind: the ledger by line and quarter.",
        ],
        key_figures=[
            KeyFigure(
                spent,
                f"of the grant spent by {_end(to_date)}",
                f"{full(planned['value'])} profiled" if planned is not None else "nothing profiled to set it against",
                "as reported"
                if planned is None
                else f"as reported; {'behind' if behind else 'on or ahead of'} its profile",
            )
        ],
        decide=_decide(evidence, to_date),
    )


def full(value: float) -> str:
    """Pounds in full, however many: the grant is accounted for to the pound."""
    return POUNDS.write(value, 0)


def newest_to_date(evidence: Evidence) -> pd.Series | None:
    """The newest total from the start of the grant to the end of a quarter."""
    rows = evidence.rows(SPENT, breakdown=TOTAL)
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return None
    first = rows["period_start"].min()
    rows = rows[rows["period_start"] == first]
    return rows.iloc[-1]


def _at(evidence: Evidence, metric_id: str, at: pd.Series) -> pd.Series | None:
    rows = evidence.rows(metric_id, breakdown=TOTAL)
    same = rows[(rows["period_start"] == at["period_start"]) & (rows["period_end"] == at["period_end"])]
    return None if same.empty or same.iloc[0]["symbol"] else same.iloc[0]


def _end(row: pd.Series) -> str:
    return row["period_label"].removeprefix("to ")


def _needed(rate: pd.Series | None, left: pd.Series | None) -> list[str]:
    if rate is None or left is None:
        return []
    return [
        f"To spend the whole grant within its profile, {full(rate['value'])} would have to be spent in "
        + (
            "the one quarter that is left."
            if left["value"] == 1
            else f"each of the {COUNT.write(left['value'])} quarters that are left."
        )
    ]


def itemised(evidence: Evidence, to_date: pd.Series) -> list[str]:
    """How much of the spending the report does not itemise, to date and in the newest quarter."""
    rows = evidence.rows(SPENT, breakdown=NOT_ITEMISED)
    rows = rows[(rows["period_end"] == to_date["period_end"]) & rows["value"].notna()]
    lines = []
    for row in rows.itertuples():
        whole = row.period_start == to_date["period_start"]
        when = f"Of all spent {row.period_label}" if whole else f"Of what was spent in {row.period_label}"
        lines.append(
            f"{when}, every pound is itemised."
            if round(row.value) == 0
            else f"{when}, {full(row.value)} is not itemised."
        )
    return lines


def literally(printed: str) -> float | None:
    """An amount by the letter: ``£ 23,750k`` is £23,750,000. None where the text is no amount."""
    match = re.fullmatch(r"£? ?([\d,]+(?:\.\d+)?) ?([km]?)", printed.strip(), re.IGNORECASE)
    return match and float(match[1].replace(",", "")) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]


def readings(evidence: Evidence) -> list[str]:
    """Amounts that are not read by the letter, and what the lines of their quarter would add up to if they were."""
    rows = evidence.rows(SPENT)
    lines = rows[~rows["breakdown"].isin([TOTAL, NOT_ITEMISED])]
    said = []
    for key, quarter in lines[lines["printed"] != ""].groupby(["period_start", "period_end"]):
        taken = {row.breakdown: literally(row.printed) for row in quarter.itertuples()}
        other = [row for row in quarter.itertuples() if taken[row.breakdown] not in (None, row.value)]
        total = rows[(rows["breakdown"] == TOTAL) & (rows["period_start"] == key[0]) & (rows["period_end"] == key[1])]
        if not other or total.empty or total.iloc[0]["symbol"] or None in taken.values():
            continue
        words = listed(f"“{row.printed.strip()}” ({row.breakdown}) is read as {full(row.value)}" for row in other)
        adds = f"the {len(quarter)} lines of {quarter.iloc[0]['period_label']} add up to {full(quarter['value'].sum())}"
        agrees = round(quarter["value"].sum()) == round(total.iloc[0]["value"])
        said.append(
            f"{words}: so {adds}{', the printed total' if agrees else ''}; by the letter they would add up to "
            f"{full(sum(taken.values()))}."
        )
    return said


def _decide(evidence: Evidence, to_date: pd.Series) -> list[str]:
    rows = evidence.rows(SPENT, breakdown=NOT_ITEMISED)
    rows = rows[(rows["value"] > 0.5) & (rows["period_start"] == to_date["period_start"])]
    if rows.empty:
        return []
    row = rows.iloc[-1]
    return [f"Ask for the lines behind the {full(row['value'])} of grant that is not itemised {row['period_label']}."]
