"""What the findings say, held against the results that they speak of."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import NormalDist

import pandas as pd
import pytest

from dbv_analysis.findings import Findings
from dbv_analysis.findings.deficit import disagreements
from dbv_analysis.findings.pack_summary import answer
from dbv_analysis.findings.sections import FIND, find
from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.period import Period
from dbv_analysis.results.evidence import Evidence
from tests.altered import (
    APPLICATION,
    HIDDEN,
    NO_NUMBER,
    REPORT,
    at,
    hidden,
    reading,
    recalculated,
    rows_of,
    with_cells,
    with_lists,
    with_results,
    without,
    without_figures,
    without_lists,
)
from tests.conftest import HALTON, QUARTER

SPECIAL, OVERALL = "placement_special_percent", "overall_absence_percent"
ENGLAND, NORTH_WEST = "E92000001", "E12000002"
DESTINATIONS = ("In borough", "Out of borough")
Known = Callable[[Evidence, Callable[..., Evidence]], Evidence]


@pytest.fixture(scope="module")
def evidence(evidence: Evidence) -> Evidence:
    """What the shipped quarter's pack may use; what is worked out of it here goes when these tests have run."""
    return dataclasses.replace(evidence)


@pytest.fixture(scope="module")
def reported(data: Path) -> dict[tuple[str, str, str], float]:
    """The authority's own figures as their files have them, by measure, breakdown and period."""
    return {
        (row["metric_id"], row["breakdown"], row["period"]): float(row["value"])
        for document in (APPLICATION, REPORT)
        for row in rows_of(data, document, "own_figures")
    }


@pytest.fixture(scope="module")
def grant(data: Path) -> dict[tuple[str, str, int], float]:
    """The grant in pounds by measure, line and number of the quarter."""
    return {
        (row["measure"], row["line"], int(row["period"][-1])): float(row["pounds"])
        for document in (APPLICATION, REPORT)
        for row in rows_of(data, document, "grant")
    }


@pytest.fixture(scope="module")
def with_report(evidence: Evidence, tables: dict[str, pd.DataFrame]) -> Callable[..., Evidence]:
    """Gives the evidence of a day on which one more report is out, calculated from the tables with its rows."""

    def added(table: pd.DataFrame, day: str, entries: list[dict[str, object]]) -> pd.DataFrame:
        published = date.fromisoformat(day)
        common = {"source": f"A report of {day}", "release": day, "published": published, "symbol": "", "printed": ""}
        rows = []
        for entry in entries:
            period = Period.parse(str(entry["period"]))
            days = {"period_start": period.start, "period_end": period.end, "as_at": min(published, period.end)}
            kind = {"period_label": period.label, "basis": period.basis}
            rows.append(table.iloc[0].to_dict() | common | days | kind | entry)
        return pd.DataFrame(rows, columns=table.columns).astype(table.dtypes)

    made: dict[str, Evidence] = {}

    def report(day: str, cut_off: str = "", **files: list[dict[str, object]]) -> Evidence:
        key = repr((day, files))
        if key not in made:
            made[key] = calculated(day, files)
        return at(made[key], cut_off or day)

    def calculated(day: str, files: dict[str, list[dict[str, object]]]) -> Evidence:
        entries = [entry for entries in files.values() for entry in entries]
        sections = {evidence.metrics[entry.get("metric_id", "grant_spend")].section for entry in entries}
        metrics = [metric for name in files for metric in reading(evidence, name) if metric.section in sections]
        more = {name: pd.concat([tables[name], added(tables[name], day, rows)]) for name, rows in files.items()}
        source = evidence.sources[0].model_copy(update={"release": day, "published": date.fromisoformat(day)})
        known = recalculated(evidence, metrics, {**tables, **more})
        return dataclasses.replace(known, sources=[*evidence.sources, source])

    return report


def own(metric_id: str, value: float, period: str, breakdown: str = "Total", **more: object) -> dict[str, object]:
    return {"metric_id": metric_id, "breakdown": breakdown, "period": period, "value": value, **more}


def spent(quarter: int, line: str, pounds: float, measure: str = "spend") -> dict[str, object]:
    return {"period": f"quarter 2024-25-Q{quarter}", "line": line, "measure": measure, "pounds": pounds}


THIRD_QUARTER = [spent(3, "All lines", 60_000), spent(3, "Data Analyst", 9_000), spent(3, "NASEN conference", 1_000)]
SECOND_COSTS = [
    own("inmss_placements_count", 130, "2025-01-20"),
    own("inmss_unit_cost_average", 61_000, "2025-01-20"),
    own("transport_pupils_count", 430, "2025-01-24", "In borough"),
    own("transport_pupils_count", 100, "2025-01-24", "Out of borough"),
    own("transport_spend", 1_700_000, "2025-01-24", "In borough"),
    own("transport_spend", 1_100_000, "2025-01-24", "Out of borough"),
]


SECOND_TRAINING = [
    own("thrive_engaged_percent", 80.5, "2025-01-24", printed="80.5%"),
    own("thrive_booked_percent", 57.1, "2025-01-24", printed="57.1%"),
    own("training_count", 120, "2025-01-24", "Team Teach: staff at Level 1"),
]
TRANSPORT = 2_902_634  # pounds, in September 2024


def in_full(pounds: float) -> str:
    return f"£{pounds:,.0f}"


def in_millions(pounds: float) -> str:
    return f"£{pounds / 1e6:.1f}m"


