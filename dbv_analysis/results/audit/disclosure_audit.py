"""The audit of a pack: which hidden figures follow from it, from earlier packs, or from what others have published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dbv_analysis.model.columns import RESULT_KEY
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.results.audit import sums as known
from dbv_analysis.results.audit.protect import protect
from dbv_analysis.results.audit.solve import Interval, narrow, parts
from dbv_analysis.results.audit.system import NO_FIGURE, System, system
from dbv_analysis.results.count import ATOM, GUARDS, FigureCounts
from dbv_analysis.results.disclosure import hidden

KEY = list(RESULT_KEY)
FIGURE = [*known.FIGURE, "period_start", "period_end"]
KINDS = ["of_children", "over_children", "share", "money", "whole", "times"]  # the same in each period of a figure
NAMED = ["metric_id", "area_code", "breakdown_topic", "breakdown", "period_label", "release"]


@dataclass(frozen=True)
class Disclosed:
    """A hidden figure that a reader could place more closely than the rule allows.

    ``figure`` names it, as ``NAMED``; ``words`` do so for a person; ``by`` says from which figures it follows.
    """

    figure: dict[str, str] = field(hash=False)
    text: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Audit:
    """What came of an audit: what would be given away, and which further figures to hide so that nothing is.

    ``published`` names hidden figures that their own publisher shows: hiding them keeps them out of this pack alone.
    """

    recovered: tuple[Disclosed, ...]
    remedy: tuple[dict[str, str], ...]
    published: tuple[dict[str, str], ...]


def audit(
    pack: pd.DataFrame,
    earlier: Mapping[str, pd.DataFrame],
    counts: FigureCounts,
    official: Iterable[str],
    rule: Disclosure,
) -> Audit:
    """Look for hidden figures of a pack that can be worked out.

    Args:
        pack: the rows of the results that the pack holds, hidden ones with ``c``.
        earlier: those of earlier public packs, by what to call them.
        counts: every figure as it was counted.
        official: releases whose publisher shows every figure: a reader may have them at hand.
        rule: the authority's rule.

    Every hidden figure is asked of the pack by itself. Those that the rule hides, not for the sake of others, are
    asked of the pack and earlier ones together, those that only an earlier pack hides among them; and then, unless an
    official release shows them as they are, of all that official releases hold besides.
    """
    official = set(official)
    figures = _in_pack(counts.figures, pack)
    sums = counts.sums[counts.sums["figure"].isin(figures.index)]
    relations = known.relations(counts.tables)
    shown_elsewhere = _published(figures, official)
    before, their_sums = _before(counts, figures, earlier)
    with_earlier = pd.concat([figures, before])
    with_earlier["secret"] = with_earlier["hidden"] & hidden(with_earlier, rule, PUBLIC)
    sums_with_earlier = pd.concat([sums, their_sums], ignore_index=True)
    rows, official_sums = _rows_of(counts.tables, official, first=_after(with_earlier, counts.figures))
    secret = with_earlier["secret"] & ~_published(with_earlier, official)
    with_others = pd.concat([with_earlier.assign(secret=secret), rows])
    every_sum = pd.concat([sums_with_earlier, official_sums], ignore_index=True)
    recovered, remedy = {}, figures["hidden"]
    readers = ((figures, sums), (with_earlier, sums_with_earlier), (with_others, every_sum))
    for known_figures, known_sums in readers:
        if not known_figures["secret" if "secret" in known_figures else "hidden"].any():
            continue
        reader = system(known_figures, known_sums, rule, relations, known.links(known_figures))
        gaps = _recovered(reader, known_figures)
        if gaps:
            recovered = gaps | recovered
            remedy = remedy | protect(figures, reader)
    further = figures[remedy & ~figures["hidden"]]
    return Audit(tuple(recovered.values()), tuple(_named(further)), tuple(_named(figures[shown_elsewhere])))


def _after(*frames: pd.DataFrame) -> int:
    """A number for a figure that none of the frames has."""
    return max((int(frame.index.max()) for frame in frames if len(frame)), default=-1) + 1


def _in_pack(figures: pd.DataFrame, pack: pd.DataFrame) -> pd.DataFrame:
    """The counted figures that a pack holds, with whether it hides them."""
    symbols = pack.set_index(KEY)["symbol"]
    symbols = symbols[~symbols.index.duplicated()]
    in_pack = symbols.reindex(pd.MultiIndex.from_frame(figures[KEY])).to_numpy()
    figures = figures.assign(given=in_pack, origin="")
    figures = figures[figures["given"].notna() & ~((figures["given"] != "c") & (figures["symbol"] != ""))]
    return figures.assign(hidden=figures["given"] == "c").drop(columns="given")


def _before(
    counts: FigureCounts, figures: pd.DataFrame, earlier: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What earlier packs show and hide that this one does not, and the rows that it was counted from.

    A figure of an earlier pack is the one that is counted now where its counts are the same; where they have been
    revised since, or it is counted no longer, it stands by itself. One that was hidden is held by what it counts now.
    """
    frames = [rows.assign(origin=f" ({name})") for name, rows in earlier.items()]
    if not frames:
        return figures.iloc[:0], counts.sums.iloc[:0]
    given = pd.concat(frames, ignore_index=True)
    given = given[(given["symbol"] == "c") | ((given["symbol"] == "") & given["numerator"].notna())]
    given = given.assign(hidden=given["symbol"] == "c", row=range(len(given)))
    now = counts.figures.reset_index(names="counted")
    both = given[[*FIGURE, "numerator", "denominator", "hidden", "row", "origin"]]
    both = both.merge(now, on=FIGURE, suffixes=("_then", ""))
    equal = np.isclose(both["numerator"], both["numerator_then"])
    equal &= np.isclose(both["denominator"], both["denominator_then"], equal_nan=True)
    both = both[both["hidden"] | equal].drop_duplicates(["counted", "hidden"])
    here = pd.MultiIndex.from_arrays([figures.index, figures["hidden"]])
    both = both[~pd.MultiIndex.from_frame(both[["counted", "hidden"]]).isin(here)]
    alone = given[~given["hidden"] & ~given["row"].isin(both["row"])]
    kinds = now.drop_duplicates(["metric_id", "breakdown"])[["metric_id", "breakdown", *KINDS]]
    alone = alone.drop_duplicates([*FIGURE, "numerator", "denominator"]).merge(kinds, on=["metric_id", "breakdown"])
    before = pd.concat([both, alone.assign(**dict.fromkeys(GUARDS, float("nan")))], ignore_index=True)
    before.index += _after(figures, counts.figures)
    tied = before.loc[before["counted"].notna(), "counted"].astype(int)
    copies = pd.DataFrame({"figure": tied.to_numpy(), "copy": tied.index})
    sums = counts.sums.merge(copies, on="figure").assign(figure=lambda rows: rows["copy"]).drop(columns="copy")
    return before.reindex(columns=figures.columns), sums


