"""Cohorts of a synthetic authority against slow counts, and what an export lets out."""

from __future__ import annotations

import math
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.cohorts import ABOUT, Cohort, around_joining, on_day, open_day, pick
from dbv_analysis.cohorts.opening import PLANS
from dbv_analysis.inputs.attendance.tables import read_registers
from dbv_analysis.inputs.records import CANARY
from dbv_analysis.inputs.sen2.read_xml import read_xml
from dbv_analysis.metrics import package_metrics
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.synth import Synthetic, synthesise
from dbv_analysis.synth.registers import Effects
from tests.inputs.sen2.test_sen2 import with_establishments
from tests.shipped import authority, read_already
from tests.soak import SOAK, engines

DAY = date(2025, 1, 16)
SEMH = "Social, emotional and mental health"
TRAINING = "Thrive"
RULE = Disclosure(threshold=5, money_threshold=3, signed_off="")


@pytest.fixture(scope="module")
def folder(made_up: Synthetic, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort-records")
    read_xml(made_up.xml, out, "sen2.xml")
    return with_establishments(out, made_up)


@pytest.fixture(scope="module")
def everyone(folder: Path) -> Cohort:
    return on_day(folder, DAY)


def test_everyone_with_a_plan_is_there_with_what_the_return_tells_of_them(everyone, made_up):
    assert len(everyone) == made_up.totals.plans
    assert set(ABOUT) <= set(everyone.frame.columns)
    assert not everyone.frame[list(ABOUT)].isna().any().any()
    wanted = Counter()
    for (_, need), number in made_up.totals.placed.items():
        wanted[need] += number
    assert dict(everyone.by("need").set_index("group")["number"]) == dict(wanted)


def test_a_cohort_is_those_who_have_all_that_is_asked(everyone):
    chosen = everyone.where(need=SEMH, phase=["primary", "secondary"])
    frame = everyone.frame
    slowly = sum(
        need == SEMH and phase in ("primary", "secondary")
        for need, phase in zip(frame["need"], frame["phase"], strict=True)
    )
    assert len(chosen) == slowly > 50
    assert chosen.text.endswith(f"need {SEMH}, phase primary and secondary")


def test_shares_are_of_the_cohort_with_wilsons_interval(everyone):
    chosen = everyone.where(need=SEMH)
    shares = chosen.by("placed")
    assert shares["number"].sum() == len(chosen)
    row, z = shares.iloc[0], 1.959963984540054
    n, p = len(chosen), shares.iloc[0]["number"] / len(chosen)
    middle, half = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)),
    )
    assert (row["percent"], row["low"], row["high"]) == pytest.approx(
        (100 * p, 100 * (middle - half), 100 * (middle + half)), abs=0.051
    )


def test_two_cohorts_stand_side_by_side_with_their_difference(everyone):
    semh = everyone.where(need=SEMH)
    found = semh.beside(everyone, "placed").set_index("group").loc["mainstream"]
    shares = [100 * (one.frame["placed"] == "mainstream").mean() for one in (semh, everyone)]
    assert (found["percent"], found["percent_other"]) == pytest.approx(shares, abs=0.051)
    assert found["difference"] == pytest.approx(shares[0] - shares[1], abs=0.051)
    assert found["low"] < found["difference"] < found["high"]


def test_flows_say_where_each_of_the_cohort_was_before(everyone, folder):
    before = on_day(folder, DAY - timedelta(days=365))
    found = everyone.flows(before)
    assert found["number"].sum() == len(everyone)
    then = dict(zip(before.frame["persontableid"], before.frame["placed"], strict=True))
    slowly = Counter(
        (then.get(person, "no plan"), placed)
        for person, placed in zip(everyone.frame["persontableid"], everyone.frame["placed"], strict=True)
    )
    assert {(row.before, row.now): row.number for row in found.itertuples()} == slowly


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"need": "SEMHH"}, "Nobody here has need"),
        ({"colour": "blue"}, "is not known of a plan"),
        ({"phse": "x"}, 'Did you mean "phase"'),
    ],
)
def test_a_cohort_that_cannot_be_picked_says_what_can(everyone, chosen, words):
    with pytest.raises(CallProblem, match=words):
        everyone.where(**chosen)


def test_an_export_hides_small_counts_and_what_would_give_them_away(everyone, tmp_path):
    path = tmp_path / "needs.csv"
    shown = everyone.export("need", path, RULE)
    numbers = everyone.by("need").set_index("group")["number"]
    text = pd.read_csv(path, dtype=str).set_index("group")
    hidden = set(text[text["number"] == "c"].index)
    assert {name for name, number in numbers.items() if number < 5} <= hidden
    assert len(hidden) != 1
    assert set(text.loc[list(hidden), "percent"]) <= {"c"}
    assert CANARY not in path.read_text(encoding="utf-8")
    assert len(shown) == len(numbers)


