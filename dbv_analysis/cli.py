"""The ``dbv`` command. What libraries a call needs is imported when it needs them, so that it starts at once."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from dbv_analysis import __version__
from dbv_analysis.model.options import data_option, echo_error, out_option, profile_option
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.problems import (
    CallProblem,
    PublishingRefused,
    Stopped,
    UserProblem,
    disk_problem,
    raise_together,
)
from dbv_analysis.model.wording import did_you_mean
from dbv_analysis.schedule.command import schedule

WRONG_CALL = CallProblem.status
STOPPED = 130

format_choice = click.Choice(["text", "csv", "json"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dbv")
def dbv() -> None:
    """Evidence packs for a Delivering Better Value in SEND programme."""


@dbv.command()
@data_option
@click.option("--quarter", metavar="Q", help="Then list the promised measures that this quarter's pack lacks.")
@profile_option
def check(data: Path, quarter: str | None, profile: str) -> None:
    """Validate every input. One line a problem: file, row, column, what is wrong, what to do."""
    from dbv_analysis.findings.promises import check_measures, measure_status
    from dbv_analysis.inputs.cross_checks import check_own_figures
    from dbv_analysis.inputs.load import load, quality
    from dbv_analysis.metrics.declared import metrics_of
    from dbv_analysis.model.settings import load_programme
    from dbv_analysis.publish.write.word.template import template_for
    from dbv_analysis.reports import check_narratives
    from dbv_analysis.results.evidence import open_evidence

    metrics = metrics_of(load_programme(data))
    inputs = load(data)
    raise_together(
        lambda: check_own_figures(inputs.tables, metrics, data),
        lambda: check_measures(inputs.tables["measures"], metrics, data),
        lambda: check_narratives(inputs.tables["phases"], data),
        lambda: template_for(data),
    )
    promised = measure_status(open_evidence(quarter, data)) if quarter is not None else None
    for warning in inputs.warnings:
        echo_error(f"Warning: {warning}")
    for note in inputs.notes:
        echo_error(note)
    for line in quality(data, inputs.sources, profile):
        click.echo(line)
    rows = sum(len(frame) for frame in inputs.tables.values())
    click.echo(f"{len(inputs.sources)} files, {rows:,} rows: no problems.")
    if promised is not None:
        from dbv_analysis.reports.catalogue import completeness

        click.echo(f"\n{completeness(promised)}")


@dbv.command("new-quarter")
@click.argument("quarter")
@data_option
@click.option("--cut-off", metavar="DATE", default="", help="The day by which its figures are out (year-month-day).")
def new_quarter(quarter: str, data: Path, cut_off: str) -> None:
    """Begin QUARTER: write an empty return and narrative to fill in, and its entry in programme.toml."""
    from dbv_analysis.reports.new_quarter import start

    begun = start(quarter, data, cut_off)
    for path in begun.files:
        click.echo(path)
    if begun.chosen:
        echo_error(
            f"The cut-off is {begun.cut_off}, the last day of the quarter. Where figures come out later, change "
            "cut_off in programme.toml, and published in return.source.toml."
        )
    echo_error(
        f"Next: fill in return.xlsx (its first sheet says how) and the narrative, then: dbv check, dbv run {quarter}"
    )


@dbv.command()
@click.argument("quarter")
@data_option
@out_option
@click.option("--as-at", metavar="DATE", default="", help="Use figures published by this day (year-month-day).")
@click.option("--only", multiple=True, metavar="SECTION", help="Run only this section; give it again for more.")
@profile_option
@click.option(
    "--recipient", "recipients", multiple=True, metavar="NAME", help="Who may have a controlled pack; again for more."
)
@click.option("--jobs", type=click.IntRange(min=1), default=min(4, os.cpu_count() or 1), help="Notebooks at a time.")
@click.option(
    "--time-limit", type=click.IntRange(min=1), metavar="SECONDS", default=600, show_default=True, help="Of a notebook."
)
@click.option("--force", is_flag=True, help="Replace a pack that somebody changed; run finished notebooks again too.")
@click.option("--reason", metavar="TEXT", default="", help="Why a published pack is revised; its readers see it.")
def run(
    quarter: str,
    data: Path,
    out: Path,
    as_at: str,
    only: tuple[str, ...],
    profile: str,
    recipients: tuple[str, ...],
    jobs: int,
    time_limit: int,
    force: bool,
    reason: str,
) -> None:
    """Run QUARTER's pack and publish it whole, or not at all."""
    from dbv_analysis.model.period import Quarter
    from dbv_analysis.model.settings import load_programme

    try:
        chosen = Quarter(quarter)
        day = date.fromisoformat(as_at) if as_at else load_programme(data).cut_off(chosen)
    except ValueError as error:
        wrong = str(error) if as_at == "" or "quarter" in str(error) else f'"{as_at}" is not a day: write 2024-09-26.'
        raise CallProblem(wrong) from None

    from dbv_analysis.publish import manifest
    from dbv_analysis.publish import run as pack
    from dbv_analysis.publish.progress import Progress

    before = manifest.read(out / quarter)
    if profile == CONTROLLED:
        echo_error("Controlled profile: small counts are shown. This pack is not for publication.")
    with Progress(quarter) as progress:
        index = pack.run(
            quarter,
            data,
            out,
            progress.hear,
            as_at=day,
            only=only,
            profile=profile,
            recipients=recipients,
            jobs=jobs,
            force=force,
            reason=" ".join("".join(sign if sign.isprintable() else " " for sign in reason).split()),
            limit=time_limit,
        )
    published = manifest.read(index.parent)
    if published == before:
        echo_error("The pack comes out as the one that is published, which stays as it is.")
    echo_error(f"Release {published['release']['number']}, seal {published['seal']}")
    click.echo(index)


