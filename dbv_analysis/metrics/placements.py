"""Where children and young people with an EHC plan are placed, on the SEN2 census day in January."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.breaks import changes
from dbv_analysis.model.metric import Count, Ratio, metric
from dbv_analysis.model.sen2 import INMSS, MAINSTREAM, RESOURCED, SEMH, STATE_SPECIAL, UNKNOWN
from dbv_analysis.model.units import COUNT, HIGHER, LOWER, NEITHER, PERCENT

RELEASE = "DfE, Education, health and care plans (SEN2), caseload by placement"
NEEDS_RELEASE = "DfE, Education, health and care plans (SEN2), primary need by placement"
BREAKS = changes("SEN2 counts")


def _placed(*columns: str) -> nw.Expr:
    return nw.col("placement").is_in(list(columns))


def _known(placements: nw.LazyFrame) -> nw.LazyFrame:
    """Plans whose placement is known. Before 2023 the return had no column for unknown placements."""
    return placements.filter(~_placed(*UNKNOWN), nw.col("period_start") >= BREAKS[0].on)


def _share(title: str, better: str):
    return metric(section="Placements", title=title, unit=PERCENT, better=better, source=RELEASE, breaks=BREAKS)


@metric(
    section="Placements",
    title="EHC plans",
    unit=COUNT,
    better=NEITHER,
    source=RELEASE,
    breaks=BREAKS,
)
def caseload_count(caseload) -> Count:
    """EHC plans that the authority maintains on the census day.

    Counts plans that an authority returned without placements too; the shares, as in the release, do not.
    """
    return Count(caseload)


@_share("Plans in mainstream schools", HIGHER)
def placement_mainstream_percent(placements) -> Ratio:
    """Plans placed in a mainstream school, of all plans on the census day, %.

    Maintained, academy and free schools, with their resourced provision and SEN units, and
    independent mainstream schools. Plans whose placement is unknown are in the denominator.
    """
    return Ratio(placements, _placed(*MAINSTREAM))


@_share("Plans in any special school", NEITHER)
def placement_special_percent(placements) -> Ratio:
    """Plans placed in a special school of any kind, of all plans on the census day, %.

    Maintained, academy and free special schools, independent special schools, and non-maintained
    ones. Plans whose placement is unknown are in the denominator.
    """
    return Ratio(placements, _placed(*STATE_SPECIAL, *INMSS))


@_share("Plans in state special schools", NEITHER)
def placement_state_special_percent(placements) -> Ratio:
    """Plans placed in a maintained, academy or free special school, of all plans on the census day, %.

    The release gives no total for these; it is derived from its columns. Plans whose placement is
    unknown are in the denominator.
    """
    return Ratio(placements, _placed(*STATE_SPECIAL))


@_share("Plans in independent and non-maintained special schools", LOWER)
def placement_inmss_percent(placements) -> Ratio:
    """Plans placed in an independent or non-maintained special school (INMSS), of all plans on the census day, %.

    Plans whose placement is unknown are in the denominator.
    """
    return Ratio(placements, _placed(*INMSS))


@_share("Known placements in mainstream schools", HIGHER)
def placement_mainstream_known_percent(placements) -> Ratio:
    """Plans placed in a mainstream school, of plans whose placement is known on the census day, %.

    Beside the share of all plans it shows whether a change is only better recording. From 2023.
    """
    return Ratio(_known(placements), _placed(*MAINSTREAM), within=placements)


@_share("Known placements in any special school", NEITHER)
def placement_special_known_percent(placements) -> Ratio:
    """Plans placed in a special school of any kind, of plans whose placement is known on the census day, %.

    Beside the share of all plans it shows whether a change is only better recording. From 2023.
    """
    return Ratio(_known(placements), _placed(*STATE_SPECIAL, *INMSS), within=placements)


@_share("Known placements in state special schools", NEITHER)
def placement_state_special_known_percent(placements) -> Ratio:
    """Plans placed in a maintained, academy or free special school, of plans whose placement is known, %.

    Beside the share of all plans it shows whether a change is only better recording. From 2023.
    """
    return Ratio(_known(placements), _placed(*STATE_SPECIAL), within=placements)


@_share("Known placements in independent and non-maintained special schools", LOWER)
def placement_inmss_known_percent(placements) -> Ratio:
    """Plans placed in an independent or non-maintained special school, of plans whose placement is known, %.

    Beside the share of all plans it shows whether a change is only better recording. From 2023.
    """
    return Ratio(_known(placements), _placed(*INMSS), within=placements)


@_share("Plans in resourced provision and SEN units", HIGHER)
def placement_resourced_percent(placements) -> Ratio:
    """Plans placed in resourced provision or an SEN unit of a mainstream school, of all plans on the census day, %.

    They are among the plans in mainstream schools too. Plans whose placement is unknown are in the denominator.
    """
    return Ratio(placements, _placed(*RESOURCED))


def _semh(title: str):
    return metric(section="Placements", title=title, unit=COUNT, better=LOWER, source=NEEDS_RELEASE, breaks=BREAKS)


@_semh("Plans for SEMH in state special schools")
def placement_state_special_semh_count(plans_by_need) -> Count:
    """Plans with social, emotional and mental health as primary need, placed in a state special school.

    The application promises placement into maintained special schools for this need (workstream 1).
    """
    return Count(plans_by_need.filter(nw.col("need") == SEMH, _placed(*STATE_SPECIAL)))


@_semh("Plans for SEMH in independent and non-maintained special schools")
def placement_inmss_semh_count(plans_by_need) -> Count:
    """Plans with social, emotional and mental health as primary need, placed in an INMSS.

    The application promises placement into independent and non-maintained special schools for this need.
    """
    return Count(plans_by_need.filter(nw.col("need") == SEMH, _placed(*INMSS)))
