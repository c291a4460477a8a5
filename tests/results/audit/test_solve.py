"""Between what bounds a reader can place each hidden count, on sums of a few atoms worked out by hand."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from dbv_analysis.results.audit import solve
from dbv_analysis.results.audit.disclosure_audit import Audit, Disclosed
from dbv_analysis.results.audit.solve import narrow, parts
from dbv_analysis.results.audit.system import System
from tests.text_tables import read_table

WIDE = 1e6  # so wide must an interval be that each is told


def known(text: str, **more: object) -> System:
    """A system from a table: ``is`` says of which atoms a quantity is the sum, such as ``a+b-c``."""
    table = read_table(text, **{"shown": False, "least": float("nan"), "needed": WIDE, "slack": 0.0} | more)
    names = sorted(set(re.findall("[a-z]", " ".join(table["is"]))))
    sums = [[term.count(f"+{name}") - term.count(f"-{name}") for name in names] for term in "+" + table["is"]]
    return System(table.assign(hidden=~table["shown"].astype(bool)), sparse.csr_array(np.array(sums, float)))


def intervals(system: System) -> list[tuple]:
    """Each interval that is too narrow: its quantity, its ends, and the quantities that hold it there."""
    found = [interval for part in parts(system) for interval in narrow(system, part)]
    return sorted((one.quantity, pytest.approx(one.low), pytest.approx(one.high), one.by) for one in found)


def test_quantities_that_share_an_atom_are_one_part():
    system = known("is  count\na  1\nb+c  2\nc+d  3\nb  1\ne  1\na+f  2\ng-d  0")
    assert [list(part) for part in parts(system)] == [[0, 5], [1, 2, 3, 6], [4]]


def test_a_count_beside_a_total_and_another_count_follows():
    system = known("""
        is   count  shown
        a+b  10     yes
        a    3      no
        b    7      yes
    """)
    assert intervals(system) == [(1, 3, 3, (0, 2))]


def test_a_small_count_beside_a_rounded_total_of_thousands_follows_as_far_as_the_rounding():
    system = known("""
        is   count  shown  slack
        a+b  30000  yes    5
        a    3      no     0
        b    29997  yes    0
    """)
    assert intervals(system) == [(1, 0, 8, (0, 2))]


def test_two_hidden_counts_lie_between_1_and_what_the_other_leaves():
    system = known("""
        is   count  shown  least
        a+b  7      yes    1
        a    3      no     1
        b    4      no     1
    """)
    assert intervals(system) == [(1, 1, 6, (0, 1, 2)), (2, 1, 6, (0, 1, 2))]
    assert intervals(known("is  count  shown  least\na+b  7  yes  1\na  3  no  -\nb  4  no  1")) == [
        (1, 0, 6, (0, 2)),
        (2, 1, 7, (0, 2)),
    ]


@pytest.mark.parametrize(("needed", "narrower"), [(4, 0), (5, 0), (5.5, 2), (6, 2)])
def test_an_interval_is_narrow_where_it_is_less_wide_than_it_must_be(needed, narrower):
    text = "is  count  shown  least\na+b  7  yes  1\na  3  no  1\nb  4  no  1"
    assert len(intervals(known(text, needed=needed))) == narrower


def test_what_is_no_secret_is_not_asked():
    text = "is  count  shown  needed\na+b  10  yes  3\na  3  no  0\nb  7  yes  3"
    assert intervals(known(text)) == []


def test_nothing_bounds_a_count_that_nothing_adds_up_to():
    assert intervals(known("is  count  shown  least\na  3  no  1\nb  9  yes  -")) == []
    assert intervals(known("is  count  shown  least\na  3  no  1\na-b  1  yes  1")) == []


def test_a_sum_may_be_less_than_another_by_a_relation():
    """A part of a whole is no more than it: 6 are shown of which 4 are hidden, and 1 more is known to be another."""
    system = known("""
        is   count  shown  least  needed
        a    6      yes    -      0
        b    4      no     1      9
        a-b  0      no     0      0
        b-c  3      no     2      0
    """)
    assert intervals(system) == [(1, 2, 6, (0, 2, 3))]


def test_figures_that_contradict_each_other_are_refused():
    system = known("is  count  shown\na+b  10  yes\na+b  9  yes\na  3  no")
    with pytest.raises(ValueError, match="the figures contradict each other"):
        intervals(system)


def test_a_rounded_count_lies_half_a_base_about_what_is_printed():
    """13 is printed as 15: 12.5 to 17.5; and 2 as 0, so 0 to 2.5, for no count is below 0."""
    system = known("is  count  shown  slack  needed\na+b  13  yes  2.5  0\na  11  no  0  900\nb  2  yes  2.5  0")
    low, high = 13, 17
    assert intervals(known("is  count  shown  slack  needed\na  13  yes  2.5  0\na  13  no  0  5")) == [
        (1, low, high, (0,))
    ]
    assert intervals(system) == [(1, 10, 17.5, (0, 2))]
    assert intervals(known("is  count  shown  slack\na  2.5  yes  2.5\na  2.5  no  0")) == [(1, 2.5, 7.5, (0,))]


@pytest.mark.parametrize(("needed", "told"), [(0.9, True), (0.3, True), (0.24, True), (0.22, False), (0.2, False)])
def test_in_whole_numbers_an_interval_is_asked_again_where_it_is_at_most_four_times_as_wide(needed, told):
    """3 to a base of 0.9 is printed as 2.7, which leaves 2.25 to 3.15, and of whole numbers 3 alone."""
    system = known("is  count  shown  slack  needed\na  3  yes  0.45  0\na  3  no  0  1", needed=1)
    system.quantities.loc[1, "needed"] = needed
    assert intervals(system) == ([(1, 3, 3, (0,))] if told else [])


def test_money_is_not_asked_in_whole_numbers():
    """3.2 to a base of 0.9 is printed as 3.6: 3.15 to 4.05."""
    text = "is  count  shown  slack  needed\na  3.2  yes  0.45  0\na  3.2  no  0  {}"
    assert intervals(known(text.format("0.5"))) == []
    assert intervals(known(text.format("0.91"))) == [(1, 3.15, 4.05, (0,))]


def test_whole_numbers_have_ends_of_their_own_also_where_one_is_open():
    """b is 1 or more and a is at least b: so in whole numbers too a has no upper end."""
    assert intervals(known("is  count  shown  least  needed\na  4  no  -  3\nb  1  yes  -  0\na-b  3  no  0  0")) == []


def test_millions_of_pounds_are_placed_as_single_ones_are():
    system = known("is  count  shown  least\na+b  9000000  yes  -\na  4000000  no  -\nb  5000000  yes  -")
    assert intervals(system) == [(1, 4e6, 4e6, (0, 2))]


def test_atoms_that_stand_in_the_same_sums_are_one():
    system = known("is  count  shown\na+b+c  10  yes\na+b  3  no\nc  7  yes")
    assert intervals(system) == [(1, 3, 3, (0, 2))]


def test_what_is_shown_exactly_is_not_rounded():
    assert intervals(known("is  count  shown\na  3.2  yes\na  3.2  no")) == [(1, 3.2, 3.2, (0,))]


def test_in_whole_numbers_no_count_is_below_0():
    """a and b are 2.25 to 3.15 together: so a is 0 to 3.15, and of whole numbers 0 to 3."""
    text = "is  count  shown  slack  needed\na+b  3  yes  0.45  0\na  2  no  0  3.1"
    assert intervals(known(text)) == [(1, 0, 3, (0,))]


def test_where_the_solver_gives_up_nothing_is_said_to_be_narrow(monkeypatch):
    monkeypatch.setattr(solve, "milp", lambda *_, **__: SimpleNamespace(status=1, fun=None))
    text = "is  count  shown  slack  needed\na  3  yes  0.45  0\na  3  no  0  0.5"
    assert intervals(known(text)) == []


@pytest.mark.parametrize("kind", [solve.Interval, System, Disclosed, Audit])
def test_what_was_found_is_not_to_be_changed(kind):
    assert kind.__dataclass_params__.frozen
