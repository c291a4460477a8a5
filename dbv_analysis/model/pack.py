"""What a pack holds: its sections in order, its reports, and the profiles in which it is made."""

from __future__ import annotations

from collections.abc import Iterable

# The order in which sections stand in a pack; a section that is not named here follows, by name.
SECTIONS = (
    "Deficit",
    "High needs spend",
    "Plans",
    "Placements",
    "Attendance",
    "Exclusions",
    "Grant",
    "Delivery",
    "Voice",
)
# The reports that a pack holds as Word documents, by file name.
REPORTS = {
    "dfe_return": "Quarterly return to the DfE",
    "high_needs_monitoring": "High Needs Funding Allocation & Monitoring Report",
    "impact_assessment": "Annual Impact Assessment",
}
PUBLIC, CONTROLLED = "public", "controlled"
PROFILES = (PUBLIC, CONTROLLED)


def section_order(sections: Iterable[str]) -> list[str]:
    """``sections`` in the order of a pack."""
    known = {name: place for place, name in enumerate(SECTIONS)}
    return sorted(set(sections), key=lambda name: (known.get(name, len(known)), name))