@dbv.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--rebuild", is_flag=True, help="Make the pack again from --data, and compare every file.")
@click.option("--jobs", type=click.IntRange(min=1), default=min(4, os.cpu_count() or 1), help="Notebooks at a time.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@data_option
def verify(folder: Path, rebuild: bool, jobs: int, form: str, data: Path) -> None:
    """Whether the pack in DIR is whole and unaltered, and with --rebuild whether it comes out the same again."""
    from dbv_analysis.publish import verify as verifying
    from dbv_analysis.publish.events import RAN

    verdict = verifying.verify(folder)
    if rebuild:
        verifying.rebuild(verdict, data, jobs, lambda event: event.kind == RAN and echo_error(event.text))
    click.echo(json.dumps(verdict.as_json(), indent=1, ensure_ascii=False) if form == "json" else verdict.text())
    if verdict.problems:
        sys.exit(PublishingRefused.status)


@dbv.command()
@click.option("--metric", multiple=True, metavar="ID", help="Only this metric; give it again for more.")
@click.option("--quarter", metavar="Q", help="Only figures published by this quarter's cut-off.")
@click.option("--by", metavar="TOPIC", help="Only this breakdown, such as Scenario.")
@click.option("--area", multiple=True, metavar="CODE", help="Only this area; give it again for more.")
@profile_option
@click.option("--format", "form", type=format_choice, default="text", show_default=True)
@data_option
def results(
    metric: tuple[str, ...],
    quarter: str | None,
    by: str | None,
    area: tuple[str, ...],
    profile: str,
    form: str,
    data: Path,
) -> None:
    """Rows of the results table."""
    from dbv_analysis.metrics.declared import metrics_of
    from dbv_analysis.model.period import Quarter
    from dbv_analysis.model.settings import load_programme
    from dbv_analysis.results import cache
    from dbv_analysis.results.select import as_csv, as_json, as_text, select

    programme = load_programme(data)
    known = metrics_of(programme)
    for name in metric:
        if name not in known:
            raise CallProblem(f'There is no metric "{name}".{did_you_mean(name, known)} See: dbv metrics')
    try:
        cut_off = programme.cut_off(Quarter(quarter)) if quarter else None
    except ValueError as error:
        raise CallProblem(str(error)) from None
    rows = cache.stored(data, profile) if data.is_dir() else None
    if rows is None:
        assembled = cache.assemble(data, profile)
        rows = assembled.results
        with suppress(OSError):  # keeping them only saves time
            cache.store(assembled, data, profile)
    chosen = select(rows, metric, area, by, cut_off)
    click.echo(as_text(chosen, known) if form == "text" else {"csv": as_csv, "json": as_json}[form](chosen))


@dbv.command()
@click.option("--quarter", metavar="Q", help="The quarter whose report is checked; the newest unless given.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@data_option
def reconcile(quarter: str | None, form: str, data: Path) -> None:
    """Every printed figure and claim against what the data say, the most severe first."""
    from dataclasses import asdict

    from dbv_analysis.checks import as_text, reconcile
    from dbv_analysis.model.settings import load_programme
    from dbv_analysis.results.evidence import open_evidence

    chosen = quarter or max(load_programme(data).quarters)
    checked = reconcile(open_evidence(chosen, data))
    if form == "json":
        click.echo(json.dumps([asdict(result) for result in checked], indent=1, ensure_ascii=False))
    else:
        click.echo(as_text(checked))


@dbv.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A folder that is not there yet.")
@click.option("--plans", type=click.IntRange(min=1), help="How many plans; the published number unless given.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same files.")
@click.option("--faults", type=click.IntRange(min=0), default=0, help="How many of each kind of fault are planted.")
@data_option
def synth(out: Path, plans: int | None, seed: int, faults: int, data: Path) -> None:
    """Write a synthetic authority in the real input formats: made-up persons with the published totals."""
    from dbv_analysis.synth import PLANTED, synthesise

    made = synthesise(data, out, plans, seed, faults)
    for path in (made.xml, made.export, made.establishments, made.registers, made.ledger, out / PLANTED):
        click.echo(path)
    echo_error(f"Made up: {made.totals.plans:,} plans with the totals of {made.totals.area}. No row is about anybody.")


@dbv.command()
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@data_option
def metrics(form: str, data: Path) -> None:
    """The catalogue: every metric, with its definition and source."""
    from dbv_analysis.metrics.declared import metrics_of
    from dbv_analysis.model.settings import load_programme
    from dbv_analysis.reports.catalogue import as_json, as_markdown, as_text

    click.echo({"text": as_text, "json": as_json, "markdown": as_markdown}[form](metrics_of(load_programme(data))))


dbv.add_command(schedule)


def main() -> None:
    """Run the command; every error a user can cause ends in a sentence and the status that goes with it."""
    try:
        dbv.main(standalone_mode=False)
    except UserProblem as problem:
        echo_error(str(problem))
        sys.exit(problem.status)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_CALL)
    except Stopped as stopped:
        echo_error(str(stopped))
        sys.exit(stopped.status)
    except (click.Abort, KeyboardInterrupt):
        echo_error("Stopped. The published pack is unchanged.")
        sys.exit(STOPPED)
    except OSError as error:
        echo_error(str(disk_problem(error)))
        sys.exit(WRONG_CALL)