def test_one_hidden_count_takes_the_smallest_other_with_it(tmp_path):
    frame = pd.DataFrame({"sex": ["F"] * 3 + ["M"] * 40 + ["U"] * 12, "persontableid": range(55)})
    shown = Cohort(DAY, frame).export("sex", tmp_path / "s.csv", RULE).set_index("group")
    assert list(shown["number"]) == ["c", 40, "c"]
    controlled = Cohort(DAY, frame).export("sex", tmp_path / "s.csv", RULE, CONTROLLED).set_index("group")
    assert list(controlled["number"]) == [3, 40, 12]


def test_a_group_whose_name_is_a_formula_is_written_as_text(tmp_path):
    frame = pd.DataFrame({"ethnicity": ["=1+1"] * 10 + ["WBRI"] * 30, "persontableid": range(40)})
    Cohort(DAY, frame).export("ethnicity", tmp_path / "e.csv", RULE)
    assert list(pd.read_csv(tmp_path / "e.csv")["group"]) == ["'=1+1", "WBRI"]


def test_the_size_of_a_cohort_of_a_few_is_hidden_too(tmp_path):
    frame = pd.DataFrame({"sex": ["F"] * 2 + ["M"], "persontableid": range(3)})
    shown = Cohort(DAY, frame).export("sex", tmp_path / "s.csv", RULE)
    assert set(shown["number"]) == set(shown["of"]) == {"c"}


def test_a_cohort_that_is_printed_shows_no_person(everyone):
    assert CANARY not in repr(everyone)
    assert "persontableid" not in repr(everyone)


# Measures, the past, and registers beside the return


@pytest.fixture(scope="module")
def small(
    tables: dict[str, pd.DataFrame], data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Synthetic]:
    """Records of a small authority's return and registers."""
    root = tmp_path_factory.mktemp("small")
    made = authority(tables, data, root / "authority", plans=250)
    read_xml(made.xml, root / "return", "sen2.xml")
    read_registers(made.registers / "marks.parquet", "marks.parquet", root / "registers", training=TRAINING)
    return with_establishments(root / "return", made), root / "registers", made


def test_a_need_may_be_picked_by_its_code_and_a_cohort_called_like_a_function(everyone):
    cohort = everyone
    assert len(cohort(primary_need="SEMH", phase="secondary")) == len(everyone.where(need=SEMH, phase="secondary")) > 0


@pytest.mark.parametrize("engine", engines("duckdb", "pandas", "polars"))
def test_a_measure_of_a_cohort_is_counted_as_the_catalogue_says(small, engine):
    folder, _, _ = small
    semh = on_day(folder, DAY, engine).where(primary_need="SEMH")
    found = semh.measure("placement_mainstream_percent", by="sex").set_index("group")
    frame = semh.frame
    for sex in ("F", "M"):
        those = frame[frame["sex"] == sex]
        number = those["placement"].str.startswith("mainstream").sum()
        assert (found.loc[sex, "numerator"], found.loc[sex, "denominator"]) == (number, len(those))
        assert found.loc[sex, "low"] <= 100 * number / len(those) <= found.loc[sex, "high"]
    assert found.loc["Total", "denominator"] == len(semh)


def test_a_measure_that_may_go_out_hides_the_few(small, tmp_path):
    folder, _, _ = small
    semh = on_day(folder, DAY).where(primary_need="SEMH")
    found = semh.export_measure("placement_mainstream_percent", tmp_path / "m.csv", RULE, by=["sex", "ethnicity"])
    every = semh.measure("placement_mainstream_percent", by=["sex", "ethnicity"])
    left = every["denominator"] - every["numerator"]
    few = every["numerator"].astype(float).between(1, 4) | left.astype(float).between(1, 4)
    assert few.any()
    hidden = found["group"].isin(every.loc[few, "group"])
    assert set(found.loc[hidden, ["numerator", "denominator", "value", "low", "high"]].to_numpy().ravel()) == {"c"}
    text = pd.read_csv(tmp_path / "m.csv", dtype=str, keep_default_na=False)
    assert not (text == "").any().any()