def figure(results: pd.DataFrame, metric_id: str, period_label: str, breakdown: str = "Total") -> pd.Series:
    where = {"metric_id": metric_id, "area_code": HALTON, "period_label": period_label, "breakdown": breakdown}
    rows = results[(results[list(where)] == pd.Series(where)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


def everything(findings: Findings) -> str:
    figures = [f"{item.value} {item.what}; {item.against}; {item.sure}" for item in findings.key_figures]
    return "\n".join([findings.headline, *findings.sure, *figures, *findings.not_yet, *findings.decide])


def shipped(evidence: Evidence, with_report: Callable[..., Evidence]) -> Evidence:
    return evidence


def on(day: str) -> Known:
    return lambda evidence, with_report: at(evidence, day)


def with_a_report(**files: list[dict[str, object]]) -> Known:
    return lambda evidence, with_report: with_report("2025-01-24", **files)


def with_own(*figure: object) -> Known:
    return with_a_report(own_figures=[own(*figure)])


def where(alter: Callable[[Evidence], Evidence]) -> Known:
    return lambda evidence, with_report: alter(evidence)


def of_halton(metric_id: str, period_label: str) -> dict[str, object]:
    return {"metric_id": metric_id, "area_code": HALTON, "period_label": period_label}


def of_the_quarter(evidence: Evidence, line: str, **cells: object) -> Evidence:
    """Another figure of what a line of the grant spent in the second quarter."""
    return with_cells(evidence, {"metric_id": "grant_spend", "breakdown": line, "period_label": "2024-25-Q2"}, **cells)


def claiming(pounds: float) -> Known:
    return where(lambda evidence: with_cells(evidence, {"metric_id": "hdu_saving_claimed"}, value=pounds))


def done(evidence: Evidence) -> Evidence:
    """Two of the tasks that should have been done in April are reported done."""
    tasks = evidence.lists["tasks"].copy()
    first = tasks.index[(tasks["kind"] == "task") & (tasks["ends"] == "2024-04")][:2]
    tasks.loc[first, "done"] = "2024-05-01"
    return with_lists(evidence, tasks=tasks)


def still_elsewhere(evidence: Evidence) -> Evidence:
    """The share of plans in special schools stayed in England and in the region."""
    for area in (ENGLAND, NORTH_WEST):
        before = evidence.rows(SPECIAL, [area]).iloc[-2]["value"]
        evidence = with_cells(evidence, of_halton(SPECIAL, "January 2024") | {"area_code": area}, value=before)
    return evidence


def readable(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def says(lines: list[str], expected: str) -> bool:
    """Whether one of the lines is the expected one, in which "…" stands for any words."""
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return any(re.fullmatch(pattern, line) for line in lines)


@pytest.mark.parametrize(
    ("section", "known", "expected"),
    [
        # In June 2022 the newest full year was 2020/21; there is none for 2019/20.
        ("Attendance", on("2022-06-30"), "…2020/21…"),
        # Without counts of its own the exclusions' headline is the rate of pupils with plans.
        (
            "Exclusions",
            on("2024-09-25"),
            "Suspensions per 100 pupils with EHC plans rose by 0.30, from 4.13 in summer term 2022…",
        ),
        # One term is set beside the terms before it, each by the term.
        (
            "Exclusions",
            with_own("suspensions_count", 700, "autumn term 2024"),
            "Suspensions of all pupils ran at 700 a term in autumn term 2024 against 861 a term from 1 September 2023 "
            "to 31 March 2024, 19% fewer",
        ),
        # A year is set beside the year before it and not beside two of its own terms.
        (
            "Exclusions",
            with_own("suspensions_count", 2400, "academic year 2023-24"),
            "Suspensions of all pupils ran at 800 a term in 2023/24 against 619 a term in 2022/23, 29% more",
        ),
        # A period that is not made of whole terms is not divided by them.
        (
            "Exclusions",
            with_own("suspensions_count", 90, "2024-09-01 to 2024-09-30"),
            "Suspensions of all pupils ran at 861 a term…",
        ),
        (
            "Grant",
            with_a_report(grant=[*THIRD_QUARTER, spent(4, "All lines", 500_000)]),
            "£929,180 of £1,000,000 profiled was spent by the end of 2024-25-Q4, £70,820 less than planned",
        ),
        # Spending beyond the profile is said to be more.
        ("Grant", with_a_report(grant=[spent(3, "All lines", 500_000)]), "…£119,180 more than planned"),
        # A revised quarter counts in the sum to date.
        (
            "Grant",
            with_a_report(grant=[*THIRD_QUARTER, spent(1, "All lines", 300_000)]),
            f"£{300_000 + 42_940 + 60_000:,} of £750,000 profiled was spent by the end of 2024-25-Q3, £347,060 less "
            "than planned",
        ),
        (
            "Plans",
            where(lambda evidence: with_cells(evidence, of_halton("new_plans_count", "2023"), value=215.0)),
            "…215 new plans (as many as the year before) in 2023…",
        ),
        # Counts that may not be compared are given alone.
        (
            "Plans",
            on("2023-12-01"),
            "383 requests for an assessment and 215 new plans in 2022; 53.1% of plans were issued within 20 weeks",
        ),
        # Without a figure of training the delivery headline is of the elements, and the other way round.
        (
            "Delivery",
            where(lambda evidence: without_figures(evidence, "Delivery")),
            "of 9 elements the report calls 2 ahead, 6 on track and 1 slightly behind",
        ),
        (
            "Delivery",
            where(without_lists),
            "72.8% of schools have engaged with Thrive and 57.1% have booked training",
        ),
    ],
    ids=readable,
)
def test_the_headline_of_a_section_says(evidence, with_report, section, known, expected):
    headline = find(section, known(evidence, with_report)).headline
    assert says([headline], expected), headline


@pytest.mark.parametrize(
    ("section", "known", "expected"),
    [
        ("Placements", shipped, "…Similar areas 38.3% → 38.0%; North West 35.0% → 34.0%; England 33.2% → 32.3%…"),
        ("Placements", where(still_elsewhere), "…England 33.2% → 33.2%…"),
        ("Placements", shipped, "…Plans with no known placement went from 84 to 30.…"),
        # A neighbour that returned few placements is named.
        ("Placements", shipped, "…Redcar and Cleveland in January 2023 (63%)…"),
        # A small move may be recording alone: 30 unknown placements became 20.
        ("Placements", on("2026-01-01"), "…Plans in any special school fell by 0.6 percentage points…"),
        ("Placements", on("2026-01-01"), "…better recording alone may explain some or all of this…"),
        (
            "Exclusions",
            shipped,
            "Home education with a plan cannot be compared: January 2024 and September 2024 are at different times of "
            "the year.",
        ),
        (
            "Exclusions",
            with_own("suspensions_count", 700, "autumn term 2024"),
            "…Adjusted: 700 over 1 term and 1,721 over 2 terms…",
        ),
        ("Grant", with_a_report(grant=THIRD_QUARTER), "…£570,820 would have to be spent…"),
        # A total that the lines do not add up to is not called the printed one.
        (
            "Grant",
            where(lambda evidence: of_the_quarter(evidence, "Total", value=50_000.0)),
            "…add up to £42,940; by the letter…",
        ),
        # A claimed saving below or above the range lies outside it.
        ("High needs spend", claiming(34_000.0), "…the £34,000 that the application claims lies outside this range.…"),
        ("High needs spend", claiming(60_000.0), "…the £60,000 that the application claims lies outside this range.…"),
        (
            "High needs spend",
            with_a_report(own_figures=SECOND_COSTS),
            "Placements in independent and non-maintained special schools rose by 4, from 126 in September 2024 to 130 "
            "in January 2025.\n"
            "Average cost of a placement in an INMSS fell by £2,765, from £63,765 in September 2024 to £61,000 in "
            "January 2025.\n"
            f"…Spend on SEND transport fell by £{TRANSPORT - 2_800_000:,}, from £{TRANSPORT:,}…",
        ),
        (
            "Plans",
            on("2023-12-01"),
            "New plans cannot be compared: between 2021 and 2022 the return changed from totals to persons.",
        ),
        (
            "Delivery",
            where(done),
            "Of 145 tasks in the application, 68 should have been done by 26 September 2024; 2 are reported done.",
        ),
        (
            "Delivery",
            with_a_report(own_figures=SECOND_TRAINING),
            "Schools engaged with Thrive rose by 7.7 percentage points, from 72.8% in September 2024 to 80.5% in "
            "January 2025.\n"
            "Schools with Thrive training booked stayed at 57.1%, from September 2024 to January 2025.\n"
            "Team Teach: staff at Level 1 rose by 46, from 74 in September 2024 to 120 in January 2025.",
        ),
    ],
    ids=readable,
)
def test_the_sentences_of_a_section_say(evidence, with_report, section, known, expected):
    lines = find(section, known(evidence, with_report)).sure
    assert [sentence for sentence in expected.split("\n") if not says(lines, sentence)] == []


@pytest.mark.parametrize(
    ("section", "known", "unexpected"),
    [
        ("Attendance", on("2022-06-30"), "the year before"),
        ("Grant", with_a_report(grant=THIRD_QUARTER), "1 quarters"),
        ("Grant", with_a_report(grant=[*THIRD_QUARTER, spent(4, "All lines", 500_000)]), "would have to be spent"),
        # An amount that is printed as it is read is not remarked on.
        ("Grant", where(lambda evidence: of_the_quarter(evidence, "DBV Lead", printed="£23.75k")), "by the letter"),
        # Once costs are known twice, no sentence says that nothing tells whether they rise.
        ("High needs spend", with_a_report(own_figures=SECOND_COSTS), "an earlier figure"),
        ("High needs spend", with_a_report(own_figures=SECOND_COSTS), "nothing says yet"),
        (
            "High needs spend",
            where(lambda evidence: without(evidence, "inmss_unit_cost_average")),
            "one figure is known",
        ),
        # Thirty professionals answer anew, and how many of them find that CAMHS helps is not told.
        (
            "Voice",
            with_own("survey_respondents_count", 30, "2025-01-20", "Education professionals"),
            "if all 30 answered",
        ),
    ],
    ids=readable,
)
def test_nothing_in_a_section_says(evidence, with_report, section, known, unexpected):
    assert unexpected not in everything(find(section, known(evidence, with_report)))


def test_once_costs_are_known_twice_nothing_waits_for_a_figure(with_report):
    assert find("High needs spend", with_report("2025-01-24", own_figures=SECOND_COSTS)).not_yet == []


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (
            lambda evidence: evidence,
            "A smaller share of plans is in special schools, but more children are recorded there (535 → 567); it is "
            "too early to say that the programme changed this",
        ),
        (without_figures, "No figures for Deficit had been published by the cut-off"),
    ],
    ids=["figures from before the programme: too early to say", "no figures: the first section's headline"],
)
def test_the_summary_answers(evidence, alter, expected):
    assert answer(alter(evidence)) == expected


def test_the_summary_claims_nothing_once_there_are_figures_from_after_its_start(evidence):
    text = answer(at(evidence, "2025-07-01"))
    assert "(567 → 626)" in text
    assert "too early" not in text
    assert text.endswith("nothing shows that the programme changed this")


def test_the_transport_of_both_destinations_is_what_the_sentences_expect(reported):
    assert sum(reported["transport_spend", name, "2024-09-26"] for name in DESTINATIONS) == TRANSPORT


def test_a_handful_of_unknown_placements_is_not_given_away_in_a_sentence(evidence, tables):
    """30 are unknown in January 2024; here 3 are. The count is small, so public pages do not print it."""
    placements = tables["placements"].copy()
    where = {"area_code": HALTON, "period": "2024-01-18", "placement": "placement_unknown"}
    placements.loc[(placements[list(where)] == pd.Series(where)).all(axis=1), "count"] = 3.0
    few = recalculated(evidence, reading(evidence, "placements"), {**tables, "placements": placements})
    text = everything(find("Placements", few))
    assert "fell by" in text
    assert not re.search(r"\bto 3\b", text)


def test_the_delivery_findings_name_what_the_report_says_in_two_ways(evidence):
    assert [line for line in find("Delivery", evidence).sure if line.startswith("The report says two things of")] == [
        "The report says two things of EBSNA Pathway: on track in implementation in its summary, on track in co-design "
        "in its detail.",
        "The report says two things of Inclusion Quality Mark: on track in implementation in its summary, slightly "
        "behind in implementation in its detail.",
    ]


def test_before_anything_is_due_no_review_is_overdue_and_nothing_is_past_its_end(evidence):
    early = with_results(at(evidence, "2024-01-31"), evidence.results.assign(published=date(2023, 12, 20)))
    findings = find("Delivery", early)
    assert "No review of the 13 risks is overdue." in findings.sure
    assert not [line for line in findings.sure if "should have been done" in line]
    assert findings.decide == []


def test_spending_beyond_the_profile_is_ahead_of_it(with_report):
    (item,) = find("Grant", with_report("2025-01-24", grant=[spent(3, "All lines", 500_000)])).key_figures
    assert item.sure == "as reported; on or ahead of its profile"


def test_once_the_full_year_is_out_it_is_the_key_figure(evidence):
    (item,) = find("Plans", at(evidence, "2025-07-01")).key_figures
    assert (item.value, item.sure) == ("56.5%", "monitoring only")
    assert item.what.endswith(", 2024")
    assert item.against.endswith("in 2023")


def test_in_the_first_quarter_too_spending_is_set_beside_its_profile(evidence, tables):
    """£100,000 of the first quarter's £250,000 is all that any report tells."""
    table = tables["grant"]
    first = (table["measure"] == "spend") & (table["period"] == "quarter 2024-25-Q1")
    table = table[(table["measure"] == "profile") | first].copy()
    table.loc[table["measure"] == "spend", "pounds"] = 100_000.0
    findings = find("Grant", recalculated(evidence, reading(evidence, "grant"), {**tables, "grant": table}))
    assert "£100,000" in findings.headline
    (item,) = findings.key_figures
    assert (item.value, item.against) == ("£100,000", "£250,000 profiled")
    assert "on or ahead of its profile" not in item.sure


def unit_range(reported: dict[tuple[str, str, str], float]) -> tuple[float, float]:
    """The least and the most that a unit's place costs: the lowest funding over the most places, and the reverse."""
    day = "2023-12-20"
    least = reported["hdu_place_funding", "Lowest", day] / reported["hdu_places_count", "Most", day]
    most = reported["hdu_place_funding", "Highest", day] / reported["hdu_places_count", "Fewest", day]
    return least, most


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95% interval of a share after Wilson, in per cent."""
    z = NormalDist().inv_cdf(0.975)
    share = part / whole
    middle = (share + z**2 / (2 * whole)) / (1 + z**2 / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z**2 / (4 * whole**2)) / (1 + z**2 / whole)
    return 100 * (middle - half), 100 * (middle + half)


def test_the_deficits_headline_says_where_the_chosen_path_begins_and_ends(evidence, results):
    first = figure(results, "dsg_cumulative_deficit", "2023", "Target")["value"] / 1e6
    last = figure(results, "dsg_cumulative_deficit", "2028", "Target")["value"] / 1e6
    headline = find("Deficit", evidence).headline
    assert headline.endswith(f"the deficit is forecast to grow from £{first:.1f}m in 2023 to £{last:.1f}m in 2028")
    assert "£22.1m" in headline


def test_the_deficits_findings_say_how_far_the_paths_part(evidence, results):
    last = {
        path: figure(results, "dsg_cumulative_deficit", "2028", path)["value"] for path in ("Target", "Unmitigated")
    }
    saved = (last["Unmitigated"] - last["Target"]) / 1e6
    assert f"the target path is £{saved:.1f}m below the unmitigated one (£33.9m)" in " ".join(
        find("Deficit", evidence).sure
    )


def test_the_deficits_findings_name_the_one_year_in_which_a_path_does_not_add_up(evidence):
    lines = disagreements(evidence)
    assert len(lines) == 1
    assert lines[0].startswith("The target path does not agree with the other paths within rounding in 2027")
    for funding in ("£29.2m", "£28.5m (stretch)", "£28.4m (unmitigated)"):
        assert funding in lines[0]
    assert lines[0] in find("Deficit", evidence).sure


def test_the_placements_headline_says_both_the_shares_and_the_numbers(evidence, results):
    before, now = (figure(results, SPECIAL, f"January {year}") for year in (2023, 2024))
    assert find("Placements", evidence).headline == (
        f"A smaller share of plans is in special schools ({before['value']:.1f}% → {now['value']:.1f}%), "
        f"but more children are recorded there ({before['numerator']:.0f} → {now['numerator']:.0f})"
    )
    assert (before["numerator"], now["numerator"]) == (535, 567)


def test_the_placements_findings_say_what_unknown_placements_could_undo(evidence):
    """535 of 1,319 and 84 unknown before, 567 of 1,524 and 30 unknown after: the numbers overlap, the shares do not."""
    text = " ".join(find("Placements", evidence).sure)
    assert 535 + 84 > 567
    assert "it may have been from 535 to 619 before and from 567 to 597 after" in text
    assert 100 * (567 + 30) / 1524 < 100 * 535 / 1319
    assert "Plans in any special school fell by 3.4 percentage points" in text
    assert "better recording alone cannot explain this" in text


def test_the_attendance_headline_says_the_newest_full_year_and_the_first(evidence, results):
    first, before, now = (
        figure(results, OVERALL, year, "EHC plan")["value"] for year in ("2018/19", "2021/22", "2022/23")
    )
    assert first < now < before
    assert find("Attendance", evidence).headline == (
        "Pupils with EHC plans missed 11.65% of school in 2022/23, less than in 2021/22 (12.58%) "
        f"but more than in 2018/19 ({first:.2f}%)"
    )


def test_attendance_names_the_parts_of_a_year_only_to_set_them_apart(evidence):
    findings = find("Attendance", evidence)
    lines = [line for line in everything(findings).splitlines() if "9.7%" in line]
    assert len(lines) == 1
    assert "parts of a year" in lines[0]
    assert "no improvement is read from them" in lines[0]


def test_a_plain_headline_says_whose_figure_it_gives(evidence):
    """In January 2021 one year was known, with a figure each for plans, for SEN support and for neither."""
    early = at(evidence, "2021-01-01")
    headline = find("Attendance", early).headline
    rows = early.whole(OVERALL)
    shown = [row["breakdown"] for _, row in rows.iterrows() if early.write(row) in headline]
    assert any(breakdown in headline for breakdown in shown)


@pytest.mark.parametrize("day", ["2019-01-01", "2020-12-31", "2023-12-01", "2026-12-01"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_something_to_say_on_any_day(evidence, section, day):
    findings = find(section, at(evidence, day))
    assert findings.headline
    assert findings.sure
    assert not NO_NUMBER.search(everything(findings))


@pytest.mark.parametrize("day", ["2022-06-30", "2026-12-01"])
@pytest.mark.parametrize("section", SECTIONS)
def test_no_finding_speaks_of_impact(evidence, section, day):
    assert "impact" not in everything(find(section, at(evidence, day))).lower()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_without_figures_says_so(evidence, section):
    findings = find(section, without_lists(without_figures(evidence, section)))
    assert findings.headline == f"No figures for {section} had been published by the cut-off"
    assert findings.key_figures == []
    assert "no figure yet" in findings.not_yet[0]


@pytest.mark.parametrize(
    ("section", "metric_id", "period_label"),
    [
        ("Attendance", OVERALL, "2018/19"),
        ("Attendance", OVERALL, "2021/22"),
        ("Attendance", OVERALL, "2022/23"),
        ("Attendance", OVERALL, "spring term 2024"),
        ("Placements", SPECIAL, "January 2023"),
        ("Placements", SPECIAL, "January 2024"),
        ("Placements", "placement_inmss_percent", "January 2024"),
        ("Placements", "placement_special_known_percent", "January 2024"),
        ("Placements", "caseload_count", "January 2024"),
        ("Deficit", "dsg_cumulative_deficit", "2023"),
        ("Deficit", "dsg_cumulative_deficit", "2028"),
        ("Deficit", "dsg_implied_funding", "2027"),
    ],
)
def test_no_sentence_prints_a_number_where_a_figure_is_hidden(evidence, section, metric_id, period_label):
    less = hidden(evidence, metric_id, period_label)
    text = everything(find(section, less)) + answer(less)
    assert not NO_NUMBER.search(text), NO_NUMBER.search(text)


def test_the_exclusions_headline_sets_suspensions_a_term_beside_suspensions_a_term(evidence, reported):
    year = reported["suspensions_count", "Total", "academic year 2022-23"]
    two_terms = reported["suspensions_count", "Total", "2023-09-01 to 2024-03-31"]
    before, now = year / 3, two_terms / 2
    more = 100 * (now - before) / before
    assert find("Exclusions", evidence).headline == (
        f"Suspensions of all pupils ran at {math.floor(now + 0.5)} a term from 1 September 2023 to 31 March 2024 "
        f"against {before:.0f} a term in 2022/23, {more:.0f}% more"
    )
    assert (math.floor(now + 0.5), before, round(more)) == (861, 619, 39)


def test_the_exclusions_findings_say_that_the_two_totals_do_not_compare(evidence):
    lines = find("Exclusions", evidence).sure
    naming = [line for line in lines if "1,721" in line or "1,857" in line]
    assert len(naming) == 1
    assert "Adjusted: 1,721 over 2 terms and 1,857 over 3 terms" in naming[0]
    assert "this is a rough measure and the totals do not compare" in naming[0]
    assert "chance" not in naming[0]


def test_permanent_exclusions_are_too_few_to_tell_more_from_fewer(evidence, reported):
    before = reported["exclusions_count", "Total", "academic year 2022-23"] / 3
    now = reported["exclusions_count", "Total", "2023-09-01 to 2024-03-31"] / 2
    (line,) = [line for line in find("Exclusions", evidence).sure if line.startswith("Permanent exclusions of all")]
    assert f"{now:.1f} a term from 1 September 2023 to 31 March 2024 against {before:.1f} a term" in line
    assert "about as many" in line
    assert line.endswith("so few that the difference may be chance.")


def test_rates_of_pupils_with_plans_stand_beside_the_same_term_a_year_before_and_elsewhere(evidence, data):
    rates = {
        (row["measure"], row["period"]): float(row["rate"])
        for name in ("suspensions", "exclusions")
        for row in rows_of(data, "dfe-exclusions-by-sen", name)
        if row["area_code"] == HALTON and row["sen_provision"] == "EHC plan"
    }
    before, now = rates["suspensions", "summer term 2022"], rates["suspensions", "summer term 2023"]
    findings = find("Exclusions", evidence)
    text = " ".join(findings.sure)
    assert now > before
    assert f"suspensions per 100 pupils rose by {now - before:.2f}, from {before:.2f} in summer term 2022 to" in text
    assert rates["permanent exclusions", "summer term 2022"] == rates["permanent exclusions", "summer term 2023"] == 0
    assert "permanent exclusions per 100 pupils stayed at 0.000, from summer term 2022 to summer term 2023" in text
    assert text.count("Over the same time: Similar areas") == 2
    assert [(one.value, one.against) for one in findings.key_figures] == [
        (evidence.metrics["suspension_rate"].write(now), f"{before:.2f} in summer term 2022")
    ]


def test_the_grants_headline_sets_what_was_spent_beside_what_was_profiled(evidence, grant):
    paid = sum(grant["spend", "All lines", quarter] for quarter in (1, 2))
    planned = sum(grant["profile", "All lines", quarter] for quarter in (1, 2))
    findings = find("Grant", evidence)
    assert findings.headline == (
        f"{in_full(paid)} of {in_full(planned)} profiled was spent by the end of 2024-25-Q2, "
        f"{in_full(planned - paid)} less than planned"
    )
    assert (paid, planned, planned - paid) == (369_180, 500_000, 130_820)
    (figure,) = findings.key_figures
    assert (figure.value, figure.against) == (in_full(paid), f"{in_full(planned)} profiled")
    assert figure.sure == "as reported; behind its profile"


def test_the_grants_findings_say_what_each_quarter_that_is_left_would_have_to_spend(evidence, grant):
    whole = sum(grant["profile", "All lines", quarter] for quarter in (1, 2, 3, 4))
    needed = (whole - grant["spend to date", "All lines", 2]) / 2
    assert needed == 315_410
    assert f"{in_full(needed)} would have to be spent in each of the 2 quarters that are left." in " ".join(
        find("Grant", evidence).sure
    )


def test_the_grants_findings_say_how_much_no_line_accounts_for(evidence, grant):
    """A line has spent to date what is printed so, or else what it spent in the one quarter that is itemised."""
    lines = {line for measure, line, _ in grant if measure == "spend"} - {"All lines"}
    itemised = sum(grant.get(("spend to date", line, 2), grant["spend", line, 2]) for line in lines)
    left = grant["spend to date", "All lines", 2] - itemised
    findings = find("Grant", evidence)
    assert left == 310_000
    assert f"Of all spent to the end of 2024-25-Q2, {in_full(left)} is not itemised." in findings.sure
    assert sum(grant["spend", line, 2] for line in lines) == grant["spend", "All lines", 2]
    assert "Of what was spent in 2024-25-Q2, every pound is itemised." in findings.sure
    assert findings.decide == [
        f"Ask for the lines behind the {in_full(left)} of grant that is not itemised to the end of 2024-25-Q2."
    ]


def test_the_grants_findings_say_how_23_750k_is_read_and_what_it_would_be_by_the_letter(evidence, grant):
    lines = [line for measure, line, quarter in grant if (measure, quarter) == ("spend", 2) and line != "All lines"]
    read_so = sum(grant["spend", line, 2] for line in lines)
    by_the_letter = read_so - grant["spend", "DBV Lead", 2] + 1000 * grant["spend", "DBV Lead", 2]
    (line,) = [line for line in find("Grant", evidence).sure if "by the letter" in line]
    assert line == (
        f"“£ 23,750k” (DBV Lead) is read as £23,750: so the {len(lines)} lines of 2024-25-Q2 add up to "
        f"{in_full(read_so)}, the printed total; by the letter they would add up to {in_full(by_the_letter)}."
    )
    assert read_so == grant["spend", "All lines", 2] == 42_940


def test_spending_to_date_is_added_up_over_reports(with_report, grant):
    third = with_report("2025-01-24", grant=THIRD_QUARTER)
    paid = sum(grant["spend", "All lines", quarter] for quarter in (1, 2)) + 60_000
    planned = sum(grant["profile", "All lines", quarter] for quarter in (1, 2, 3))
    findings = find("Grant", third)
    assert findings.headline == (
        f"{in_full(paid)} of {in_full(planned)} profiled was spent by the end of 2024-25-Q3, "
        f"{in_full(planned - paid)} less than planned"
    )
    to_date = [grant["spend to date", line, 2] for line in ("DBV Lead", "Temp Inclusion Manager")]
    to_date += [grant["spend to date", "Data Analyst", 2] + 9_000]
    to_date += [grant["spend", "NASEN conference", 2] + 1_000, grant["spend", "Room hire", 2]]
    assert f"Of all spent to the end of 2024-25-Q3, {in_full(paid - sum(to_date))} is not itemised." in findings.sure
    assert "Of what was spent in 2024-25-Q3, £50,000 is not itemised." in findings.sure


def test_a_revised_quarter_counts_in_the_sum_to_date_from_its_own_day_on(with_report, evidence):
    revised = [*THIRD_QUARTER, spent(1, "All lines", 300_000)]
    day_before = with_report("2025-01-24", cut_off="2025-01-23", grant=revised)
    assert everything(find("Grant", day_before)) == everything(find("Grant", evidence))


def test_the_high_needs_headline_says_what_placements_and_transport_cost(evidence, reported):
    placed = reported["inmss_placements_count", "Total", "2024-09-24"]
    average = reported["inmss_unit_cost_average", "Total", "2024-09-24"]
    pupils = sum(reported["transport_pupils_count", where, "2024-09-26"] for where in DESTINATIONS)
    pounds = sum(reported["transport_spend", where, "2024-09-26"] for where in DESTINATIONS)
    findings = find("High needs spend", evidence)
    assert findings.headline == (
        f"{placed:.0f} placements in independent and non-maintained special schools cost {in_full(average)} each on "
        f"average; SEND transport costs {in_full(pounds)} for {pupils:.0f} pupils"
    )
    (figure,) = findings.key_figures
    assert (figure.value, figure.against) == (in_full(average), f"{placed:.0f} placements")


def test_pupils_taken_out_of_the_borough_are_a_fifth_of_those_transported_and_two_fifths_of_the_cost(
    evidence, reported
):
    shares = [
        100
        * reported[name, "Out of borough", "2024-09-26"]
        / sum(reported[name, where, "2024-09-26"] for where in DESTINATIONS)
        for name in ("transport_pupils_count", "transport_spend")
    ]
    assert [round(share) for share in shares] == [20, 41]
    assert (
        f"Pupils taken out of the borough are {shares[0]:.0f}% of those transported and {shares[1]:.0f}% of what "
        "transport costs." in find("High needs spend", evidence).sure
    )


def test_a_units_place_is_a_range_and_the_claimed_saving_lies_inside_what_it_saves_with_transport(evidence, reported):
    least, most = unit_range(reported)
    average = reported["inmss_unit_cost_average", "Total", "2024-09-24"]
    transport = (
        reported["transport_spend", "Out of borough", "2024-09-26"]
        / reported["transport_pupils_count", "Out of borough", "2024-09-26"]
    )
    claimed = reported["hdu_saving_claimed", "Total", "2023-12-20"]
    text = " ".join(find("High needs spend", evidence).sure)
    assert (least, most, claimed) == (20_000, 40_000, 35_000)
    assert f"would cost {in_full(least)} to {in_full(most)} a year" in text
    assert (
        f"That is {in_full(average - most)} to {in_full(average - least)} less than an average INMSS place without "
        "transport." in text
    )
    with_transport = average + transport
    assert with_transport - most < claimed < with_transport - least
    assert (
        f"That is {in_full(with_transport - most)} to {in_full(with_transport - least)} less than an average INMSS "
        f"place with transport; the {in_full(claimed)} that the application claims lies inside this range." in text
    )


def test_the_block_is_set_beside_the_funding_that_the_forecasts_imply_for_the_year_that_ends_with_it(evidence, data):
    (block,) = [
        float(row["pounds"])
        for row in rows_of(data, "dfe-dsg-2023-24", "high_needs_funding")
        if row["area_code"] == HALTON and row["line"] == "High needs block before deductions"
    ]
    path = {
        (row["measure"], row["period_printed"]): float(row["pounds"])
        for row in rows_of(data, APPLICATION, "scenarios")
        if row["scenario"] == "Unmitigated"
    }
    added = path["cumulative deficit", "2024"] - path["cumulative deficit", "2023"]
    implied = path["expenditure", "2024"] - added
    assert abs(implied - block) < 150_000
    assert (
        f"The DfE's high needs block for 2023-24 is {in_millions(block)}; the forecasts imply funding of "
        f"{in_millions(implied)} for “2024”: they agree within rounding, which bears out reading that year as the one "
        "that ends in March." in find("High needs spend", evidence).sure
    )


@pytest.mark.parametrize(("apart", "agrees"), [(149_000, True), (-149_000, True), (151_000, False), (-151_000, False)])
def test_block_and_implied_funding_agree_only_within_what_rounding_allows(evidence, apart, agrees):
    implied = figure(evidence.results, "dsg_implied_funding", "2024", "Unmitigated")["value"]
    where = {"metric_id": "high_needs_block", "area_code": HALTON, "breakdown": "High needs block before deductions"}
    text = " ".join(find("High needs spend", with_cells(evidence, where, value=implied + apart)).sure)
    assert ("they agree within rounding" in text) is agrees
    assert ("they do not agree within rounding." in text) is not agrees


def test_the_plans_headline_counts_the_newest_calendar_year_and_the_one_before_it(evidence, data):
    counts = {
        (row["flow"], row["period"]): row["count"]
        for row in rows_of(data, "dfe-ehc-plans-2025", "flows")
        if row["area_code"] == HALTON
    }
    requests, new = (
        [int(counts[flow, f"calendar year {year}"]) for year in (2022, 2023)] for flow in ("requests", "new plans")
    )
    taken = {
        (row["period"], row["time_taken"]): row["count"]
        for row in rows_of(data, "dfe-ehc-plans-2025", "timeliness")
        if row["area_code"] == HALTON and row["exceptions"] == "included"
    }
    before, now = (
        100 * int(taken[year, "within 20 weeks"]) / int(taken[year, "all"])
        for year in ("calendar year 2022", "calendar year 2023")
    )
    findings = find("Plans", evidence)
    assert findings.headline == (
        f"{requests[1]} requests for an assessment ({requests[1] - requests[0]} more) and {new[1]} new plans "
        f"({new[1] - new[0]} more) in 2023; {now:.1f}% of plans were issued within 20 weeks ({before:.1f}% the year "
        "before)"
    )
    assert (requests[1], new[1]) == (409, 270)
    assert (
        f"fell by {before - now:.1f} percentage points, from {before:.1f}% in 2022 to {now:.1f}% in 2023"
        in " ".join(findings.sure)
    )


def test_plans_name_the_parts_of_a_year_only_to_set_them_apart(evidence):
    findings = find("Plans", evidence)
    lines = [line for line in findings.sure if "62.4%" in line or "92.6%" in line or "64%" in line]
    assert len(lines) == 1
    assert "from 1 January 2024 to 19 September 2024" in lines[0]
    assert "They are not set against full years, and no improvement is read from them" in lines[0]


def test_a_share_of_part_of_a_year_is_a_key_figure_that_calls_itself_one(evidence, reported):
    share = reported["plans_20_weeks_excl_exceptions_percent", "Total", "2024-01-01 to 2024-09-19"]
    (figure,) = find("Plans", evidence).key_figures
    assert figure.value == f"{share:.0f}%"
    assert figure.what.endswith("1 January 2024 to 19 September 2024")
    assert figure.sure == "part of a year: not comparable yet"


def test_a_key_figure_always_says_what_it_is_set_against(evidence):
    days = ("2024-01-31", "2023-12-01", "2023-07-01", "2024-09-26", "2025-07-01")
    figures = [figure for day in days for name in SECTIONS for figure in find(name, at(evidence, day)).key_figures]
    assert len(figures) > 20
    assert [figure for figure in figures if not (figure.value and figure.what and figure.against and figure.sure)] == []
    plans = find("Plans", at(evidence, "2023-12-01")).key_figures[0]
    assert plans.against == "not comparable with the year before"


def test_the_delivery_headline_counts_what_the_report_calls_its_elements(evidence, data, reported):
    states = [row["status"].lower() for row in rows_of(data, REPORT, "phases") if row["said_in"] == "detail"]
    engaged, booked = (reported[f"thrive_{name}_percent", "Total", "2024-09-26"] for name in ("engaged", "booked"))
    findings = find("Delivery", evidence)
    assert findings.headline == (
        f"{engaged}% of schools have engaged with Thrive and {booked}% have booked training; of {len(states)} elements "
        f"the report calls {states.count('ahead')} ahead, {states.count('on track')} on track and "
        f"{states.count('slightly behind')} slightly behind"
    )
    assert [figure.value for figure in findings.key_figures] == [f"{engaged}%"]


def test_the_delivery_findings_name_the_one_element_whose_phase_is_not_the_planned_one(evidence, data):
    planned = {
        row["element"]: row["phase"] for row in rows_of(data, APPLICATION, "phases") if row["quarter"] == QUARTER
    }
    detail = {row["element"]: row["phase"] for row in rows_of(data, REPORT, "phases") if row["said_in"] == "detail"}
    (other,) = [element for element, phase in planned.items() if detail[element] != phase]
    lines = [line for line in find("Delivery", evidence).sure if "the application planned" in line]
    assert lines == [
        f"{other} is on track by the report, in {detail[other].lower()}; the application planned "
        f"{planned[other].lower()} for this quarter."
    ]
    assert other == "High Dependency Unit"


def test_the_delivery_findings_count_what_is_past_its_month(evidence, data):
    """At the cut-off of 26 September 2024 every month up to August is over."""
    tasks = [row for row in rows_of(data, APPLICATION, "tasks") if row["kind"] == "task"]
    late = [row for row in tasks if row["ends"] and row["ends"] <= "2024-08"]
    milestones = rows_of(data, APPLICATION, "milestones")
    missed = [row for row in milestones if row["due"] <= "2024-08"]
    risks = rows_of(data, APPLICATION, "risks")
    unreviewed = [row for row in risks if row["review"] <= "2024-08"]
    findings = find("Delivery", evidence)
    text = " ".join(findings.sure)
    for rows, past, what in ((tasks, late, "tasks"), (milestones, missed, "milestones")):
        assert (
            f"Of {len(rows)} {what} in the application, {len(past)} should have been done by 26 September 2024; no "
            "report says of any that it was." in text
        )
    assert f"Of {len(risks)} risks, {len(unreviewed)} had a review due before 26 September 2024" in text
    assert len(findings.decide) == 2


def test_the_voice_headline_counts_everybody_who_answered(evidence, reported):
    groups = [value for (metric_id, _, _), value in reported.items() if metric_id == "survey_respondents_count"]
    goals = reported["case_review_goals_percent", "Total", "2023-12-20"]
    findings = find("Voice", evidence)
    assert len(groups) == 3
    assert findings.headline == (
        f"{sum(groups):.0f} people answered surveys before the programme began; reviewers found that plans led to "
        f"children's goals in {goals:.0f}% of cases"
    )
    assert sum(groups) == 429
    text = " ".join(findings.sure)
    assert "92 children and young people, 67 education professionals and 270 parents and carers" in text


def test_the_voice_findings_say_what_chance_could_make_of_the_professionals_share(evidence, reported):
    asked = int(reported["survey_respondents_count", "Education professionals", "2023-12-20"])
    share = reported["survey_camhs_percent", "Total", "2023-12-20"]
    low, high = wilson(round(asked * share / 100), asked)
    assert (
        f"{share:.0f}% of professionals find that CAMHS helps: if all {asked} answered, chance alone could make it "
        f"{low:.0f}% to {high:.0f}% (95% interval, Wilson)." in find("Voice", evidence).sure
    )
    assert (round(low), round(high)) == (29, 52)


def test_once_people_are_asked_again_the_headline_no_longer_says_before_the_programme(with_report):
    again = [
        own("survey_respondents_count", 300, "2025-01-20", "Parents and carers"),
        own("survey_respondents_count", 80, "2025-01-20", "Education professionals"),
        own("survey_respondents_count", 70, "2025-01-20", "Children and young people"),
        own("survey_camhs_percent", 50, "2025-01-20", printed="50%"),
    ]
    findings = find("Voice", with_report("2025-01-24", own_figures=again))
    low, high = wilson(40, 80)
    assert findings.headline.startswith("450 people have answered surveys;")
    assert f"if all 80 answered, chance alone could make it {low:.0f}% to {high:.0f}%" in " ".join(findings.sure)
    assert findings.not_yet == []


@pytest.mark.parametrize("day", ["2019-01-01", "2023-12-20", "2024-04-15", "2024-09-26", "2025-07-01", "2026-12-01"])
@pytest.mark.parametrize("section", SECTIONS)
def test_no_headline_and_no_sentence_is_empty_on_any_day_with_or_without_lists(evidence, section, day):
    for one in (at(evidence, day), without_lists(at(evidence, day))):
        findings = find(section, one)
        assert all(line.strip() for line in everything(findings).splitlines())
        assert len(findings.headline) > 20
        assert not NO_NUMBER.search(everything(findings))


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ("Delivery", "thrive_booked_percent"),
        ("Delivery", "thrive_engaged_percent"),
        ("High needs spend", "inmss_placements_count transport_pupils_count"),
        ("High needs spend", "inmss_placements_count transport_spend"),
        ("High needs spend", "inmss_unit_cost_average transport_spend"),
        ("Voice", "survey_respondents_count"),
        ("Voice", "case_review_goals_percent"),
        ("Plans", "plans_20_weeks_percent"),
        ("Plans", "new_plans_count"),
        ("Grant", "grant_profile"),
        ("Grant", "grant_variance"),
        ("Exclusions", "suspensions_count"),
        ("Exclusions", "suspension_rate exclusion_rate"),
    ],
)
def test_a_headline_is_left_where_a_part_of_its_figures_is_missing(evidence, section, missing):
    findings = find(section, without_lists(without(evidence, *missing.split())))
    assert len(findings.headline) > 20
    assert not findings.headline.startswith("; ")
    assert not NO_NUMBER.search(everything(findings))


@pytest.mark.parametrize(
    ("section", "metric_id"),
    [
        ("High needs spend", "inmss_placements_count"),
        ("High needs spend", "transport_spend"),
        ("Delivery", "thrive_engaged_percent"),
        ("Voice", "case_review_goals_percent"),
    ],
)
def test_no_headline_has_a_symbol_where_a_number_should_stand(evidence, section, metric_id):
    headline = find(section, with_cells(evidence, {"metric_id": metric_id}, **HIDDEN)).headline
    assert not re.search(r"(?:^| )c(?= |$|;)", headline), headline


def newest_hidden(evidence: Evidence, metric_id: str) -> Evidence:
    return hidden(evidence, metric_id, evidence.rows(metric_id).iloc[-1]["period_label"])


def nought(evidence: Evidence, metric_id: str) -> Evidence:
    if not ((evidence.results["metric_id"] == metric_id) & (evidence.results["symbol"] == "")).any():
        return evidence
    return with_cells(evidence, {"metric_id": metric_id, "symbol": ""}, numerator=0.0, value=0.0)


@pytest.mark.parametrize("spoil", [hidden, newest_hidden, nought], ids=["hidden", "newest hidden", "nought"])
@pytest.mark.parametrize("section", SECTIONS)
def test_no_sentence_prints_a_number_that_is_not_there_whatever_one_measure_is(evidence, section, spoil):
    wrong = []
    for metric in evidence.in_section(section):
        if evidence.rows(metric.id).empty:
            continue
        try:
            text = everything(find(section, spoil(evidence, metric.id)))
        except ValueError as error:
            text = f"None: {error}"
        if NO_NUMBER.search(text):
            wrong.append(metric.id)
    assert wrong == []


def test_what_a_unit_saves_does_not_give_away_an_average_that_is_hidden(evidence, tables):
    """Two placements are few: their average cost is hidden, so what is worked out from it must be, too."""
    table = tables["own_figures"].copy()
    table.loc[table["metric_id"] == "inmss_placements_count", "value"] = 2.0
    metrics = [metric for metric in reading(evidence, "own_figures") if metric.section == "High needs spend"]
    results = recalculated(evidence, metrics, {**tables, "own_figures": table}).results
    assert set(results.loc[results["metric_id"] == "inmss_unit_cost_average", "symbol"]) == {"c"}
    saving = results[results["metric_id"] == "hdu_saving"]
    assert len(saving) == 4
    assert set(saving["symbol"]) == {"c"}
    assert saving["value"].isna().all()


def test_every_section_of_the_pack_has_findings_of_its_own():
    assert list(FIND) == list(SECTIONS)
