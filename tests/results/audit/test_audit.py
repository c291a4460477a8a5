"""Which figures are hidden for the sake of others, and what an audit finds, on small tables worked out by hand."""

from __future__ import annotations

from functools import cache

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Count
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.units import COUNT
from dbv_analysis.results.audit.disclosure_audit import Audit, audit
from dbv_analysis.results.calculate import calculate, results_of
from dbv_analysis.results.count import FigureCounts, count_figures
from tests.results.plans import RULE, in_school, metric, number, table

BOYS_FEW = """
    kind   setting  count
    boys   school   3
    girls  school   7
    other  school   9
"""


def boys(plans):
    """Boys: the same count under another name."""
    return Count(plans.filter(nw.col("kind") == "boys"))


def school(plans):
    """Plans in a school."""
    return Count(plans.filter(nw.col("setting") == "school"))


METRICS = {
    "kinds": metric(number, COUNT, by={"Sex": "kind"}),
    "boys": metric(boys, COUNT),
    "school": metric(school, COUNT),
    "share": metric(in_school),
    "shares": metric(in_school, by={"Sex": "kind"}),
}


@cache
def counts_of(text: str, *metrics: str) -> FigureCounts:
    return count_figures([METRICS[name] for name in metrics], {"plans": table(text)})


@cache
def pack(text: str, *metrics: str, profile: str = PUBLIC) -> pd.DataFrame:
    """What a pack shows of a table."""
    return results_of(counts_of(text, *metrics), RULE, profile)


def audited(shown: pd.DataFrame, text: str, *metrics: str, earlier=None, official=()) -> Audit:
    return audit(shown, earlier or {}, counts_of(text, *metrics), official, RULE)


def names(found: Audit) -> list[tuple[str, str]]:
    return [(one.figure["metric_id"], one.figure["breakdown"]) for one in found.recovered]


def symbols(shown: pd.DataFrame) -> dict[str, str]:
    return dict(zip(shown["breakdown"], shown["symbol"], strict=True))


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((3, 7, 9), {"a", "b"}),
        ((3, 9, 7), {"a", "c"}),
        ((3, 0, 9), {"a", "c"}),
        ((3, 4, 9), {"a", "b"}),
        ((1, 1, 9), {"a", "b", "c"}),
        ((0, 7, 9), set()),
        ((3, 7, 7), {"a", "b"}),
    ],
)
def test_beside_a_hidden_group_the_smallest_is_hidden_and_the_whole_last(counts, hidden):
    text = "kind  count\n" + "\n".join(f"{name}  {count}" for name, count in zip("abc", counts, strict=True))
    shown = symbols(pack(text, "kinds"))
    assert {name for name, symbol in shown.items() if symbol == "c"} == hidden


def test_the_whole_is_hidden_where_no_group_can_be():
    assert symbols(pack("kind  count\na  3\nb  0", "kinds")) == {TOTAL: "c", "a": "c", "b": ""}
    assert set(symbols(pack("kind  count\na  3", "kinds")).values()) == {"c"}


def test_a_share_of_none_is_hidden_last_of_the_groups():
    rows = [("a", "school", 3), ("a", "home", 20), ("b", "home", 12), ("c", "school", 20), ("c", "home", 20)]
    text = "kind  setting  count\n" + "\n".join("  ".join(map(str, row)) for row in rows)
    assert symbols(pack(text, "shares")) == {TOTAL: "", "a": "c", "b": "", "c": "c"}
    of_none = "kind  setting  count\na  home  3\nb  home  12\nc  school  20\nc  home  20"
    assert symbols(pack(of_none, "shares")) == {TOTAL: "", "a": "c", "b": "", "c": "c"}


def test_an_area_with_nothing_to_hide_leaves_another_as_it_must_be():
    """Whichever of the two stands first."""
    for first, second in (("Here", "There"), ("There", "Here")):
        rows = [(first, "a", 30), (first, "b", 40), (second, "a", 3), (second, "b", 7), (second, "c", 9)]
        text = "area  kind  count\n" + "\n".join("  ".join(map(str, row)) for row in rows)
        shown = pack(text, "kinds")
        hidden = shown[shown["symbol"] == "c"]
        assert set(zip(hidden["area_name"], hidden["breakdown"], strict=True)) == {(second, "a"), (second, "b")}


def test_a_pack_that_hides_enough_gives_nothing_away():
    found = audited(pack(BOYS_FEW, "kinds"), BOYS_FEW, "kinds")
    assert found == Audit((), (), ())


def shown_but_for(text: str, *groups: str) -> pd.DataFrame:
    """What a pack would show that hides these groups and no other."""
    shown = pack(text, "kinds", profile=CONTROLLED)
    hide = shown["breakdown"].isin(groups)
    return shown.assign(symbol=shown["symbol"].mask(hide, "c"), numerator=shown["numerator"].mask(hide))


