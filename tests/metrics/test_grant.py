"""The grant, on tables small enough to add up by eye: quarters, sums to date, and what is left."""

from __future__ import annotations

import re
from datetime import date

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.metrics import package_metrics
from dbv_analysis.metrics.grant import ALL_LINES, NOT_ITEMISED
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.period import Period
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.tables import PROVENANCE, TABLES
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.results.calculate import calculate
from tests.results.test_frames import LIBRARIES, as_frame, asked_for

METRICS = {name: metric for name, metric in package_metrics().items() if metric.section == "Grant"}
TO_DATE = "to the end of 2024-25-"
APPLIED = "2023-12-20"
PROFILE = "\n".join(f"{quarter}  All lines  profile  250  {APPLIED}" for quarter in ("Q1", "Q2", "Q3", "Q4"))
AREAS = {"Here": "E06000001", "There": "E06000002"}


def grant(text: str) -> pd.DataFrame:
    """The table ``grant`` as the loaders give it: quarter, line, measure, pounds, the day told, and maybe the area.

    Cells stand two spaces or more apart; a symbol among the pounds is a missing number.
    """
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
    records = []
    for number, (quarter, line, measure, pounds, told, *area) in enumerate(rows, start=2):
        period = Period.parse(f"quarter 2024-25-{quarter}")
        place = area[0] if area else "Here"
        records.append(
            {
                "area_code": AREAS[place],
                "area_name": place,
                "geographic_level": "Local authority",
                "period": period.text,
                "symbol": pounds if pounds in SYMBOLS else "",
                "workstream": "",
                "line": line,
                "measure": measure,
                "pounds": float("nan") if pounds in SYMBOLS else float(pounds),
                "line_printed": line,
                "printed": f"£{pounds}",
                "section": "",
                "page": "",
                "period_label": period.label,
                "period_start": period.start,
                "period_end": period.end,
                "basis": period.basis,
                "as_at": date.fromisoformat(told),
                "source": "A report",
                "release": f"told {told}",
                "published": date.fromisoformat(told),
                "file": "grant.csv",
                "row": number,
            }
        )
    frame = pd.DataFrame(records)
    assert set(frame.columns) == {*TABLES["grant"].columns, *PROVENANCE}
    return frame


def figures(metric_id: str, text: str) -> dict[tuple[str, str, str], float | str]:
    """(line, period, day told) -> the figure, or the symbol in its place."""
    found = calculate([METRICS[metric_id]], {"grant": grant(text)}, Disclosure(), PUBLIC)
    rows = found.to_dict("records")
    assert all(pd.isna(row["value"]) == (row["symbol"] != "") for row in rows), "a number and a symbol, or neither"
    return {
        (row["breakdown"], row["period_label"].replace("2024-25-", ""), row["published"].isoformat()): row["symbol"]
        or row["value"]
        for row in rows
    }


def of_line(line: str, text: str, metric_id: str = "grant_spend") -> dict[tuple[str, str], float | str]:
    """(period, day told) -> the figure, of one line."""
    found = figures(metric_id, text)
    return {(period, told): figure for (name, period, told), figure in found.items() if name == line}


def to_date(line: str, text: str, metric_id: str = "grant_spend") -> dict[tuple[str, str], float | str]:
    """(last quarter, day told) -> the sum to date, of one line."""
    found = of_line(line, text, metric_id)
    return {
        (period.removeprefix("to the end of "), told): figure
        for (period, told), figure in found.items()
        if period.startswith("to the end of ")
    }


