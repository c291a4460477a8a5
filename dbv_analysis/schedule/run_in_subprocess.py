"""One run of a pack in a process of its own: should the machine kill it, there is still somebody to say so."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbv_analysis.model.options import echo_error
from dbv_analysis.model.source import sha256_of
from dbv_analysis.publish import manifest
from dbv_analysis.schedule.mail import without_mail
from dbv_analysis.schedule.outcome import Outcome, outcome_of

# A line of standard error that tells of a problem begins with its place; those of these kinds do not.
PROBLEM = re.compile(r"(?!Warning: |Controlled profile: |.*: done$)\S.*?: \S")


def run_in_subprocess(quarter: str, data: Path, out: Path, profile: str, quiet: bool) -> Outcome:
    """``dbv run`` of ``quarter``, and what became of it.

    Args:
        quarter: such as ``2024-25-Q2``.
        data: the folder of the inputs.
        out: the folder of the packs.
        profile: ``public`` or ``controlled``.
        quiet: leave out what the run says: its words may quote the data, and not everybody may read a scheduler's log.
    """
    before = _published(out / quarter)
    options = ["--data", str(data), "--out", str(out), "--profile", profile]
    status, lines = _run([sys.executable, "-m", "dbv_analysis", "run", quarter, *options], quiet)
    problems = sum(1 for line in lines if PROBLEM.match(line))
    return outcome_of(quarter, status, problems, anew=_published(out / quarter) != before)


def _published(folder: Path) -> str:
    """Tells one published pack from another; empty where there is none."""
    path = folder / manifest.NAME
    return sha256_of(path) if path.is_file() else ""


def _run(command: list[str], quiet: bool) -> tuple[int, list[str]]:
    """Run ``command``, passing on what it says unless ``quiet``. Returns its exit status, and standard error."""
    lines = []
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**without_mail(os.environ), "PYTHONIOENCODING": "utf-8"},
            encoding="utf-8",
            errors="replace",
        ) as run,
        _passed_on(run),
    ):
        for line in run.stderr:
            lines.append(line.rstrip("\n"))
            if not quiet:
                echo_error(lines[-1])
    return (run.returncode if run.returncode >= 0 else 128 - run.returncode), lines


@contextmanager
def _passed_on(run: subprocess.Popen) -> Iterator[None]:
    """Whoever tells this process to stop tells the run, which tidies up; and then this one says how it ended."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: run.terminate())
    try:
        yield
    except KeyboardInterrupt:  # Ctrl-C reaches both: wait for the run to tidy up
        run.wait()
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
