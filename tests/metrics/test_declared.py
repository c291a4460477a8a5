"""The measures that programme.toml declares, and those of a unit that it plans."""

from __future__ import annotations

import inspect
import pickle

import narwhals as nw
import pytest

from dbv_analysis.metrics import package_metrics
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.authority import Indicators, Measure
from dbv_analysis.model.metric import Count, Total, Value
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import FILE, Programme, load_programme
from tests.metrics.test_own_figures import own_figures


@pytest.fixture(scope="module")
def programme(data) -> Programme:
    return load_programme(data)


def measure(**settings: object) -> Measure:
    words = {"id": "mentors_count", "section": "Delivery", "title": "Mentors", "source": "A plan", "definition": "All."}
    return Measure(**{**words, **settings})


def with_measures(programme: Programme, *measures: Measure) -> Programme:
    return programme.model_copy(update={"measures": [*programme.measures, *measures]})


def test_declared_measures_stand_in_their_section_where_they_are_to_stand(programme):
    first = measure(id="first_count", before="capital_places_count")
    metrics = list(metrics_of(with_measures(programme, first, measure(), measure(id="new_count", section="New"))))
    assert metrics.index("first_count") == metrics.index("capital_places_count") - 1
    assert metrics.index("mentors_count") == metrics.index("enabler_score") + 1
    assert metrics[-1] == "new_count"


def test_an_authority_may_have_no_measures_of_its_own_and_plan_no_unit(programme):
    workstreams = [workstream.model_copy(update={"indicators": []}) for workstream in programme.workstreams]
    bare = programme.model_copy(update={"measures": [], "unit": None, "training": None, "workstreams": workstreams})
    assert list(metrics_of(bare)) == list(package_metrics())


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, Total),
        ({"unit": "pounds"}, Total),
        ({"unit": "per cent"}, Value),
        ({"unit": "rate per 100 pupils"}, Value),
        ({"kind": "score"}, Value),
        ({"kind": "children"}, Count),
    ],
)
def test_what_a_declared_measure_counts_follows_from_its_unit_and_kind(programme, settings, kind):
    metric = metrics_of(with_measures(programme, measure(**settings)))["mentors_count"]
    rows = nw.from_native(own_figures(("mentors_count", "Total", "4"), ("other_count", "Total", "5"))).lazy()
    spec = metric.define(own_figures=rows)
    assert type(spec) is kind
    assert spec.of.collect()["value"].to_list() == [4]
    assert metric.tables == ["own_figures"]


def test_a_declared_measure_says_in_words_what_it_counts_and_is_the_same_in_another_process(programme):
    metric = metrics_of(with_measures(programme, measure(definition="Mentors,\n at work.", notes="In schools.")))
    again = pickle.loads(pickle.dumps(metric["mentors_count"]))
    for one in (metric["mentors_count"], again):
        assert (one.definition, one.notes) == ("Mentors, at work.", "In schools.")
        assert list(inspect.signature(one.define).parameters) == ["own_figures"]


def test_a_source_is_called_what_the_settings_call_it(programme):
    other = programme.programme.model_copy(update={"application": "A bid, May 2030"})
    metrics = metrics_of(programme.model_copy(update={"programme": other}))
    assert metrics["risks_count"].source == metrics["hdu_place_cost"].source == "A bid, May 2030"
    assert metrics["hdu_saving"].source == "Derived from the A bid, May 2030, and the authority's quarterly reports"


def test_measures_that_cannot_be_are_named_all_at_once_with_what_to_do(programme):
    first = programme.workstreams[0]
    indicators = [Indicators(caption="more", measures=["mentor_count"])]
    training = programme.training.model_copy(update={"uptake": "trainings_count"})
    wrong = with_measures(
        programme, measure(id="risks_count"), measure(before="enablers_score"), measure(id="hdu_saving")
    ).model_copy(update={"training": training, "workstreams": [first.model_copy(update={"indicators": indicators})]})
    with pytest.raises(DataProblems) as caught:
        metrics_of(wrong)
    assert caught.value.problems == [
        DataProblem(FILE, 'measures: "hdu_saving" is the id of another measure.', "Give it an id of its own."),
        DataProblem(
            FILE,
            'measures: "mentors_count" is to stand before "enablers_score", which is none of Delivery.',
            'Name one that stands above it. Did you mean "enabler_score"?',
        ),
        DataProblem(FILE, 'measures: "risks_count" is the id of another measure.', "Give it an id of its own."),
        DataProblem(
            FILE,
            'training names "trainings_count", which is not a measure.',
            'Declare it. Did you mean "training_count"?',
        ),
        DataProblem(
            FILE,
            'workstreams.indicators names "mentor_count", which is not a measure.',
            'Declare it. Did you mean "mentors_count"?',
        ),
    ]
