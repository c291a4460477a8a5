"""Two releases of the same figures: both stand, and a pack uses the newest that was out by its cut-off."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.load import load
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.results.evidence import Evidence, open_evidence
from tests.conftest import HALTON, QUARTER, ROOT
from tests.inputs.ees.test_read import by_need, caseload, csv_of, requests, timeliness, zipped
from tests.inputs.sources import DFE, put_source

FIRST, REVISED = "ehc-plans-2024", "ehc-plans-2024-revised"
HELENS = {"new_la_code": "E08000013", "la_name": "St. Helens"}


def put(data: Path, name: str, release: str, published: str, **members: str) -> None:
    """Put a release's zip into a data folder, with its source beside it."""
    folder = data / name
    folder.mkdir(parents=True)
    (folder / "release.zip").write_bytes(zipped(**members))
    put_source(folder / "release.zip", published, **DFE, release=release)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of June 2024 and one of September that corrects a count and a share, and spells a name otherwise."""
    root = tmp_path_factory.mktemp("revised")
    shutil.copy(ROOT / "programme.toml", root)
    folder = root / "data" / "raw"
    put(
        folder,
        "june",
        FIRST,
        "2024-06-13",
        data__requests=csv_of(requests("409"), requests("300", **HELENS)),
        data__caseload=csv_of(caseload("1524")),
        data__timeliness_20_week=csv_of(timeliness()),
    )
    put(
        folder,
        "september",
        REVISED,
        "2024-09-12",
        data__requests=csv_of(requests("412"), requests("x", **{**HELENS, "la_name": "St Helens"})),
        data__timeliness_20_week=csv_of(timeliness(plans_issued_within_20_weeks="200")),
        data__sen_needs_all_plans=csv_of(by_need(number_asd="500", ehc_plans="500")),
    )
    return folder


@pytest.fixture(scope="module")
def evidence(data: Path) -> Evidence:
    return open_evidence(QUARTER, data)


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


def requested(evidence: Evidence, area: str = HALTON) -> list[tuple]:
    rows = evidence.rows("requests_count", [area])
    return list(zip(rows["value"], rows["symbol"], rows["release"], strict=True))


def test_rows_of_both_releases_stand_in_the_tables_and_in_the_results(data, evidence):
    flows = load(data).tables["flows"]
    halton = flows[flows["area_code"] == HALTON]
    assert dict(zip(halton["release"], halton["count"], strict=True)) == {FIRST: 409, REVISED: 412}
    results = evidence.results
    rows = results[(results["metric_id"] == "requests_count") & (results["area_code"] == HALTON)]
    assert dict(zip(rows["release"], rows["value"], strict=True)) == {FIRST: 409, REVISED: 412}
    assert set(rows["published"].astype(str)) == {"2024-06-13", "2024-09-12"}


@pytest.mark.parametrize(
    ("cut_off", "value", "release"),
    [
        ("2024-06-13", 409, FIRST),
        ("2024-09-11", 409, FIRST),
        ("2024-09-12", 412, REVISED),
        ("2025-01-01", 412, REVISED),
    ],
)
def test_a_pack_uses_the_newest_release_that_was_out_by_its_cut_off(evidence, cut_off, value, release):
    assert requested(at(evidence, cut_off)) == [(value, "", release)]


def test_before_any_release_was_out_there_is_no_figure(evidence):
    assert requested(at(evidence, "2024-06-12")) == []


@pytest.mark.parametrize(("cut_off", "within"), [("2024-09-11", 156), ("2024-09-12", 200)])
def test_a_share_is_of_the_two_counts_of_one_release(evidence, cut_off, within):
    (row,) = at(evidence, cut_off).rows("plans_20_weeks_percent").itertuples()
    assert (row.numerator, row.denominator, row.value) == (within, 250, 100 * within / 250)


def test_a_figure_that_the_revised_release_withdraws_becomes_its_symbol(evidence):
    ((value, symbol, release),) = requested(evidence, "E08000013")
    assert (symbol, release) == ("x", REVISED)
    assert pd.isna(value)


def test_a_figure_that_only_the_earlier_release_gives_stays(evidence):
    (row,) = evidence.rows("caseload_count").itertuples()
    assert (row.value, row.release) == (1524, FIRST)


def test_a_revision_is_no_news_of_a_figure_that_was_known(evidence):
    earlier = at(evidence, "2024-09-11")
    assert earlier.rows("requests_count", since=True).empty
    assert not earlier.rows("plans_by_need_count", breakdown="Autistic spectrum disorder", since=True).empty


def test_a_revised_file_under_the_name_of_the_first_is_refused(data, tmp_path):
    copy = shutil.copytree(data.parent.parent, tmp_path / "copy") / "data" / "raw"
    sidecar = copy / "september" / "release.source.toml"
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace(REVISED, FIRST), encoding="utf-8")
    with pytest.raises(DataProblems) as caught:
        load(copy)
    problem = next(one for one in caught.value.problems if "calendar year 2023" in one.what)
    assert "september/release.zip" in problem.file
    assert "give it the release that it is from" in problem.fix
