"""The baseline and the newest figure since, on a made-up authority's series."""

from __future__ import annotations

import pytest

from dbv_analysis.compare.baseline import baseline, figures, since_baseline
from tests.compare.made_up import CODES, ask, labels, made_up

YEARS = """
    period                  value
    financial year 2021-22  5
    financial year 2022-23  6
    financial year 2023-24  7
    financial year 2024-25  8
    financial year 2025-26  9
"""


def ends(text: str, **more: object) -> tuple[str, str] | None:
    moved = ask(since_baseline, made_up(text, **more))
    return None if moved is None else (moved.earlier["period_label"], moved.later["period_label"])


def test_the_baseline_is_the_last_year_that_was_over_and_the_change_ends_with_the_newest_since():
    assert ask(baseline, made_up(YEARS))["period_label"] == "2023-24"
    assert ends(YEARS) == ("2023-24", "2025-26")
    assert ask(since_baseline, made_up(YEARS)).difference == 2


def test_a_year_in_which_the_programme_began_is_at_neither_end():
    years = YEARS.replace("financial year", "academic year")
    assert ends(years) == ("2022/23", "2025/26")
    assert ends("period  value\nacademic year 2022-23  6\nacademic year 2023-24  7") is None


@pytest.mark.parametrize("lost", [range(3), range(3, 5)], ids=["none before", "none since"])
def test_without_one_end_there_is_no_change(lost):
    lines = YEARS.strip().splitlines()
    text = "\n".join(line for number, line in enumerate(lines) if number - 1 not in lost)
    assert ends(text) is None
    assert (ask(baseline, made_up(text)) is None) == (0 in lost)


def test_a_hidden_figure_and_a_forecast_are_at_neither_end():
    assert ends(YEARS.replace("7", "-").replace("9", "-")) == ("2022-23", "2024-25")
    published = YEARS.replace("value", "value  published")
    for year, out in (("2021-22", "2022-04-01"), ("2022-23", "2022-03-31"), ("2023-24", "2023-03-31"),
                      ("2024-25", "2024-04-01"), ("2025-26", "2025-03-31")):  # fmt: skip
        published = "\n".join(f"{line}  {out}" if year in line else line for line in published.splitlines())
    assert ends(published) == ("2021-22", "2024-25")


def test_a_part_of_a_year_serves_only_where_no_whole_one_does():
    terms = """
        period            value
        summer term 2023  5
        autumn term 2023  6
        spring term 2024  7
        summer term 2024  8
        autumn term 2024  9
    """
    assert ends(terms) == ("autumn term 2023", "autumn term 2024")
    whole = "        academic year 2022-23  30\n        academic year 2024-25  33\n"
    assert ends(terms + whole) == ("2022/23", "2024/25")
    assert ask(baseline, made_up(terms)) is None, "no whole figure"


def test_figures_are_of_whole_periods_or_of_the_newest_part_of_a_year():
    evidence = made_up("""
        area  breakdown  period                 value
        Own   Total      academic year 2022-23  5
        Own   Total      autumn term 2022       6
        Own   Total      spring term 2023       7
        Own   Total      autumn term 2023       8
        Own   EHC plan   2024-01-18             9
        N1    Total      2024-01-18             10
        N1    Total      autumn term 2022       11
        N1    Total      spring term 2023       12
        N1    Total      academic year 2022-23  -
    """)
    assert labels(ask(figures, evidence)) == ["2022/23"]
    assert labels(ask(figures, evidence, breakdown="EHC plan")) == ["January 2024"]
    assert labels(ask(figures, evidence, [CODES["N1"]])) == ["January 2024"]
    assert labels(ask(figures, evidence, parts=True)) == ["autumn term 2022", "autumn term 2023"]
    assert labels(ask(figures, evidence, [CODES["N1"]], parts=True)) == ["autumn term 2022"]
    years = made_up(YEARS)
    assert ask(figures, years, parts=True).empty
