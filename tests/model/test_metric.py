"""What is accepted as a metric, and how one is found."""

from __future__ import annotations

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.metrics import find, package_metrics
from dbv_analysis.model import metric as registry
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Count, Value, as_reported_then, metric, own
from dbv_analysis.model.period import Break
from dbv_analysis.model.units import COUNT, HIGHER, PERCENT, POUNDS, Unit
from tests.shipped import METRICS


def counted(title: str = "Swings", **about):
    """Make a metric of the section Play, which the project does not have."""
    return metric(**{"section": "Play", "title": title, "unit": COUNT, "source": "Nowhere"} | about)


@pytest.fixture(autouse=True)
def _as_before():
    """Whatever a test registers is gone after it."""
    before = package_metrics()
    yield
    registry._METRICS.clear()
    registry._METRICS.update(before)


def test_a_metric_is_its_function_with_all_that_a_reader_must_know():
    @metric(section="Play", title="Plans with a swing", unit=PERCENT, better=HIGHER, source="A catalogue of swings")
    def swings_percent(placements, flows) -> Count:
        """Plans with a swing,
        of all plans, %.

        Only swings that move.
        """

    found = find("swings_percent")
    assert (found.section, found.title, found.unit) == ("Play", "Plans with a swing", PERCENT)
    assert found.tables == ["placements", "flows"]
    assert found.definition == "Plans with a swing, of all plans, %."
    assert found.notes == "Only swings that move."
    assert found.write(12.345) == "12.3%"


def test_a_metric_without_a_docstring_is_refused():
    def undescribed_count(placements) -> Count:
        return Count(placements)

    with pytest.raises(ValueError, match="undescribed_count has no docstring: say what it counts"):
        counted()(undescribed_count)
    assert "undescribed_count" not in package_metrics()


def test_an_id_that_is_taken_is_refused_and_both_places_are_named():
    def caseload_count(placements) -> Count:
        """Another count of plans."""

    first = find("caseload_count")
    with pytest.raises(ValueError, match=r"caseload_count: in dbv_analysis\.metrics\.placements and tests\."):
        counted()(caseload_count)
    assert find("caseload_count") is first


@pytest.mark.parametrize(("name", "value"), [("unit", Unit("furlongs", 0)), ("better", "bigger")])
def test_a_unit_or_direction_that_is_not_one_of_the_projects_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        counted(**{name: value})


def test_a_metric_may_print_more_decimals_than_its_unit_and_break_off():
    stop = Break(on=find("placement_special_percent").breaks[0].on, why="the swings were counted anew")

    @counted(unit=PERCENT, decimals=2, breaks=(stop,))
    def finer_swings_percent(placements) -> Value:
        """Swings, %."""

    assert find("finer_swings_percent").write(12.345) == "12.35%"
    assert find("finer_swings_percent").breaks == (stop,)


def test_metrics_are_found_in_the_order_in_which_their_module_defines_them():
    by_module: dict[str, list[int]] = {}
    for found in package_metrics().values():
        by_module.setdefault(found.define.__module__, []).append(found.define.__code__.co_firstlineno)
    assert len(by_module) >= 3
    for name, lines in by_module.items():
        assert lines == sorted(lines), name


def test_what_is_registered_later_is_found_last_and_finding_twice_changes_nothing():
    before = list(package_metrics())

    @counted("Slides")
    def slides_count(placements) -> Count:
        """Slides."""

    assert list(package_metrics()) == [*before, "slides_count"] == list(package_metrics())


def test_changing_what_was_discovered_does_not_change_what_is_registered():
    package_metrics().clear()
    assert "caseload_count" in package_metrics()


def test_an_id_that_is_nearly_right_brings_a_suggestion():
    with pytest.raises(KeyError, match=r'no metric \\?"caseload_cuont\\?".*Did you mean \\?"caseload_count'):
        find("caseload_cuont")


def test_an_id_that_is_like_no_other_brings_none():
    with pytest.raises(KeyError) as caught:
        find("weather")
    assert "Did you mean" not in str(caught.value)


