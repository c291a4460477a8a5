"""A workflow of GitHub Actions; another service's is written after it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule.plan import Plan, remove, templates, write

EXPRESSION = "${{"  # begins what the service replaces, in any text of a workflow


def text(plan: Plan) -> str:
    """The workflow. Its times are UTC; the paths among the words are from the project's folder on.

    Raises CallProblem where one of the folders is outside the project, or that of the packs has signs of a pattern,
    or where the pack is a controlled one.
    """
    command = ["dbv", *_words(plan)]
    if command[command.index("--profile") + 1] == CONTROLLED:
        raise CallProblem(
            "A controlled pack shows small counts, so it is not for a service whose artefacts others can fetch. "
            "Use --profile public, or a schedule on a machine of your own."
        )
    out = command[command.index("--out") + 1]
    if set(out) & set("*?[]!#~\\"):
        raise CallProblem(f'"{out}" holds signs that a workflow takes for a pattern. Name another folder with --out.')
    values = {
        "cron": plan.cron,
        "command": literal(shlex.join(command)),
        "cached": scalar(out),
        "packs": [literal(out), literal(f"!{out}/logs")],
        "name": scalar(plan.name),
    }
    return templates().get_template("workflow.yml.j2").render(plan=plan, **values)


def _words(plan: Plan) -> list[str]:
    """The command's words from ``schedule`` on, with folders as they are named in a checkout."""
    command = list(plan.command[plan.command.index("schedule") :])
    for option in ("--data", "--out"):
        index = command.index(option) + 1
        path = Path(command[index])
        if not path.is_relative_to(plan.project):
            raise CallProblem(f"{path} is outside the project, so a checkout has no such folder. Name one inside it.")
        command[index] = path.relative_to(plan.project).as_posix()
    return command


def literal(value: str) -> str:
    """A text of a workflow in which nothing is replaced."""
    return value.replace(EXPRESSION, f"{EXPRESSION} '{EXPRESSION}' }}}}")


def scalar(value: str) -> str:
    """A text as YAML reads it back, whatever is in it: JSON's form of it is YAML's too."""
    return json.dumps(literal(value), ensure_ascii=False)


def path(plan: Plan) -> Path:
    return Path(plan.project) / ".github" / "workflows" / f"{plan.name}.yml"


def install(plan: Plan) -> str:
    """Write the workflow into the project. Returns what to tell."""
    write(path(plan), text(plan), plan)
    return f"{path(plan)}\nCommit it. The e-mail's settings are secrets of the repository, by the names in the file."


def uninstall(plan: Plan) -> bool:
    """Remove the workflow; whether there was one."""
    return remove(path(plan), plan)