TOTALS = """
    Q1  All lines  spend  100  2024-07-10
    Q2  All lines  spend  50   2024-10-10
"""
THREE = f"{TOTALS}Q3  All lines  spend  30  2025-01-10\n"
# What holds -> how it is asked, of which line, what the reports told, and the figures by period and day told.
SUMS = {
    "spent to date is the sum of the quarters, whichever report told them": (of_line, TOTAL, TOTALS, {
        ("Q1", "2024-07-10"): 100, ("Q2", "2024-10-10"): 50, ("to the end of Q2", "2024-10-10"): 150}),
    "a report that tells two quarters at once has their sum too": (to_date, TOTAL, """
        Q1  All lines  spend  100  2024-10-10
        Q2  All lines  spend  50   2024-10-10
        """, {("Q2", "2024-10-10"): 150}),
    "the time to the end of the first quarter is that quarter and has no row of its own": (
        of_line, TOTAL, "Q1  All lines  spend  100  2024-07-10", {("Q1", "2024-07-10"): 100}),
    "a quarter that is told again counts as it was last told": (to_date, TOTAL, TOTALS + """
        Q2  All lines  spend  55   2025-01-10
        Q3  All lines  spend  30   2025-01-10
        """, {("Q2", "2024-10-10"): 150, ("Q2", "2025-01-10"): 155, ("Q3", "2025-01-10"): 185}),
    "a quarter that is corrected between two reports counts as corrected in the next": (to_date, TOTAL, """
        Q1  All lines  spend  100  2024-07-10
        Q1  All lines  spend  110  2024-08-20
        Q2  All lines  spend  50   2024-10-10
        """, {("Q2", "2024-10-10"): 160}),
    "a number that is told later mends the sums from then on": (to_date, TOTAL, """
        Q1  All lines  spend  100  2024-07-10
        Q2  All lines  spend  x    2024-10-10
        Q2  All lines  spend  50   2025-01-10
        Q3  All lines  spend  30   2025-01-10
        """, {("Q2", "2024-10-10"): "x", ("Q2", "2025-01-10"): 150, ("Q3", "2025-01-10"): 180}),
    "a line that is printed to date is as printed and not its sum": (of_line, "Lead", TOTALS + """
        Q2  Lead  spend          20  2024-10-10
        Q2  Lead  spend to date  28  2024-10-10
        """, {("Q2", "2024-10-10"): 20, ("to the end of Q2", "2024-10-10"): 28}),
    "a line that is printed only to date has that figure alone": (
        of_line, "Lead", TOTALS + "Q2  Lead  spend to date  28  2024-10-10", {("to the end of Q2", "2024-10-10"): 28}),
    "a line of one quarter has spent to date what it spent then": (
        to_date, "Room hire", TOTALS + "Q2  Room hire  spend  3  2024-10-10", {("Q2", "2024-10-10"): 3}),
    "a line of two quarters has spent to date what it spent in both": (to_date, "Lead", THREE + """
        Q2  Lead  spend  20  2024-10-10
        Q3  Lead  spend  5   2025-01-10
        """, {("Q2", "2024-10-10"): 20, ("Q3", "2025-01-10"): 25}),
    "what is spent after a line was printed to date is added to what was printed": (to_date, "Lead", THREE + """
        Q2  Lead  spend          20  2024-10-10
        Q2  Lead  spend to date  28  2024-10-10
        Q3  Lead  spend          5   2025-01-10
        """, {("Q2", "2024-10-10"): 28, ("Q3", "2025-01-10"): 33}),
    "a line that is printed to date again is as it was printed last": (to_date, "Lead", THREE + """
        Q2  Lead  spend to date  28  2024-10-10
        Q3  Lead  spend          5   2025-01-10
        Q3  Lead  spend to date  40  2025-01-10
        """, {("Q2", "2024-10-10"): 28, ("Q3", "2025-01-10"): 40}),
    "a line that a later report is silent about keeps what it had spent": (
        to_date, "Room hire", THREE + "Q2  Room hire  spend  3   2024-10-10",
        {("Q2", "2024-10-10"): 3, ("Q3", "2025-01-10"): 3}),
    "a quarter of a line without a number leaves its sum to date without one": (to_date, "Lead", THREE + """
        Q2  Lead  spend  x  2024-10-10
        Q3  Lead  spend  5  2025-01-10
        """, {("Q2", "2024-10-10"): "x", ("Q3", "2025-01-10"): "x"}),
    "a line of the first quarter is told once for it": (of_line, "Lead", TOTALS + """
        Q1  Lead  spend  60  2024-07-10
        Q2  Lead  spend  20  2024-10-10
        """, {("Q1", "2024-07-10"): 60, ("Q2", "2024-10-10"): 20, ("to the end of Q2", "2024-10-10"): 80}),
    "what is not itemised is what the lines leave of the total": (of_line, NOT_ITEMISED, TOTALS + """
        Q2  Lead       spend          20  2024-10-10
        Q2  Lead       spend to date  28  2024-10-10
        Q2  Room hire  spend          3   2024-10-10
        """, {("Q1", "2024-07-10"): 100, ("Q2", "2024-10-10"): 50 - 20 - 3,
              ("to the end of Q2", "2024-10-10"): 150 - 28 - 3}),
}  # fmt: skip


@pytest.mark.parametrize(("ask", "line", "text", "expected"), SUMS.values(), ids=SUMS)
def test_figures_of_a_line_and_their_sums_to_date(ask, line, text, expected):
    assert ask(line, text) == expected


def test_a_sum_to_date_says_which_days_it_is_of():
    rows = calculate([METRICS["grant_spend"]], {"grant": grant(TOTALS)}, Disclosure(), PUBLIC)
    (row,) = rows[(rows["breakdown"] == TOTAL) & rows["period_label"].str.startswith(TO_DATE)].to_dict("records")
    assert (row["period_start"], row["period_end"]) == (date(2024, 4, 1), date(2024, 9, 30))
    assert (row["basis"], row["breakdown_topic"], row["printed"]) == ("part_year", "Grant line", "")


