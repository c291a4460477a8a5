"""Run a quarter's pack and publish it: all of it, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from dbv_analysis.inputs.narrative import narrative_file
from dbv_analysis.model.problems import PublishingRefused, disk_problem
from dbv_analysis.model.source import sha256_of
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.publish import changes, manifest
from dbv_analysis.publish.check.accessibility import page_problems
from dbv_analysis.publish.check.documents import document_problems
from dbv_analysis.publish.check.leaks import refuse_leaks
from dbv_analysis.publish.check.protective_marking import require_marking
from dbv_analysis.publish.checkpoint import Checkpoint
from dbv_analysis.publish.events import WRITTEN, Event, Hear, hear_nothing, tell_all
from dbv_analysis.publish.execute import execute
from dbv_analysis.publish.log import open_log
from dbv_analysis.publish.notebooks import address_of, notebook_of
from dbv_analysis.publish.prepare import Plan, Run, prepare, unchanged_inputs
from dbv_analysis.publish.releases import Release, choose_release
from dbv_analysis.publish.signals import stoppable
from dbv_analysis.publish.swap import exclusive_run, staged, swap
from dbv_analysis.publish.write import html, parquet, spreadsheet, word
from dbv_analysis.reports import compose
from dbv_analysis.results import cache

Executed = dict[str, Path]  # the executed notebook of each section


def run(quarter: str, data: Path, out: Path, hear: Hear = hear_nothing, **options: object) -> Path:
    """Validate the inputs, calculate, run the notebooks, and publish ``out/quarter``.

    ``options`` are the rest of what may be asked of a ``Run``; ``hear`` hears of each event on the way.

    Returns the path of the pack's ``index.html``. A pack that comes out as the published one leaves it as it is;
    one that does not replaces it as its next release. What was done, and how it ended, is in ``out/logs``.

    Raises CallProblem (for a full disk too), DataProblems, NotebookProblem, PublishingRefused or Stopped; then the
    published pack is unchanged.
    """
    request = Run(quarter, data, out, **options)
    with open_log(out, quarter, hear) as log, _disk_problems(), stoppable() as too_late, exclusive_run(out):
        log.start(quarter, request.profile)
        tell = tell_all(log.hear, hear)
        with unchanged_inputs(data, request.profile) as check_inputs:
            plan = prepare(request, tell)
            checkpoint = Checkpoint.open(out, plan.target.name, request.profile, plan.fingerprint)
            executed = execute(plan.tasks, checkpoint, request.jobs, request.limit, tell, rerun=request.force)
            with staged(plan.target) as staging:
                described = write(request, plan, executed, staging)
                release = write_release(request, plan, executed, described, staging)
                if release:
                    check(request, plan, release, described, staging)
                    tell(Event(WRITTEN, "Every file of the pack is written.", seconds=request.seconds))
                check_inputs(plan.fingerprint)
                too_late()
                if release:
                    swap(staging, plan.target, release.keep)
            checkpoint.clear()
        log.end(plan.target, request.seconds, anew=release is not None)
    return plan.target / "index.html"


@contextmanager
def _disk_problems() -> Iterator[None]:
    """A full disk, or a file or folder that cannot be read or written, ends in a sentence."""
    try:
        yield
    except OSError as error:
        raise disk_problem(error) from None
    except FileCreateError as error:  # XlsxWriter's, around an OSError
        raise disk_problem(error.args[0]) from None


def write(run: Run, plan: Plan, executed: Executed, staging: Path) -> dict:
    """Write every file of the pack but what tells of its release. Returns what it is made from, for its manifest."""
    evidence, held = plan.evidence, plan.held
    _write_pages(plan, executed, staging)
    for name in plan.carried:
        shutil.copy2(plan.target / address_of(name), staging / address_of(name))
    spreadsheet.write(evidence, held, staging / "evidence.xlsx")
    write_reports(plan, staging)
    rows = parquet.released(evidence, held)
    parquet.write(rows, staging / parquet.NAME)
    return manifest.describe(
        evidence,
        run.data,
        held,
        {name: sha256_of(notebook_of(plan.notebooks, name)) for name in (SUMMARY, *held, RECONCILIATION)},
        narrative_file(run.data, plan.target.name),
        plan.fingerprint,
        run.started,
        plan.warnings,
        cache.receipts(run.data, evidence.sources),
        rows,
        plan.exceptions,
    )


def _write_pages(plan: Plan, executed: Executed, staging: Path) -> None:
    """Convert every page; publish none if one is not fit to be."""
    problems = []
    for task in plan.tasks:
        text = html.page(task, executed[task.section], plan.evidence, plan.pages)
        problems += page_problems(task.address, text)
        (staging / task.address).write_text(text, encoding="utf-8", newline="\n")
    if problems:
        raise PublishingRefused("\n".join(problems))


def write_reports(plan: Plan, staging: Path) -> None:
    """Write every report as a Word document; publish none if one is not fit to be."""
    problems = []
    for name, document in compose(plan.evidence, plan.narrative).items():
        path = staging / f"{name}.docx"
        word.write(document, path, made=plan.evidence.cut_off, template=plan.template)
        problems += document_problems(path)
    if problems:
        raise PublishingRefused("\n".join(problems))


def write_release(run: Run, plan: Plan, executed: Executed, described: dict, staging: Path) -> Release | None:
    """Write what tells of the release that the pack is, and return it; None where it comes out as the published one."""
    evidence, pages = plan.evidence, plan.pages

    def dress(release: Release) -> None:
        front = partial(html.page, plan.tasks[0], executed[SUMMARY], evidence, pages, release.number)
        changes.dress(staging, release, evidence, plan.held, pages, front)

    return choose_release(staging, plan.target, described, dress, run.reason, run.rebuild)


def check(run: Run, plan: Plan, release: Release, described: dict, staging: Path) -> None:
    """Seal the pack, and refuse it where a file lacks its protective marking or tells of a person or a machine."""
    manifest.write(staging, described, release.to_manifest())
    require_marking(staging, plan.evidence.mark)
    refuse_leaks(staging, plan.evidence.programme, [Path.home(), run.data, run.out])
