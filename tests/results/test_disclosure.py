"""Small counts, whatever the counts are: made up by the thousand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.results.calculate import hide_groups
from dbv_analysis.results.count import GUARDS
from dbv_analysis.results.disclosure import hidden, released
from tests.soak import examples

NOTHING = float("nan")
BOTH = ("numerator", "denominator")
UNSAID = {
    **dict.fromkeys((*GUARDS, "denominator", "value", "times"), NOTHING),
    **dict.fromkeys(("metric_id", "area_code", "area_name", "breakdown_topic", "breakdown", "period_label"), ""),
    **dict.fromkeys(("printed", "symbol"), ""),
    **dict.fromkeys(("share", "money", "whole"), False),
}


def suppress(counts: pd.DataFrame, rule: Disclosure, profile: str, guarded=BOTH) -> pd.DataFrame:
    """What goes out of counts, of which those that are ``guarded`` count children."""
    more = {name: value for name, value in UNSAID.items() if name not in counts}
    of = {"of_children": "numerator" in guarded, "over_children": "denominator" in guarded}
    figures = counts.assign(**more, **of)
    figures = figures.assign(hidden=hidden(figures, rule, profile))
    return released(figures, rule, profile)[list(counts.columns)]


def protect_groups(parts: pd.DataFrame, profile: str = PUBLIC, rule: Disclosure | None = None) -> pd.DataFrame:
    """What goes out of groups, and of the wholes that they add up to."""
    wholes = parts.groupby("whole_of", as_index=False, dropna=False)[list(BOTH)].sum(min_count=1).assign(whole=True)
    figures = pd.concat([parts.assign(whole=False), wholes], ignore_index=True)
    share = figures["denominator"].notna()
    more = {name: value for name, value in UNSAID.items() if name not in figures and name != "share"}
    figures = figures.assign(**more, of_children=True, over_children=True, share=share)
    found = hide_groups(figures, ["whole_of"], rule or Disclosure(), profile)
    return found[~found["whole"]]


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


@settings(deadline=None, max_examples=examples(30, 150))
@given(counts=tables, threshold=thresholds)
def test_no_small_count_remains_in_public(counts, threshold):
    shown = suppress(counts, Disclosure(threshold=threshold), PUBLIC)
    assert not any(small(row, threshold) for row in shown.itertuples())


@settings(deadline=None, max_examples=examples(20, 100))
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


@settings(deadline=None, max_examples=examples(10, 50))
@given(counts=tables, threshold=thresholds)
def test_the_controlled_profile_hides_nothing(counts, threshold):
    pd.testing.assert_frame_equal(suppress(counts.copy(), Disclosure(threshold=threshold), CONTROLLED), counts)


@settings(deadline=None, max_examples=examples(10, 50))
@given(counts=tables, threshold=thresholds)
def test_the_counts_that_were_given_are_not_changed(counts, threshold):
    before = counts.copy()
    suppress(counts, Disclosure(threshold=threshold), PUBLIC)
    pd.testing.assert_frame_equal(counts, before)


def groups(*counts: float, whole: str = "one") -> pd.DataFrame:
    """Groups of one whole, each with its count."""
    return pd.DataFrame({"whole_of": whole, "numerator": [float(count) for count in counts], "denominator": NOTHING})


@pytest.mark.parametrize(
    ("counts", "symbols"),
    [
        ((3, 40, 7, 0), "c-c-"),  # beside a single hidden group the smallest other is hidden too
        ((4, 4, 40), "cc-"),  # two hidden groups that could be anything hide no other
        ((270, 67, 92), "---"),
        ((1, 1, 40), "ccc"),  # both are at least 1, and they are 2 together: so each is 1, unless another is hidden
    ],
)
def test_as_many_groups_are_hidden_as_it_takes(counts, symbols):
    found = protect_groups(groups(*counts))
    assert list(found["symbol"]) == [symbol.strip("-") for symbol in symbols]
    assert list(found["numerator"].isna()) == [symbol == "c" for symbol in symbols]


def test_the_controlled_profile_hides_no_second_group():
    assert list(protect_groups(groups(3, 40, 7), CONTROLLED)["numerator"]) == [3, 40, 7]


def test_a_second_group_is_hidden_in_the_whole_of_the_hidden_one_alone():
    both = pd.concat([groups(3, 40, 7), groups(30, 6, whole="another")], ignore_index=True)
    assert list(protect_groups(both)["symbol"]) == ["c", "", "c", "", ""]


def test_of_shares_the_group_with_the_smallest_denominator_is_hidden_second():
    shares = groups(3, 20, 20).assign(denominator=[60.0, 90.0, 50.0])
    assert list(protect_groups(shares)["symbol"]) == ["c", "", "c"]


@settings(deadline=None, max_examples=examples(6, 30))
@given(counts=st.lists(st.integers(0, 30), min_size=1, max_size=6), threshold=thresholds)
def test_never_is_one_group_alone_hidden_beside_others_that_are_not_nought(counts, threshold):
    found = protect_groups(groups(*counts), rule=Disclosure(threshold=threshold))
    shown_counts = found["numerator"].dropna()
    assert not ((shown_counts > 0) & (shown_counts < threshold)).any()
    whole_is_small = 0 < sum(counts) < threshold
    assert whole_is_small or (found["symbol"] == "c").sum() != 1 or (shown_counts == 0).all()


@pytest.mark.parametrize(("base", "counts"), [(5, [5, 10, 0, 10]), (10, [10, 10, 0, 10]), (0, [7, 8, 0, 12])])
def test_counts_of_children_are_rounded_half_up_where_the_rule_says_so(base, counts):
    rule = Disclosure(rounding=base)
    given_counts = pd.DataFrame({"numerator": [7.0, 8.0, 0.0, 12.0], "denominator": NOTHING, "symbol": ""})
    assert list(suppress(given_counts, rule, PUBLIC)["numerator"]) == counts
    assert list(suppress(given_counts, rule, CONTROLLED)["numerator"]) == [7, 8, 0, 12]
    assert list(suppress(given_counts, rule, PUBLIC, ())["numerator"]) == [7, 8, 0, 12], "money and schools are not"


def test_the_share_above_which_one_hides_a_sum_is_a_setting():
    sum_ = pd.DataFrame({"numerator": [100.0], "denominator": NOTHING, "symbol": "", "largest": [60.0]})
    assert list(suppress(sum_, Disclosure(money_share=0.5), PUBLIC, ())["symbol"]) == ["c"]
    assert list(suppress(sum_, Disclosure(money_share=0.6), PUBLIC, ())["symbol"]) == [""]
