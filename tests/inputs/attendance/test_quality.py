"""Each rule for registers finds what was planted, and nothing in registers that are as they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbv_analysis.inputs.attendance.tables import read_registers
from dbv_analysis.inputs.rules import broken, rules

LISTS = {
    "marks": ["pupil,school,date,session,code", "a,1,2024-09-02,AM,/", "b,1,2024-09-02,AM,I", "a,1,2024-12-20,AM,/"],
    "pupils": [
        "pupil,school,born,sex,ethnicity,fsm,eal,sen_provision,need",
        "a,1,2012-03-04,F,WBRI,N,N,K,SLCN",
        "b,1,2013-03-04,M,WBRI,N,N,N,",
    ],
    "terms": ["term,starts,ends", "autumn term 2024,2024-09-02,2024-12-20"],
    "suspensions": ["pupil,school,starts,kind", "a,1,2024-09-05,suspension"],
}
# Rule -> the list to which a row is added, and the row.
PLANTED = {
    "code_not_valid": ("marks", "a,1,2024-09-03,AM,H"),
    "session_outside_term": ("marks", "a,1,2024-08-30,AM,/"),
    "session_at_a_weekend": ("marks", "a,1,2024-09-07,AM,/"),
    "marks_of_nobody_on_the_roll": ("marks", "c,1,2024-09-03,AM,/"),
    "suspension_of_nobody_on_the_roll": ("suspensions", "c,1,2024-09-05,suspension"),
    "suspension_outside_term": ("suspensions", "a,1,2024-08-30,permanent"),
    "pupil_without_marks": ("pupils", "c,1,2012-03-04,F,WBRI,N,N,N,"),
    "pupil_without_birth_date": ("pupils", "c,1,,F,WBRI,N,N,N,"),
    "pupil_of_impossible_age": ("pupils", "c,1,2024-03-04,F,WBRI,N,N,N,"),
    "unknown_code_pupils": ("pupils", "c,1,2012-03-04,F,WBRI,perhaps,N,N,"),
    "on_three_rolls": ("pupils", "a,2,2012-03-04,F,WBRI,N,N,K,\na,3,2012-03-04,F,WBRI,N,N,K,"),
    "term_ends_before_it_starts": ("terms", "spring term 2025,2025-03-28,2025-01-06"),
}
ALSO = {"pupil_without_marks"}  # whoever is added to the roll alone has no mark


def found(folder: Path, *added: str) -> dict[str, list[int]]:
    folder.mkdir(exist_ok=True)
    for name, lines in LISTS.items():
        more = added[1].split("\n") if added and added[0] == name else []
        (folder / f"{name}.csv").write_text("\n".join([*lines, *more]) + "\n", encoding="utf-8")
    read_registers(folder / "marks.csv", "marks.csv", folder / "records")
    return {one.rule.id: one.rows for one in broken(folder / "records")}


@pytest.mark.parametrize("name", PLANTED)
def test_a_rule_finds_what_was_planted_and_where(name, tmp_path):
    module, added = PLANTED[name]
    rows = found(tmp_path, module, added)
    assert set(rows) - ALSO == {name} - ALSO
    last = len(LISTS[module]) + 1  # the header is row 1
    assert last in rows[name]
    first = 2 if name == "on_three_rolls" else last
    assert min(rows[name]) == first


def test_registers_that_are_as_they_should_be_break_no_rule(tmp_path):
    assert found(tmp_path) == {}


def test_every_rule_is_held_by_a_planted_fault():
    assert set(PLANTED) == {one.id for one in rules() if one.module in {*LISTS, "joined"}}
