"""Each rule of data quality finds what was planted, and nothing in a return that is as it should be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dbv_analysis.inputs.records import CANARY
from dbv_analysis.inputs.records.fields import modules
from dbv_analysis.inputs.rules import broken, rules
from dbv_analysis.inputs.sen2 import tables as sen2_return
from dbv_analysis.inputs.sen2.read_xml import read_xml
from tests.conftest import ROOT
from tests.inputs.sen2.test_sen2 import HEAD, TAIL, with_establishments
from tests.publish.conftest import answer
from tests.shipped import read_already

PERSON = {
    "person": "<PersonBirthDate>2012-03-04</PersonBirthDate><UPN>CANARY1</UPN>",
    "requests": "<ReceivedDate>2024-02-01</ReceivedDate><RequestOutcome>Y</RequestOutcome>",
    "assessment": "<AssessmentOutcome>Y</AssessmentOutcome>",
    "namedplan": "<StartDate>2024-05-01</StartDate>",
    "placement": "<URN>900001</URN><PlacementRank>1</PlacementRank><EntryDate>2024-05-01</EntryDate>",
    "second": "",
    "need": "<SENneed><SENtype>ASD</SENtype><SENtypeRank>1</SENtypeRank></SENneed>",
}


def person(**changed: str) -> str:
    part = {**PERSON, **changed}
    plan = f"<NamedPlan>{part['namedplan']}</NamedPlan>"
    placed = f"<PlacementDetail>{part['placement']}</PlacementDetail>{part['second']}"
    return (
        f"<Person>{part['person']}<Requests>{part['requests']}<Assessment>{part['assessment']}{plan}</Assessment>"
        f"<ActivePlans>{placed}{part['need']}</ActivePlans></Requests></Person>"
    )


def found(tmp_path: Path, made_up, *people: str) -> dict[str, list[int]]:
    path = tmp_path / "sen2.xml"
    path.write_text(HEAD + "".join(people) + TAIL, encoding="utf-8")
    read_xml(path, tmp_path / "out", "sen2.xml")
    return {one.rule.id: one.rows for one in broken(with_establishments(tmp_path / "out", made_up))}


SECOND = "<PlacementDetail><URN>900002</URN><PlacementRank>1</PlacementRank></PlacementDetail>"
PLANTED = {
    "plan_before_request": {"namedplan": "<StartDate>2024-01-01</StartDate>"},
    "plan_without_start": {"namedplan": "<PB>1</PB>"},
    "ceased_before_start": {"namedplan": "<StartDate>2024-05-01</StartDate><CeaseDate>2024-04-01</CeaseDate>"},
    "plan_after_the_return": {"namedplan": "<StartDate>2025-05-01</StartDate>"},
    "two_open_plans": {
        "namedplan": PERSON["namedplan"] + "</NamedPlan><NamedPlan><StartDate>2024-06-01</StartDate>"
    },
    "request_without_date": {"requests": "<RequestOutcome>Y</RequestOutcome>"},
    "impossible_age": {"person": "<PersonBirthDate>1970-01-01</PersonBirthDate>"},
    "no_birth_date": {"person": "<UPN>CANARY1</UPN>"},
    "left_before_entry": {"placement": PERSON["placement"] + "<LeavingDate>2024-04-01</LeavingDate>"},
    "two_first_placements": {"second": SECOND},
    "unknown_establishment": {"placement": PERSON["placement"].replace("900001", "123456")},
    "no_primary_need": {"need": ""},
    "long_ago": {"requests": "<ReceivedDate>2019-02-01</ReceivedDate><RequestOutcome>Y</RequestOutcome>"},
    "unknown_code_requests": {"requests": PERSON["requests"].replace("Y", "Q")},
    "unknown_code_assessment": {"assessment": "<AssessmentOutcome>?</AssessmentOutcome>"},
    "unknown_code_namedplan": {"namedplan": PERSON["namedplan"] + "<PlanRes>Z</PlanRes>"},
    "unknown_code_plandetail": {
        "namedplan": PERSON["namedplan"] + "<PlanDetail><SENsetting>HOME</SENsetting></PlanDetail>"
    },
    "unknown_code_placementdetail": {"placement": PERSON["placement"] + "<Res>Z</Res>"},
    "unknown_code_senneed": {"need": "<SENneed><SENtype>XYZ</SENtype><SENtypeRank>1</SENtypeRank></SENneed>"},
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_rule_finds_what_was_planted_and_where(tmp_path, made_up, name):
    """The third person is the one whose rows are wrong; only it has a plan detail."""
    clean = [person(person=PERSON["person"].replace("CANARY1", f"CANARY{n}")) for n in (7, 8)]
    rows = found(tmp_path, made_up, *clean, person(**PLANTED[name]))
    assert name in rows
    assert {1 if name == "unknown_code_plandetail" else 3} <= set(rows[name])
    assert name == "unknown_code_plandetail" or not {1, 2} & set(rows[name])


def test_persons_with_one_upn_are_found(tmp_path, made_up):
    assert found(tmp_path, made_up, person(), person()) == {"duplicate_upn": [1, 2]}


def test_every_rule_is_held_by_a_planted_fault_and_says_what_it_means():
    told = [one for one in rules() if one.module in {module.name for module in modules(2025)}]
    assert {one.id for one in told} == {*PLANTED, "duplicate_upn"}
    assert all(one.message.endswith((".", "?")) and one.fields for one in rules())


def test_a_return_that_is_as_it_should_be_breaks_no_rule(made_up, tmp_path):
    read_xml(made_up.xml, tmp_path / "out", "sen2.xml")
    assert broken(with_establishments(tmp_path / "out", made_up)) == []


@pytest.fixture(scope="module")
def project(made_up, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose inputs hold a return with a fault."""
    root = tmp_path_factory.mktemp("with-a-return")
    shutil.copy(ROOT / "programme.toml", root)
    folder = root / "data" / "raw" / "own"
    folder.mkdir(parents=True)
    shutil.copy(made_up.establishments, folder)
    path = folder / "sen2.xml"
    rank = "<PlacementRank>{}</PlacementRank>"
    wrong = made_up.xml.read_text(encoding="utf-8").replace(rank.format(2), rank.format(1), 1)
    path.write_text(wrong.replace("<PersonBirthDate>", "<PersonBirthDate>not ", 1), encoding="utf-8")
    sidecar = (made_up.xml.parent / "sen2.source.toml").read_text(encoding="utf-8")
    (folder / "sen2.source.toml").write_text(sidecar, encoding="utf-8")
    return root


