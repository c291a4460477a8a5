"""A timer and a service of systemd, for the person who installs them: no administrator rights are needed."""

from __future__ import annotations

import os
from pathlib import Path

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule import DAILY
from dbv_analysis.schedule.plan import MAIL_FILE, Plan, refuse_foreign_file, remove, templates, write
from dbv_analysis.schedule.programs import call

AFTERWARDS = "It runs while you are logged in. To run always: loginctl enable-linger"


def units(plan: Plan) -> dict[str, str]:
    """The text of each unit, by file name.

    Raises CallProblem where the project's folder has a name that a unit cannot say.
    """
    if plan.project.endswith(("\\", " ")) or plan.project != plan.project.strip():
        raise CallProblem(f'systemd cannot take a folder whose name ends as "{plan.project}" does. Rename it.')
    values = {"plan": plan, "command": exec_line(plan.command), "folder": plan.project.replace("%", "%%")}
    values |= {"calendar": calendar(plan), "mail_file": MAIL_FILE}
    return {
        f"{plan.name}.{kind}": templates().get_template(f"systemd.{kind}.j2").render(values)
        for kind in ("service", "timer")
    }


def exec_line(command: tuple[str, ...]) -> str:
    """The words of a command as ``ExecStart=`` reads them back (systemd.service(5), "Command lines").

    Percent and dollar signs are doubled. A program whose own path holds quotes, backslashes or dollar signs is
    started through a shell, because systemd takes no such path.
    """
    if set(command[0]) & set("\"'\\$"):
        command = ("/bin/sh", "-c", 'exec "$0" "$@"', *command)
    doubled = [word.replace("%", "%%").replace("$", "$$") for word in command]
    return " ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in doubled)


def calendar(plan: Plan) -> str:
    day = "" if plan.day == DAILY else f"{plan.day[:3].capitalize()} "
    return f"{day}*-*-* {plan.at}:00"


def text(plan: Plan) -> str:
    return "\n".join(f"# {folder() / name}\n{unit}" for name, unit in units(plan).items())


def folder() -> Path:
    """Where a person's own units are."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def install(plan: Plan) -> str:
    """Write both units and start the timer. Returns what to tell."""
    written = units(plan)
    for name in written:
        refuse_foreign_file(folder() / name, plan)
    for name, unit in written.items():
        write(folder() / name, unit, plan)
    call("systemctl", "--user", "daemon-reload")
    call("systemctl", "--user", "enable", "--now", f"{plan.name}.timer")
    return "\n".join([*(str(folder() / name) for name in written), AFTERWARDS])


def uninstall(plan: Plan) -> bool:
    """Stop the timer and remove both units; whether there were any."""
    paths = [folder() / f"{plan.name}.{kind}" for kind in ("timer", "service")]
    if not any(path.exists() for path in paths):
        return False
    for path in paths:
        refuse_foreign_file(path, plan)
    call("systemctl", "--user", "disable", "--now", paths[0].name, may_fail=True)
    for path in paths:
        remove(path, plan)
    call("systemctl", "--user", "daemon-reload")
    return True
