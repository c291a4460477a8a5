"""What high needs cost: placements, transport, and whether a place in a planned unit would cost less."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.compare.change import like_for_like, with_value
from dbv_analysis.compare.judge import judge
from dbv_analysis.findings import Findings, graded
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.units import POUNDS
from dbv_analysis.results.evidence import Evidence
from dbv_analysis.scenarios.identity import IMPLIED_FUNDING_ERROR

PLACEMENTS, AVERAGE = "inmss_placements_count", "inmss_unit_cost_average"
PUPILS, SPEND, EACH = "transport_pupils_count", "transport_spend", "transport_unit_cost_average"


def find(evidence: Evidence) -> Findings | None:
    placements, average = evidence.series(PLACEMENTS).newest, evidence.series(AVERAGE).newest
    pupils, spend = evidence.series(PUPILS).newest, evidence.series(SPEND).newest
    told = [_placements(evidence, placements, average), _transport(evidence, pupils, spend)]
    if not any(told):
        return None
    return Findings(
        headline="; ".join(filter(None, told)),
        sure=[
            *graded(evidence.series(AVERAGE)),
            *_changes(evidence),
            *_out_of_borough(evidence),
            *unit_case(evidence),
            *_block(evidence),
            "The report gives these costs without the period that they cover and without the sums behind the averages"
            + (
                ", and no earlier figure, so nothing says yet whether they rise or fall."
                if _one_figure(evidence)
                else "."
            ),
            "SEND transport is normally charged to the general fund, so a saving on it does not lower the deficit.",
            "What would change our mind: the same figures each quarter, with the ledger's sums behind them.",
        ],
        key_figures=[
            KeyFigure(
                evidence.write(average),
                f"average cost of an INMSS placement, {average['period_label']}",
                f"{evidence.write(placements)} placements"
                if placements is not None
                else "number of placements not known",
                judge(evidence.series(AVERAGE)).grade,
            )
        ]
        if average is not None
        else [],
        not_yet=["Whether unit costs fall: one figure is known so far."] if _one_figure(evidence) else [],
        decide=["Ask for the Section 251 budget and outturn lines of high needs: neither is among the inputs."]
        if evidence.rows("high_needs_outturn").empty
        else [],
    )


def _placements(evidence: Evidence, placements: pd.Series | None, average: pd.Series | None) -> str:
    if placements is None:
        return ""
    words = f"{evidence.write(placements)} placements in independent and non-maintained special schools"
    return words if average is None else f"{words} cost {evidence.write(average)} each on average"


def _transport(evidence: Evidence, pupils: pd.Series | None, spend: pd.Series | None) -> str:
    if pupils is None or spend is None:
        return ""
    return f"SEND transport costs {evidence.write(spend)} for {evidence.write(pupils)} pupils"


def _one_figure(evidence: Evidence) -> bool:
    return len(evidence.rows(AVERAGE, breakdown=TOTAL)) == 1


def _changes(evidence: Evidence) -> list[str]:
    found = [like_for_like(evidence.series(name)) for name in (PLACEMENTS, AVERAGE, PUPILS, SPEND, EACH)]
    return [f"{moved.metric.title} {moved.as_text}." for moved in found if moved]


def _out_of_borough(evidence: Evidence) -> list[str]:
    """How much of the transport's cost goes to the few who travel out of the borough."""
    parts = {
        name: (evidence.series(name, "Out of borough").newest, evidence.series(name).newest) for name in (PUPILS, SPEND)
    }
    if any(row is None for pair in parts.values() for row in pair) or not all(
        whole["value"] for _, whole in parts.values()
    ):
        return []
    shares = {name: 100 * part["value"] / whole["value"] for name, (part, whole) in parts.items()}
    return [
        f"Pupils taken out of the borough are {shares[PUPILS]:.0f}% of those transported and {shares[SPEND]:.0f}% of "
        "what transport costs."
    ]


def unit_case(evidence: Evidence) -> list[str]:
    """The planned unit's case as a range, and where the saving that the application claims lies in it."""
    unit = evidence.programme.unit
    if unit is None:
        return []
    cost, saving = evidence.rows(unit.cost), evidence.rows(unit.saving)
    if cost.empty or saving.empty:
        return []
    cost, saving = (rows[rows["period_end"] == rows["period_end"].max()] for rows in (cost, saving))
    if (cost["symbol"] != "").any():
        return []
    values = {row.breakdown: row.value for row in saving.itertuples() if not row.symbol}
    lines = [
        f"A place in {unit.one} would cost {POUNDS.write(cost['value'].min())} to "
        f"{POUNDS.write(cost['value'].max())} a year, by the application's ranges."
    ]
    claimed = evidence.series(unit.claimed).newest
    for kind in ("without transport", "with transport"):
        ends = values.get(f"{kind}, least"), values.get(f"{kind}, most")
        if None in ends:
            continue
        line = f"That is {POUNDS.write(ends[0])} to {POUNDS.write(ends[1])} less than an average INMSS place {kind}"
        if claimed is not None and kind == "with transport":
            inside = "inside" if ends[0] <= claimed["value"] <= ends[1] else "outside"
            line += f"; the {POUNDS.write(claimed['value'])} that the application claims lies {inside} this range"
        lines.append(f"{line}.")
    lines.append(
        "The range holds only for as many young people as a unit is funded for: an empty place saves nothing, and "
        "averages of all needs stand in for the children whom a unit would take."
    )
    return lines


def _block(evidence: Evidence) -> list[str]:
    """The block that the DfE allocates, beside the funding that the forecasts imply for the same year."""
    lines = []
    blocks = evidence.rows("high_needs_block", breakdown="High needs block before deductions")
    implied = evidence.rows("dsg_implied_funding", breakdown="Unmitigated")
    for block in with_value(blocks).itertuples():
        same = implied[(implied["period_end"] == block.period_end) & implied["value"].notna()]
        if same.empty:
            continue
        funding = same.iloc[0]["value"]
        agrees = abs(funding - block.value) <= IMPLIED_FUNDING_ERROR
        lines.append(
            f"The DfE's high needs block for {block.period_label} is {POUNDS.write(block.value)}; the forecasts imply "
            f"funding of {POUNDS.write(funding)} for “{same.iloc[0]['period_label']}”: they "
            + (
                "agree within rounding, which bears out reading that year as the one that ends in March."
                if agrees
                else "do not agree within rounding."
            )
        )
    return lines
