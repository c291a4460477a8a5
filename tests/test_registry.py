"""What is accepted as a metric, and how one is found."""

from __future__ import annotations

import pytest

from dbv_analysis import registry
from dbv_analysis.periods import Break
from dbv_analysis.registry import Count, Value, discover, find, metric
from dbv_analysis.terms import COUNT, HIGHER, PERCENT, Unit


@pytest.fixture(autouse=True)
def _as_before():
    """Whatever a test registers is gone after it."""
    before = discover()
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
        metric(section="Play", title="Plans", unit=COUNT, source="Nowhere")(undescribed_count)
    assert "undescribed_count" not in discover()


def test_an_id_that_is_taken_is_refused_and_both_places_are_named():
    def caseload_count(placements) -> Count:
        """Another count of plans."""

    first = find("caseload_count")
    with pytest.raises(ValueError, match=r"caseload_count: in dbv_analysis\.metrics\.placements and tests\."):
        metric(section="Play", title="Plans", unit=COUNT, source="Nowhere")(caseload_count)
    assert find("caseload_count") is first


def test_a_unit_that_is_not_one_of_the_projects_is_refused():
    with pytest.raises(ValueError, match="unit"):
        metric(section="Play", title="Plans", unit=Unit("furlongs", 0), source="Nowhere")


def test_a_direction_that_is_not_one_of_the_projects_is_refused():
    with pytest.raises(ValueError, match="better"):
        metric(section="Play", title="Plans", unit=COUNT, source="Nowhere", better="bigger")


def test_a_metric_may_print_more_decimals_than_its_unit_and_break_off():
    stop = Break(on=find("placement_special_percent").breaks[0].on, why="the swings were counted anew")

    @metric(section="Play", title="Swings", unit=PERCENT, source="Nowhere", decimals=2, breaks=(stop,))
    def finer_swings_percent(placements) -> Value:
        """Swings, %."""

    assert find("finer_swings_percent").write(12.345) == "12.35%"
    assert find("finer_swings_percent").breaks == (stop,)


def test_metrics_are_found_in_the_order_in_which_their_module_defines_them():
    by_module: dict[str, list[int]] = {}
    for found in discover().values():
        by_module.setdefault(found.define.__module__, []).append(found.define.__code__.co_firstlineno)
    assert len(by_module) >= 3
    for name, lines in by_module.items():
        assert lines == sorted(lines), name


def test_what_is_registered_later_is_found_last_and_finding_twice_changes_nothing():
    before = list(discover())

    @metric(section="Play", title="Slides", unit=COUNT, source="Nowhere")
    def slides_count(placements) -> Count:
        """Slides."""

    assert list(discover()) == [*before, "slides_count"] == list(discover())


def test_changing_what_was_discovered_does_not_change_what_is_registered():
    discover().clear()
    assert "caseload_count" in discover()


def test_an_id_that_is_nearly_right_brings_a_suggestion():
    with pytest.raises(KeyError, match=r'no metric \\?"caseload_cuont\\?".*Did you mean \\?"caseload_count'):
        find("caseload_cuont")


def test_an_id_that_is_like_no_other_brings_none():
    with pytest.raises(KeyError) as caught:
        find("weather")
    assert "Did you mean" not in str(caught.value)