def test_absence_is_measured_where_there_are_registers_and_refused_in_words_where_there_are_none(small):
    folder, registers, made = small
    with_registers = on_day(folder, DAY, "duckdb", registers, "autumn term 2024")
    found = with_registers.measure("overall_absence_percent", by="placed").set_index("group")
    assert {"mainstream", "state special", "no plan"} <= set(found.index)
    free = with_registers.where(fsm="yes")
    pupils = pd.read_csv(made.registers / "pupils.csv")
    share = free.measure("persistent_absence_percent").iloc[0]
    assert share["denominator"] == (pupils["fsm"] == "Y").sum()
    with pytest.raises(CallProblem, match="is not counted from these records"):
        on_day(folder, DAY).measure("overall_absence_percent")
    with pytest.raises(CallProblem, match='Did you mean "overall_absence_percent"'):
        on_day(folder, DAY).measure("overal_absence_percent")


def test_the_past_of_a_cohort_are_those_who_had_then_what_these_have_now(small):
    folder, _, _ = small
    semh = on_day(folder, DAY).where(primary_need="SEMH", phase="secondary")
    then = semh.past(date(2024, 1, 18))
    expected = on_day(folder, date(2024, 1, 18)).where(need=SEMH, phase="secondary")
    assert then.day == date(2024, 1, 18)
    assert set(then.frame["persontableid"]) == set(expected.frame["persontableid"])
    with pytest.raises(CallProblem, match="has no other day"):
        Cohort(DAY, semh.frame).past(DAY)


def test_the_effect_planted_in_thrive_is_within_the_interval_and_none_is_not(small):
    _, registers, made = small
    found = around_joining(registers, made.planted["effects"]["weeks"]).set_index("group")
    effect = found.loc["difference"]
    assert effect["low"] < -made.planted["effects"]["programme"] < effect["high"] < 0
    assert found.loc["other schools", "change"] == pytest.approx(-made.planted["effects"]["everywhere"], abs=0.35)


def test_a_made_up_authority_without_an_effect_shows_none(tables, data, tmp_path):
    made = authority(tables, data, tmp_path / "made", plans=200, seed=3, effects=Effects(everywhere=1.0, programme=0))
    read_registers(made.registers / "marks.parquet", "marks.parquet", tmp_path / "registers", training=TRAINING)
    effect = around_joining(tmp_path / "registers").set_index("group").loc["difference"]
    assert effect["low"] < 0 < effect["high"]


def test_the_lists_to_choose_from_give_the_same_cohort_as_a_line_of_python(everyone):
    pytest.importorskip("ipywidgets")
    picker = pick(everyone)
    picker.lists["need"].value = SEMH
    picker.lists["phase"].value = "secondary"
    same = everyone.where(need=SEMH, phase="secondary")
    assert picker.cohort.text == same.text
    assert len(picker.cohort) == len(same)
    assert f"{len(same):,} plans: {same.text}" in picker.shown.children[-1].value


def test_without_widgets_the_lists_say_what_to_type_instead(everyone, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(CallProblem, match=r"everyone\.where"):
        pick(everyone)


def test_a_made_up_authority_is_opened_where_no_records_are_named(tables, data, monkeypatch):
    read_already(monkeypatch, tables, data)
    everyone = open_day("", str(data), make=lambda inputs, out: synthesise(inputs, out, plans=PLANS))
    assert "made up" in everyone.text
    assert everyone.where(fsm="yes").measure("overall_absence_percent").iloc[0]["denominator"] > 0


def test_every_measure_that_the_catalogue_has_is_counted_or_refused_in_words(small):
    folder, registers, _ = small
    cohort = on_day(folder, DAY, "duckdb" if SOAK else "pandas", registers, "autumn term 2024")
    counted, refused = {}, []
    for metric_id in package_metrics():
        try:
            counted[metric_id] = cohort.measure(metric_id, by="sex")
        except CallProblem as problem:
            refused.append(str(problem))
    assert all("is not counted from these records" in words for words in refused)
    assert all({"period_label", "group", "value"} <= set(found.columns) for found in counted.values())
    assert {"overall_absence_percent", "suspensions_count", "exclusions_count", "caseload_count"} <= set(counted)
    assert not {"transport_spend", "grant_spend", "dsg_cumulative_deficit"} & set(counted)


def test_where_every_count_is_small_the_symbol_stands_in_each(small):
    folder, _, _ = small
    few = on_day(folder, DAY).where(need="Vision impairment")
    assert 0 < len(few) < RULE.threshold
    found = few.measure("placement_mainstream_percent", by="sex", rule=RULE)
    assert set(found[["numerator", "denominator", "value"]].to_numpy().ravel()) == {"c"}
