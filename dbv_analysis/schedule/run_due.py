"""The one step that a schedule calls: make the pack that is due, or see that nothing is to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import load_programme
from dbv_analysis.schedule.due import due, is_up_to_date
from dbv_analysis.schedule.outcome import NOT_DUE, UNCHANGED, Outcome
from dbv_analysis.schedule.run_in_subprocess import run_in_subprocess


@dataclass(frozen=True)
class Done:
    """How it ended, for which authority and in which project, and what comes next."""

    outcome: Outcome
    area: str
    root: Path
    following: str


def make_due(data: Path, out: Path, profile: str, quiet: bool) -> Done:
    """Run the pack of the newest quarter whose cut-off is over, unless it is up to date.

    Args:
        data: the folder of the inputs.
        out: the folder of the packs.
        profile: ``public`` or ``controlled``.
        quiet: leave out what the run says.

    Raises UserProblem where the settings cannot be read.
    """
    if not data.is_dir():
        raise CallProblem(f"There is no folder {data}. Name the folder of the inputs with --data.")
    programme = load_programme(data)
    state = due(programme, date.today())
    if state.quarter is None:
        outcome = Outcome("", NOT_DUE)
    elif is_up_to_date(state.quarter, programme, data, out, profile):
        outcome = Outcome(str(state.quarter), UNCHANGED)
    else:
        outcome = run_in_subprocess(str(state.quarter), data, out, profile, quiet)
    return Done(outcome, programme.area.name, programme.root, state.next)
