"""A pack from the records of persons: what they add up to is on its pages, and nothing of anybody is anywhere."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.records import CANARY
from tests.conftest import ROOT
from tests.publish.conftest import Run, answer, run_once, with_records

SECTIONS = ("Placements", "Attendance", "Exclusions", "High needs spend")  # that records of persons have a part in
IN_EVERY_RETURN = ("Collection", "Year", "ReferenceDate", "LEA")  # else a return is refused whole
UPN = re.compile(rf"{CANARY}\d", re.IGNORECASE)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A pack with a return, registers and a ledger of persons who are made up, some of them with faults."""
    words = ["--as-at", "2026-03-01", *(word for name in SECTIONS for word in ("--only", name))]
    return run_once(tmp_path_factory, "with-records", *words, spoil=with_records)


def texts(folder: Path) -> dict[str, str]:
    """Every file of a folder as text, those inside workbooks and documents among them."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path.name}/{name}": archive.read(name).decode("latin-1") for name in archive.namelist()}
        elif path.is_file():
            found[path.name] = path.read_bytes().decode("latin-1")
    return found


def test_no_name_and_no_upn_is_in_any_file_of_the_pack_or_in_what_the_run_said(pack):
    logs = texts(pack.folder.parent / "logs")
    assert logs
    said = {**texts(pack.folder), **logs, "standard output": pack.done.out, "standard error": pack.done.err}
    assert len(said) > 20
    assert [name for name, text in said.items() if CANARY.lower() in text.lower()] == []


def test_no_name_and_no_upn_is_in_a_controlled_pack_or_in_what_its_run_said(controlled):
    done = controlled.done
    said = {**texts(controlled.project / "outputs"), "standard output": done.out, "standard error": done.err}
    assert [name for name, text in said.items() if CANARY.lower() in text.lower()] == []


@pytest.fixture(scope="module")
def few_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the records of a few made-up persons and nothing else, which is quick to check."""
    root = tmp_path_factory.mktemp("few-records")
    shutil.copy(ROOT / "programme.toml", root)
    (root / "data" / "raw").mkdir(parents=True)
    with_records(root / "data" / "raw", plans=12, faults=0)
    return root / "data" / "raw"


def damaged(path: Path, how: str) -> str:
    """The text of a file of records with a canary in each of its even or odd columns, or in its header; or cut off."""
    canary, odd = f"{CANARY}0000001", how == "odd"
    if path.suffix == ".xml":
        text = path.read_text(encoding="utf-8")
        if how == "header":
            return text[: len(text) // 2]
        names = [name for name in sorted(set(re.findall(r"<(\w+)>[^<\s]", text))) if name not in IN_EVERY_RETURN]
        return re.sub(rf"<({'|'.join(names[odd::2])})>[^<]+", rf"<\1>{canary}", text)
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    if how == "header":
        header = [CANARY if place % 2 else name for place, name in enumerate(header)]
    else:
        rows = [[canary if place % 2 == odd else cell for place, cell in enumerate(row)] for row in rows]
    return "\n".join(map(",".join, [header, *rows]))


@pytest.mark.parametrize("how", ["even", "odd", "header"])
@pytest.mark.parametrize("folder", ["own-sen2", "own-registers", "own-ledger"])
def test_no_message_about_a_damaged_file_holds_what_stood_in_it(folder, how, few_records, tmp_path, capfd):
    raw = tmp_path / "data" / "raw"
    shutil.copytree(few_records / folder, raw / folder)
    shutil.copy(few_records.parent.parent / "programme.toml", tmp_path)
    files = [*raw.rglob("*.csv"), *raw.rglob("*.xml")]
    assert files
    for path in files:
        path.write_text(damaged(path, how), encoding="utf-8")
    said = answer(capfd, "check", "--data", str(raw), "--profile", "controlled")
    assert CANARY.lower() not in (said.out + said.err).lower()
    assert said.err
    assert "Traceback" not in said.err


def test_no_name_and_no_upn_is_in_the_processed_tables_beside_the_records(pack):
    processed = pack.project / "data" / "processed"
    tables = {path.name: pd.read_parquet(path).to_csv() for path in processed.glob("*.parquet")}
    assert "registers" in tables["attendance.parquet"]
    assert [name for name, text in tables.items() if CANARY.lower() in text.lower()] == []
    assert any(UPN.search(path.read_text(encoding="utf-8")) for path in processed.rglob("*rejects.csv"))


def test_the_pages_say_what_the_registers_and_the_ledger_add_up_to(pack):
    attendance = pack.page("attendance.html").get_text(" ", strip=True)
    assert "Synthetic attendance registers, 2025 (made up; no row is about anybody)" in attendance
    assert "autumn term 2024" in attendance
    assert "Synthetic ledger of placements and transport" in pack.page("high_needs_spend.html").get_text(
        " ", strip=True
    )
    assert "Synthetic SEN2 return" in pack.page("placements.html").get_text(" ", strip=True)


def test_what_could_not_be_read_is_counted_for_whoever_ran_it(pack):
    assert "could not be read and are left out" in pack.done.err
