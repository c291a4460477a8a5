"""Tables of what the authority's own records of persons add up to, where no publication gives the counts."""

from __future__ import annotations

import pandera.pandas as pa

from dbv_analysis.model.tables.base import Counts

ABSENCE = ("possible sessions", "missed sessions", "enrolments", "persistent", "severe")
EXCLUSIONS = ("pupils", "suspensions", "permanent exclusions")
PROVISIONS = ("EHC plan", "SEN support", "No SEN", "not known")


class Attendance(Counts):
    """Sessions and enrolments of pupils aged 5 to 15, from attendance registers, by SEN provision.

    ``persistent`` and ``severe`` are enrolments that missed at least 10% and 50% of their own possible sessions; the
    severely absent are among the persistently absent.
    """

    sen_provision: str = pa.Field(isin=PROVISIONS)
    what: str = pa.Field(isin=ABSENCE)


class ExclusionCounts(Counts):
    """Pupils on the rolls of the authority's schools, and suspensions and permanent exclusions, by SEN provision."""

    sen_provision: str = pa.Field(isin=PROVISIONS)
    what: str = pa.Field(isin=EXCLUSIONS)
