"""Tables of published figures: the releases of the Department for Education."""

from __future__ import annotations

import pandera.pandas as pa

from dbv_analysis.model.sen2 import NEEDS, PLACEMENTS
from dbv_analysis.model.tables.base import Counts, Tidy, text
from dbv_analysis.model.tables.sums import Sum, adding_up, rows

SEN_PROVISION = ("EHC plan", "SEN support", "No SEN") + tuple(
    f"{provision} and {group}" for provision in ("EHC plan", "SEN support") for group in ("FSM", "EAL")
)
FLOWS = ("requests", "new plans", "assessments", "assessments issued", "plans ceased")


class Caseload(Counts):
    """EHC plans on a census day, all placements together.

    More than the table of placements adds up to where an authority returned plans without placements.
    Source: DfE, Education, health and care plans, ``caseload.csv``.
    """

    class Config:
        metadata = adding_up(
            Sum("plans by placement", rows("caseload"), rows("placements")),
            Sum("plans by primary need", rows("caseload"), rows("plans_by_need", placement="all")),
            Sum("plans by age", rows("caseload"), rows("plans_by_age")),
        )


class Placements(Counts):
    """EHC plans on a census day, by the column of the SEN2 release in which the placement stands.

    Columns that a year's return did not hold (``x`` for every authority) have no row.
    Source: DfE, Education, health and care plans, ``caseload.csv``.
    """

    placement: str = pa.Field(isin=PLACEMENTS)


BY_PLACEMENT = rows("plans_by_need", left_out={"placement": ("all",)})


class PlansByNeed(Counts):
    """EHC plans on a census day by primary need, and by the column of the SEN2 release in which the placement stands.

    ``placement`` is ``all`` where every placement is counted together: those rows and the others overlap.
    Source: DfE, Education, health and care plans, ``sen_needs_all_plans.csv``.
    """

    placement: str = pa.Field(isin=("all", *PLACEMENTS))
    need: str = pa.Field(isin=NEEDS)

    class Config:
        metadata = adding_up(
            Sum(
                "plans of a primary need by placement", rows("plans_by_need", placement="all"), BY_PLACEMENT, ("need",)
            ),
            Sum("plans in a placement by primary need", rows("placements"), BY_PLACEMENT, ("placement",)),
        )


class PlansByAge(Counts):
    """EHC plans on a census day by age in years. Source: DfE, Education, health and care plans, ``caseload.csv``."""

    age: str = pa.Field(isin=[str(age) for age in range(26)])


class Flows(Counts):
    """Events of a calendar year: requests, plans begun and ceased, assessments and those that led to a plan.

    These are different counts; ``new plans`` and ``assessments issued`` need not agree. Source: DfE, Education,
    health and care plans, ``requests.csv``, ``newplans.csv``, ``assessments.csv``, ``ceased_plans.csv``.
    """

    flow: str = pa.Field(isin=FLOWS)


class Timeliness(Counts):
    """Plans issued in a calendar year from assessments with no mediation or tribunal, by time taken.

    ``exceptions``: ``included`` counts all of them, ``excluded`` leaves out plans for which an exception
    to the 20-week limit applied (SEND Regulations 2014, reg. 13(3)), from every row alike.
    ``all`` is the denominator of the percentages. Source: DfE, ``timeliness_20_week.csv``.
    """

    exceptions: str = pa.Field(isin=("included", "excluded"))
    time_taken: str = pa.Field(isin=("all", "within 20 weeks", "20 to 52 weeks", "over 52 weeks"))

    class Config:
        metadata = adding_up(
            Sum(
                "plans issued by time taken",
                rows("timeliness", time_taken="all"),
                rows("timeliness", left_out={"time_taken": ("all",)}),
                ("exceptions",),
            ),
            Sum(
                "plans issued without exceptions",
                rows("timeliness", exceptions="included"),
                rows("timeliness", exceptions="excluded"),
                ("time_taken",),
                at_most=True,
            ),
        )


class Absence(Tidy):
    """Absence of pupils by SEN provision, as published: percentages, without their counts.

    ``measure``: ``overall`` is the share of possible sessions missed; ``persistent`` and ``severe`` are
    the shares of enrolments that missed at least 10% or 50% of their own possible sessions.
    A figure from a document has the text as ``printed``, its ``section`` and ``page``.
    """

    sen_provision: str = pa.Field(isin=SEN_PROVISION)
    measure: str = pa.Field(isin=("overall", "authorised", "unauthorised", "persistent", "severe"))
    percent: float = pa.Field(ge=0, le=100, nullable=True)
    printed: str | None
    section: str | None
    page: str | None


class Exclusions(Tidy):
    """Suspensions and permanent exclusions as published: events per 100 pupils, without their counts.

    A rate counts events, so it may exceed 100. Source: DfE, Suspensions and permanent exclusions; the figures
    of all pupils, DfE, Local authority interactive tool.
    """

    sen_provision: str = pa.Field(isin=("Total", "EHC plan", "SEN support", "No SEN"))
    measure: str = pa.Field(isin=("suspensions", "permanent exclusions"))
    rate: float = pa.Field(ge=0, nullable=True)


class HighNeedsFunding(Tidy):
    """Money for high needs in a financial year, £: what the DfE allocates, and what the Section 251 return says.

    ``account``: ``allocation`` is the high needs block; ``budget`` and ``outturn`` are lines of the Section 251
    return. A budget holds academy places, an outturn leaves them out, so the two do not compare.
    """

    account: str = pa.Field(isin=("allocation", "budget", "outturn"))
    line: str = text()
    pounds: float = pa.Field(nullable=True)
