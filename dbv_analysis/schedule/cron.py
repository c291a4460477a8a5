"""A line of a person's own crontab, between marks; all other lines stay as they are."""

from __future__ import annotations

import shlex

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule.plan import MAIL_FILE, OWN, Plan, refuse_foreign, templates
from dbv_analysis.schedule.programs import call

LONGEST = 990  # characters: what the commonest cron takes of a command is 998


def line(plan: Plan) -> str:
    """The line: when, and a command for whichever shell the crontab names.

    cron gives a command little environment, so the e-mail's settings are read from a file.

    Raises CallProblem where a path holds a backslash (crons differ in what becomes of it) or the line is too long.
    """
    if any("\\" in word for word in (plan.project, *plan.command)):
        raise CallProblem("cron cannot be trusted with a path that holds a backslash. Rename the folder.")
    settings = f'"$HOME/{MAIL_FILE}"'
    script = (
        f"cd {shlex.quote(plan.project)} || exit 2; "
        f"if [ -r {settings} ]; then set -a; . {settings}; set +a; fi; exec {shlex.join(plan.command)}"
    )
    command = f"/bin/sh -c {shlex.quote(script)}".replace("%", "\\%")
    if len(command.encode()) > LONGEST:
        raise CallProblem("The paths are too long for a line of cron. Choose another kind, or shorter folders.")
    return f"{plan.cron} {command}"


def text(plan: Plan) -> str:
    """The line with its marks."""
    begin, end = _marks(plan)
    return templates().get_template("cron.j2").render(plan=plan, begin=begin, end=end, line=line(plan))


def _marks(plan: Plan) -> tuple[str, str]:
    """The lines before and after this schedule's own."""
    return f"# begin: {plan.mark}", f"# end: {plan.mark}"


def install(plan: Plan) -> str:
    """Put the line into the crontab, in place of its own last one. Returns what to tell."""
    block = text(plan)
    before = _crontab()
    others = _without(before, plan)
    if others and not others.endswith("\n"):
        others += "\n"
    if others + block != before:
        call("crontab", "-", given=others + block)
    return f"The crontab has the line, {plan.at} {plan.day}. crontab -l shows it."


def uninstall(plan: Plan) -> bool:
    """Take the line out of the crontab; whether it was there."""
    before = _crontab()
    others = _without(before, plan)
    if others == before:
        return False
    call("crontab", "-", given=others)
    return True


def _crontab() -> str:
    """The person's crontab; empty where there is none."""
    status, crontab = call("crontab", "-l", may_fail=True)
    return crontab if status == 0 else ""


def _without(crontab: str, plan: Plan) -> str:
    """The crontab without this schedule's block.

    Raises CallProblem where the block has no end, or the name is another project's.
    """
    begin, end = _marks(plan)
    rows = crontab.splitlines(keepends=True)
    plain = [row.rstrip("\r\n") for row in rows]
    for row in plain:
        if row.startswith(f"# begin: {OWN} {plan.name} "):
            refuse_foreign(f'"{plan.name}" in the crontab', row, plan)
    if begin not in plain:
        return crontab
    first = plain.index(begin)
    if end not in plain[first:]:
        raise CallProblem(f'The crontab has the line "{begin}" and no "{end}" after it. Mend it by hand: crontab -e')
    last = plain.index(end, first)
    return "".join(rows[:first] + rows[last + 1 :])
