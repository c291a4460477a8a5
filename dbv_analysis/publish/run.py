"""Run a quarter's pack and publish it: all of it, or none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from dbv_analysis import __version__
from dbv_analysis.findings.promises import check_measures
from dbv_analysis.inputs.narrative import narrative_file
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.problems import (
    CallProblem,
    DataProblem,
    DataProblems,
    NotebookProblem,
    PublishingRefused,
    UserProblem,
    disk_problem,
)
from dbv_analysis.model.source import sha256_of
from dbv_analysis.model.wording import did_you_mean, listed
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.publish import changes, manifest, releases
from dbv_analysis.publish.check.accessibility import page_problems
from dbv_analysis.publish.check.disclosure import refuse_disclosure
from dbv_analysis.publish.check.documents import document_problems
from dbv_analysis.publish.check.leaks import refuse_leaks
from dbv_analysis.publish.check.protective_marking import require_marking
from dbv_analysis.publish.checkpoint import Checkpoint
from dbv_analysis.publish.execute import BEFORE, RAN, RETRIED, execute
from dbv_analysis.publish.log import Log, open_log
from dbv_analysis.publish.notebooks import Task, address_of, notebook_of, tasks
from dbv_analysis.publish.signals import stoppable
from dbv_analysis.publish.swap import exclusive_run, recover, staged, swap
from dbv_analysis.publish.write import html, parquet, spreadsheet, word
from dbv_analysis.reports import compose, narrative_of, overclaimed
from dbv_analysis.reports.draft import Narrative
from dbv_analysis.results import cache
from dbv_analysis.results.count import FigureCounts
from dbv_analysis.results.evidence import Evidence, for_recipients, open_evidence

NOTEBOOKS = "notebooks"
TIME_LIMIT = 600  # seconds of a notebook; the slowest of the shipped ones takes some 15


def run(
    quarter: str,
    data: Path,
    out: Path,
    *,
    as_at: date | str = "",
    only: list[str] | None = None,
    profile: str = "public",
    recipients: Sequence[str] = (),
    jobs: int = 2,
    force: bool = False,
    reason: str = "",
    rebuild: releases.Release | None = None,
    limit: float = TIME_LIMIT,
    total: Callable[[int], None] = lambda number: None,
    done: Callable[[Task], None] = lambda task: None,
    before: Callable[[Task], None] = lambda task: None,
    warn: Callable[[str], None] = lambda words: None,
) -> Path:
    """Validate the inputs, calculate, run the notebooks, and publish ``out/quarter``.

    Args:
        quarter: such as ``2024-25-Q2``.
        data: the folder of the inputs.
        out: the folder of the packs.
        as_at: the cut-off, where it is not the quarter's own.
        only: the sections to run; the published pack's other pages stay where nothing that they came from changed.
        profile: ``public`` or ``controlled``.
        recipients: who may have a controlled pack, where they are not those of ``programme.toml``.
        jobs: how many notebooks run at a time.
        force: replace a published pack though somebody changed its files, or though it has the other profile; and
            run those notebooks too that a run before, which did not come to its end, had finished.
        reason: why a revision is made; worked out from what changed where empty.
        again: the release that is built once more, to see whether it comes out the same.
        limit: the seconds that a notebook may take.
        total, done, before, warn: hear how many notebooks there are, of each that ran, of each that a run before had
            finished, and of each warning.

    Returns the path of the pack's ``index.html``. A pack that comes out as the one that stands leaves it as it is;
    one that does not replaces it as its next release. What was done, and how it ended, is in ``out/logs``.

    Raises CallProblem (for a full disk too), DataProblems, NotebookProblem, PublishingRefused or Stopped; then the
    pack that was published before is as it was.
    """
    started = datetime.now(UTC)
    with open_log(out, quarter, warn) as log, _in_words(), stoppable() as too_late, exclusive_run(out):
        log.log_event("started", f"Started: the {profile} pack of {quarter}.", profile=profile, version=__version__)
        with _same_inputs(data, profile) as check_inputs:
            evidence, counts, fingerprint, warnings = _prepare(quarter, data, as_at, profile)
            evidence = for_recipients(evidence, recipients)
            log.log_event("validated", f"Validated {len(evidence.sources)} inputs.", seconds=_seconds(started))
            target = out / str(evidence.quarter)
            recover(target)
            folder = evidence.programme.root / NOTEBOOKS
            _refuse(target, profile, force)
            sections, carried = _plan(
                _chosen(only, evidence.sections), bool(only), target, evidence, fingerprint, folder
            )
            held = [name for name in evidence.sections if name in sections or name in carried]
            exceptions = refuse_disclosure(evidence, counts, out)
            if profile != CONTROLLED:
                words = "No hidden figure follows from the pack and earlier ones."
                log.log_event("audited", words, seconds=_seconds(started))
            parameters = {
                "quarter": str(evidence.quarter),
                "data": data.resolve().as_posix(),
                "profile": profile,
                "as_at": evidence.cut_off.isoformat(),
            }
            narrative = narrative_of(str(evidence.quarter), evidence.lists["phases"], data)
            warnings += overclaimed(evidence, narrative)
            for words in warnings:
                warn(words)
                log.log_event("warning", f"Warning: {words}")
            found = tasks(folder, sections, parameters, held)
            total(len(found))
            finished = Checkpoint.open(out, str(evidence.quarter), profile, fingerprint)
            heard = {
                RAN: done,
                BEFORE: before,
                RETRIED: lambda task: warn(f"{task.section}: its kernel died; run again"),
            }
            executed = execute(found, finished, jobs, limit, _told(heard, log), rerun=force)
            with staged(target) as staging:
                _write_pages(found, executed, evidence, held, staging)
                for name in carried:
                    address = address_of(name)
                    shutil.copy2(target / address, staging / address)
                spreadsheet.write(evidence, held, staging / "evidence.xlsx")
                _write_reports(evidence, narrative, staging)
                rows = parquet.released(evidence, held)
                parquet.write(rows, staging / parquet.NAME)
                notebooks = {name: sha256_of(notebook_of(folder, name)) for name in (SUMMARY, *held, RECONCILIATION)}
                written = narrative_file(data, str(evidence.quarter))
                queried = cache.receipts(data, evidence.sources)
                described = manifest.describe(
                    evidence, data, held, notebooks, written, fingerprint, started, warnings, queried, rows, exceptions
                )

                def dress(release: releases.Release) -> None:
                    pages, summary = _navigation(held), executed[SUMMARY]
                    front = partial(html.page, found[0], summary, evidence, pages, release.number)
                    changes.dress(staging, release, evidence, held, pages, front)

                release = releases.choose_release(staging, target, described, dress, reason, rebuild)
                if release is not None:
                    manifest.write(staging, described, release.to_manifest())
                    require_marking(staging, evidence.mark)
                    refuse_leaks(staging, evidence.programme, [Path.home(), data, out])
                    log.log_event("written", "Every file of the pack is written.", seconds=_seconds(started))
                check_inputs(fingerprint)
                too_late()
                if release is not None:
                    swap(staging, target, release.keep)
            finished.clear()
        words = f"Published {target}." if release else f"{target} stands as it was published: nothing has changed."
        log.log_event("published", words, seconds=_seconds(started), status=0)
    return target / "index.html"


def _seconds(started: datetime) -> float:
    return round((datetime.now(UTC) - started).total_seconds(), 1)


# What is said of a notebook, by what happened to it.
_WORDS = {
    RAN: "{section}: done in {seconds} seconds.",
    BEFORE: "{section}: done before.",
    RETRIED: "{section}: its kernel died after {seconds} seconds; run again.",
}


def _told(heard: dict[str, Callable[[Task], None]], log: Log) -> Callable[[str, Task, float], None]:
    """Tell the log what happened to a notebook, and then whoever wants to hear of it."""

    def tell(what: str, task: Task, seconds: float) -> None:
        known = {"section": task.section, "seconds": round(seconds, 1)}
        log.log_event("notebook", _WORDS[what].format(**known), what=what, **known)
        heard[what](task)

    return tell


@contextmanager
def _in_words() -> Iterator[None]:
    """A full disk, or a file or folder that cannot be read or written, ends in a sentence."""
    try:
        yield
    except OSError as error:
        raise disk_problem(error) from None
    except FileCreateError as error:  # XlsxWriter's, around an OSError
        raise disk_problem(error.args[0]) from None


@contextmanager
def _same_inputs(data: Path, profile: str) -> Iterator[Callable[[str], None]]:
    """Within this nobody may change the inputs, the settings or the code: a pack is made from one state of them.

    Yields a check to make at the end, given the fingerprint that the results have. A notebook that fails after
    somebody changed the inputs failed because of that.

    Raises DataProblems where they have changed.
    """
    before = cache.digest_of_files(data, profile) if data.is_dir() else ""

    def same(fingerprint: str) -> bool:
        try:
            return cache.digest_of_files(data, profile) == before and fingerprint in ("", cache.digest(data, profile))
        except (OSError, UserProblem):  # one has gone, or the settings are no settings now
            return False

    def check(fingerprint: str = "") -> None:
        if not same(fingerprint):
            what, fix = "The inputs changed while the pack was made.", "Run again when nobody is changing them."
            raise DataProblems([DataProblem(data.as_posix(), what, fix)]) from None

    try:
        yield check
    except (NotebookProblem, OSError):
        check()
        raise


def _prepare(
    quarter: str, data: Path, as_at: date | str, profile: str
) -> tuple[Evidence, FigureCounts, str, list[str]]:
    """Validate and calculate once; the notebooks read what is kept."""
    if not data.is_dir():
        raise CallProblem(f"There is no folder {data}. Name the folder of the inputs with --data.")
    assembled = cache.assemble(data, profile)
    check_measures(assembled.tables["measures"], data)
    cache.store(assembled, data, profile)
    evidence = open_evidence(quarter, data, profile, as_at)
    return evidence, assembled.counts, cache.digest(data, profile), assembled.warnings


def _chosen(only: list[str] | None, sections: list[str]) -> list[str]:
    if not only:
        return sections
    names = {name.lower(): name for name in sections}
    unknown = [name for name in only if name.lower() not in names]
    if unknown:
        raise CallProblem(
            f'There is no section "{unknown[0]}".{did_you_mean(unknown[0], sections)} '
            f"The sections are {listed(sections)}."
        )
    return [name for name in sections if name.lower() in {asked.lower() for asked in only}]


def _refuse(target: Path, profile: str, force: bool) -> None:
    """Somebody's own changes to a published pack, or a pack of the other profile, are not thrown away unasked."""
    if force or not target.exists():
        return
    published = manifest.read(target)
    changed = manifest.altered(target, published) if published else [manifest.NAME]
    if changed:
        raise PublishingRefused(
            f"{target} was changed after it was published ({listed(changed)}). "
            "Keep what you need of it elsewhere, then run again with --force."
        )
    if published["parameters"]["profile"] != profile:
        raise CallProblem(
            f"{target} holds the {published['parameters']['profile']} pack, which this one would replace. "
            "Name another folder with --out, or replace it with --force."
        )