def _published(figures: pd.DataFrame, official: set[str]) -> pd.Series:
    """Which hidden figures an official release shows as they are."""
    shown = figures[figures["release"].isin(official)].drop_duplicates(FIGURE)
    in_release = pd.MultiIndex.from_frame(figures[FIGURE]).isin(pd.MultiIndex.from_frame(shown[FIGURE]))
    return figures["hidden"] & in_release


def _rows_of(tables: Mapping[str, pd.DataFrame], official: set[str], first: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each count that an official release holds, as a figure that is shown, and its one atom."""
    frames = [
        frame[frame["release"].isin(official) & frame["count"].notna()].assign(metric_id=name)
        for name, frame in tables.items()
        if {"count", "release"} <= set(frame.columns)
    ]
    rows = pd.concat(frames, ignore_index=True).rename(index=lambda index: index + first)
    figures = rows.rename(columns={"count": "numerator"})[
        ["metric_id", "area_code", "area_name", "period_label", "period_start", "period_end", "release", "numerator"]
    ].assign(
        **dict.fromkeys((*GUARDS, "denominator"), float("nan")),
        **dict.fromkeys(("of_children", "over_children", "share", "money", "hidden", "secret", "whole"), False),
        breakdown_topic="",
        breakdown="a row",
        origin=" (" + rows["release"] + ")",
    )
    sums = pd.DataFrame(
        {"figure": rows.index, "part": "numerator", "atom": rows[ATOM], "count": rows["count"]}
    ).reset_index(drop=True)
    return figures, sums


def _recovered(reader: System, figures: pd.DataFrame) -> dict[int, Disclosed]:
    intervals: dict[int, Interval] = {}
    for part in parts(reader):
        for interval in narrow(reader, part):
            intervals.setdefault(int(reader.quantities["figure"].iloc[interval.quantity]), interval)
    return {figure: _disclosed(figure, interval, reader, figures) for figure, interval in sorted(intervals.items())}


def _disclosed(figure: int, interval: Interval, reader: System, figures: pd.DataFrame) -> Disclosed:
    rows = reader.quantities.loc[list(interval.by)]
    origins = figures["origin"].reindex(rows["figure"]).fillna("").to_numpy()
    named = rows["words"].to_numpy() + origins
    by = [
        name if number != NO_FIGURE else f"what is known of {name}"
        for number, name in zip(rows["figure"], named, strict=True)
    ]
    text = reader.quantities.loc[reader.quantities["figure"] == figure, "words"].iloc[0]
    return Disclosed(_named(figures.loc[[figure]])[0], text, tuple(dict.fromkeys(by)))


def _named(figures: pd.DataFrame) -> list[dict[str, str]]:
    return figures[NAMED].astype(str).to_dict("records")
