"""Pupil absence, and Suspensions and permanent exclusions: percentages and rates by SEN provision."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.loaders.ees.layout import area_rows, require

# Table -> its column of numbers, and the releases' indicators with the name of each in the table.
INDICATORS = {
    "absence": (
        "percent",
        {
            "sess_overall_percent": "overall",
            "sess_authorised_percent": "authorised",
            "sess_unauthorised_percent": "unauthorised",
            "enrolments_pa_10_exact_percent": "persistent",
            "enrolments_pa_50_exact_percent": "severe",
        },
    ),
    "exclusions": ("rate", {"susp_rate": "suspensions", "perm_excl_rate": "permanent exclusions"}),
}


def rates(frame: pd.DataFrame, shown: str) -> dict[str, pd.DataFrame]:
    """Absence over full academic years, %, and exclusions by term, events per 100 pupils; all phases together.

    Returns the tables ``absence`` and ``exclusions``, each where the download holds any of its indicators.
    """
    require(frame, ["breakdown_topic", "breakdown", "value"], shown)
    frame = frame[(frame["education_phase"] == "Total") & (frame["breakdown_topic"] == "SEN provision")]
    tables = {}
    for table, (numbers, measures) in INDICATORS.items():
        part = frame[frame["indicator"].isin(measures)]
        if not part.empty:
            rows = area_rows(part, shown).assign(
                sen_provision=part["breakdown"],
                measure=part["indicator"].map(measures),
                **{numbers: part["value"]},
                origin_column="value",
            )
            order = ["area_code", "period", "sen_provision", "measure"]
            tables[table] = rows.sort_values(order, kind="stable").reset_index(drop=True)
    return tables
