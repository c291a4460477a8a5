"""What a pack holds: its sections in order, its reports, and the profiles in which it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dbv_analysis.model.wording import slug


@dataclass(frozen=True)
class Section:
    """A page of the pack.

    ``key_figures`` is the place of its figures among those that the summary shows first, 1 before 2; a section without
    a place comes after. ``balanced``: a cost or share here may fall at children's expense, so that what became of the
    same children stands beside it.
    """

    name: str
    key_figures: int = 9
    balanced: bool = False

    @property
    def page(self) -> str:
        """The file name of its page."""
        return f"{slug(self.name)}.html"


# The sections in the order in which they stand in a pack; one that a metric names and that is not here follows, by
# name. What each says is in findings/sections.py.
SECTIONS = {
    section.name: section
    for section in (
        Section("Deficit", balanced=True),
        Section("High needs spend", balanced=True),
        Section("Plans", key_figures=3),
        Section("Placements", key_figures=1, balanced=True),
        Section("Attendance"),
        Section("Exclusions"),
        Section("Grant", key_figures=2),
        Section("Delivery"),
        Section("Voice"),
    )
}
# The reports that a pack holds as Word documents, by file name.
REPORTS = {
    "dfe_return": "Quarterly return to the DfE",
    "high_needs_monitoring": "High Needs Funding Allocation & Monitoring Report",
    "impact_assessment": "Annual Impact Assessment",
}
PUBLIC, CONTROLLED = "public", "controlled"
PROFILES = (PUBLIC, CONTROLLED)


def section_of(name: str) -> Section:
    """The section of that name; one without a place in the pack's order where none is listed."""
    return SECTIONS.get(name, Section(name))


def section_order(sections: Iterable[str]) -> list[str]:
    """``sections`` in the order of a pack."""
    order = list(SECTIONS)
    return sorted(set(sections), key=lambda name: (order.index(name) if name in SECTIONS else len(order), name))
