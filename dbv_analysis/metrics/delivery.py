"""What the programme does: places and risks. Its training, posts and other uptake are measures of its own."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.metric import Total, as_reported_then, metric
from dbv_analysis.model.settings import GRANT_APPLICATION
from dbv_analysis.model.units import COUNT, HIGHER, LOWER


def _planned(title: str, better: str, **more):
    return metric(
        section="Delivery", title=title, unit=COUNT, better=better, source=GRANT_APPLICATION, any_day=True, **more
    )


@_planned("Added school places", HIGHER, by={"State": "status", "Need": "need"})
def capital_places_count(capital_places) -> Total:
    """Places that the capital programme adds, by state of the work and by need, as the application lists them.

    A school whose number of places is not given is left out of the sums.
    """
    return Total(as_reported_then(capital_places, "school").filter(nw.col("symbol") == ""))


@_planned("Risks", LOWER, by={"Rating": "rating"})
def risks_count(risks) -> Total:
    """Entries of the risk register by rating: low (L), medium (M), high (H)."""
    return Total(as_reported_then(risks, "number"))
