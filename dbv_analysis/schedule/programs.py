"""The schedulers' own programs: systemctl, crontab, schtasks."""

from __future__ import annotations

import os
import shutil
import subprocess

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule.mail import without_mail


def call(program: str, *words: str, given: str | None = None, may_fail: bool = False) -> tuple[int, str]:
    """Run a scheduler's program, without a shell. Returns its exit status and standard output.

    Raises CallProblem where it is not there, or fails and ``may_fail`` is not set.
    """
    path = shutil.which(program)
    if path is None:
        raise CallProblem(f"There is no {program} on this machine. Choose another kind: dbv schedule --help")
    done = subprocess.run(
        [path, *words],
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        env=without_mail(os.environ),
        timeout=60,
    )
    if done.returncode and not may_fail:
        lines = done.stderr.encode("utf-8", "replace").decode().strip().splitlines()
        raise CallProblem(f"{program} failed ({lines[-1] if lines else f'exit status {done.returncode}'}).")
    return done.returncode, done.stdout
