"""The SEN2 release's placement columns, each in the group that the SEN2 guide gives it, and the primary needs.

Independent mainstream schools are mainstream; "special" is not "maintained special".
"""

MAINSTREAM = tuple(
    f"mainstream_{kind}{provision}"
    for kind in ("la_maintained", "academy", "free_school")
    for provision in ("", "_resourced_provision", "_senunit")
) + ("mainstream_independent",)
STATE_SPECIAL = ("special_la_maintained", "special_academy_free")
INMSS = ("special_independent", "special_non_maintained")
ALTERNATIVE = ("ap_pru_academy", "ap_pru_free_school", "ap_pru_la_maintained")
FURTHER_EDUCATION = ("general_fe_tertiary_colleges", "specialist_post_16_institutions", "ukrlp_provider")
EARLY_YEARS = ("nm_early_years",)
ELSEWHERE = (
    "elective_home_education",
    "other_arrangements_la",
    "other_arrangements_parents",
    "online_provider",
    "w_settings",
    "other_schools",
    "other_placement_settings",
    "neet",
    "neet_ntci",
    "neet_other",
    "neet_other_csa",
    "await_prov_2022",
    "perm_ex_2022",
)
UNKNOWN = ("placement_unknown",)
PLACEMENTS = MAINSTREAM + STATE_SPECIAL + INMSS + ALTERNATIVE + FURTHER_EDUCATION + EARLY_YEARS + ELSEWHERE + UNKNOWN

# What a reader calls each group of placements.
PLACED = {
    "mainstream": MAINSTREAM,
    "state special": STATE_SPECIAL,
    "INMSS": INMSS,
    "alternative provision": ALTERNATIVE,
    "further education": FURTHER_EDUCATION,
    "early years": EARLY_YEARS,
    "elsewhere": ELSEWHERE,
    "unknown": UNKNOWN,
}

RESOURCED = tuple(name for name in MAINSTREAM if name.endswith(("_resourced_provision", "_senunit")))

NEEDS = (
    "Autistic spectrum disorder",
    "Hearing impairment",
    "Moderate learning difficulty",
    "Multi-sensory impairment",
    "Other difficulty or disability",
    "Physical disability",
    "Profound and multiple learning difficulty",
    "Social, emotional and mental health",
    "Speech, language and communication needs",
    "Severe learning difficulty",
    "Specific learning difficulty",
    "Vision impairment",
    "Need unknown",
)
SEMH = "Social, emotional and mental health"
