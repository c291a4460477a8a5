"""Rules of data quality for attendance registers, and the lists that come with them."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from dbv_analysis.inputs.attendance.derive import not_valid
from dbv_analysis.inputs.records.lists import lists
from dbv_analysis.inputs.records.quality import QUERY, repeated, rule, rule_of_codes
from dbv_analysis.inputs.records.store import day_of
from dbv_analysis.inputs.sen2.derive import Modules, age_on

SCHOOL_AGES = (2, 19)  # on 31 August: the youngest and the oldest of a school's roll
SATURDAY = 6


@rule("marks", "code", "date")
def code_not_valid(modules: Modules, reference: date) -> nw.LazyFrame:
    """A code is none, or not one on its day; the session counts as neither possible nor missed."""
    return modules["marks"].filter(not_valid() == 1)


@rule("marks", "date", needs=("terms",))
def session_outside_term(modules: Modules, reference: date) -> nw.LazyFrame:
    """A session is outside every term."""
    return _outside(modules, "marks", "date")


@rule("marks", "date")
def session_at_a_weekend(modules: Modules, reference: date) -> nw.LazyFrame:
    """A session is on a Saturday or a Sunday."""
    return modules["marks"].filter(nw.col("date").dt.weekday() >= SATURDAY)


@rule("marks", "pupil", "school", needs=("pupils",))
def marks_of_nobody_on_the_roll(modules: Modules, reference: date) -> nw.LazyFrame:
    """A mark is of a pupil who is not on the school's roll; it is left out, as the age is not known."""
    return _not_on_the_roll(modules, "marks")


@rule("suspensions", "pupil", "school", needs=("pupils",))
def suspension_of_nobody_on_the_roll(modules: Modules, reference: date) -> nw.LazyFrame:
    """A suspension is of a pupil who is not on the school's roll; it counts, in no known group."""
    return _not_on_the_roll(modules, "suspensions")


@rule("suspensions", "starts", needs=("terms",))
def suspension_outside_term(modules: Modules, reference: date) -> nw.LazyFrame:
    """A suspension begins outside every term."""
    return _outside(modules, "suspensions", "starts")


@rule("pupils", "pupil", "school", needs=("marks",), severity=QUERY)
def pupil_without_marks(modules: Modules, reference: date) -> nw.LazyFrame:
    """A pupil on the roll has no mark."""
    marked = modules["marks"].select("pupil", "school").unique()
    return modules["pupils"].join(marked, on=["pupil", "school"], how="anti")


@rule("pupils", "born")
def pupil_without_birth_date(modules: Modules, reference: date) -> nw.LazyFrame:
    """A pupil has no birth date, so that no figure of absence holds them."""
    return modules["pupils"].filter(nw.col("born").is_null())


@rule("pupils", "born")
def pupil_of_impossible_age(modules: Modules, reference: date) -> nw.LazyFrame:
    """A pupil is too young or too old to be on a school's roll."""
    youngest, oldest = SCHOOL_AGES
    age = age_on(nw.col("born"), reference)
    return modules["pupils"].filter((age < youngest) | (age > oldest))


@rule("pupils", "pupil", severity=QUERY)
def on_three_rolls(modules: Modules, reference: date) -> nw.LazyFrame:
    """A pupil is on the rolls of three schools or more."""
    return repeated(modules["pupils"], "pupil", most=2)


@rule("terms", "starts", "ends")
def term_ends_before_it_starts(modules: Modules, reference: date) -> nw.LazyFrame:
    """A term ends before it starts."""
    return modules["terms"].filter(nw.col("ends") < nw.col("starts"))


CODES = {column.name: column.codes for column in lists()["pupils"].columns if column.codes}
code_of_the_roll = rule_of_codes(
    "pupils", CODES, CODES, "A code is none of those that the roll may have; it counts as not known."
)


def _outside(modules: Modules, module: str, day: str) -> nw.LazyFrame:
    """The rows of a module whose day is in no term. Terms are few, so they are read."""
    terms = modules["terms"].select("starts", "ends").collect().to_pandas()
    inside = nw.col(day).is_null() & ~nw.col(day).is_null()  # never; a bare False is no column where there is no term
    for term in terms.itertuples():
        inside = inside | ((nw.col(day) >= day_of(term.starts)) & (nw.col(day) <= day_of(term.ends)))
    return modules[module].filter(~inside)


def _not_on_the_roll(modules: Modules, module: str) -> nw.LazyFrame:
    roll = modules["pupils"].select("pupil", "school")
    return modules[module].join(roll, on=["pupil", "school"], how="anti")


RULES = (
    code_not_valid,
    session_outside_term,
    session_at_a_weekend,
    marks_of_nobody_on_the_roll,
    suspension_of_nobody_on_the_roll,
    suspension_outside_term,
    pupil_without_marks,
    pupil_without_birth_date,
    pupil_of_impossible_age,
    on_three_rolls,
    term_ends_before_it_starts,
    code_of_the_roll,
)
