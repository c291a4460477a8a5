"""Explore cohorts: pick one, set it beside another or its own past, measure it, and export what may go out.

    everyone = open_day("data/processed/records/own-sen2-2025", "data/raw", "2025-01-16")
    semh = everyone.where(primary_need="SEMH", phase="secondary")
    semh.by("placed")                                          # counts, shares and their intervals
    semh.measure("plans_20_weeks_percent", by="sex")           # a measure of the catalogue, by groups
    semh.beside(everyone, "placed")                            # the difference of the shares, with its interval
    semh.flows(everyone.past(date(2024, 1, 18)))               # how many moved from where to where

Frames hold counts and no person. They are for work inside the authority until ``export`` has hidden the small ones.
"""

from dbv_analysis.cohorts.cohort import ABOUT, Cohort
from dbv_analysis.cohorts.joining import around_joining
from dbv_analysis.cohorts.opening import on_day, open_day
from dbv_analysis.cohorts.picker import Picker, pick

__all__ = ["ABOUT", "Cohort", "Picker", "around_joining", "on_day", "open_day", "pick"]
