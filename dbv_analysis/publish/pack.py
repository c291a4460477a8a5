"""Run a quarter's pack and publish it: all of it, or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from dbv_analysis import kept
from dbv_analysis.evidence import Evidence, for_recipients, open_evidence
from dbv_analysis.narrative import narrative_file
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.promises import check_measures
from dbv_analysis.publish import changes, figures, html, manifest, releases, spreadsheet, word
from dbv_analysis.publish.gate import page_problems
from dbv_analysis.publish.leaks import refuse_leaks
from dbv_analysis.publish.marks import require_marks
from dbv_analysis.publish.notebooks import Task, address_of, execute, notebook_of, tasks
from dbv_analysis.publish.word.gate import document_problems
from dbv_analysis.reports import compose, narrative_of, overclaimed
from dbv_analysis.reports.draft import Narrative
from dbv_analysis.sources import sha256_of
from dbv_analysis.terms import CallProblem, PublishingRefused, did_you_mean, listed

NOTEBOOKS = "notebooks"


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
    again: releases.Release | None = None,
    total: Callable[[int], None] = lambda number: None,
    done: Callable[[Task], None] = lambda task: None,
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
        force: replace a published pack though somebody changed its files, or though it has the other profile.
        reason: why a revision is made; worked out from what changed where empty.
        again: the release that is built once more, to see whether it comes out the same.
        total, done, warn: hear how many notebooks there are, of each that ran, and of each warning.

    Returns the path of the pack's ``index.html``. A pack that comes out as the one that stands leaves it as it is;
    one that does not replaces it as its next release.

    Raises CallProblem, DataProblems, NotebookProblem or PublishingRefused; then the pack that was
    published before is as it was.
    """
    started = datetime.now(UTC)
    with _alone(out):
        evidence, fingerprint, warnings = _prepare(quarter, data, as_at, profile)
        evidence = for_recipients(evidence, recipients)
        for words in warnings:
            warn(words)
        target = out / str(evidence.quarter)
        _recover(target)
        folder = evidence.programme.root / NOTEBOOKS
        _refuse(target, profile, force)
        sections, carried = _plan(_chosen(only, evidence.sections), bool(only), target, evidence, fingerprint, folder)
        held = [name for name in evidence.sections if name in sections or name in carried]
        parameters = {
            "quarter": str(evidence.quarter),
            "data": data.resolve().as_posix(),
            "profile": profile,
            "as_at": evidence.cut_off.isoformat(),
        }
        narrative = narrative_of(str(evidence.quarter), evidence.lists["phases"], data)
        for words in overclaimed(evidence, narrative):
            warn(words)
            warnings.append(words)
        found = tasks(folder, sections, parameters, held)
        total(len(found))
        with _staging(target) as (staging, work):
            executed = execute(found, work, jobs, done)
            _write_pages(found, executed, evidence, held, staging)
            for name in carried:
                address = address_of(name)
                shutil.copy2(target / address, staging / address)
            spreadsheet.write(evidence, held, staging / "evidence.xlsx")
            _write_reports(evidence, narrative, staging)
            rows = figures.released(evidence, held)
            figures.write(rows, staging / figures.NAME)
            notebooks = {name: sha256_of(notebook_of(folder, name)) for name in (SUMMARY, *held, RECONCILIATION)}
            written = narrative_file(data, str(evidence.quarter))
            queried = kept.receipts(data, evidence.sources)
            described = manifest.describe(
                evidence, data, held, notebooks, written, fingerprint, started, warnings, queried, rows
            )

            def dress(release: releases.Release) -> None:
                pages, summary = _navigation(held), executed[SUMMARY]
                front = partial(html.page, found[0], summary, evidence, pages, release.number)
                changes.dress(staging, release, evidence, held, pages, front)

            release = releases.settle(staging, target, described, dress, reason, again)
            if release is not None:
                manifest.write(staging, described, release.told())
                require_marks(staging, evidence.mark)
                refuse_leaks(staging, evidence.programme, [Path.home(), data, out, work])
                _swap(staging, target, release.keep)
    return target / "index.html"


@contextmanager
def _alone(out: Path):
    """One run at a time in a folder of packs. The lock goes with its process, however that ends."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / ".dbv.lock", timeout=0):
            yield
    except Timeout:
        raise CallProblem(
            f"Another run is under way in {out}. Wait until it has finished, or name another folder with --out."
        ) from None


def _prepare(quarter: str, data: Path, as_at: date | str, profile: str) -> tuple[Evidence, str, list[str]]:
    """Validate and calculate once; the notebooks read what is kept."""
    if not data.is_dir():
        raise CallProblem(f"There is no folder {data}. Name the folder of the inputs with --data.")
    assembled = kept.assemble(data, profile)
    check_measures(assembled.tables["measures"], data)
    kept.store(assembled, data, profile)
    return open_evidence(quarter, data, profile, as_at), kept.digest(data, profile), assembled.warnings


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


@contextmanager
def _staging(target: Path):
    """Two folders that are gone afterwards: one beside the target, to be renamed into place, and one for work."""
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.staging-", dir=target.parent))
    staging.chmod(0o755)
    try:
        with tempfile.TemporaryDirectory(prefix="dbv-", ignore_cleanup_errors=True) as work:
            yield staging, Path(work)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _recover(target: Path) -> None:
    """Tidy up after a run that was killed: put the last pack back if it was between two renames."""
    previous = _previous(target)
    if previous.exists() and not target.exists():
        previous.rename(target)
    shutil.rmtree(previous, ignore_errors=True)
    for staging in target.parent.glob(f".{target.name}.staging-*"):
        shutil.rmtree(staging, ignore_errors=True)


def _swap(staging: Path, target: Path, keep: Path | None = None) -> None:
    """Put the new pack in the old one's place by renaming; the old one goes to ``keep``, if that is given."""
    previous = keep or _previous(target)
    try:
        previous.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rename(previous)
        staging.rename(target)
    except OSError as error:
        if previous.exists() and not target.exists():
            previous.rename(target)
        raise PublishingRefused(
            f"{target} could not be replaced ({error.strerror}). Close any file of it that is open, and run again."
        ) from None
    if keep is None:
        shutil.rmtree(previous, ignore_errors=True)
