"""What the programme does: training, people, places, phases and risks."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.metric import Count, Total, Value, as_reported_then, metric, own
from dbv_analysis.model.units import COUNT, HIGHER, LOWER, NEITHER, PERCENT

REPORTS = "the authority's quarterly reports"
APPLICATION = "DBV grant application, December 2023"
TRAINING = (
    "Thrive: staff registrations",
    "Thrive: schools that delay or decline",
    "Team Teach: staff at Level 1",
    "Team Teach: staff at Level 2",
    "Team Teach: trainers",
    "Team Teach: trainers, educational psychologists",
    "Team Teach: trainers, resource bases",
    "Team Teach: resource bases trained",
    "Team Teach: mainstream settings trained or booked",
    "Team Teach: workshop places",
)
ROLES = ("Programme lead", "Data analyst", "Temporary inclusion manager")
ENABLERS = ("Governance", "Digital Capability", "Leadership", "Capacity", "Capability")


def _delivery(title: str, unit=COUNT, better: str = HIGHER, source: str = REPORTS, **more):
    return metric(section="Delivery", title=title, unit=unit, better=better, source=source, any_day=True, **more)


@_delivery("Schools engaged with Thrive", PERCENT)
def thrive_engaged_percent(own_figures) -> Value:
    """Schools that have talked about the Thrive training and have booked it or are about to, %, as reported.

    The report does not print the number of schools behind it, so no interval can be given.
    """
    return Value(own(own_figures, "thrive_engaged_percent"), nw.col("value"))


@_delivery("Schools with Thrive training booked", PERCENT)
def thrive_booked_percent(own_figures) -> Value:
    """Schools that have booked some or all of their Thrive training, %, as reported.

    The report does not print the number of schools behind it, so no interval can be given.
    """
    return Value(own(own_figures, "thrive_booked_percent"), nw.col("value"))


@_delivery("Training to date", by={"Training": "breakdown"}, groups=TRAINING)
def training_count(own_figures) -> Total:
    """Uptake of training since the programme began, by kind: staff, schools, settings and trainers.

    The kinds count different things and do not add up. Staff and schools are counted, no children.
    """
    return Total(own(own_figures, "training_count"), adds_up=False)


@_delivery("Programme staff in post", by={"Role": "breakdown"}, groups=ROLES)
def staff_in_post_count(own_figures) -> Total:
    """People in post for the programme, by role. The application plans four project managers and a data officer."""
    return Total(own(own_figures, "staff_in_post_count"))


@_delivery("Lead practitioners in post", by={"Need": "breakdown"}, groups=("SEMH", "Mental health", "Inclusion"))
def lead_practitioners_count(own_figures) -> Total:
    """Lead practitioners whom settings have appointed, by the need that they lead on."""
    return Total(own(own_figures, "lead_practitioners_count"))


@_delivery("Settings found for a high dependency unit")
def hdu_settings_count(own_figures) -> Total:
    """Schools that are to host a high dependency unit."""
    return Total(own(own_figures, "hdu_settings_count"))


@_delivery("Young people placed in high dependency units", better=NEITHER)
def hdu_placements_count(own_figures) -> Count:
    """Children and young people placed in a high dependency unit on one day. The application promises it."""
    return Count(own(own_figures, "hdu_placements_count"))


@_delivery("Added school places", source=APPLICATION, by={"State": "status", "Need": "need"})
def capital_places_count(capital_places) -> Total:
    """Places that the capital programme adds, by state of the work and by need, as the application lists them.

    A school whose number of places is not given is left out of the sums.
    """
    return Total(as_reported_then(capital_places, "school").filter(nw.col("symbol") == ""))


@_delivery("Risks", better=LOWER, source=APPLICATION, by={"Rating": "rating"})
def risks_count(risks) -> Total:
    """Entries of the risk register by rating: low (L), medium (M), high (H)."""
    return Total(as_reported_then(risks, "number"))


@_delivery(
    "Self-assessed foundations", better=HIGHER, source=APPLICATION, by={"Foundation": "breakdown"}, groups=ENABLERS
)
def enabler_score(own_figures) -> Value:
    """The authority's own score of each foundation for change: 1 low, 3 high."""
    return Value(own(own_figures, "enabler_score"), nw.col("value"))
