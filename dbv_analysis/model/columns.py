"""The columns of the results table, and the word that stands for no breakdown."""

from __future__ import annotations

TOTAL = "Total"
RESULT_COLUMNS = (
    "metric_id",
    "area_code",
    "area_name",
    "geographic_level",
    "period_label",
    "period_start",
    "period_end",
    "basis",
    "as_at",
    "breakdown_topic",
    "breakdown",
    "numerator",
    "denominator",
    "value",
    "unit",
    "symbol",
    "source",
    "release",
    "published",
    "printed",
)
RESULT_KEY = (
    "metric_id",
    "area_code",
    "breakdown_topic",
    "breakdown",
    "period_start",
    "period_end",
    "as_at",
    "release",
)