def test_money_is_written_in_full_only_where_a_metric_gives_its_decimals():
    @counted(unit=POUNDS)
    def swings_cost(own_figures) -> Value:
        """Swings, £."""

    @counted(unit=POUNDS, decimals=0)
    def swings_cost_in_full(own_figures) -> Value:
        """Swings, £."""

    assert find("swings_cost").write(1_698_456) == "£1.7m"
    assert find("swings_cost_in_full").write(1_698_456) == "£1,698,456"


def test_a_metric_follows_the_school_year_and_takes_no_groups_unless_it_says_so():
    @counted()
    def plain_swings_count(own_figures) -> Count:
        """Swings."""

    @counted(any_day=True, groups=("High", "Low"))
    def grouped_swings_count(own_figures) -> Count:
        """Swings by height."""

    plain, grouped = find("plain_swings_count"), find("grouped_swings_count")
    assert (plain.any_day, plain.groups, plain.by) == (False, (), {})
    assert (grouped.any_day, grouped.groups) == (True, ("High", "Low"))


FIGURES = pd.DataFrame(
    {
        "metric_id": ["swings_count", "swings_count", "slides_count"],
        "breakdown": ["High", "Low", "High"],
        "value": [7.0, 5.0, 3.0],
        "symbol": "",
    }
)


def test_a_metric_reads_its_own_figures_and_no_others():
    found = own(nw.from_native(FIGURES).lazy(), "swings_count").collect()
    assert found["breakdown"].to_list() == ["High", "Low"]
    assert found["count"].to_list() == found["value"].to_list() == [7, 5]


def test_the_breakdown_of_own_figures_may_have_the_name_that_another_table_gives_it():
    found = own(nw.from_native(FIGURES).lazy(), "slides_count", "height").collect()
    assert found["height"].to_list() == ["High"]
    assert "breakdown" not in found.columns


def test_a_metric_that_takes_groups_of_own_figures_is_broken_down_by_them():
    with_groups = [found for found in METRICS.values() if found.groups and found.groups != (TOTAL,)]
    assert len(with_groups) > 5
    for found in with_groups:
        assert len(found.by) == 1, found.id
        assert "own_figures" in found.tables, found.id
        assert len(set(found.groups)) == len(found.groups), found.id


def told(*entries: tuple[str, str, str]) -> pd.DataFrame:
    """Entries of a register: the day told, the entry's name, and its state."""
    days = [entry[0] for entry in entries]
    return pd.DataFrame(
        {
            "area_code": "E06000001",
            "name": [entry[1] for entry in entries],
            "state": [entry[2] for entry in entries],
            **dict.fromkeys(("as_at", "release", "published", "period_label", "period_start", "period_end"), days),
            "source": "A report",
            "basis": "snapshot",
        }
    )


def states(register: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Release -> name -> state, as each stood after it."""
    found: dict[str, dict[str, str]] = {}
    for row in as_reported_then(nw.from_native(register).lazy(), "name").collect().iter_rows(named=True):
        assert row["name"] not in found.setdefault(row["release"], {})
        assert row["published"] == row["release"] == row["period_end"] == row["as_at"]
        found[row["release"]][row["name"]] = row["state"]
    return found


def test_an_entry_that_a_release_does_not_repeat_stands_as_it_was_told_last():
    register = told(
        ("2023-12-20", "swing", "planned"), ("2023-12-20", "slide", "planned"), ("2024-09-26", "swing", "up")
    )
    assert states(register) == {
        "2023-12-20": {"swing": "planned", "slide": "planned"},
        "2024-09-26": {"swing": "up", "slide": "planned"},
    }


def test_an_entry_does_not_stand_before_it_was_told():
    assert states(told(("2023-12-20", "swing", "planned"), ("2024-09-26", "slide", "planned"))) == {
        "2023-12-20": {"swing": "planned"},
        "2024-09-26": {"swing": "planned", "slide": "planned"},
    }
