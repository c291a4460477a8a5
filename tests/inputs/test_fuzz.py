"""Files that are damaged in any way give a clear error or rejected rows: never a traceback, a hang or a lost row."""

from __future__ import annotations

import csv
import os
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.attendance.read import read_register
from dbv_analysis.inputs.commitments.read import LEDGER, read_ledger
from dbv_analysis.inputs.records.fields import modules
from dbv_analysis.inputs.records.list_reader import rejects_of
from dbv_analysis.inputs.records.store import REJECTS, Tally, open_records
from dbv_analysis.inputs.sen2.read_export import read_export
from dbv_analysis.inputs.sen2.read_xml import read_xml
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.synth import Synthetic
from tests.inputs.attendance.test_read import as_csv, marks_of
from tests.inputs.commitments.test_read import CARRIED, COLUMNS, PLACED
from tests.inputs.commitments.test_read import write as write_ledger
from tests.shipped import authority
from tests.soak import examples

TIMES = int(os.environ.get("DBV_SOAK", "60"))  # files of each format
LISTS = examples(20, TIMES)  # of a list as CSV, which DuckDB reads: that takes longer
PIECES = [
    *(b"", b"\0", b"<", b"&amp;", b"&x;", b"]]>", b"=cmd|'/c calc'!A0", b"\xff\xfe", "ż\u202e".encode(), b'"'),
    *(b",", b"\r", b"9" * 400, b"<Person>", b"</Person>", b"<!DOCTYPE x>", b"2024-02-31", b"\n\n", b"-1", b"<!--"),
]
CELL = re.compile(rb">[^<>]+<")
CELLS = [b"2024-02-31", b"-1", b"=1+1", b"9" * 30, b"&lt;b&gt;", b" ", b"1 May 24", "ż\u202e".encode(), b"x" * 10_000]