def test_the_check_counts_by_rule_and_gives_row_numbers_in_the_controlled_profile_alone(project, monkeypatch, capfd):
    monkeypatch.chdir(project)
    public = answer(capfd, "check")
    assert public.status == 0, public.err
    assert "2 rows of placementdetail: A plan has two open placements of rank 1" in public.out
    assert "Rows " not in public.out
    assert "1 of 1,7" not in public.out
    assert "1 of " in public.err
    assert "could not be read and are left out" in public.err
    controlled = answer(capfd, "check", "--profile", "controlled")
    assert "Rows " in controlled.out
    for said in (public, controlled):
        assert CANARY.lower() not in (said.out + said.err).lower()


def test_the_synthetic_authority_is_written_by_the_command(tmp_path, tables, data, monkeypatch, capfd):
    read_already(monkeypatch, tables, data)
    monkeypatch.chdir(tmp_path)
    done = answer(capfd, "synth", "--out", str(tmp_path / "made"), "--plans", "50", "--data", str(data))
    assert done.status == 0, done.err
    assert "Made up: 50 plans" in done.err
    assert (tmp_path / "made" / "sen2.xml").is_file()
    again = answer(capfd, "synth", "--out", str(tmp_path / "made"), "--data", str(data))
    assert again.status == 2
    assert "is not empty" in again.err
    assert sen2_return.ESTABLISHMENTS in {path.name for path in (tmp_path / "made").iterdir()}
