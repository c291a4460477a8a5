"""A task of the Windows Task Scheduler, for the person who installs it: no administrator rights are needed."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule import DAILY
from dbv_analysis.schedule.plan import Plan, refuse_foreign, templates
from dbv_analysis.schedule.programs import call


def text(plan: Plan) -> str:
    """The task as XML, which is to be kept as UTF-16.

    Raises CallProblem where a path holds two percent signs: what is between would be taken for a variable.
    """
    program, *arguments = plan.command
    values = {"program": program, "arguments": subprocess.list2cmdline(arguments), "folder": plan.project}
    if any(value.count("%") > 1 for value in values.values()):
        raise CallProblem("The Task Scheduler takes what is between percent signs for a variable. Rename the folder.")
    template = templates().get_template("task.xml.j2")
    return template.render(
        plan=plan,
        day=None if plan.day == DAILY else plan.day.capitalize(),
        **{name: escape(value) for name, value in values.items()},
    )


def install(plan: Plan) -> str:
    """Register the task. Returns what to tell."""
    xml = text(plan)
    _is_there(plan)
    with tempfile.TemporaryDirectory(prefix="dbv-") as folder:
        path = Path(folder) / "task.xml"
        path.write_bytes(xml.encode("utf-16"))
        call("schtasks", "/create", "/tn", plan.name, "/xml", str(path), "/f")
    return f"The task {plan.name} is in the Task Scheduler. It runs while you are logged on; a missed day is made good."


def uninstall(plan: Plan) -> bool:
    """Remove the task; whether it was there."""
    there = _is_there(plan)
    if there:
        call("schtasks", "/delete", "/tn", plan.name, "/f")
    return there


def _is_there(plan: Plan) -> bool:
    """Whether the task is registered. Raises CallProblem where it is not this schedule's own."""
    status, task = call("schtasks", "/query", "/tn", plan.name, "/xml", may_fail=True)
    if status == 0:
        refuse_foreign(f"The task {plan.name}", task.replace("\0", ""), plan)  # of one byte a letter, or of two
    return status == 0
