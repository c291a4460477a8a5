"""``figures.parquet`` holds every figure that a pack gives away, and the same figures give the same bytes."""

from __future__ import annotations

import math

import openpyxl
import pandas as pd
import pytest

from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.model.settings import load_programme
from dbv_analysis.publish.write import parquet
from dbv_analysis.results.evidence import Evidence, open_evidence
from tests.conftest import HALTON, QUARTER, ROOT
from tests.publish.conftest import SECTIONS
from tests.publish.test_pack import news

FIGURE = ["metric_id", "area_code", "breakdown_topic", "breakdown", "period_start", "period_end"]


@pytest.fixture(scope="module")
def released(evidence: Evidence) -> pd.DataFrame:
    return parquet.released(evidence, list(SECTIONS))


def plain(frame: pd.DataFrame) -> list[tuple]:
    """The rows as Python has them; a number that is not there is None."""
    rows = frame[list(RESULT_COLUMNS)].astype(object).itertuples(index=False, name=None)
    return [tuple(None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row) for row in rows]


def test_it_holds_what_was_out_by_the_cut_off_and_the_authoritys_own_that_came_out_since(released, results, evidence):
    programme = load_programme(ROOT / "data" / "raw")
    areas = [HALTON, programme.region.code, programme.country.code, *programme.neighbours[0].areas]
    known = results[results["area_code"].isin(areas) & (results["published"] <= evidence.cut_off)]
    since = news(results[results["area_code"] == HALTON])
    assert len(known)
    assert len(since)
    expected = pd.concat([known, since])[FIGURE].drop_duplicates()
    assert set(plain_keys(released)) == set(plain_keys(expected))
    assert not released.duplicated(FIGURE).any()
    assert set(plain(released)) <= set(plain(results))


def plain_keys(frame: pd.DataFrame) -> list[tuple]:
    return list(frame[FIGURE].itertuples(index=False, name=None))


def test_a_pack_holds_every_row_of_its_workbook(pack, evidence):
    held = parquet.read(pack.folder)
    known = held[held["published"] <= evidence.cut_off]
    book = openpyxl.load_workbook(pack.folder / "evidence.xlsx")
    for section in SECTIONS:
        (table,) = book[section].tables.values()
        rows = len(book[section][table.ref]) - 1
        assert rows == known["metric_id"].isin([metric.id for metric in evidence.in_section(section)]).sum()


def test_rows_are_read_back_as_they_were_written_symbols_days_and_numbers(released, tmp_path):
    parquet.write(released, tmp_path / parquet.NAME)
    assert {"c", "x", ""} <= set(released["symbol"])
    assert plain(parquet.read(tmp_path)) == plain(released)


def test_a_pack_without_a_figure_has_the_columns_all_the_same(data, tmp_path, calculated_once):
    early = parquet.released(open_evidence(QUARTER, data, as_at="2018-01-01"), [])
    parquet.write(early, tmp_path / parquet.NAME)
    read = parquet.read(tmp_path)
    assert read.empty
    assert tuple(read.columns) == RESULT_COLUMNS


@pytest.mark.parametrize("content", [None, b"", b"PAR1 and no more"])
def test_a_file_that_is_missing_or_broken_reads_as_none(tmp_path, content):
    if content is not None:
        (tmp_path / parquet.NAME).write_bytes(content)
    assert parquet.read(tmp_path) is None


def test_a_table_of_other_columns_reads_as_none(tmp_path):
    pd.DataFrame({"name": ["CANARY"]}).to_parquet(tmp_path / parquet.NAME)
    assert parquet.read(tmp_path) is None