def test_a_group_that_follows_from_its_total_is_named_with_what_gives_it_away_and_what_to_hide():
    found = audited(shown_but_for(BOYS_FEW, "boys"), BOYS_FEW, "kinds")
    (boys_found,) = found.recovered
    assert boys_found.figure == {
        **{"metric_id": "number", "area_code": "E06000001", "breakdown_topic": "Sex", "breakdown": "boys"},
        **{"period_label": "January 2024", "release": "return-1"},
    }
    assert boys_found.text == "number, Sex boys, Here, January 2024"
    assert boys_found.by == tuple(
        f"number, {group}, Here, January 2024" for group in ("Total", "Sex girls", "Sex other")
    )
    assert [row["breakdown"] for row in found.remedy] == ["girls"]
    assert found.published == ()


def test_a_group_that_is_not_in_the_pack_cannot_give_anything_away():
    shown = shown_but_for(BOYS_FEW, "boys")
    assert audited(shown[shown["breakdown"] != "girls"], BOYS_FEW, "kinds").recovered == ()
    assert audited(shown.iloc[:0], BOYS_FEW, "kinds") == Audit((), (), ())


def test_what_an_earlier_pack_shows_gives_a_hidden_group_away():
    now = pack(BOYS_FEW, "kinds")
    assert symbols(now) == {TOTAL: "", "boys": "c", "girls": "c", "other": ""}
    before = pack(BOYS_FEW, "kinds", profile=CONTROLLED)
    found = audited(now, BOYS_FEW, "kinds", earlier={"Q1, release 1": before[before["breakdown"] == "girls"]})
    assert names(found) == [("number", "boys")]
    assert "number, Sex girls, Here, January 2024 (Q1, release 1)" in found.recovered[0].by
    assert [row["breakdown"] for row in found.remedy] == ["other"]
    assert audited(now, BOYS_FEW, "kinds", earlier={"Q1": now}).recovered == ()
    assert audited(now, BOYS_FEW, "kinds", earlier={"Q1": before.iloc[:0]}).recovered == ()


def test_a_figure_that_was_revised_since_says_nothing_of_the_new_one():
    now = pack(BOYS_FEW, "kinds")
    before = pack(BOYS_FEW.replace("7", "6"), "kinds", profile=CONTROLLED)
    found = audited(now, BOYS_FEW, "kinds", earlier={"Q1": before[before["breakdown"] == "girls"]})
    assert found.recovered == ()


def test_a_figure_that_only_an_earlier_pack_hides_is_asked_about_as_well():
    """The first pack hides the boys; the second shows the same count under another name's complement."""
    first = pack(BOYS_FEW, "kinds")
    kept = first[first["breakdown"].isin(["boys", TOTAL, "other"])]
    rows = pack(BOYS_FEW, "kinds", profile=CONTROLLED)
    now = rows[rows["breakdown"] == "girls"]
    found = audited(now, BOYS_FEW, "kinds", "boys", earlier={"Q1, release 1": kept})
    assert names(found) == [("number", "boys")]
    assert found.recovered[0].text == "number, Sex boys, Here, January 2024"
    assert found.remedy == ({**found.recovered[0].figure, "breakdown": "girls"},)


def test_a_measure_counted_no_longer_stands_by_itself():
    rows = pack(BOYS_FEW, "kinds", profile=CONTROLLED).assign(metric_id="gone")
    assert audited(pack(BOYS_FEW, "kinds"), BOYS_FEW, "kinds", earlier={"Q1": rows}).recovered == ()


def test_what_its_own_publisher_shows_is_named_and_may_follow():
    now = pack(BOYS_FEW, "kinds")
    found = audited(now, BOYS_FEW, "kinds", official=["return-1"])
    assert found.recovered == ()
    assert [row["breakdown"] for row in found.published] == ["boys", "girls"]
    assert audited(now, BOYS_FEW, "kinds", official=["return-2"]).published == ()


def test_what_another_release_shows_gives_a_hidden_group_away():
    """The authority's return hides the boys; the department publishes the girls' and the others' rows."""

    def of_the_return(plans, rows):
        """Plans of the return."""
        return Count(plans)

    plans = table(BOYS_FEW)
    wanted = metric(of_the_return, COUNT, by={"Sex": "kind"})
    official = table(BOYS_FEW).assign(release="official")
    shown = calculate([wanted], {"plans": plans, "rows": official}, RULE, PUBLIC)
    counts = count_figures([wanted], {"plans": plans, "rows": official})
    assert audit(shown, {}, counts, ["official"], RULE).recovered == ()
    own = counts.tables["plans"].assign(release=["return-1", "official", "return-1"])
    mixed = type(counts)(counts.figures, counts.parts, {**counts.tables, "plans": own})
    found = audit(shown, {}, mixed, ["official"], RULE)
    assert names(found) == [("of_the_return", "boys")]
    assert "plans, a row, Here, January 2024 (official)" in found.recovered[0].by


def test_a_share_is_given_away_by_either_count():
    text = "setting  count\nschool  3\nhome  90"
    shown = pd.concat([pack(text, "share"), pack(text, "school", profile=CONTROLLED)], ignore_index=True)
    assert names(audited(shown, text, "share", "school")) == [("in_school", TOTAL)]
    assert set(pack(text, "share", "school")["symbol"]) == {"c"}
