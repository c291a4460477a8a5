"""Nobody can work out a hidden count: seen by a reader who tries every table that could be behind what is shown."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from dbv_analysis.model.settings import Disclosure, NamedFigure
from dbv_analysis.results import calculate as calculating
from dbv_analysis.results.audit.disclosure_audit import audit
from dbv_analysis.results.count import FigureCounts
from tests.results.audit.attack import METRICS, RULE, counts_of, made_up, pack, recovered, whole_pack

TABLES = int(os.environ.get("DBV_TABLES", "3"))  # `make soak` asks for all of them
SEQUENCES = int(os.environ.get("DBV_SEQUENCES", "1"))
A_FEW = min(TABLES, 10)  # where more would show no more
EVERY = list(METRICS)


def follows(shown: pd.DataFrame, counts: FigureCounts, rule: Disclosure = RULE) -> tuple:
    """What the audit finds in one pack."""
    return audit(shown, {}, counts, [], rule).recovered


def test_no_hidden_count_of_a_made_up_table_follows_from_what_is_shown():
    rng = np.random.default_rng(2024)
    for _ in range(TABLES):
        plans = made_up(rng)
        counts = counts_of(plans)
        shown = whole_pack(counts)
        assert recovered([shown], plans) == []
        assert follows(shown, counts) == ()


def test_without_the_second_step_hidden_counts_follow_and_both_readers_find_them(monkeypatch):
    monkeypatch.setattr(calculating, "protect", lambda figures, known: figures["hidden"])
    rng = np.random.default_rng(2024)
    tried = [(plans, counts_of(plans)) for plans in (made_up(rng) for _ in range(A_FEW))]
    packs = [whole_pack(counts) for _, counts in tried]
    by_hand = [bool(recovered([shown], plans)) for shown, (plans, _) in zip(packs, tried, strict=True)]
    assert any(by_hand)
    found = [bool(follows(shown, counts)) for shown, (_, counts) in zip(packs, tried, strict=True)]
    assert all(audited for audited, given_away in zip(found, by_hand, strict=True) if given_away)


def test_what_is_hidden_is_not_everything():
    rng = np.random.default_rng(7)
    shown = pd.concat([pack(made_up(rng), EVERY) for _ in range(A_FEW)])
    assert (shown["symbol"] == "").mean() > 0.2


def test_a_sequence_of_packs_gives_no_hidden_count_away_once_the_audit_is_heeded():
    """Each quarter shows other tables of the same children, so each hides other figures for the sake of its own."""
    rng = np.random.default_rng(20)
    given_away = heeded = 0
    for _ in range(SEQUENCES):
        plans = made_up(rng)
        counts = counts_of(plans)
        published: dict[str, pd.DataFrame] = {}
        for quarter in range(3):
            metrics = list(rng.permutation(EVERY)[: rng.integers(1, 4)])
            rule, shown = RULE, pack(plans, metrics)
            given_away += bool(recovered([*published.values(), shown], plans))
            for _ in range(10):
                found = audit(shown, published, counts, [], rule)
                if not found.recovered or not found.remedy:
                    break
                heeded += 1
                hide = [
                    NamedFigure(
                        metric=one["metric_id"],
                        breakdown=one["breakdown"],
                        period=one["period_label"],
                        reason="the audit",
                        name="These tests",
                    )
                    for one in found.remedy
                ]
                rule = Disclosure(threshold=5, hidden=(*rule.hidden, *hide))
                shown = pack(plans, metrics, rule)
            if not found.recovered:  # else it is refused, and nobody reads it
                published[f"pack {quarter}"] = shown
        assert recovered(list(published.values()), plans) == []
    assert given_away, "without the audit of earlier packs something would have been given away"
    assert heeded


def test_what_two_packs_of_different_measures_give_away_together_the_audit_of_the_second_finds():
    """Also of a count that only the first hides, and by a figure of a measure that the second does not hold."""
    rng = np.random.default_rng(18)
    given_away = 0
    for _ in range(TABLES):
        plans = made_up(rng)
        one, two = (list(rng.permutation(EVERY)[: rng.integers(1, 3)]) for _ in range(2))
        first, second = pack(plans, one), pack(plans, two)
        if recovered([first, second], plans):
            given_away += 1
            assert audit(second, {"the first": first}, counts_of(plans), [], RULE).recovered
    assert given_away


@pytest.mark.parametrize("threshold", [2, 3, 8])
def test_the_interval_is_as_wide_as_what_the_rule_hides(threshold):
    rng = np.random.default_rng(threshold)
    rule = Disclosure(threshold=threshold)
    for _ in range(min(TABLES // 2, 3)):
        counts = counts_of(made_up(rng))
        assert follows(whole_pack(counts, rule), counts, rule) == ()