def _plan(
    sections: list[str], part: bool, target: Path, evidence: Evidence, fingerprint: str, folder: Path
) -> tuple[list[str], list[str]]:
    """Which sections to run, and of which to keep the published page.

    A partial run keeps the pages of the other sections as they are; those that somebody changed, or whose
    notebook has changed since, it runs again.

    Raises CallProblem where the pages would not go together: other inputs, settings, code or cut-off.
    """
    published = manifest.read(target) if part else None
    if published is None:
        return sections, []
    others = [name for name in published["parameters"]["sections"] if name not in sections]
    same = published["fingerprint"] == fingerprint and published["parameters"]["as_at"] == evidence.cut_off.isoformat()
    if others and not same:
        raise CallProblem(
            f"{target} was made from other inputs, settings or code, so its pages on {listed(others)} would not go "
            "with the new one. Run the whole pack, or name another folder with --out."
        )
    changed = manifest.altered(target, published)
    again = [
        name
        for name in others
        if address_of(name) in changed or published["notebooks"][name] != sha256_of(notebook_of(folder, name))
    ]
    run = [name for name in evidence.sections if name in sections or name in again]
    return run, [name for name in others if name not in again]


def _navigation(held: list[str]) -> html.Pages:
    """The names and addresses of the pages of a pack that holds these sections."""
    return [("Summary", address_of(SUMMARY)), *((name, address_of(name)) for name in (*held, RECONCILIATION))]


def _write_pages(found: list[Task], executed: dict, evidence: Evidence, held: list[str], staging: Path) -> None:
    """Convert every page; publish none if one is not fit to be."""
    pages = _navigation(held)
    problems = []
    for task in found:
        text = html.page(task, executed[task.section], evidence, pages)
        problems += page_problems(task.address, text)
        (staging / task.address).write_text(text, encoding="utf-8", newline="\n")
    if problems:
        raise PublishingRefused("\n".join(problems))


def _write_reports(evidence: Evidence, narrative: Narrative, staging: Path) -> None:
    """Write every report as a Word document; publish none if one is not fit to be."""
    problems = []
    for name, document in compose(evidence, narrative).items():
        path = staging / f"{name}.docx"
        word.write(document, path, made=evidence.cut_off)
        problems += document_problems(path)
    if problems:
        raise PublishingRefused("\n".join(problems))
