"""Small counts, whatever the counts are: made up by the thousand."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dbv_analysis.disclosure import suppress
from dbv_analysis.programme import Disclosure
from dbv_analysis.terms import CONTROLLED, PUBLIC, SYMBOLS, CallProblem

NOTHING = float("nan")

counts_of = st.integers(0, 30) | st.integers(0, 1_000_000)


@st.composite
def rows(draw) -> dict:
    """A row as it stands before suppression: a plain count, a share, or one whose counts a symbol has spoilt."""
    part, rest = draw(counts_of), draw(counts_of)
    kind = draw(st.sampled_from(["count", "share", "spoilt"]))
    return {
        "numerator": NOTHING if kind == "spoilt" else float(part),
        "denominator": NOTHING if kind == "count" else float(part + rest),
        "symbol": draw(st.sampled_from(list(SYMBOLS))) if kind == "spoilt" else "",
    }


tables = st.lists(rows(), min_size=1, max_size=8).map(pd.DataFrame)
thresholds = st.integers(1, 12)


def small(row, threshold: int) -> bool:
    """Whether a reader of the row could tell a count from 1 to one below the threshold."""
    return any(0 < count < threshold for count in (row.numerator, row.denominator, row.denominator - row.numerator))


@settings(deadline=None, max_examples=150)
@given(counts=tables, threshold=thresholds)
def test_no_small_count_remains_in_public(counts, threshold):
    shown = suppress(counts, Disclosure(threshold=threshold), PUBLIC)
    assert not any(small(row, threshold) for row in shown.itertuples())


@settings(deadline=None, max_examples=100)
@given(counts=tables, threshold=thresholds)
def test_a_row_is_hidden_whole_and_marked_or_not_touched_at_all(counts, threshold):
    shown = suppress(counts, Disclosure(threshold=threshold), PUBLIC)
    for before, after in zip(counts.itertuples(), shown.itertuples(), strict=True):
        if small(before, threshold):
            assert after.symbol == "c"
            assert pd.isna(after.numerator)
            assert pd.isna(after.denominator)
        else:
            pd.testing.assert_series_equal(pd.Series(after._asdict()), pd.Series(before._asdict()))


@settings(deadline=None, max_examples=50)
@given(counts=tables, threshold=thresholds)
def test_the_controlled_profile_hides_nothing(counts, threshold):
    pd.testing.assert_frame_equal(suppress(counts.copy(), Disclosure(threshold=threshold), CONTROLLED), counts)


@settings(deadline=None, max_examples=50)
@given(counts=tables, threshold=thresholds)
def test_the_counts_that_were_given_are_not_changed(counts, threshold):
    before = counts.copy()
    suppress(counts, Disclosure(threshold=threshold), PUBLIC)
    pd.testing.assert_frame_equal(counts, before)


def test_a_profile_that_is_misspelt_does_not_show_small_counts():
    counts = pd.DataFrame({"numerator": [3.0], "denominator": [100.0], "symbol": [""]})
    try:
        shown = suppress(counts, Disclosure(), "Public")
    except (ValueError, CallProblem):
        return  # refusing is as good as hiding
    assert shown["numerator"].isna().all()
