"""What the tests share: the shipped data, a copy of the project to spoil, and the command."""

from __future__ import annotations

import dataclasses
import gc
import os
import pickle
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pytest
from filelock import FileLock

from dbv_analysis.inputs import load
from dbv_analysis.inputs.formats import FORMATS
from dbv_analysis.metrics import package_metrics
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.settings import Programme
from dbv_analysis.model.source import Source, sha256_of
from dbv_analysis.results import cache, count
from dbv_analysis.results.cache import Assembled
from dbv_analysis.results.evidence import Evidence, open_evidence
from dbv_analysis.synth import Synthetic, synthesise

Built = TypeVar("Built")

ROOT = Path(__file__).parent.parent
QUARTER = "2024-25-Q2"
HALTON = "E06000006"
SLOWEST = tuple(f"tests/{room}/" for room in ("publish", "reports", "pages", "metrics"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest rooms first, so that no worker is left alone with one of them."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOWEST))


def pytest_collection_finish() -> None:
    """What is loaded by now stays; to look through it again and again for what could go took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def pytest_unconfigure() -> None:
    gc.unfreeze()  # else libraries complain that what they made outlives them


@pytest.fixture(scope="session")
def data() -> Path:
    """The inputs that the project ships."""
    return ROOT / "data" / "raw"


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a test session see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once_a_session(tmp_path_factory: pytest.TempPathFactory, name: str, build: Callable[[], Built]) -> Built:
    """What ``build`` gives, built by whichever worker comes first and read by the others."""
    path = shared_folder(tmp_path_factory) / f"{name}.pickle"
    with FileLock(path.with_suffix(".lock")):
        if not path.is_file():
            path.write_bytes(pickle.dumps(build()))
    return pickle.loads(path.read_bytes())


@pytest.fixture(scope="session", autouse=True)
def _files_are_read_once() -> Iterator[None]:
    """A file that was read without a problem is not read again in a copy of the project where it is the same.

    Only formats that write nothing: what is read of persons, or from a database, is kept on disk as well.
    """
    known: dict[tuple, tuple[dict[str, pd.DataFrame], list[str]]] = {}
    read = load._load_file

    def load_file(
        data: Path, path: Path, sidecar: Path, source: Source, programme: Programme, warnings: list[str]
    ) -> dict:
        form = FORMATS[source.format]
        if form.persons or source.database or not path.is_file():
            return read(data, path, sidecar, source, programme, warnings)
        key = (path.relative_to(data), sha256_of(path), source.model_dump_json(), programme.area.model_dump_json())
        if key not in known:
            told: list[str] = []
            known[key] = read(data, path, sidecar, source, programme, told), told
        tables, told = known[key]
        warnings += told
        return {name: frame.copy() for name, frame in tables.items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "_load_file", load_file)
        yield


@pytest.fixture(scope="session", autouse=True)
def _metrics_are_counted_once() -> Iterator[None]:
    """A metric of the package is not counted again where its tables are the same: most tests change one of them."""
    known: dict[tuple, list[count.Part]] = {}
    shipped = {metric.define for metric in package_metrics().values()}
    count_metric = count.count_metric
    hashes: dict[int, tuple[weakref.ref, int]] = {}

    def hash_of(frame: pd.DataFrame) -> int:
        of, known_hash = hashes.get(id(frame), (lambda: None, 0))
        if of() is not frame:
            known_hash = hash(tuple(pd.util.hash_pandas_object(frame, index=False)))
            hashes[id(frame)] = weakref.ref(frame), known_hash
        return known_hash

    def count_once(metric: Metric, tables: Mapping[str, object]) -> list[count.Part]:
        frames = [tables[name] for name in metric.tables]
        if metric.define not in shipped or not all(isinstance(frame, pd.DataFrame) for frame in frames):
            return count_metric(metric, tables)
        key = (repr(metric), *((tuple(frame.columns), hash_of(frame)) for frame in frames))
        if key not in known:
            known[key] = count_metric(metric, tables)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(count, "count_metric", count_once)
        yield


@pytest.fixture(scope="session")
def assemble_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Assembled]:
    """``cache.assemble``, but once a session for the same inputs, settings and code. What it gives is not to change."""
    known: dict[str, Assembled] = {}
    assemble = cache.assemble

    def assembled(data: Path, profile: str) -> Assembled:
        key = cache.digest(data, profile)
        if key not in known:
            known[key] = once_a_session(tmp_path_factory, f"assembled-{key}", lambda: assemble(data, profile))
        return known[key]

    return assembled


@pytest.fixture(scope="session")
def assembled(data: Path, assemble_once: Callable[[Path, str], Assembled]) -> Assembled:
    """All that comes of the shipped inputs in the public profile."""
    return assemble_once(data, "public")


@pytest.fixture(scope="session")
def tables(assembled: Assembled) -> dict[str, pd.DataFrame]:
    return assembled.tables


@pytest.fixture(scope="session")
def results(assembled: Assembled) -> pd.DataFrame:
    """The whole results table of the public profile."""
    return assembled.results


@pytest.fixture(scope="session")
def evidence(data: Path, assemble_once: Callable[[Path, str], Assembled]) -> Evidence:
    """What the pack of the shipped quarter may use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "assemble", assemble_once)
        return open_evidence(QUARTER, data)


def _outside(variable: str, folder: str, what: str) -> Path:
    path = Path(os.environ.get(variable, ROOT.parent / "shared" / folder))
    if not path.is_dir():
        pytest.skip(f"{what} are not here; set {variable} to their folder")
    return path


@pytest.fixture(scope="session")
def published() -> Path:
    """The DfE's releases as downloaded. They are not part of the project."""
    return _outside("DBV_PUBLISHED", "published", "the DfE's releases")


@pytest.fixture(scope="session")
def documents() -> Path:
    """The two source documents as text. They are not part of the project."""
    return _outside("DBV_DOCUMENTS", "seeds", "the source documents")


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Synthetic:
    """The synthetic authority with the published number of plans."""
    folder = shared_folder(tmp_path_factory) / "synthetic" / "authority"
    return once_a_session(tmp_path_factory, "synthetic", lambda: synthesise(data, folder))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of all that a pack is made from, to change and to break."""
    root = tmp_path / "project"
    root.mkdir()
    shutil.copy(ROOT / "programme.toml", root)
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


def dbv(*words: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, and wait for it."""
    return subprocess.run(
        [sys.executable, "-m", "dbv_analysis", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def changed(evidence: Evidence, metric_id: str, period_label: str, **columns: object) -> Evidence:
    """The same evidence, but one of the authority's figures is another."""
    results = evidence.results.copy()
    chosen = (
        (results["metric_id"] == metric_id)
        & (results["area_code"] == HALTON)
        & (results["period_label"] == period_label)
    )
    assert chosen.any()
    for column, value in columns.items():
        results.loc[chosen, column] = value
    return dataclasses.replace(evidence, results=results)
