"""The manifest says truly what a pack was made from and what is in it, and shows what was changed since."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.publish import manifest
from dbv_analysis.results.evidence import Evidence, open_evidence
from tests.conftest import QUARTER, ROOT, dbv
from tests.publish.conftest import REPORTS, SECTIONS, Run


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def told(pack: Run) -> dict:
    return json.loads((pack.folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(pack: Run, tmp_path: Path) -> Path:
    """A copy of the pack, to change."""
    return Path(shutil.copytree(pack.folder, tmp_path / "pack"))


def test_it_names_every_output_with_its_size_and_sum(pack, told):
    there = [path for path in sorted(pack.folder.iterdir()) if path.name != "manifest.json"]
    assert told["outputs"] == [
        {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)} for path in there
    ]


def test_it_names_every_input_from_the_data_folder_on_with_its_sum(pack, told):
    raw = pack.project / "data" / "raw"
    expected = {path.relative_to(raw).as_posix(): sha256(path) for path in raw.rglob("*.csv")}
    assert {source["file"]: source["sha256"] for source in told["inputs"]} == expected


def test_it_names_the_publisher_title_release_and_licence_of_every_input(told):
    for source in told["inputs"]:
        assert all(source[name] for name in ("publisher", "title", "release", "licence"))


def test_it_names_the_narrative_that_the_reports_hold_by_its_sum(pack, told):
    narrative = pack.project / "data" / "raw" / "narrative" / f"{QUARTER}.md"
    assert narrative.stat().st_size
    assert sha256(narrative) in set(_texts(told))


def test_the_pages_name_the_inputs_by_the_same_sums(pack, told):
    for name in ("index.html", *SECTIONS.values()):
        foot = pack.page(name).footer.get_text()
        assert all(source["sha256"][:12] in foot for source in told["inputs"])


def test_it_names_the_settings_with_their_sum(pack, told):
    assert told["settings"] == {"file": "programme.toml", "sha256": sha256(pack.project / "programme.toml")}


def test_it_gives_the_quarter_the_area_and_the_parameters(told):
    assert told["quarter"] == QUARTER
    assert told["area"] == {"code": "E06000006", "name": "Halton"}
    assert told["parameters"] == {
        "as_at": "2024-09-26",
        "profile": "public",
        "sections": list(SECTIONS),
        "recipients": [],
    }


def test_it_gives_the_version_that_the_command_gives(told):
    assert dbv("--version").stdout.split()[-1] == told["package"]["version"]
    assert told["package"]["name"] == "dbv-analysis"


def test_it_gives_the_versions_of_python_and_of_the_libraries(told):
    used = told["environment"]
    assert used["python"] == platform.python_version()
    needed = {"pandas", "numpy", "matplotlib", "papermill", "nbconvert", "gptables", "xlsxwriter", "python-docx"}
    assert needed <= set(used["libraries"])
    assert used["libraries"] == {name: version(name) for name in used["libraries"]}


def test_it_names_every_file_of_the_data_folder_with_its_sum(pack, told):
    raw = pack.project / "data" / "raw"
    every = {path.relative_to(raw).as_posix(): sha256(path) for path in raw.rglob("*") if path.is_file()}
    assert {one["file"]: one["sha256"] for one in told["files"]} == every


def test_it_enters_every_hidden_figure_without_a_number(pack, told):
    held = pd.read_parquet(pack.folder / "figures.parquet")
    hidden = held[held["symbol"] == "c"]
    assert len(told["suppressed"]) == len(hidden) > 0
    names = {"metric_id", "area_code", "breakdown_topic", "breakdown", "period", "release"}
    assert all(set(entry) == names for entry in told["suppressed"])
    assert [entry["metric_id"] for entry in told["suppressed"]] == list(hidden["metric_id"])
    published = [entry for entry in told["exceptions"] if entry["name"] == "Department for Education"]
    assert len(published) == len(told["exceptions"]), "every hidden figure of the shipped data is the DfE's own"
    assert all("publisher" in entry["reason"] for entry in published)


def test_it_gives_the_times_of_the_run(told):
    started, finished = (datetime.fromisoformat(told[name]) for name in ("started", "finished"))
    assert started.tzinfo
    assert started < finished <= datetime.now(UTC)


def test_it_warns_of_nothing_where_every_input_is_as_it_was_described(told):
    assert told["warnings"] == []


def test_it_names_no_folder_of_the_machine(pack, told):
    places = [pack.project, pack.project.parent, ROOT, Path.home(), Path(tempfile.gettempdir())]
    folders = [place for place in places if len(place.parts) > 1]
    for text in _texts(told):
        assert not [folder for folder in folders if str(folder) in text], text
        assert not text.startswith(("/", "\\")), text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from (key, *_texts(part))
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def test_it_gives_the_commit_of_the_checkout_and_whether_files_had_been_changed(project, tmp_path, calculated_once):
    if not shutil.which("git"):
        pytest.skip("git is not here")

    def git(*words: str) -> str:
        who = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=project, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "The inputs")
    evidence = open_evidence(QUARTER, project / "data" / "raw")
    commit = git("rev-parse", "HEAD")
    assert _written(tmp_path, evidence)["package"]["commit"] == commit
    with (project / "programme.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n# a remark\n")
    assert _written(tmp_path, evidence)["package"]["commit"] == f"{commit}+"


def test_it_gives_no_commit_outside_a_checkout(told):
    assert told["package"]["commit"] is None


def _written(tmp_path: Path, evidence: Evidence) -> dict:
    folder = tmp_path / "empty pack"
    folder.mkdir(exist_ok=True)
    nothing = folder / "2024-25-Q2.md"
    held, rows = ["Deficit"], evidence.results.iloc[:0]
    data = evidence.programme.root / "data" / "raw"
    now = datetime.now(UTC)
    described = manifest.describe(evidence, data, held, {"Deficit": "0" * 64}, nothing, "0" * 64, now, [], {}, rows)
    manifest.write(folder, described, {"number": 1, "date": "2024-09-26", "reason": "", "replaces": None})
    return manifest.read(folder)


def test_a_pack_at_an_earlier_cut_off_says_so(data, tmp_path, calculated_once):
    evidence = open_evidence(QUARTER, data, as_at=date(2024, 1, 31))
    assert _written(tmp_path, evidence)["parameters"]["as_at"] == "2024-01-31"


def test_a_pack_as_published_is_not_altered(folder, told):
    assert manifest.altered(folder, told) == []


def _rewrite(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def _several(folder: Path) -> None:
    (folder / "index.html").write_text("", encoding="utf-8")
    (folder / "placements.html").unlink()
    (folder / "copy of index.html").write_text("", encoding="utf-8")


CHANGES = {
    "a page": (_rewrite("deficit.html", lambda text: text.replace(b"29.2", b"28.5", 1)), ["deficit.html"]),
    **{f"{name}, went on with": (_rewrite(name, lambda text: text + b" "), [name]) for name in REPORTS},
    "an added file": (lambda folder: (folder / "notes.txt").write_text("mine", encoding="utf-8"), ["notes.txt"]),
    "an added folder": (lambda folder: (folder / "drafts").mkdir(), ["drafts"]),
    "a removed file": (lambda folder: (folder / "evidence.xlsx").unlink(), ["evidence.xlsx"]),
    "several": (_several, ["copy of index.html", "index.html", "placements.html"]),
}


@pytest.mark.parametrize(("change", "altered"), CHANGES.values(), ids=CHANGES)
def test_a_changed_file_is_seen(folder, told, change, altered):
    change(folder)
    assert manifest.altered(folder, told) == altered


def test_a_manifest_is_read_as_it_was_written(pack, told):
    assert manifest.read(pack.folder) == told


@pytest.mark.parametrize("text", [None, "", "{", "not a manifest", "\ufeff"])
def test_a_manifest_that_is_missing_or_broken_reads_as_none(folder, text):
    path = folder / "manifest.json"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    assert manifest.read(folder) is None
