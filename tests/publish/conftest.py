"""Whole packs, each run once for every test that looks at it; and a project with a published pack to spoil."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from dbv_analysis import pages
from dbv_analysis.cli import main
from dbv_analysis.inputs.load import Inputs, load
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.pack import REPORTS as DOCUMENTS
from dbv_analysis.model.source import sha256_of
from dbv_analysis.publish import prepare
from dbv_analysis.publish import run as packing
from dbv_analysis.reports.document import Document
from dbv_analysis.results import cache as results_cache
from dbv_analysis.results.evidence import Evidence, open_evidence
from dbv_analysis.synth import synthesise
from tests.conftest import HALTON, QUARTER, ROOT, shared_folder
from tests.publish import in_process
from tests.publish.made_up import headings_alone, write_headings

NAMES = [
    "Deficit",
    "High needs spend",
    "Plans",
    "Placements",
    "Attendance",
    "Exclusions",
    "Grant",
    "Delivery",
    "Voice",
]
SECTIONS = {name: f"{name.lower().replace(' ', '_')}.html" for name in NAMES}
RECIPIENT = 'Head of "SEN" & <Inclusion>'
OF_NEITHER_SECTION = ("dfe-absence-by-sen", "dfe-exclusions-by-sen", "dfe-lait")  # Plans or Placements
REPORTS = [f"{name}.docx" for name in DOCUMENTS]

# Runs with less than the shipped data: what the command is given besides the quarter, and what is taken away before.
LISTS = (
    *("capital_places", "claims", "engagement", "grant_lines", "measures", "milestones", "opportunities", "phases"),
    *("risks", "tasks", "voice"),
)
NOTHING_REPORTED, EARLY, NOTHING_WRITTEN = "nothing-reported", "early", "nothing-written"
SCARCE: dict[str, tuple[list[str], list[str]]] = {
    NOTHING_REPORTED: (
        [],
        ["quarterly-report-2024-09", *(f"grant-application-2023-12/{name}.*" for name in ["own_figures", *LISTS])],
    ),
    EARLY: (["--as-at", "2023-06-30"], []),
    NOTHING_WRITTEN: ([], ["narrative", "dfe-exclusions-by-sen", "dfe-lait", "dfe-dsg-2023-24"]),
}


class Said(NamedTuple):
    """What the command answered: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Run:
    """A run of the command in a project of its own, and the pack that it was to publish."""

    project: Path
    done: Said

    @property
    def folder(self) -> Path:
        return self.project / "outputs" / QUARTER

    def page(self, name: str) -> BeautifulSoup:
        """A page, parsed once: nobody may change what this gives."""
        return parsed(self.folder / name)

    def inputs(self) -> Inputs:
        """The inputs that it was made from, loaded once."""
        return loaded(self.project / "data" / "raw")


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def loaded(data: Path) -> Inputs:
    return load(data)


def short_reports(*about: object) -> dict[str, Document]:
    """Reports of a title and nothing else."""
    return {name: Document(name, "A subject", "Halton") for name in DOCUMENTS}


# What most tests of a run are not about, and what stands in its place.
STAND_INS = {
    "kernels": (packing, "execute", in_process.execute),
    "notebooks": (packing, "execute", headings_alone),
    "reports": (packing, "compose", lambda *about: {}),
    "long reports": (packing, "compose", short_reports),
    "audit": (prepare, "refuse_disclosure", lambda *about: []),
    "grades": (prepare, "overclaimed", lambda *about: []),
    "leaks": (packing, "refuse_leaks", lambda *about: None),
    "pictures": (Figure, "png", in_process.BLANK),
}


UNCHECKED = ("pictures", "audit", "grades", "leaks")


