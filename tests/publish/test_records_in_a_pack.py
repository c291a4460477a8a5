"""A pack from the records of persons: what they add up to is on its pages, and nothing of anybody is anywhere."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.synth import CANARY, synthesise
from tests.conftest import ROOT
from tests.publish.conftest import Run, run_once

SECTIONS = ("Placements", "Attendance", "Exclusions", "High needs spend")  # that records of persons have a part in
UPN = re.compile(rf"{CANARY}\d", re.IGNORECASE)


def with_records(raw: Path) -> None:
    made = synthesise(ROOT / "data" / "raw", raw.parent / "made-up", plans=150, faults=2)
    (raw / "own-sen2").mkdir()
    for name in ("sen2.xml", "sen2.source.toml", "establishments.csv"):
        shutil.copy(made.xml.with_name(name), raw / "own-sen2")
    shutil.copytree(made.registers, raw / "own-registers")
    shutil.copytree(made.ledger, raw / "own-ledger")


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A pack with a return, registers and a ledger of persons who are made up, some of them with faults."""
    words = ["--as-at", "2026-03-01", *(word for name in SECTIONS for word in ("--only", name))]
    run = run_once(tmp_path_factory, "with-records", *words, spoil=with_records)
    assert run.done.status == 0, run.done.err
    return run


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
    said = {**texts(pack.folder), "standard output": pack.done.out, "standard error": pack.done.err}
    assert len(said) > 20
    assert [name for name, text in said.items() if CANARY.lower() in text.lower()] == []


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
