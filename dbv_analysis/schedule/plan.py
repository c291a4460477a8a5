"""What a schedule runs, where and when: the same for every kind of scheduler."""

from __future__ import annotations

import hashlib
import re
import sys
import sysconfig
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule import DAILY, WEEKDAYS

OWN = "Written by dbv schedule"  # begins the mark of all that a schedule installs
MAIL_FILE = ".config/dbv-analysis/mail.env"  # from the home folder on: the e-mail's settings for systemd and cron


@dataclass(frozen=True)
class Plan:
    """A schedule. ``command`` are the words to run, ``project`` the folder to run them in, both absolute."""

    name: str
    command: tuple[str, ...]
    project: str
    hour: int
    minute: int
    day: str

    @property
    def at(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"

    @property
    def cron(self) -> str:
        """When, in the five fields of a crontab."""
        day = "*" if self.day == DAILY else (WEEKDAYS.index(self.day) + 1) % 7
        return f"{self.minute} {self.hour} * * {day}"

    @property
    def mark(self) -> str:
        """Stands in all that is installed, and tells it from what somebody else wrote and from other projects'."""
        return f"{OWN} {self.name} {hashlib.sha256(self.project.encode()).hexdigest()[:12]}"


def plan(name: str, project: Path, words: list[str], at: str, day: str) -> Plan:
    """A schedule of ``dbv`` with ``words``, in ``project``.

    Raises CallProblem where the name or the time is none, or a path holds what no scheduler can take.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,39}", name):
        raise CallProblem("The name of a schedule is up to 40 letters, digits and hyphens, such as dbv-weekly.")
    time = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", at)
    if not time:
        raise CallProblem(f'"{at}" is not a time of day: write it like 06:00.')
    made = Plan(name, (*installed(), *words), str(project.absolute()), int(time[1]), int(time[2]), day)
    for text in (made.project, *made.command):
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp", "Cn") for sign in text):
            raise CallProblem(f"{text!r} holds a line break or a sign that no scheduler can take. Rename the folder.")
    return made


def installed() -> list[str]:
    """The command as it is installed, by its whole path; or Python with the module, where there is no such file."""
    script = Path(sysconfig.get_path("scripts")) / ("dbv.exe" if sys.platform == "win32" else "dbv")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "dbv_analysis"]


@cache
def templates() -> jinja2.Environment:
    """The templates of schedules. Each kind quotes by rules of its own, in a filter, so nothing is escaped unasked."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("dbv_analysis", "templates/schedule"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def refuse_foreign(where: str, there: str, plan: Plan) -> None:
    """Raise CallProblem where ``there``, what stands at ``where`` now, is not this schedule's own."""
    if plan.mark in there:
        return
    if OWN in there:
        whose, fix = "is the schedule of another project", "Give this one a name of its own with --name"
        raise CallProblem(f"{where} {whose}. {fix}; nothing was changed.")
    fix = "Move it elsewhere, or give this schedule another name with --name."
    raise CallProblem(f"{where} was not written by dbv schedule, and nothing was changed. {fix}")


def refuse_foreign_file(path: Path, plan: Plan) -> None:
    """Raise CallProblem where there is a file at ``path`` that is not this schedule's own."""
    if path.exists():
        refuse_foreign(str(path), path.read_text(encoding="utf-8", errors="replace"), plan)


def write(path: Path, text: str, plan: Plan) -> None:
    """Write a file of this schedule, over its own last one but over nobody else's."""
    refuse_foreign_file(path, plan)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


def remove(path: Path, plan: Plan) -> bool:
    """Remove a file of this schedule; whether there was one."""
    if not path.exists():
        return False
    refuse_foreign_file(path, plan)
    path.unlink()
    return True