def leave_out(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Runs are made without these, by their names in ``STAND_INS``."""
    for name in names:
        patch.setattr(*STAND_INS[name])


def copy_of_the_project(root: Path) -> Path:
    """All that a pack is made from, in a folder that outlives a single test."""
    shutil.copy(ROOT / "programme.toml", root)
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


# Areas enough for every comparison: the authority, two of its neighbours, the region and the country.
FEW_AREAS = {HALTON, "E08000016", "E06000047", "E12000002", "E92000001"}


def keep_few_areas(raw: Path) -> None:
    """Leave out of the DfE's tables the areas that most tests do not look at: all that is made of them is made soon."""
    for path in raw.glob("dfe-*/*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        place = header.index("area_code")
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(
                [header, *(row for row in rows if row[place] in FEW_AREAS)]
            )
        about = path.with_suffix(".source.toml")
        words, told = about.read_text(encoding="utf-8").split("[original]")
        words = re.sub(r'^sha256 = "\w+"', f'sha256 = "{sha256_of(path)}"', words, flags=re.MULTILINE)
        about.write_text(f"{words}[original]{told}", encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change_cell(path: Path, row: int, column: str, change: Callable[[str], str]) -> None:
    """Change one cell of a CSV; rows are numbered as a spreadsheet numbers them, the header 1."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    place = rows[0].index(column)
    rows[row - 1][place] = change(rows[row - 1][place])
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def one_more(path: Path, **where: str) -> None:
    """Raise by one the count of the first row whose cells are as ``where`` says, if it holds a number."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = [n for n, row in enumerate(rows, start=2) if where.items() <= row.items() and row["count"].isdigit()]
    change_cell(path, found[0], "count", lambda count: str(int(count) + 1))


def answer(capfd: pytest.CaptureFixture[str], *words: str) -> Said:
    """Run the command without a process of its own. An error that it does not explain goes on to the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["dbv", *words])
        capfd.readouterr()
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code
    return Said(status, *capfd.readouterr())


def run_here(root: Path, *words: str, without: Sequence[str] = ("pictures",)) -> Said:
    """Run the command in ``root`` without a process or kernels of its own, and ``without`` some of ``STAND_INS``."""
    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    opened: list[Evidence] = []

    def open_once(*query: object) -> Evidence:
        """One for the run and all its notebooks: they only look."""
        if not opened:
            opened.append(open_evidence(*query))
        return opened[0]

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(root)
        patch.setattr(sys, "argv", ["dbv", *words])
        leave_out(patch, "kernels", *without)
        for module in (prepare, pages):
            patch.setattr(module, "open_evidence", open_once)
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code
    assert Path.cwd() == before
    return Said(status, out.getvalue(), err.getvalue())


def run_once(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    *words: str,
    spoil: Callable[[Path], None] = lambda raw: None,
    without: Sequence[str] = ("pictures",),
) -> Run:
    """``dbv run`` in a project of its own, once for all tests of a session, whichever worker comes first.

    Args:
        tmp_path_factory: pytest's own.
        name: of the project's folder; it tells one run from another.
        words: what the command is given after the quarter.
        spoil: what is done to the project's inputs before.
        without: what is left out, by the names of ``STAND_INS``.
    """
    shared = shared_folder(tmp_path_factory)
    root, said = shared / name, shared / f"{name}.json"
    with FileLock(shared / f"{name}.lock"):
        if not said.is_file():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            spoil(copy_of_the_project(root) / "data" / "raw")
            call = ["run", QUARTER, "--out", str(root / "outputs"), *words]
            done = run_here(root, *call, without=without)
            said.write_text(json.dumps(done), encoding="utf-8")
    run = Run(root, Said(*json.loads(said.read_text(encoding="utf-8"))))
    assert run.done.status == 0, run.done.err
    return run


def whole_pack(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole pack of the shipped quarter, as the command publishes it, but for kernels.

    ``test_releases`` holds packs with and without them against each other, and nbval runs each notebook in one.
    """
    return run_once(tmp_path_factory, "whole-pack", without=())


def scarce_run(tmp_path_factory: pytest.TempPathFactory, name: str) -> Run:
    """A run with less data, by one of the names of ``SCARCE``."""
    words, taken = SCARCE[name]

    def take_away(raw: Path) -> None:
        paths = [path for pattern in taken for path in raw.glob(pattern)]
        assert len(paths) >= len(taken)
        for path in paths:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        keep_few_areas(raw)

    without = ["pictures"] if name == EARLY else UNCHECKED  # the audit has one pack of little data
    return run_once(tmp_path_factory, name, *words, spoil=take_away, without=without)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole pack of the shipped quarter, as the command publishes it."""
    return whole_pack(tmp_path_factory)


def with_records(raw: Path, plans: int = 100, faults: int = 2) -> None:
    """Few areas, and the records of made-up persons, some of them with faults."""
    keep_few_areas(raw)
    made = synthesise(ROOT / "data" / "raw", raw.parent / "made-up", plans=plans, faults=faults)
    (raw / "own-sen2").mkdir()
    for name in ("sen2.xml", "sen2.source.toml", "establishments.csv"):
        shutil.copy(made.xml.with_name(name), raw / "own-sen2")
    shutil.copytree(made.registers, raw / "own-registers")
    shutil.copytree(made.ledger, raw / "own-ledger")


@pytest.fixture(scope="session")
def controlled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A controlled pack for one recipient, from the records of made-up persons, some of them with faults."""
    words = ["--profile", "controlled", "--recipient", RECIPIENT, "--as-at", "2026-03-01"]
    words += ["--only", "Placements", "--only", "Attendance"]
    return run_once(tmp_path_factory, "with-records-controlled", *words, spoil=with_records, without=UNCHECKED)


@pytest.fixture
def calculated_once(
    assemble_once: Callable[[Path, str], results_cache.Assembled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs on the same inputs, settings and code calculate their results once: what follows is what is tested."""
    monkeypatch.setattr(results_cache, "assemble", assemble_once)


@pytest.fixture
def command(
    project: Path, calculated_once: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """The command, run in ``project`` without a process of its own."""
    monkeypatch.chdir(project)
    return lambda *words: answer(capfd, *words)


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose notebooks write one heading each, and its first release of two sections, from what they need."""
    root = copy_of_the_project(tmp_path_factory.mktemp("releases"))
    keep_few_areas(root / "data" / "raw")
    for name in OF_NEITHER_SECTION:
        shutil.rmtree(root / "data" / "raw" / name)
    write_headings(root / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        leave_out(patch, "notebooks", "reports", "audit", "grades", "leaks")
        packing.run(QUARTER, root / "data" / "raw", root / "outputs", only=["Plans", "Placements"])
    return root


@pytest.fixture
def headed(first: Path, calculated_once: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that project, to spoil; the command runs in it, without kernels, reports, grades and leaks."""
    root = Path(shutil.copytree(first, tmp_path / "project"))
    monkeypatch.chdir(root)
    leave_out(monkeypatch, "notebooks", "reports", "grades", "leaks")
    return root
