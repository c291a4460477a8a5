"""Runs that survive: whatever stops one, the last pack stays byte for byte, and the next run goes on from there."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from benchmarks.kills import small_project, told_of_kills
from dbv_analysis.inputs.records import CANARY
from dbv_analysis.model.problems import CallProblem, DataProblem, DataProblems, NotebookProblem, PublishingRefused
from dbv_analysis.publish import log, manifest, swap
from dbv_analysis.publish import run as pack
from dbv_analysis.publish.checkpoint import FOLDER as WORK
from dbv_analysis.publish.events import RAN, Event, Hear, hear_nothing
from dbv_analysis.results import cache
from tests.conftest import QUARTER
from tests.publish.conftest import contents, leave_out
from tests.publish.made_up import seal_as_a_pack, write_heading, write_notebook
from tests.publish.test_publishing import left


@pytest.fixture(scope="module")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> cache.Assembled:
    return cache.assemble(small_project(tmp_path_factory.mktemp("assembled")) / "data" / "raw", "public")


@pytest.fixture
def root(tmp_path: Path, assembled: cache.Assembled, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose notebooks write a heading each and whose reports are left out; its pack holds what it held."""
    monkeypatch.setattr(cache, "assemble", lambda data, profile: assembled)
    leave_out(monkeypatch, "reports", "audit", "grades")
    root = small_project(tmp_path)
    folder = root / "outputs" / QUARTER
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("the last pack", encoding="utf-8")
    seal_as_a_pack(folder)
    return root


@pytest.fixture
def run(root: Path) -> Callable[..., list[str]]:
    """A run of one section in that project; returns what it said of each notebook and of what went wrong on the way."""

    def run(hear: Hear = hear_nothing, **more: object) -> list[str]:
        said: list[str] = []
        pack.run(
            QUARTER,
            root / "data" / "raw",
            root / "outputs",
            lambda event: hear(event) or said.append(event.text),
            only=["Deficit"],
            **more,
        )
        return said

    return run


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks run in this process, for what has nothing to do with kernels."""
    leave_out(monkeypatch, "kernels")


@pytest.fixture
def unchanged(root: Path):
    """Whatever the test does, the last pack is afterwards what it was, and no staging folder and no kernel is left."""
    before = contents(root / "outputs" / QUARTER)
    yield
    assert contents(root / "outputs" / QUARTER) == before
    assert set(left(root / "outputs")) <= {WORK, QUARTER}
    assert kernels() == []


def kernels() -> list[psutil.Process]:
    """The kernels that this process has started and that still run."""
    return kernels_of(psutil.Process())


def kernels_of(process: psutil.Process) -> list[psutil.Process]:
    """Those among what a process has started that are Jupyter's own, or forked from a server."""
    every = process.children(recursive=True)
    servers = [one.pid for one in every if "multiprocessing.forkserver" in command_of(one)]
    return [
        one
        for one in every
        if runs(one) and ("ipykernel_launcher" in command_of(one) or (one.pid in servers and one.ppid() in servers))
    ]


def command_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def last_line(root: Path) -> dict:
    """The last event in the log of the newest run."""
    newest = max((root / "outputs" / log.FOLDER).glob("*.jsonl"))
    return json.loads(newest.read_text(encoding="utf-8").splitlines()[-1])


# Notebooks that die, never end or fail


def test_a_notebook_whose_kernel_dies_once_is_run_again_and_published(root, run):
    mark = root / "died"
    once = f"import os\nif not os.path.exists({str(mark)!r}):\n    open({str(mark)!r}, 'w')\n    os._exit(1)"
    write_notebook(root / "notebooks" / "deficit.ipynb", once, "from IPython.display import HTML\nHTML('<h1>So</h1>')")
    said = run()
    assert "Deficit: its kernel died; run again" in said
    assert "So</h1>" in (root / "outputs" / QUARTER / "deficit.html").read_text(encoding="utf-8")
    assert left(root / "outputs") == [QUARTER, "earlier"]
    assert last_line(root)["event"] == "published"