def test_a_sum_holds_nothing_that_was_told_only_after_it():
    found = to_date(TOTAL, THREE + "Q1  All lines  spend  110  2024-11-20")
    assert found[("Q2", "2024-10-10")] == 150
    assert found[("Q3", "2025-01-10")] == 190


@pytest.mark.parametrize("symbol", ["x", "c", "u"])
def test_a_quarter_without_a_number_leaves_every_sum_that_holds_it_without_one(symbol):
    assert of_line(TOTAL, THREE.replace("50", symbol)) == {
        ("Q1", "2024-07-10"): 100,
        ("Q2", "2024-10-10"): symbol,
        ("Q3", "2025-01-10"): 30,
        ("to the end of Q2", "2024-10-10"): "x",
        ("to the end of Q3", "2025-01-10"): "x",
    }


def test_a_quarter_that_nobody_told_is_not_taken_for_nothing_spent():
    text = "Q1  All lines  spend  100  2024-07-10\nQ3  All lines  spend  30  2025-01-10"
    found = to_date(TOTAL, text)
    assert found.get(("Q3", "2025-01-10"), "x") == "x"


def test_areas_are_added_up_apart():
    text = TOTALS + "Q1  All lines  spend  7  2024-07-10  There\nQ2  All lines  spend  5  2024-10-10  There"
    found = calculate([METRICS["grant_spend"]], {"grant": grant(text)}, Disclosure(), PUBLIC)
    sums = found[(found["breakdown"] == TOTAL) & found["period_label"].str.startswith(TO_DATE)]
    assert dict(zip(sums["area_name"], sums["value"], strict=True)) == {"Here": 150, "There": 12}


def test_what_a_line_spent_before_stays_itemised_where_a_later_report_is_silent_about_it():
    text = THREE + "Q2  Room hire  spend  3  2024-10-10\nQ3  Lead  spend  5  2025-01-10"
    found = of_line(NOT_ITEMISED, text)
    assert found[("Q3", "2025-01-10")] == 30 - 5
    assert found[("to the end of Q3", "2025-01-10")] == 180 - 3 - 5


def test_lines_that_come_to_more_than_their_total_leave_less_than_nothing():
    found = of_line(NOT_ITEMISED, TOTALS + "Q2  Lead  spend  60  2024-10-10")
    assert found[("Q2", "2024-10-10")] == -10


def test_a_total_without_a_number_leaves_nothing_that_could_be_said_of_its_lines():
    text = """
        Q1  All lines  spend  100  2024-07-10
        Q2  All lines  spend  x    2024-10-10
        Q2  Lead       spend  20   2024-10-10
    """
    found = of_line(NOT_ITEMISED, text)
    assert found[("Q2", "2024-10-10")] == found[("to the end of Q2", "2024-10-10")] == "x"
    assert of_line("Lead", text)[("Q2", "2024-10-10")] == 20


def test_a_line_without_a_number_leaves_open_how_much_is_not_itemised():
    found = of_line(NOT_ITEMISED, TOTALS + "Q2  Lead  spend  x  2024-10-10\nQ2  Room hire  spend  3  2024-10-10")
    assert found[("Q2", "2024-10-10")] == found[("to the end of Q2", "2024-10-10")] == "x"


def test_what_a_report_projects_is_no_spending():
    text = TOTALS + "Q2  Lead  projected  35  2024-10-10"
    assert of_line("Lead", text, "grant_projected") == {("Q2", "2024-10-10"): 35}
    assert of_line("Lead", text) == {}


def test_the_profile_is_added_up_to_the_end_of_every_quarter():
    assert to_date(TOTAL, PROFILE, "grant_profile") == {
        ("Q2", APPLIED): 500,
        ("Q3", APPLIED): 750,
        ("Q4", APPLIED): 1000,
    }


SPENT = {
    "Q2": "Q1  All lines  spend  100  2024-10-10\nQ2  All lines  spend  50  2024-10-10",
    "Q3": "Q3  All lines  spend  200  2025-01-10",
    "Q4": "Q4  All lines  spend  300  2025-04-10",
}
YEAR = "\n".join([PROFILE, *SPENT.values()])


def test_what_is_spent_beyond_the_profile_is_below_nought_where_less_was_spent():
    assert to_date(TOTAL, YEAR, "grant_variance") == {
        ("Q2", "2024-10-10"): 150 - 500,
        ("Q3", "2025-01-10"): 350 - 750,
        ("Q4", "2025-04-10"): 650 - 1000,
    }


