"""Run notebooks with papermill, each in a kernel of its own that is watched: it may die, or never come to an end."""

from __future__ import annotations

import os
import re
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

from dbv_analysis.model.problems import NotebookProblem
from dbv_analysis.publish.checkpoint import Checkpoint
from dbv_analysis.publish.events import BEFORE, RAN, RETRIED, Event, Hear
from dbv_analysis.publish.kernels import Kernels
from dbv_analysis.publish.notebooks import Task

KERNEL = "python3"
TRIES = 2  # of a notebook whose kernel dies; an error in a cell would only come again
LOOK = 0.1  # seconds between two looks at the kernels


@dataclass
class _Run:
    """A notebook that is being run: since when, in which kernels, and whether it was stopped for taking too long."""

    task: Task
    started: float = 0.0
    kernels: list[Kernels] = field(default_factory=list)
    too_long: bool = False
    unwanted: bool = False

    def event(self, kind: str, text: str) -> Event:
        """What became of it, after how many seconds."""
        section = self.task.section
        return Event(kind, f"{section}: {text}", section, time.monotonic() - self.started)

    def stop(self) -> None:
        """Nobody wants it any more. Its thread hears of its kernel's end within a second or two."""
        self.unwanted = True
        self.end_kernels()

    def end_kernels(self) -> None:
        """End its kernels, if any is left, and what they have started."""
        for manager in self.kernels:
            process = getattr(manager.provisioner, "process", None)
            if process is not None and process.poll() is None:
                _end(process.pid)


def _end(number: int) -> None:
    """End a process and all that it has started."""
    try:
        process = psutil.Process(number)
        every = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for process in every:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def execute(
    tasks: list[Task], checkpoint: Checkpoint, jobs: int, limit: float, hear: Hear, rerun: bool
) -> dict[str, Path]:
    """Run every notebook that is not finished yet, ``jobs`` at a time.

    Args:
        tasks: the notebooks.
        checkpoint: where they are kept once they have run.
        jobs: how many run at a time.
        limit: the seconds that one may take.
        hear: hears of each notebook that ran, that had run before, or whose kernel died so that it is run again,
            with the seconds it took.
        rerun: run those too that are finished.

    Returns the executed notebook of each section.

    Raises NotebookProblem that names every notebook and cell that failed. It shows no value from the data. However
    this ends, no kernel is left.
    """
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    executed = {} if rerun else {task.section: path for task in tasks if (path := checkpoint.find(task))}
    problems = []
    for task in tasks:
        if task.section in executed:
            hear(Event(BEFORE, f"{task.section}: done before", task.section))
    with ThreadPoolExecutor(jobs) as pool:
        runs = [_Run(task) for task in tasks if task.section not in executed]
        futures = {pool.submit(_run, run, checkpoint, limit, hear): run for run in runs}
        try:
            for future in _watched(futures, limit):
                run = futures[future]
                try:
                    executed[run.task.section] = future.result()
                    hear(run.event(RAN, "done"))
                except NotebookProblem as problem:
                    problems.append(str(problem))
        except BaseException:
            _stop(pool, futures)
            raise
    if problems:
        raise NotebookProblem("\n".join(sorted(problems)))
    return executed


def _watched(futures: dict[Future, _Run], limit: float):
    """Each future as it ends; the kernels of a notebook that takes longer than ``limit`` seconds are ended."""
    pending = set(futures)
    while pending:
        ended, pending = wait(pending, LOOK, FIRST_COMPLETED)
        yield from ended
        for future in pending:
            run = futures[future]
            if run.started and time.monotonic() - run.started > limit:
                run.too_long = True
                run.stop()


def _stop(pool: ThreadPoolExecutor, futures: dict[Future, _Run]) -> None:
    """End every kernel, and wait for the threads, which may just be starting one."""
    pool.shutdown(wait=False, cancel_futures=True)
    # One that was cancelled is done, though `wait` would not say so: nobody notifies it.
    while pending := [future for future in futures if not future.done()]:
        for future in pending:
            futures[future].stop()
        time.sleep(LOOK)


def _run(run: _Run, checkpoint: Checkpoint, limit: float, hear: Hear) -> Path:
    """Run one notebook, once more if its kernel dies, and keep it."""
    run.started = time.monotonic()
    shown = f"notebooks/{run.task.notebook.name}"
    for left in reversed(range(TRIES)):
        if executed := _papermill(run, shown):
            return checkpoint.keep(run.task, executed)
        if run.too_long:
            raise NotebookProblem(
                f"{shown} took longer than {limit:g} seconds and was stopped. Open it in JupyterLab to see which cell "
                "does not end, or give every notebook more with --time-limit."
            )
        if run.unwanted:
            break
        if left:
            hear(run.event(RETRIED, "its kernel died; run again"))
    raise NotebookProblem(
        f"{shown} stopped: its kernel died, and died again when it was run once more. "
        "The machine may be short of memory: close other programs, or run with --jobs 1."
    )


def _papermill(run: _Run, shown: str) -> nbformat.NotebookNode | None:
    """The executed notebook, or None where its kernel died.

    Raises NotebookProblem where a cell failed.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from traitlets.config import Config

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return papermill.execute_notebook(
                str(run.task.notebook),
                None,  # nothing is written before it is whole, nor where it fails: a traceback shows values
                parameters=run.task.parameters,
                kernel_name=KERNEL,
                progress_bar=False,
                log_output=False,
                # Another user of the machine cannot listen in, and a kernel that is done is not waited for.
                config=Config({"KernelManager": {"transport_encryption": "auto"}}),
                kernel_manager_class=_noted(run.kernels),
                shutdown_kernel="immediate",
            )
    except papermill.PapermillExecutionError as error:
        first_line = error.source.strip().splitlines()[0] if error.source.strip() else ""
        kind = re.sub(r"[^A-Za-z0-9_.]", "", error.ename)
        raise NotebookProblem(
            f"{shown} failed in cell {error.cell_index}, “{first_line}”, with {kind}. "
            "Open the notebook in JupyterLab and run it to see why."
        ) from None
    except (CellTimeoutError, RuntimeError):  # DeadKernelError, or it died before it answered at all
        return None
    finally:
        run.end_kernels()


def _noted(kernels: list[Kernels]) -> type[Kernels]:
    """Kernel managers that are in ``kernels`` from the first, for whoever has to end one from another thread."""

    class Noted(Kernels):
        def __init__(self, **settings: object):
            super().__init__(**settings)
            kernels.append(self)

    return Noted
