"""What the deficit forecasts show."""

from __future__ import annotations

from dbv_analysis.findings import Findings
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import POUNDS
from dbv_analysis.results.evidence import Evidence
from dbv_analysis.scenarios.identity import funding_agreement

UNMITIGATED = "Unmitigated"


def find(evidence: Evidence) -> Findings | None:
    path = evidence.programme.programme.budget_path
    balances = evidence.rows("dsg_cumulative_deficit")
    balances = balances[balances["value"].notna()]
    chosen = balances[balances["breakdown"] == path]
    unmitigated = balances[balances["breakdown"] == UNMITIGATED]
    if len(chosen) < 2 or unmitigated.empty or unmitigated.iloc[-1]["period_end"] != chosen.iloc[-1]["period_end"]:
        return None
    first, last = chosen.iloc[0], chosen.iloc[-1]
    year = last["period_label"]
    saved = unmitigated.iloc[-1]["value"] - last["value"]
    without = POUNDS.write(unmitigated.iloc[-1]["value"])
    reaches = POUNDS.write(last["value"])
    moves = "grow" if last["value"] > first["value"] else "fall"
    return Findings(
        headline=(
            f"Even on the path that {evidence.area} budgets for, the deficit is forecast to {moves} from "
            f"{POUNDS.write(first['value'])} in {first['period_label']} to {reaches} in {year}"
        ),
        sure=[
            f"Grade: forecast. These are forecasts published on {format_day(last['published'])}. "
            "No outturn is among the inputs, so nothing here says which path is being followed.",
            f"By {year} the {path.lower()} path is {POUNDS.write(saved)} below the unmitigated one ({without}).",
            "Every figure is printed to £0.1m, so a balance may be out by £0.05m, an in-year deficit by £0.1m and "
            "implied funding by £0.15m.",
            *disagreements(evidence),
            "The document prints years without saying which kind. They are read here as financial years that end on "
            "31 March; if they are years that begin then, every date moves a year later.",
            "What would change our mind: the high-needs outturn of each year since, set beside the paths.",
        ],
        key_figures=[
            KeyFigure(
                reaches,
                f"deficit forecast for {year} on the path that {evidence.area} budgets for",
                f"{without} on the unmitigated path",
                "forecast; no outturn at hand",
            )
        ],
        not_yet=[
            "Whether the deficit follows the path: no high-needs outturn is among the inputs. It can be told as soon "
            "as the authority's outturn is put beside the forecasts."
        ],
        decide=["Ask for the high-needs outturn, and a new forecast, with each quarter's pack."],
    )


def disagreements(evidence: Evidence) -> list[str]:
    """A sentence for every path and year whose implied funding no other path shares."""
    funding = funding_agreement(evidence)
    sentences = []
    for row in funding[~funding["agrees"]].itertuples():
        others = funding[(funding["period_label"] == row.period_label) & (funding["breakdown"] != row.breakdown)]
        values = " and ".join(
            f"{POUNDS.write(other.value)} ({other.breakdown.lower()})" for other in others.itertuples()
        )
        sentences.append(
            f"The {row.breakdown.lower()} path does not agree with the other paths within rounding in "
            f"{row.period_label}: its figures imply funding of {POUNDS.write(row.value)}, theirs {values}. "
            "Funding should not depend on the path, so at least one printed figure is wrong."
        )
    return sentences
