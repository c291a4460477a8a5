"""Whether the paths of the application agree on funding, worked out a second time by hand."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest

from dbv_analysis.results import cache
from dbv_analysis.results.evidence import Evidence, open_evidence
from dbv_analysis.scenarios.identity import funding_agreement
from tests.conftest import QUARTER

PATHS = ("Unmitigated", "Target", "Stretch")


@pytest.fixture(scope="module")
def evidence(evidence: Evidence) -> Evidence:
    """What the shipped quarter's pack may use; what is worked out of it here goes when these tests have run."""
    return dataclasses.replace(evidence)


@pytest.fixture(scope="module")
def printed(data: Path) -> dict[tuple[str, str, int], float]:
    """(path, measure, year) -> £m, as the application prints it."""
    with (data / "grant-application-2023-12" / "scenarios.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["scenario"], row["measure"], int(row["period_printed"])): float(row["printed"].strip("£ m"))
            for row in csv.DictReader(stream)
        }


def what_rounding_allows(printed: dict, path: str, year: int) -> tuple[int, int]:
    """The least and the most funding, in pounds, if each of the three figures was rounded to £0.1m."""
    spent = printed[path, "expenditure", year]
    before, after = (printed[path, "cumulative deficit", y] for y in (year - 1, year))
    least = (spent - 0.05) - ((after + 0.05) - (before - 0.05))
    most = (spent + 0.05) - ((after - 0.05) - (before + 0.05))
    return round(least * 1e6), round(most * 1e6)


def test_only_the_target_path_of_2027_disagrees(evidence):
    funding = funding_agreement(evidence)
    assert len(funding) == 15
    disagree = funding[~funding["agrees"]]
    assert [tuple(row) for row in disagree[["breakdown", "period_label"]].to_numpy()] == [("Target", "2027")]


def test_rounding_allows_fifteen_hundredths_of_a_million_either_way(evidence):
    funding = funding_agreement(evidence)
    assert set(funding["value"] - funding["lowest"]) == {150_000}
    assert set(funding["highest"] - funding["value"]) == {150_000}


def test_the_intervals_are_those_of_the_printed_figures_themselves(evidence, printed):
    found = {
        (row.breakdown, int(row.period_label)): (round(row.lowest), round(row.highest))
        for row in funding_agreement(evidence).itertuples()
    }
    assert found == {
        (path, year): what_rounding_allows(printed, path, year) for path in PATHS for year in range(2024, 2029)
    }


def test_a_path_agrees_where_its_interval_meets_that_of_another(evidence, printed):
    for row in funding_agreement(evidence).itertuples():
        year = int(row.period_label)
        low, high = what_rounding_allows(printed, row.breakdown, year)
        others = [what_rounding_allows(printed, path, year) for path in PATHS if path != row.breakdown]
        meets = False
        for other_low, other_high in others:
            if other_low <= high and low <= other_high:
                meets = True
        assert row.agrees == meets, f"{row.breakdown} {year}"


def test_a_path_without_a_figure_is_not_said_to_disagree(evidence):
    results = evidence.results.copy()
    chosen = (
        (results["metric_id"] == "dsg_implied_funding")
        & (results["breakdown"] == "Stretch")
        & (results["period_label"] == "2025")
    )
    assert chosen.sum() == 1
    results.loc[chosen, "value"] = float("nan")
    results.loc[chosen, "symbol"] = "x"
    funding = funding_agreement(dataclasses.replace(evidence, results=results))
    disagree = funding[funding["agrees"].eq(False)]
    assert list(disagree["period_label"]) == ["2027"]


def test_before_the_application_was_written_there_is_nothing_to_agree_on(data, assemble_once, monkeypatch):
    monkeypatch.setattr(cache, "assemble", assemble_once)
    early = open_evidence(QUARTER, data, as_at="2023-12-01")
    assert funding_agreement(early).empty
