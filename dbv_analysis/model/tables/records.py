"""Tables of what the authority's own records of persons add up to, where no publication gives the counts."""

from __future__ import annotations

import pandera.pandas as pa

from dbv_analysis.model.tables.base import Counts
from dbv_analysis.model.tables.sums import Sum, adding_up, rows

ABSENCE = ("possible sessions", "missed sessions", "enrolments", "persistent", "severe")
EXCLUSIONS = ("pupils", "suspensions", "permanent exclusions")
PROVISIONS = ("EHC plan", "SEN support", "No SEN", "not known")


def _among(text: str, whole: str, part: str) -> Sum:
    """Of each SEN provision ``part`` is among ``whole``."""
    return Sum(text, rows("attendance", what=whole), rows("attendance", what=part), ("sen_provision",), at_most=True)


class Attendance(Counts):
    """Sessions and enrolments of pupils aged 5 to 15, from attendance registers, by SEN provision.

    ``persistent`` and ``severe`` are enrolments that missed at least 10% and 50% of their own possible sessions; the
    severely absent are among the persistently absent.
    """

    sen_provision: str = pa.Field(isin=PROVISIONS)
    what: str = pa.Field(isin=ABSENCE)

    class Config:
        metadata = adding_up(
            _among("severe absence", "persistent", "severe"),
            _among("persistent absence", "enrolments", "persistent"),
            _among("sessions missed", "possible sessions", "missed sessions"),
        )


class ExclusionCounts(Counts):
    """Pupils on the rolls of the authority's schools, and suspensions and permanent exclusions, by SEN provision."""

    sen_provision: str = pa.Field(isin=PROVISIONS)
    what: str = pa.Field(isin=EXCLUSIONS)