def test_a_notebook_that_never_ends_is_stopped_within_its_limit(root, run, unchanged):
    write_notebook(root / "notebooks" / "deficit.ipynb", "while True:\n    pass")
    started = time.monotonic()
    with pytest.raises(NotebookProblem, match=r"deficit.ipynb took longer than 3 seconds and was stopped") as problem:
        run(limit=3)
    assert time.monotonic() - started < 12
    assert problem.value.status == last_line(root)["status"] == 3


def test_an_error_in_a_cell_is_not_tried_again_and_a_later_run_does_only_what_is_missing(root, run):
    count = root / "count"
    failing = f"open({str(count)!r}, 'a').write('x')"
    write_notebook(root / "notebooks" / "deficit.ipynb", failing, "1/0")
    with pytest.raises(NotebookProblem, match="with ZeroDivisionError"):
        run()
    assert count.read_text() == "x"
    work = root / "outputs" / WORK
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in (work, *work.iterdir())} == {0o700}
    write_heading(root / "notebooks" / "deficit.ipynb", "Mended")
    said = run()
    notebooks = ["Board summary: done before", "Deficit: done", "Reconciliation: done before"]
    assert sorted(text for text in said if ": " in text) == notebooks
    assert manifest.altered(root / "outputs" / QUARTER, manifest.read(root / "outputs" / QUARTER)) == []
    assert left(root / "outputs") == [QUARTER, "earlier"]


@pytest.mark.parametrize("why", ["force", "a changed notebook and half a file"])
def test_what_is_done_is_done_again_where_it_must_be(root, run, no_kernels, why):
    write_notebook(root / "notebooks" / "deficit.ipynb", "1/0")
    with pytest.raises(NotebookProblem):
        run()
    write_heading(root / "notebooks" / "deficit.ipynb", "Mended")
    if why != "force":
        write_heading(root / "notebooks" / "reconciliation.ipynb", "Another")
        (half,) = (root / "outputs" / WORK).rglob("board_summary-*")
        half.write_bytes(half.read_bytes()[:100])
    assert {"Board summary: done", "Reconciliation: done"} < set(run(force=why == "force"))


SCRIPT = """
import asyncio
from dbv_analysis.publish import kernels

print("run once")
kernels.LOADED = ["ipykernel.kernelapp"]
kernel = kernels.Kernels(kernel_name="python3")


async def start_and_end():
    await kernel.start_kernel()
    print("alive" if await kernel.is_alive() else "dead")
    await kernel.shutdown_kernel(now=True)


asyncio.run(start_and_end())
"""


def test_a_script_that_starts_a_kernel_is_not_run_again_in_it(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split("\n")) == (0, ["run once", "alive", ""]), done.stderr


# Inputs that change, disks that are full, folders that cannot be written


def test_inputs_that_change_while_the_pack_is_made_are_refused(root, run, no_kernels, unchanged):
    changed = root / "data" / "raw" / "narrative" / f"{QUARTER}.md"

    def change(event: Event) -> None:
        if event.kind == RAN:
            changed.write_text("", encoding="utf-8")

    with pytest.raises(DataProblems, match=r"The inputs changed while the pack was made\.") as problem:
        run(change)
    assert problem.value.status == last_line(root)["status"] == 1


