"""Education, health and care plans, in the layout of the 2025 release, of which each function reads one file."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.dates import SEN2_CENSUS
from dbv_analysis.loaders.ees.layout import area_rows, long, read_as, require
from dbv_analysis.sen2 import PLACEMENTS
from dbv_analysis.terms import DataProblem, DataProblems

# Of requests.csv, newplans.csv, assessments.csv and ceased_plans.csv.
FLOWS = (
    {("requests",): "requests_received_in_year"},
    {("new plans",): "new_ehc_plans"},
    {("assessments",): "assess_in_year", ("assessments issued",): "assess_issued"},
    {("plans ceased",): "total_ceased"},
)
TIMELINESS_COLUMNS = {
    ("included", "all"): "plans_issued_den",
    ("included", "within 20 weeks"): "plans_issued_within_20_weeks",
    ("included", "20 to 52 weeks"): "plans_issued_gt20weeks_ltyear",
    ("included", "over 52 weeks"): "plans_issued_gt_1_year",
    ("excluded", "all"): "plans_issued_den_ex",
    ("excluded", "within 20 weeks"): "plans_issued_20_weeks_ex",
    ("excluded", "20 to 52 weeks"): "plans_issued_gt20weeks_ltyear_ex",
    ("excluded", "over 52 weeks"): "plans_issued_gt_1_year_ex",
}
AGE_TOPIC = "Child or young persons age"
# The release does not part the ages below 3: they are put at 2, so that no plan is lost.
AGES = {"under 3": "2"} | {f"age {age}": str(age) for age in range(3, 26)}
NEED_COLUMNS = {
    ("Autistic spectrum disorder",): "number_asd",
    ("Hearing impairment",): "number_hi",
    ("Moderate learning difficulty",): "number_mld",
    ("Multi-sensory impairment",): "number_msi",
    ("Other difficulty or disability",): "number_oth",
    ("Physical disability",): "number_pd",
    ("Profound and multiple learning difficulty",): "number_pmld",
    ("Social, emotional and mental health",): "number_semh",
    ("Speech, language and communication needs",): "number_slcn",
    ("Severe learning difficulty",): "number_sld",
    ("Specific learning difficulty",): "number_spld",
    ("Vision impairment",): "number_vi",
    ("Need unknown",): "number_need_unknown",
}
PLACEMENT_TOPIC, TOTAL_ENDING, ALL = "Type of placement", " - total", "all"
PLACEMENT_OF = {
    "Mainstream - LA maintained": "mainstream_la_maintained",
    "Mainstream - LA maintained (resourced provision)": "mainstream_la_maintained_resourced_provision",
    "Mainstream - LA maintained (SEN unit)": "mainstream_la_maintained_senunit",
    "Mainstream - academy": "mainstream_academy",
    "Mainstream - academy (resourced provision)": "mainstream_academy_resourced_provision",
    "Mainstream - academy (SEN unit)": "mainstream_academy_senunit",
    "Mainstream - free school": "mainstream_free_school",
    "Mainstream - free school (resourced provision)": "mainstream_free_school_resourced_provision",
    "Mainstream - free school (SEN unit)": "mainstream_free_school_senunit",
    "Mainstream - independent": "mainstream_independent",
    "Special - LA maintained": "special_la_maintained",
    "Special - Academy/free schools": "special_academy_free",
    "Special - independent": "special_independent",
    "Special - non-maintained": "special_non_maintained",
    "AP/PRU - academy": "ap_pru_academy",
    "AP/PRU - free school": "ap_pru_free_school",
    "AP/PRU - LA maintained": "ap_pru_la_maintained",
    "FE - general FE and tertiary colleges": "general_fe_tertiary_colleges",
    "FE - specialist post-16 institutions": "specialist_post_16_institutions",
    "FE - UKRLP provider": "ukrlp_provider",
    "Non-maintained early years": "nm_early_years",
    "Educated elsewhere - elective home education": "elective_home_education",
    "Educated elsewhere - other arrangements by LA": "other_arrangements_la",
    "Educated elsewhere - other arrangements by parents": "other_arrangements_parents",
    "Educated elsewhere - online provider": "online_provider",
    "Educated elsewhere - Welsh establishment": "w_settings",
    "Educated elsewhere - other schools and establishments": "other_schools",
    "Educated elsewhere - other placement settings": "other_placement_settings",
    "Educated elsewhere - NEET": "neet",
    "Educated elsewhere - not in education or training (notice to cease issued)": "neet_ntci",
    "Educated elsewhere - not in education or training (other)": "neet_other",
    "Educated elsewhere - not in education or training (compulsory school age)": "neet_other_csa",
    "Placement not recorded": "placement_unknown",
}


def caseload(frame: pd.DataFrame, shown: str) -> dict[str, pd.DataFrame]:
    """``caseload.csv``: plans on census day, all together, by placement, and by age where a year has ages.

    A placement column that is ``x`` for every authority in a year was not part of that year's return, and has no
    row in that year. Nor has an age at which an authority has no plan: the release leaves those rows out.
    """
    plans, ages = _all_plans(frame, shown), frame[frame["breakdown_topic"] == AGE_TOPIC]
    area = _on_census_day(plans, shown)
    counts = long(plans, area, {(): "ehcplans"}, [], shown)
    placements = long(plans, area, {(name,): name for name in PLACEMENTS}, ["placement"], shown)
    collected = placements["count"].ne("x").groupby([placements["period"], placements["placement"]]).transform("any")
    tables = {"caseload": counts, "placements": placements[collected].reset_index(drop=True)}
    if not ages.empty:
        age = read_as(ages["breakdown"], AGES, "an age", shown)
        tables["plans_by_age"] = long(ages, _on_census_day(ages, shown).assign(age=age), {(): "ehcplans"}, [], shown)
    return tables


def plans_by_need(frame: pd.DataFrame, shown: str) -> dict[str, pd.DataFrame]:
    """``sen_needs_all_plans.csv``: plans on census day by primary need, for all placements and for each.

    Rows that add placements up again ("Special - total") are left out. A placement in which an authority has no
    plan has no row in the release, and none here. The file of new plans has the same columns but calendar years:
    it gives no table.
    """
    require(frame, ["time_identifier", "breakdown_topic", "breakdown"], shown)
    every = frame["breakdown_topic"] == frame["breakdown"]
    placed = (frame["breakdown_topic"] == PLACEMENT_TOPIC) & ~frame["breakdown"].str.endswith(TOTAL_ENDING)
    frame = frame[(every | placed) & (frame["time_identifier"] == "Academic year")]
    if frame.empty:
        return {}
    _no_other_need(frame, shown)
    known = PLACEMENT_OF | dict.fromkeys(set(frame["breakdown_topic"]) - {PLACEMENT_TOPIC}, ALL)
    placement = read_as(frame["breakdown"], known, "a placement", shown)
    area = _on_census_day(frame, shown).assign(placement=placement)
    return {"plans_by_need": long(frame, area, NEED_COLUMNS, ["need"], shown)}


def flows(frame: pd.DataFrame, shown: str) -> list[pd.DataFrame]:
    """The events of calendar years that a file counts, a frame for each; none where it counts none."""
    return [
        long(rows, area_rows(rows, shown), columns, ["flow"], shown)
        for columns in FLOWS
        if set(columns.values()) <= set(frame.columns)
        for rows in [_all_plans(frame, shown)]
    ]


def timeliness(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """``timeliness_20_week.csv``: plans issued in calendar years, by time taken, with and without exceptions."""
    frame = _all_plans(frame, shown)
    return long(frame, area_rows(frame, shown), TIMELINESS_COLUMNS, ["exceptions", "time_taken"], shown)


def _all_plans(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """The rows that count every plan: there the breakdown repeats its topic."""
    require(frame, ["breakdown_topic", "breakdown"], shown)
    return frame[frame["breakdown_topic"] == frame["breakdown"]]


def _no_other_need(frame: pd.DataFrame, shown: str) -> None:
    """Raises DataProblems where the release counts a need that is not known here: its plans would be lost."""
    others = [name for name in frame.columns if name.startswith("number_") and name not in NEED_COLUMNS.values()]
    if others:
        raise DataProblems(
            DataProblem(
                shown,
                f'"{name}" is not a need known here.',
                "Add it to NEED_COLUMNS in loaders/ees/ehc_plans.py, and to NEEDS in sen2.py.",
                row=1,
                column=name,
            )
            for name in others
        )


def _on_census_day(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """``area_rows`` of a count in January, which the release labels by academic year: 202324 is January 2024."""
    area = area_rows(frame, shown)
    years = area["period"].str.slice(len("academic year "), len("academic year ") + 4).astype(int) + 1
    unknown = sorted(set(years) - set(SEN2_CENSUS))
    if unknown:
        raise DataProblems(
            [
                DataProblem(
                    shown, f"The census day of {unknown[0]} is not known.", "Add it to [sen2_census] in dates.toml."
                )
            ]
        )
    area["period"] = years.map(lambda year: SEN2_CENSUS[year].isoformat())
    return area
