"""``dbv schedule``: the run that a schedule calls, and the schedules themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from dbv_analysis.model.options import data_option, echo_error, out_option, profile_option
from dbv_analysis.model.problems import UserProblem
from dbv_analysis.schedule import DAILY, DAYS

CHANGED, ALWAYS, NEVER = "changed", "always", "never"

mail_option = click.option(
    "--mail",
    type=click.Choice([CHANGED, ALWAYS, NEVER]),
    default=CHANGED,
    show_default=True,
    help="When an e-mail goes out, where one is set up: for a new pack or a failure, always, or never.",
)


@click.group()
def schedule() -> None:
    """Make the pack of the quarter that is due unattended, and tell of it by e-mail."""


@schedule.command()
@data_option
@out_option
@profile_option
@mail_option
@click.option("--quiet", is_flag=True, help="Leave out what the run says, and say nothing where nothing was to do.")
def run(data: Path, out: Path, profile: str, mail: str, quiet: bool) -> None:
    """Make the pack of the newest quarter whose cut-off is over, unless it stands already.

    Exit statuses are those of dbv run. It may be called as often as one likes.
    """
    from dbv_analysis.schedule.email_body import shown
    from dbv_analysis.schedule.outcome import FAILED, PUBLISHED, Outcome
    from dbv_analysis.schedule.run_due import make_due

    area, root, following = "", Path.cwd(), ""
    try:
        done = make_due(data, out, profile, quiet)
        outcome, area, root, following = done.outcome, done.area, done.root, done.following
        problem = None
    except UserProblem as found:  # the settings cannot be read: that, too, is to be told
        outcome, problem = Outcome("", FAILED, found.status, len(getattr(found, "problems", []))), found
    idle = outcome.status == 0 and outcome.word != PUBLISHED
    if mail == ALWAYS or (mail == CHANGED and not idle):
        _tell(outcome, area, out, root, profile, following)
    if problem and not quiet:
        raise problem
    if outcome.word == PUBLISHED:
        click.echo(out / outcome.quarter / "index.html")
    if not (quiet and idle):
        echo_error(f"{outcome.sentence(shown(out, root))} {following}".strip())
    sys.exit(outcome.status)


def _tell(outcome, area: str, out: Path, root: Path, profile: str, following: str) -> None:
    """Send the e-mail, where one is set up. That it could not be sent is said, and changes nothing else."""
    from dbv_analysis.schedule.email_body import email_body
    from dbv_analysis.schedule.mail import mail_settings, send

    try:
        settings = mail_settings(os.environ)
        if settings:
            send(settings, *email_body(outcome, area, out, root, profile, following))
    except UserProblem as unsent:
        echo_error(str(unsent))


@schedule.command("test-mail")
def test_mail() -> None:
    """Send a trial message with the e-mail's settings, which stand in the environment."""
    from dbv_analysis.model.problems import CallProblem
    from dbv_analysis.model.wording import listed
    from dbv_analysis.schedule.email_body import TRIAL
    from dbv_analysis.schedule.mail import NEEDED, mail_settings, send

    settings = mail_settings(os.environ)
    if settings is None:
        raise CallProblem(f"No e-mail is set up. Set {listed(NEEDED)} at least: see docs/schedule.md.")
    send(settings, *TRIAL)
    echo_error(f"Sent to {len(settings.to)} {'address' if len(settings.to) == 1 else 'addresses'}.")


def _scheduler(kind: str, words: str) -> Callable:
    """The command that prints, installs and removes one kind of schedule."""

    @schedule.command(kind, help=words)
    @data_option
    @out_option
    @profile_option
    @mail_option
    @click.option("--at", metavar="TIME", default="06:00", show_default=True, help="Time of day; for ci in UTC.")
    @click.option("--day", type=click.Choice(DAYS), default=DAILY, show_default=True)
    @click.option("--name", default="dbv", show_default=True, help="Tells this schedule from another project's.")
    @click.option("--install", is_flag=True, help="Put it in place, over its own last one.")
    @click.option("--uninstall", is_flag=True, help="Remove what --install put in place.")
    def command(
        data: Path, out: Path, profile: str, mail: str, at: str, day: str, name: str, install: bool, uninstall: bool
    ) -> None:
        from importlib import import_module

        from dbv_analysis.model.problems import CallProblem
        from dbv_analysis.model.settings import load_programme
        from dbv_analysis.schedule.plan import plan

        if install and uninstall:
            raise CallProblem("Choose one of --install and --uninstall.")
        scheduler = import_module(f"dbv_analysis.schedule.{kind}")
        folders = ["--data", str(data.absolute()), "--out", str(out.absolute())]
        words = ["schedule", "run", "--quiet", *folders, "--profile", profile, "--mail", mail]
        made = plan(name, load_programme(data).root, words, at, day)
        if install:
            click.echo(scheduler.install(made))
        elif uninstall:
            echo_error("Removed." if scheduler.uninstall(made) else f"No schedule named {name} was there.")
        else:
            click.echo(scheduler.text(made), nl=False)

    return command


for _kind, _words in {
    "systemd": "A timer and a service of systemd, without administrator rights (Linux).",
    "cron": "A line for the crontab (Linux, macOS).",
    "windows": "A task of the Windows Task Scheduler, without administrator rights.",
    "ci": "A workflow of GitHub Actions, to adapt for another service.",
}.items():
    _scheduler(_kind, _words)