def test_the_rate_that_is_needed_spreads_what_is_left_of_the_grant_over_the_quarters_that_are_left():
    assert to_date(TOTAL, f"{PROFILE}\n{SPENT['Q2']}", "grant_needed_rate") == {("Q2", "2024-10-10"): 850 / 2}


def test_after_the_last_quarter_no_rate_is_needed_and_no_quarter_is_left():
    rates = to_date(TOTAL, YEAR, "grant_needed_rate")
    assert rates == {("Q2", "2024-10-10"): 850 / 2, ("Q3", "2025-01-10"): 650}
    left = to_date(TOTAL, YEAR, "grant_quarters_left")
    assert left == {("Q2", "2024-10-10"): 2, ("Q3", "2025-01-10"): 1, ("Q4", "2025-04-10"): 0}


def test_without_a_profile_nothing_is_set_beside_one():
    for name in ("grant_variance", "grant_needed_rate", "grant_quarters_left"):
        assert figures(name, SPENT["Q2"]) == {}


@pytest.mark.parametrize("name", ["grant_variance", "grant_needed_rate"])
def test_where_spending_has_no_number_neither_has_what_is_worked_out_from_it(name):
    text = f"{PROFILE}\nQ1  All lines  spend  100  2024-10-10\nQ2  All lines  spend  x  2024-10-10"
    assert to_date(TOTAL, text, name) == {("Q2", "2024-10-10"): "x"}


@pytest.mark.parametrize("name", ["grant_variance", "grant_needed_rate"])
def test_where_the_profile_has_no_number_neither_has_what_is_worked_out_from_it(name):
    unknown = PROFILE.replace("Q2  All lines  profile  250", "Q2  All lines  profile  x")
    assert to_date(TOTAL, f"{unknown}\n{SPENT['Q2']}", name) == {("Q2", "2024-10-10"): "x"}


def test_a_profile_that_is_made_anew_takes_the_place_of_the_one_before_it():
    again = PROFILE.replace(APPLIED, "2024-06-01").replace("250", "300")
    text = f"{PROFILE}\n{again}\n{SPENT['Q2']}"
    assert to_date(TOTAL, text, "grant_variance") == {("Q2", "2024-10-10"): 150 - 600}
    assert to_date(TOTAL, text, "grant_needed_rate") == {("Q2", "2024-10-10"): (1200 - 150) / 2}


def test_a_figure_of_a_quarter_keeps_its_printed_text_and_a_sum_has_none():
    text = f"{YEAR}\nQ2  Lead  spend  20  2024-10-10"
    for name in ("grant_spend", "grant_profile"):
        rows = calculate([METRICS[name]], {"grant": grant(text)}, Disclosure(), PUBLIC)
        rows = rows[rows["breakdown"] != NOT_ITEMISED]
        added = rows["period_label"].str.startswith(TO_DATE)
        assert (rows.loc[~added, "printed"] == "£" + rows.loc[~added, "value"].astype(int).astype(str)).all()
        assert set(rows.loc[added, "printed"]) == {""}
        assert added.any()
        assert not added.all()


def test_a_table_without_rows_gives_no_figure():
    empty = grant(PROFILE).iloc[:0]
    assert calculate(METRICS.values(), {"grant": empty}, Disclosure(), PUBLIC).empty


@pytest.mark.parametrize("library", LIBRARIES[1:])
@pytest.mark.parametrize("name", METRICS)
def test_sums_to_date_are_the_same_on_every_kind_of_frame(name, library):
    """With a quarter told twice, one without a number, a line printed to date, and two areas."""
    text = f"""
        {PROFILE}
        {PROFILE.replace("250", "60").replace(APPLIED, APPLIED + "  There")}
        Q1  All lines  spend          100  2024-07-10
        Q1  All lines  spend          110  2024-08-20
        Q2  All lines  spend          50   2024-10-10
        Q2  Lead       projected      35   2024-10-10
        Q2  Lead       spend          20   2024-10-10
        Q2  Lead       spend to date  28   2024-10-10
        Q2  Room hire  spend          x    2024-10-10
        Q3  All lines  spend          x    2025-01-10
        Q1  All lines  spend          7    2024-07-10  There
        Q2  All lines  spend          5    2024-10-10  There
    """
    define, by = METRICS[name].define, list(METRICS[name].by.values())
    here = asked_for(define(nw.from_native(grant(text)).lazy()), by)
    assert sum(map(len, here)) > 0
    assert asked_for(define(as_frame(library, grant(text))), by) == here


def test_no_shipped_line_has_the_name_of_a_sum(tables):
    """The total is told from the lines by its name alone."""
    lines = set(tables["grant"]["line"])
    assert ALL_LINES in lines
    assert not lines & {TOTAL, NOT_ITEMISED}
