"""Cohorts of a synthetic authority against slow counts, and what an export lets out."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.cohorts import ABOUT, Cohort, on_day
from dbv_analysis.programme import Disclosure
from dbv_analysis.records.sen2_xml import read_xml
from dbv_analysis.synth import CANARY, Synthetic
from dbv_analysis.terms import CONTROLLED, CallProblem
from tests.records.test_sen2 import with_establishments

DAY = date(2025, 1, 16)
SEMH = "Social, emotional and mental health"
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
    assert chosen.words.endswith(f"need {SEMH}, phase primary and secondary")


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


def test_the_size_of_a_cohort_of_a_few_is_hidden_too(tmp_path):
    frame = pd.DataFrame({"sex": ["F"] * 2 + ["M"], "persontableid": range(3)})
    shown = Cohort(DAY, frame).export("sex", tmp_path / "s.csv", RULE)
    assert set(shown["number"]) == set(shown["of"]) == {"c"}


def test_a_cohort_that_is_printed_shows_no_person(everyone):
    assert CANARY not in repr(everyone)
    assert "persontableid" not in repr(everyone)