@pytest.fixture(scope="module")
def small(tables: dict[str, pd.DataFrame], data: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthetic:
    return authority(tables, data, tmp_path_factory.mktemp("small") / "authority", plans=25, seed=5)


def damaged(text: bytes, chance: random.Random) -> bytes:
    """The text with a few pieces put in, taken out, repeated or put elsewhere."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randint(0, 200))
        match chance.randrange(4):
            case 0:
                text = text[:start] + chance.choice(PIECES) + text[start:]
            case 1:
                text = text[:start] + text[end:]
            case 2:
                text = text[:end] + text[start:end] + text[end:]
            case 3:
                text = text[:start] + chance.choice(PIECES) + text[end:]
    return text


def with_other_cells(text: bytes, chance: random.Random) -> bytes:
    """The text with other words in a few of its cells: still XML."""
    for _ in range(chance.randint(1, 6)):
        found = chance.choice(list(CELL.finditer(text)))
        text = text[: found.start() + 1] + chance.choice(CELLS) + text[found.end() - 1 :]
    return text


def flipped(text: bytes, chance: random.Random) -> bytes:
    """The text with a few bytes changed where they stand, so that what is packed is damaged and not moved."""
    changed = bytearray(text)
    for _ in range(3):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def check(read: Callable[[], Tally], out: Path, names: set[str] | None = None) -> str:
    """What came of a file: refused in words with nothing left behind, or read with every row accounted for."""
    shutil.rmtree(out, ignore_errors=True)
    try:
        tally = read()
    except DataProblems as refused:
        words = str(refused)
    else:
        words = ""
    if words:
        assert words.strip()
        assert "Traceback" not in words
        assert not out.exists() or not list(out.iterdir())
        return "refused"
    assert tally.seen == tally.accepted + tally.rejected
    kept = open_records(out, "pandas")
    assert set(kept) == (names or {module.name for module in modules(tally.year)})
    for name, frame in kept.items():
        assert len(frame.collect()) == tally.accepted[name]
    rejects = [path for path in out.iterdir() if path.name.endswith(REJECTS)]
    assert len(rejects) == 1
    with rejects[0].open(encoding="utf-8", newline="") as stream:
        assert sum(1 for _ in csv.DictReader(stream)) == sum(tally.rejected.values())
    return "rejected" if tally.rejected else "read"


def test_damaged_xml(small, tmp_path):
    text, path, found = small.xml.read_bytes(), tmp_path / "sen2.xml", set()
    for seed in range(TIMES):
        harm = damaged if seed % 3 == 0 else with_other_cells
        path.write_bytes(harm(text, random.Random(seed)))
        found.add(check(lambda: read_xml(path, tmp_path / "out", "sen2.xml"), tmp_path / "out"))
    assert found == {"refused", "rejected", "read"}


def test_damaged_exports(small, tmp_path):
    names, found = sorted(small.export.iterdir()), set()
    for seed in range(TIMES):
        chance = random.Random(seed)
        folder = Path(shutil.copytree(small.export, tmp_path / f"export-{seed}"))
        for path in chance.sample(names, chance.randint(1, 3)):
            (folder / path.name).write_bytes(damaged(path.read_bytes(), chance))
        found.add(check(lambda folder=folder: read_export(folder, tmp_path / "out", "export"), tmp_path / "out"))
    assert found == {"refused", "rejected", "read"}


def test_damaged_archives(small, tmp_path):
    whole = Path(shutil.make_archive(str(tmp_path / "export"), "zip", small.export)).read_bytes()
    path, found = tmp_path / "damaged.zip", set()
    for seed in range(TIMES):
        harm = damaged if seed % 2 == 0 else flipped
        path.write_bytes(harm(whole, random.Random(seed)))
        found.add(check(lambda: read_export(path, tmp_path / "out", "damaged.zip"), tmp_path / "out"))
    assert "refused" in found


def test_damaged_registers(tmp_path):
    text, path, found = as_csv(tmp_path / "whole.csv", marks_of(7, pupils=4)).read_bytes(), tmp_path / "r.csv", set()
    for seed in range(LISTS):
        path.write_bytes(damaged(text, random.Random(seed)))
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        try:
            told = read_register(path, tmp_path / "out", "r.csv")
        except DataProblems:
            found.add("refused")
            continue
        with rejects_of(tmp_path / "out", "marks").open(encoding="utf-8", newline="") as stream:
            assert sum(1 for _ in csv.DictReader(stream)) == told.rejected
        assert told.seen == told.accepted + told.rejected
        found.add("rejected" if told.rejected else "read")
    assert {"refused", "rejected"} <= found


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_damaged_ledgers(tmp_path, suffix):
    """Text with other pieces in it; a workbook or a Parquet file with other bytes, or written from damaged text."""
    placed = [{**PLACED, "person": f"CANARY{number}", "provider": "A school, with a comma"} for number in range(12)]
    whole = write_ledger(tmp_path / "whole.csv", *placed, CARRIED).read_bytes()
    packed = write_ledger(tmp_path / f"whole{suffix}", *placed).read_bytes()
    path, out, found = tmp_path / f"ledger{suffix}", tmp_path / "out", set()
    for seed in range(LISTS if suffix == ".csv" else TIMES // 3):
        chance = random.Random(seed)
        if suffix == ".csv":
            path.write_bytes(damaged(whole, chance))
        elif seed % 2:
            path.write_bytes(flipped(packed, chance))
        else:
            cells = [{**row, chance.choice(COLUMNS): chance.choice(CELLS).decode()[:30_000]} for row in placed]
            write_ledger(path, *cells)
        found.add(check(lambda: read_ledger(path, out, path.name, date(2024, 9, 26)), out, {LEDGER}))
    assert {"refused", "rejected"} <= found


def test_an_archive_that_unpacks_to_far_more_than_it_holds_is_read_line_by_line(small, tmp_path):
    """A hundred thousand empty lines in a few kilobytes cost no memory and no row."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in small.export.iterdir():
            archive.writestr(file.name, file.read_bytes() + b"\n" * 100_000)
    assert check(lambda: read_export(path, tmp_path / "out", "bomb.zip"), tmp_path / "out") == "read"
