"""The lists that the programme keeps: what names an entry, and the words that stand in them."""

from __future__ import annotations

# Lists that the programme keeps, and which of their columns together name an entry. Where a later file
# gives an entry again, the newest that was out by a pack's cut-off counts.
PROJECT_LISTS = {
    "measures": ("number",),
    "phases": ("element", "quarter", "said_in"),
    "tasks": ("plan", "number"),
    "milestones": ("workstream", "milestone"),
    "risks": ("number",),
    "capital_places": ("school",),
    "opportunities": ("number",),
    "grant_lines": ("reference",),
    "engagement": ("event",),
    "voice": ("number",),
    "claims": ("number",),
}
# The programme's own words, in order: phases from early to late, states from good to bad, ratings from low to high.
PHASES = ("Co-design", "Implementation", "Pilot", "Sustain")
STATUSES = ("Ahead", "On track", "Slightly behind", "Behind", "Complete")
RATINGS = {"L": "Low", "M": "Medium", "H": "High"}