def full(*words: object, **more: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")


WRITES = {
    "the results": (cache.pq, "write_table"),
    "a notebook": (pack.Checkpoint, "keep"),
    "the workbook": (pack.spreadsheet, "write"),
    "the manifest": (pack.manifest, "write"),
    "the exchange": (swap, "exchange"),
}


@pytest.mark.parametrize(("where", "name"), WRITES.values(), ids=WRITES)
def test_a_full_disk_ends_in_a_sentence_at_every_write(root, run, unchanged, monkeypatch, where, name):
    if where is not pack.Checkpoint:  # the only one at which kernels may still be running
        leave_out(monkeypatch, "kernels")
    monkeypatch.setattr(where, name, full)
    with pytest.raises(CallProblem, match=r"^The disk is full \(somewhere\)\. Free some space") as problem:
        run()
    assert problem.value.status == last_line(root)["status"] == 2
    assert not list((root / "data" / "processed").glob(".*.parquet"))


def test_a_log_that_cannot_be_written_stops_no_run(root, run, no_kernels):
    (root / "outputs" / log.FOLDER).write_text("in the way", encoding="utf-8")
    said = run()
    assert said[0].startswith("No log is written: ")
    assert manifest.read(root / "outputs" / QUARTER)["parameters"]["sections"] == ["Deficit"]


def test_a_log_on_a_disk_that_fills_up_stops_no_run(root, run, no_kernels, monkeypatch):
    monkeypatch.setattr(log._Quiet, "flush", full)
    assert "Deficit: done" in run()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_ends_in_a_sentence(root, run, unchanged):
    outputs = root / "outputs"
    outputs.chmod(0o555)
    try:
        with pytest.raises(CallProblem, match="that its folder can be written"):
            run()
    finally:
        outputs.chmod(0o755)


# One step from the old pack to the new


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """A new pack in a staging folder and an old one that stands; each holds its manifest, and which it is."""
    target, staging = tmp_path / "quarter", tmp_path / ".quarter.staging-abc"
    for folder, words in ((target, "old"), (staging, "new")):
        folder.mkdir()
        seal_as_a_pack(folder, fingerprint=words)
    return staging, target


def which(folder: Path) -> str:
    return manifest.read(folder)["fingerprint"]


@pytest.fixture(params=["in one step", "by two renames"])
def way(request, monkeypatch, tmp_path) -> str:
    if request.param == "by two renames":
        monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    elif not swap.exchange(*(Path(one) for one in (tmp_path.parent, tmp_path.parent))):
        pytest.skip("this file system exchanges no folders")
    return request.param


@pytest.mark.parametrize("kept_there", [True, False])
def test_the_new_pack_stands_and_the_old_one_is_kept_where_it_is_to_be(two, way, tmp_path, kept_there):
    staging, target = two
    keep = tmp_path / "earlier" / "quarter" / "1" if kept_there else None
    swap.swap(staging, target, keep)
    assert which(target) == "new"
    assert keep is None or which(keep) == "old"
    assert left(tmp_path) == (["earlier", "quarter"] if keep else ["quarter"])


@pytest.mark.parametrize("step", range(12))
@pytest.mark.parametrize("kept_there", [True, False])
def test_a_kill_at_any_step_leaves_one_pack_whole_and_the_next_run_tidies_up(
    two, way, tmp_path, monkeypatch, step, kept_there
):
    staging, target = two
    keep = tmp_path / "earlier" / "quarter" / "1" if kept_there else None

    class Killed(BaseException):
        pass

    steps = iter(range(step))

    def dies(call):
        def counted(*words, **more):
            if next(steps, None) is None:
                raise Killed
            return call(*words, **more)

        return counted

    with monkeypatch.context() as patch:
        for where, name in ((Path, "rename"), (Path, "replace"), (swap, "exchange"), (swap, "fsync_names")):
            patch.setattr(where, name, dies(getattr(where, name)))
        patch.setattr(swap.shutil, "rmtree", dies(swap.shutil.rmtree))
        patch.setattr(Path, "unlink", dies(Path.unlink))
        with suppress(Killed):
            swap.swap(staging, target, keep)
    if way == "in one step":
        assert which(target) in ("old", "new")
    swap.recover(target)
    assert which(target) in ("old", "new")
    assert keep is None or keep.exists() == (which(target) == "new")
    assert keep is None or not keep.exists() or which(keep) == "old"
    assert set(left(tmp_path)) <= {"earlier", "quarter"}


def test_a_file_of_the_old_pack_that_is_open_elsewhere_is_told_and_the_old_pack_stands(two, tmp_path, monkeypatch):
    staging, target = two
    rename = Path.rename

    def open_elsewhere(path, to):
        if path == target:
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        return rename(path, to)

    monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", open_elsewhere)
    with pytest.raises(PublishingRefused, match=r"could not be replaced .*\. Close any file of it that is open"):
        swap.swap(staging, target, None)
    assert which(target) == "old"


def test_where_the_old_pack_cannot_be_kept_it_stands_again(two, way, tmp_path, monkeypatch):
    staging, target = two
    keep, rename = tmp_path / "earlier" / "1", Path.rename

    def is_full(path, to):
        return full() if Path(to) == keep else rename(path, to)

    monkeypatch.setattr(Path, "rename", is_full)
    with pytest.raises(OSError, match="No space left"):
        swap.swap(staging, target, keep)
    assert which(target) == "old"


# One run at a time, and one that is told to stop


def test_a_second_run_says_which_process_holds_the_folder_and_since_when(tmp_path):
    held = rf"\(process {os.getpid()}, since \d\d:\d\d UTC on \d+ [A-Z]"
    with swap.exclusive_run(tmp_path), pytest.raises(CallProblem, match=held), swap.exclusive_run(tmp_path):
        pass
    with FileLock(tmp_path / swap.LOCK, timeout=0):
        assert left(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX's")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_told_to_stop_tidies_up_and_says_so(root, unchanged, number, status):
    write_notebook(root / "notebooks" / "deficit.ipynb", f"open({str(root / 'here')!r}, 'w')", "while True:\n    pass")
    words = [sys.executable, "-m", "benchmarks.kills", "run", str(root)]
    going = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    until = time.monotonic() + 60
    done = (root / "outputs" / WORK).rglob
    while not ((root / "here").exists() and list(done("board_summary-*.ipynb"))) and time.monotonic() < until:
        time.sleep(0.05)
    started = kernels_of(psutil.Process(going.pid))
    assert started
    going.send_signal(number)
    out, err = going.communicate(timeout=20)
    assert (going.returncode, out) == (status, "")
    assert err.splitlines()[-1].startswith("Stopped. The published pack is unchanged")
    assert "Traceback" not in err
    assert [one for one in started if runs(one)] == []
    assert list(done("board_summary-*.ipynb"))
    assert last_line(root)["status"] == status


@pytest.mark.skipif(os.name != "posix", reason="killing a group of processes is POSIX's")
def test_a_few_killed_runs_each_leave_a_whole_pack(tmp_path):
    done = subprocess.run([sys.executable, "-m", "benchmarks.kills", "2"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert told_of_kills(2) in done.stdout


# The log


def test_the_log_of_problems_names_their_places_and_holds_no_value(tmp_path):
    problem = DataProblem("list.csv", f'"{CANARY}123" is not a number.', "Correct it.", 4, "count")
    with pytest.raises(DataProblems), log.open_log(tmp_path, QUARTER, print):
        raise DataProblems([problem])
    with pytest.raises(KeyError), log.open_log(tmp_path, QUARTER, print):
        raise KeyError(CANARY)
    texts = contents(tmp_path / log.FOLDER)
    assert not [name for name, text in texts.items() if CANARY.encode() in text]
    plain = "\n".join(text.decode() for name, text in texts.items() if name.endswith(".log"))
    assert "list.csv, row 4, column count: has a problem; `dbv check` says which." in plain
    assert "the program failed with KeyError" in plain


def test_the_newest_fifty_logs_are_kept(tmp_path):
    folder = tmp_path / log.FOLDER
    folder.mkdir()
    for day in range(60):
        for suffix in (".log", ".jsonl"):
            (folder / f"2020-01-{day:02}T00-00-00Z-{QUARTER}{suffix}").touch()
    (folder / "mine.log").touch()
    with log.open_log(tmp_path, QUARTER, print):
        pass
    there = left(folder)
    assert (len(there), there[-1]) == (101, "mine.log")
    assert f"2020-01-10T00-00-00Z-{QUARTER}.log" not in there
