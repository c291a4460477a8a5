"""Validate, calculate and settle what a run is to do, before any notebook is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from dbv_analysis.findings.promises import check_measures
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.problems import (
    CallProblem,
    DataProblem,
    DataProblems,
    NotebookProblem,
    PublishingRefused,
    UserProblem,
)
from dbv_analysis.model.source import sha256_of
from dbv_analysis.model.wording import did_you_mean, listed
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.publish import manifest
from dbv_analysis.publish.check.disclosure import refuse_disclosure
from dbv_analysis.publish.events import AUDITED, NOTEBOOKS, VALIDATED, WARNING, Event, Hear
from dbv_analysis.publish.notebooks import FOLDER, Task, address_of, notebook_of, tasks
from dbv_analysis.publish.releases import Release
from dbv_analysis.publish.swap import recover
from dbv_analysis.publish.write import html
from dbv_analysis.publish.write.word.template import template_for
from dbv_analysis.reports import narrative_of, overclaimed
from dbv_analysis.reports.draft import Narrative
from dbv_analysis.results import cache
from dbv_analysis.results.evidence import Evidence, for_recipients, open_evidence

TIME_LIMIT = 600  # seconds of a notebook; the slowest of the shipped ones takes some 15


@dataclass(frozen=True)
class Run:
    """What was asked of a run.

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
        rebuild: the release that is built once more, to see whether it comes out the same.
        limit: the seconds that a notebook may take.
    """

    quarter: str
    data: Path
    out: Path
    as_at: date | str = ""
    only: Sequence[str] = ()
    profile: str = PUBLIC
    recipients: Sequence[str] = ()
    jobs: int = 2
    force: bool = False
    reason: str = ""
    rebuild: Release | None = None
    limit: float = TIME_LIMIT
    started: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)

    @property
    def seconds(self) -> float:
        """How long it has been going."""
        return round((datetime.now(UTC) - self.started).total_seconds(), 1)


@dataclass(frozen=True)
class Plan:
    """What a run is to do: from which evidence, with which notebooks, and where the pack is to stand.

    ``held`` are the sections that the pack will hold; of those that are ``carried``, the published page stays.
    """

    evidence: Evidence
    fingerprint: str
    target: Path
    held: list[str]
    carried: list[str]
    tasks: list[Task]
    template: Path
    narrative: Narrative
    warnings: list[str]
    exceptions: list[dict]

    @property
    def notebooks(self) -> Path:
        """The folder of the notebooks."""
        return self.evidence.programme.root / FOLDER

    @property
    def pages(self) -> html.Pages:
        """The names and addresses of the pack's pages, for the navigation."""
        return [("Summary", address_of(SUMMARY)), *((name, address_of(name)) for name in (*self.held, RECONCILIATION))]


def prepare(run: Run, tell: Hear) -> Plan:
    """Validate and calculate once, as the notebooks read the cache, and refuse what cannot or may not be published.

    Raises DataProblems, CallProblem, NotebookProblem or PublishingRefused.
    """
    if not run.data.is_dir():
        raise CallProblem(f"There is no folder {run.data}. Name the folder of the inputs with --data.")
    template = template_for(run.data)
    assembled = cache.assemble(run.data, run.profile)
    check_measures(assembled.tables["measures"], metrics_of(assembled.programme), run.data)
    cache.store(assembled, run.data, run.profile)
    evidence = open_evidence(run.quarter, run.data, run.profile, run.as_at)
    fingerprint = cache.digest(run.data, run.profile)
    evidence = for_recipients(evidence, run.recipients)
    tell(Event(VALIDATED, f"Validated {len(evidence.sources)} inputs.", seconds=run.seconds))
    quarter = str(evidence.quarter)
    target = run.out / quarter
    recover(target)
    _refuse_to_replace(run, target)
    sections, carried = _choose_sections(run, target, evidence, fingerprint)
    held = [name for name in evidence.sections if name in sections or name in carried]
    exceptions = refuse_disclosure(evidence, assembled.counts, run.out)
    if run.profile != CONTROLLED:
        tell(Event(AUDITED, "No hidden figure follows from the pack and earlier ones.", seconds=run.seconds))
    narrative = narrative_of(quarter, evidence.lists["phases"], run.data)
    warnings = [*assembled.warnings, *overclaimed(evidence, narrative)]
    for text in warnings:
        tell(Event(WARNING, text))
    parameters = {
        "quarter": quarter,
        "data": run.data.resolve().as_posix(),
        "profile": run.profile,
        "as_at": evidence.cut_off.isoformat(),
    }
    to_run = tasks(evidence.programme.root / FOLDER, sections, parameters, held)
    tell(Event(NOTEBOOKS, number=len(to_run)))
    return Plan(evidence, fingerprint, target, held, carried, to_run, template, narrative, warnings, exceptions)


@contextmanager
def unchanged_inputs(data: Path, profile: str) -> Iterator[Callable[[str], None]]:
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


def _refuse_to_replace(run: Run, target: Path) -> None:
    """Somebody's own changes to a published pack, or a pack of the other profile, are not thrown away unasked."""
    if run.force or not target.exists():
        return
    published = manifest.read(target)
    changed = manifest.altered(target, published) if published else [manifest.NAME]
    if changed:
        raise PublishingRefused(
            f"{target} was changed after it was published ({listed(changed)}). "
            "Keep what you need of it elsewhere, then run again with --force."
        )
    if published["parameters"]["profile"] != run.profile:
        raise CallProblem(
            f"{target} holds the {published['parameters']['profile']} pack, which this one would replace. "
            "Name another folder with --out, or replace it with --force."
        )


def _choose_sections(run: Run, target: Path, evidence: Evidence, fingerprint: str) -> tuple[list[str], list[str]]:
    """Which sections to run, and of which to keep the published page.

    A partial run keeps the pages of the other sections as they are; those that somebody changed, or whose
    notebook has changed since, it runs again.

    Raises CallProblem where the pages would not go together: other inputs, settings, code or cut-off.
    """
    sections = _named_sections(run.only, evidence.sections)
    published = manifest.read(target) if run.only else None
    if published is None:
        return sections, []
    others = [name for name in published["parameters"]["sections"] if name not in sections]
    same = published["fingerprint"] == fingerprint and published["parameters"]["as_at"] == evidence.cut_off.isoformat()
    if others and not same:
        raise CallProblem(
            f"{target} was made from other inputs, settings or code, so its pages on {listed(others)} would not go "
            "with the new one. Run the whole pack, or name another folder with --out."
        )
    folder, changed = evidence.programme.root / FOLDER, manifest.altered(target, published)
    outdated = [
        name
        for name in others
        if address_of(name) in changed or published["notebooks"][name] != sha256_of(notebook_of(folder, name))
    ]
    run_too = [name for name in evidence.sections if name in sections or name in outdated]
    return run_too, [name for name in others if name not in outdated]


def _named_sections(only: Sequence[str], sections: list[str]) -> list[str]:
    """The sections that were asked for, in the order of a pack; all of them where none was named."""
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
