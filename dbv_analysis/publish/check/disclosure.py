"""Refuse a pack from which, with all that was published before, a hidden figure could be worked out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.problems import PublishingRefused
from dbv_analysis.model.settings import FILE, NamedFigure
from dbv_analysis.publish import manifest
from dbv_analysis.publish.releases import EARLIER
from dbv_analysis.publish.write import parquet
from dbv_analysis.results.audit.disclosure_audit import Disclosed, audit
from dbv_analysis.results.count import FigureCounts
from dbv_analysis.results.evidence import Evidence

MOST_SAID = 10
PUBLISHED = "the publisher of the release shows this figure itself; it is hidden in this pack alone"


def refuse_disclosure(evidence: Evidence, counts: FigureCounts, out: Path) -> list[dict]:
    """Audit every figure that a pack of the quarter may hold, together with the packs in ``out``.

    Args:
        evidence: what the pack draws on.
        counts: every figure as it was counted.
        out: the folder of the packs, where those that were published before are.

    Returns the exceptions, for the manifest: figures that the settings let pass, each with its reason and who
    decided, and figures that their own publisher shows. Nothing is hidden in a controlled pack, so there are none.

    Raises PublishingRefused that names each figure that could be worked out, what gives it away, and what to hide.
    """
    if evidence.profile == CONTROLLED:
        return []
    rule = evidence.programme.disclosure
    official = {source.release for source in evidence.sources if source.official}
    pack = parquet.released(evidence, evidence.sections)
    found = audit(pack, earlier_packs(out), counts, official, rule)
    allowed = {one: exception for one in found.recovered if (exception := _exception(one, rule.exceptions))}
    refused = [one for one in found.recovered if one not in allowed]
    if refused:
        raise PublishingRefused(_words(refused, found.remedy))
    return [
        *({**one.figure, "reason": by.reason, "name": by.name} for one, by in allowed.items()),
        *({**one, "reason": PUBLISHED, "name": _publisher(evidence, one["release"])} for one in found.published),
    ]


def earlier_packs(out: Path) -> dict[str, pd.DataFrame]:
    """The figures of every public pack and earlier release in a folder of packs, by what to call it."""
    found = {}
    for path in sorted([*out.glob(f"*/{parquet.NAME}"), *out.glob(f"{EARLIER}/*/*/{parquet.NAME}")]):
        folder = path.parent
        told, rows = manifest.read(folder), parquet.read(folder)
        if told is not None and rows is not None and told["parameters"]["profile"] == PUBLIC:
            found[f"{told['quarter']}, release {told['release']['number']}"] = rows
    return found


def _exception(one: Disclosed, exceptions: tuple[NamedFigure, ...]) -> NamedFigure | None:
    row = pd.DataFrame([one.figure])
    return next((exception for exception in exceptions if exception.names(row).any()), None)


def _publisher(evidence: Evidence, release: str) -> str:
    return next((source.publisher for source in evidence.sources if source.release == release), release)


def _words(refused: list[Disclosed], remedy: tuple[dict[str, str], ...]) -> str:
    what = "1 hidden figure" if len(refused) == 1 else f"{len(refused)} hidden figures"
    lines = [f"{what} could be worked out, so the pack is not published:"]
    for one in refused[:MOST_SAID]:
        lines += [f"- {one.text}", *(f"    follows from: {words}" for words in one.by)]
    if len(refused) > MOST_SAID:
        lines.append(f"- and {len(refused) - MOST_SAID} more.")
    if remedy:
        lines.append(f"Hide these too: add to {FILE}, each with a reason and the name of who decided:")
        lines += [_setting(one) for one in remedy]
    lines.append(
        f"Where a figure may be published all the same, add it to {FILE} under [[disclosure.exceptions]], with a "
        "reason and a name. The manifest will say so."
    )
    return "\n".join(lines)


def _setting(one: dict[str, str]) -> str:
    keys = {"metric": "metric_id", "breakdown": "breakdown", "period": "period_label", "area": "area_code"}
    return "\n".join(["[[disclosure.hidden]]", *(f'{name} = "{one[column]}"' for name, column in keys.items())])
