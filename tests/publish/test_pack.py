"""A published pack, read as a reader's browser reads it and checked apart from the gate that let it through."""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import docx
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.publish import manifest
from dbv_analysis.publish.check.documents import document_problems
from tests.conftest import HALTON, ROOT
from tests.publish.conftest import (
    EARLY,
    NOTHING_REPORTED,
    NOTHING_WRITTEN,
    REPORTS,
    SCARCE,
    SECTIONS,
    Run,
    loaded,
    scarce_run,
)
from tests.shipped import METRICS

CUT_OFF = date(2024, 9, 26)
PAGES = ["index.html", *SECTIONS.values(), "reconciliation.html"]
FIXED_ORDER = ["How sure are we", "Promised, and not there yet", "What counts", "Published since"]
WHOLE = sorted([*PAGES, *REPORTS, "evidence.xlsx", "figures.parquet", "manifest.json"])
NOTEBOOKS_DONE = sorted(f"{name}: done" for name in ["Board summary", *SECTIONS, "Reconciliation"])
EMPTY = {"", "nan", "none", "nat", "<na>", "null", "inf", "-"}
FIGURE = ["metric_id", "breakdown_topic", "breakdown", "period_start", "period_end"]
PRINTED = "Figures as the reports printed them"

every_page = pytest.mark.parametrize("name", PAGES)
every_section = pytest.mark.parametrize(("section", "name"), SECTIONS.items())


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def without_pictures(pack: Run, name: str) -> str:
    """A page's source; the letters of an encoded picture may spell anything."""
    return re.sub(r"base64,[^\"]+", "", (pack.folder / name).read_text(encoding="utf-8"))


def rows_of(table: Tag) -> list[list[str]]:
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


def table_called(page: BeautifulSoup, start: str) -> list[list[str]]:
    """The rows of the one table whose caption begins so."""
    found = [table for table in page.find_all("table") if words(table.caption).startswith(start)]
    assert len(found) == 1, f"{len(found)} tables are called {start}"
    return rows_of(found[0])


def heading(page: BeautifulSoup, text: str) -> Tag:
    found = [tag for tag in page.find_all("h2") if words(tag) == text]
    assert len(found) == 1, f"{len(found)} headings say {text}"
    return found[0]


def follows(tag: Tag, other: Tag) -> bool:
    return any(before is other for before in tag.find_all_previous())


def metrics_of(section: str) -> dict[str, Metric]:
    return {name: metric for name, metric in METRICS.items() if metric.section == section}


def own_rows(results: pd.DataFrame, section: str) -> pd.DataFrame:
    """The authority's own figures of a section, whenever they came out."""
    return results[(results["area_code"] == HALTON) & results["metric_id"].isin(list(metrics_of(section)))]


def news(rows: pd.DataFrame, cut_off: date = CUT_OFF) -> pd.DataFrame:
    """Those of ``rows`` that came out after the cut-off; a figure that was out before is not news."""
    known = set(rows.loc[rows["published"] <= cut_off, FIGURE].itertuples(index=False, name=None))
    later = rows[rows["published"] > cut_off]
    return later[[place not in known for place in later[FIGURE].itertuples(index=False, name=None)]]


def written(row: pd.Series) -> str:
    return row.symbol or METRICS[row.metric_id].write(row.value)


def test_the_run_prints_the_front_page_and_names_each_notebook_once_then_its_seal(pack):
    assert pack.done.out == f"{pack.folder / 'index.html'}\n"
    *said, seal = pack.done.err.splitlines()
    assert sorted(said) == NOTEBOOKS_DONE
    assert seal == f"Release 1, seal {manifest.read(pack.folder)['seal']}"


def test_the_pack_holds_its_files_and_nothing_else_and_beside_it_are_but_the_lock_and_the_logs(pack):
    assert sorted(path.name for path in pack.folder.iterdir()) == WHOLE
    assert sorted(path.name for path in pack.folder.parent.iterdir()) == [".dbv.lock", pack.folder.name, "logs"]


def test_the_notebooks_are_as_they_were(pack):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        assert (pack.project / "notebooks" / path.name).read_bytes() == path.read_bytes()


@every_page
def test_a_page_says_its_language_and_its_own_title(pack, name):
    page = pack.page(name)
    assert page.html["lang"] == "en-GB"
    assert page.find("meta", charset="utf-8")
    titles = {other: words(pack.page(other).title) for other in PAGES}
    assert list(titles.values()).count(titles[name]) == 1
    assert "Halton" in titles[name]
    assert "2024-25-Q2" in titles[name]


@every_page
def test_a_page_has_one_first_level_heading_and_skips_no_level_and_no_two_elements_share_a_name(pack, name):
    page = pack.page(name)
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    names = [tag["id"] for tag in page.find_all(id=True)]
    assert len(names) == len(set(names))


@every_page
def test_a_page_has_its_landmarks_and_its_answer_is_in_the_main_one_to_which_the_first_link_skips(pack, name):
    page = pack.page(name)
    assert [len(page.body.find_all(landmark, recursive=False)) for landmark in ("nav", "main", "footer")] == [1, 1, 1]
    assert page.nav["aria-label"]
    assert page.main.h1
    first = page.body.find(True)
    assert first.name == "a"
    assert "Skip" in words(first)
    assert page.find(id=first["href"].removeprefix("#")).name == "main"


@every_page
def test_the_navigation_leads_to_every_page_and_marks_this_one(pack, name):
    links = pack.page(name).nav.find_all("a")
    assert [link["href"] for link in links] == PAGES
    assert [link["href"] for link in links if link.get("aria-current") == "page"] == [name]


@every_page
def test_every_link_leads_to_a_file_of_the_pack_or_a_place_on_the_page(pack, name):
    page = pack.page(name)
    for link in page.find_all("a"):
        address = link["href"]
        assert page.find(id=address[1:]) if address.startswith("#") else (pack.folder / address).is_file(), address
        assert words(link)


@every_page
def test_a_page_runs_nothing_and_fetches_nothing(pack, name):
    page = pack.page(name)
    assert not page.find_all(["script", "link", "iframe", "object", "embed", "form", "base"])
    assert not page.find_all("meta", attrs={"http-equiv": True})
    for tag in page.find_all(True):
        assert not [key for key in tag.attrs if key.lower().startswith("on")], tag.name
        for key in ("src", "srcset", "data", "poster", "background", "ping"):
            assert str(tag.get(key, "data:")).startswith("data:"), f"{tag.name} {key}"
    styles = " ".join(
        [tag.get_text() for tag in page.find_all("style")] + [t["style"] for t in page.find_all(style=True)]
    )
    assert not re.search(r"url\(|@import", styles, re.IGNORECASE)


@every_page
def test_a_page_shows_no_code_no_parameter_no_folder_of_the_machine_and_no_traceback(pack, name):
    text = without_pictures(pack, name)
    assert not re.search(r"\bpage\.\w+\(", text)
    of_code = ["open_page", "import ", "parameters", "papermill", "In [", "Out[", "celltag", "jp-", "<pre"]
    traces = [*of_code, *_folders(pack), "Traceback", "Error:", "Warning:"]
    assert [trace for trace in traces if trace in text] == []


@pytest.mark.parametrize("name", ["evidence.xlsx", *REPORTS])
def test_a_file_of_office_shows_no_folder_of_the_machine(pack, name):
    with ZipFile(pack.folder / name) as book:
        inside = "".join(book.read(part).decode("utf-8") for part in book.namelist() if not part.endswith(".png"))
    for trace in _folders(pack):
        assert trace not in inside, trace


def _folders(pack: Run) -> list[str]:
    places = [pack.project, pack.project.parent, ROOT, Path.home(), Path(tempfile.gettempdir())]
    return [str(place) for place in places if len(place.parts) > 1] + [pack.project.name, "data/raw", "file:"]


def table_after(image: Tag) -> Tag:
    """The table that stands right after a picture's figure."""
    after = image.find_parent("figure").find_next_sibling()
    return after if after.name == "table" else after.find("table")


def pictures(pack: Run, *kinds: str) -> list[Tag]:
    """The pictures of the pack whose descriptions begin so, such as ``Line chart``."""
    every = [image for name in PAGES for image in pack.page(name).find_all("img")]
    return [image for image in every if image["alt"].startswith(kinds)]


@every_page
def test_a_picture_says_of_what_kind_it_is_and_its_table_follows_its_figure(pack, name):
    for image in pack.page(name).find_all("img"):
        assert re.match(r"(Line chart|Bar chart|Range chart|Heat map|Timeline|Control chart): \w", image["alt"])
        assert words(table_after(image).caption) in image["alt"]


def test_a_line_chart_says_numbers_that_its_table_holds(pack):
    for image in pictures(pack, "Line chart"):
        said = re.findall(r"(−?£?\d[\d,.]*[%m]?) in ", image["alt"])
        assert said
        assert set(said) <= {cell for row in rows_of(table_after(image)) for cell in row}


def test_a_bar_chart_and_a_range_say_the_numbers_that_their_tables_hold_and_no_others(pack):
    for image in pictures(pack, "Bar chart", "Range chart"):
        _, *body = rows_of(table_after(image))
        said = image["alt"].removesuffix(".").split(": ", 1)[1]
        for name in sorted([words(table_after(image).caption), *(row[0] for row in body)], key=len, reverse=True):
            said = said.replace(name, " ")
        notes = [words(note) for note in table_after(image).parent.find_next_siblings("p", class_="note", limit=1)]
        held = {cell for row in body for cell in row[1:]} | set(re.findall(r"£?\d[\d,.]*\d", " ".join(notes)))
        numbers = re.findall(r"(?<![\w,.])−?£?\d[\d,.]*\d[%m]?|(?<![\w,.])\d%?(?![\w,.])", said)
        assert numbers, said
        assert set(numbers) <= held, said


def test_a_heat_map_says_how_many_cells_it_fills_and_which_are_darkest(pack):
    maps = pictures(pack, "Heat map")
    assert maps
    for image in maps:
        header, *body = rows_of(table_after(image))
        rows, columns, filled, cells = map(
            int, re.search(r"(\d+) rows by (\d+) columns, (\d+) of (\d+) cells filled", image["alt"]).groups()
        )
        assert (rows, columns, cells) == (len(body), len(header) - 1, len(body) * (len(header) - 1))
        held = Counter(cell for row in body for cell in row[1:])
        assert filled in (cells, cells - held["no risk"])
        told = re.search(r"Darkest: (.+)\.$", image["alt"])[1].split("; ")
        places = {f"{row[0]}, {name} ({cell})" for row in body for name, cell in zip(header[1:], row[1:], strict=True)}
        assert {place for place in told if not re.fullmatch(r"\d+ more", place)} <= places


def test_a_timeline_says_how_many_tasks_it_draws_and_in_which_states(pack):
    lines = pictures(pack, "Timeline")
    assert lines
    for image in lines:
        _, *body = rows_of(table_after(image))
        assert f" {len(body)} tasks, " in image["alt"]
        states = re.search(r" Status: (.+?)\. ", image["alt"])[1]
        told = {state: int(number) for number, state in re.findall(r"(\d+) ([a-z ]+?)(?:, | and |$)", states)}
        assert told == Counter(row[-1] for row in body)


@every_page
def test_no_two_charts_of_a_page_have_the_same_title_and_no_two_tables_the_same_caption(pack, name):
    page = pack.page(name)
    for titles in (page.find_all(class_="chart-title"), [table.caption for table in page.find_all("table")]):
        assert [title for title, number in Counter(map(words, titles)).items() if number > 1] == []


@every_section
def test_a_section_has_its_chart_before_it_says_how_sure_it_is(pack, section, name):
    page = pack.page(name)
    first = page.find("figure")
    assert follows(first, page.h1)
    assert follows(heading(page, "How sure are we"), first.find_next("table"))


def test_the_front_page_holds_no_picture_and_at_most_four_key_figures(pack):
    page = pack.page("index.html")
    assert not page.find_all("img")
    figures = page.find(class_="key-figures").find_all("li")
    assert 1 <= len(figures) <= 4
    for figure in figures:
        value, *about = (words(part) for part in figure.find_all(True))
        assert re.search(r"\d", value)
        assert len(about) == 3
        assert all(about)


@every_page
def test_a_table_has_a_caption_scoped_headers_and_no_cell_without_a_figure_or_a_word(pack, name):
    for table in pack.page(name).find_all("table"):
        assert words(table.caption)
        header, *body = table.find_all("tr")
        assert [cell.get("scope") for cell in header.find_all("th")] == ["col"] * len(header.find_all(["th", "td"]))
        assert body
        for row in body:
            cells = row.find_all(["th", "td"])
            assert len(cells) == len(header.find_all("th"))
            assert [cell.get("scope") for cell in cells] == ["row"] + [None] * (len(cells) - 1)
        assert not EMPTY & {cell.lower() for row in rows_of(table) for cell in row}


@every_page
def test_a_symbol_is_explained_under_its_table(pack, name):
    for table in pack.page(name).find_all("table"):
        used = {cell for row in rows_of(table) for cell in row} & set(SYMBOLS)
        notes = []
        for after in table.parent.find_next_siblings():
            if "note" not in after.get("class", []):
                break
            notes.append(words(after))
        for symbol in used:
            assert any(note.startswith(f"{symbol} :") and SYMBOLS[symbol] in note for note in notes), symbol


def test_some_table_of_the_pack_does_hold_a_symbol(pack):
    cells = [
        cell for name in PAGES for table in pack.page(name).find_all("table") for row in rows_of(table) for cell in row
    ]
    assert set(cells) & set(SYMBOLS)


@every_section
def test_a_section_page_keeps_the_order_of_its_parts(pack, section, name):
    headings = [words(tag) for tag in pack.page(name).main.find_all("h2")]
    assert [text for text in headings if text in FIXED_ORDER] == FIXED_ORDER
    assert headings[0] == FIXED_ORDER[0]
    assert headings[-3:] == FIXED_ORDER[1:]


@every_page
def test_a_page_says_its_quarter_and_its_cut_off_under_the_answer(pack, name):
    head = words(pack.page(name).find("header"))
    assert "Quarter 2, 2024-25 (July to September 2024). Figures first published by 26 September 2024." in head


@every_section
def test_every_chart_names_its_source_with_the_day_of_publication(pack, section, name):
    charts = pack.page(name).find_all("figcaption")
    assert charts
    for chart in charts:
        lines = [words(line) for line in chart.find_all("span")]
        assert re.fullmatch(r"Source: .+ \(\d{1,2} [A-Z][a-z]+ \d{4}\)\.", lines[0]), lines[0]


def test_a_chart_from_a_release_after_the_cut_off_says_when_its_newest_figure_came_out(pack):
    lines = [words(line) for line in pack.page("placements.html").find("figcaption").find_all("span")]
    assert "(26 June 2025)" in lines[0]
    assert (
        "As at 18 January 2024; first published by 13 June 2024, read from a later release, which may have revised it."
        in lines
    )


def test_the_parts_of_a_year_each_give_the_day_to_which_they_refer(pack):
    header, *body = table_called(pack.page("attendance.html"), "Overall absence, per cent: parts of a year")
    assert header[-1] == "As at"
    assert {row[-1] for row in body} == {"21 September 2024", "26 September 2024"}


def named_in_notebook(name: str) -> set[str]:
    """The metrics that a section's own notebook asks for by name."""
    text = (ROOT / "notebooks" / name.replace(".html", ".ipynb")).read_text(encoding="utf-8")
    return {metric for metric in METRICS if re.search(rf'\\"{metric}\\"', text)}


@every_section
def test_what_counts_defines_every_measure_that_the_page_shows(pack, results, section, name):
    _, *body = table_called(pack.page(name), "What counts")
    told = {row[0]: row for row in body}
    rows = own_rows(results, section)
    with_figures = set(rows.loc[rows["published"] <= CUT_OFF, "metric_id"])
    known = METRICS
    assert {known[metric].title for metric in named_in_notebook(name) | with_figures} <= set(told)
    assert set(told) <= {known[metric].title for metric in named_in_notebook(name) | set(rows["metric_id"])}
    for metric in known.values():
        if metric.title in told:
            assert told[metric.title][1].startswith(metric.definition)
            assert told[metric.title][2] == metric.source


@every_section
def test_what_counts_gives_the_assumptions_and_notes_of_the_files_that_the_page_draws_on(
    pack, data, results, section, name
):
    """Those of the whole file, and those about the page's own section; of no file those about another section."""
    page = pack.page(name)
    told = words(page.main)
    shown = {row[0] for row in table_called(page, "What counts")[1:]}
    metrics = [metric for metric in METRICS.values() if metric.title in shown]
    known = results[(results["area_code"] == HALTON) & (results["published"] <= CUT_OFF)]
    releases = {metric.id: set(known.loc[known["metric_id"] == metric.id, "release"]) for metric in metrics}
    sources = loaded(data).sources
    own = [
        source
        for source in sources
        if any(source.table in metric.tables and source.release in releases[metric.id] for metric in metrics)
    ]
    assert own
    for source in own:
        for said in [*source.assumptions, *source.about.get(section, []), *source.notes]:
            assert said in told, f"{source.title}, {source.file}: {said}"
    others = [said for source in sources for of, said_of in source.about.items() if of != section for said in said_of]
    assert others
    assert [said for said in others if said in told] == []


def test_every_assumption_about_a_section_stands_on_its_page(pack, data):
    about = [(of, said) for source in loaded(data).sources for of, told in source.about.items() for said in told]
    assert {of for of, _ in about} <= set(SECTIONS)
    assert [said for of, said in about if said not in words(pack.page(SECTIONS[of]).main)] == []


@pytest.mark.parametrize("name", ["placements.html", "attendance.html"])
def test_a_page_with_printed_figures_says_how_their_years_were_read(pack, name):
    page = pack.page(name)
    assert table_called(page, "Figures as the reports printed them")
    assert "Assumed: The report prints years alone." in words(page.main)


@every_section
def test_the_front_page_gives_each_section_its_headline_and_a_link(pack, section, name):
    page = pack.page("index.html")
    (link,) = [link for link in page.main.find_all("a") if link["href"] == name]
    assert words(link) == section
    assert words(pack.page(name).h1) in words(link.find_parent("li"))


def test_the_front_page_links_every_report_by_its_title(pack):
    after = heading(pack.page("index.html"), "Reports").find_next("ul")
    links = after.find_all("a")
    assert [link["href"] for link in links] == REPORTS
    for link in links:
        title = docx.Document(str(pack.folder / link["href"])).core_properties.title
        assert words(link) == title or link["href"] == "dfe_return.docx"
    assert words(links[0]) == "Quarterly return to the DfE"


def test_the_front_page_has_the_parts_that_a_board_asks_for(pack):
    headings = [words(tag) for tag in pack.page("index.html").main.find_all("h2")]
    assert headings == [
        "Section by section",
        "Here and elsewhere",
        "The same children",
        "What cannot be told yet, and when",
        "What was promised",
        "What the last reports got wrong",
        "For decision",
        "Reports",
    ]


def test_the_front_page_counts_every_promised_measure_once_and_its_totals_add_up(pack, data):
    header, *body, total = table_called(pack.page("index.html"), "Measures that the documents promise")
    assert header == ["Section", "Reported", "Late", "Promised, not yet reported", "Never defined"]
    assert [row[0] for row in body] == list(SECTIONS)
    numbers = [[int(cell) for cell in row[1:]] for row in body]
    assert total == ["All sections", *(str(sum(column)) for column in zip(*numbers, strict=True))]
    promised = [row for path in data.rglob("measures.csv") for row in csv.DictReader(path.open(encoding="utf-8"))]
    assert promised
    assert sum(map(sum, numbers)) == len(promised)


@every_section
def test_a_section_names_what_is_promised_and_not_there_and_the_front_page_counts_the_same_states(pack, section, name):
    (counted,) = [
        row[1:] for row in table_called(pack.page("index.html"), "Measures that the documents") if row[0] == section
    ]
    after = heading(pack.page(name), "Promised, and not there yet").find_next(["ul", "p"])
    items = [words(item) for item in after.find_all("li")]
    for state, number in zip(("late", "not yet reported", "never defined"), map(int, counted[1:]), strict=True):
        told = [item for item in items if f", {state}" in item]
        both = [item for item in told if "(both workstreams)" in item]
        assert len(told) <= number <= len(told) + len(both), state
    if not any(map(int, counted[1:])):
        assert words(after) == "Everything that was promised of this section has figures in time."


@every_page
def test_the_foot_of_a_page_names_every_input_and_the_disclosure_rule(pack, data, name):
    foot = words(pack.page(name).footer)
    for path in sorted(data.rglob("*.csv")):
        assert path.relative_to(data).as_posix() in foot
    assert "Counts from 1 to 4" in foot
    assert "not signed off yet" in foot


WITH_NEWS = ["Plans", "Placements", "Attendance", "Exclusions"]


def test_these_sections_have_figures_from_after_the_cut_off(results):
    assert [section for section in SECTIONS if not news(own_rows(results, section)).empty] == WITH_NEWS


@pytest.mark.parametrize("section", WITH_NEWS)
def test_a_figure_from_after_the_cut_off_stands_only_under_published_since(pack, results, section):
    page = pack.page(SECTIONS[section])
    since = heading(page, "Published since")
    rows = own_rows(results, section)
    later = set(news(rows)["period_label"]) - set(rows.loc[rows["published"] <= CUT_OFF, "period_label"])
    assert later
    told = [
        row
        for row in page.main.find_all("tr")
        if {words(cell) for cell in row.find_all(["th", "td"])} & later
        and not words(row.find_parent("table").caption).startswith(PRINTED)
    ]
    assert told
    assert all(follows(row, since) for row in told)
    said = [image["alt"] for image in page.find_all("img")] + [words(page.h1)]
    said += [words(title) for title in page.find_all(class_="chart-title")]
    assert not [(label, sentence) for label in later for sentence in said if f"in {label}" in sentence]


@every_section
def test_published_since_holds_every_later_figure_with_its_day(pack, results, section, name):
    metrics = metrics_of(section)
    expected = sorted(
        [
            metrics[row.metric_id].title + ("" if row.breakdown == "Total" else f", {row.breakdown}"),
            row.period_label,
            written(row),
            format_day(row.published),
        ]
        for row in news(own_rows(results, section)).itertuples()
    )
    page = pack.page(name)
    if not expected:
        after = heading(page, "Published since").find_next("p")
        assert words(after) == "Nothing on this page has been published since the cut-off."
        return
    header, *body = table_called(page, "Published since 26 September 2024")
    assert header == ["Measure", "Period", "Figure", "First published"]
    assert sorted(body) == expected


def test_the_share_of_january_2025_is_told_once_and_as_published_later(pack):
    page = pack.page("placements.html")
    told = [row for row in page.find_all("tr") if "January 2025" in words(row) and "36.6%" in words(row)]
    assert [words(row) for row in told] == ["Plans in any special school January 2025 36.6% 26 June 2025"]
    assert follows(told[0], heading(page, "Published since"))


def test_the_front_page_quotes_nothing_from_after_the_cut_off(pack, results):
    told = words(pack.page("index.html").main).replace("the count of 16 January 2025 is the first after", "")
    rows = pd.concat([own_rows(results, section) for section in SECTIONS])
    known = {written(row) for row in rows[rows["published"] <= CUT_OFF].itertuples()}
    later = {written(row) for row in news(rows).itertuples()} - known
    later = {figure for figure in later if len(figure) > 3}  # a shorter number may be of anything
    assert {"1,712", "12.32%", "11.40%"} <= later
    later |= {"36.6%", "January 2025 "}
    assert [figure for figure in later if re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d,])", told)] == []


def test_the_deficit_page_names_the_path_that_does_not_add_up(pack):
    page = pack.page("deficit.html")
    sentence = next(words(item) for item in page.find_all("li") if "29.2" in words(item))
    assert "does not agree with the other paths within rounding in 2027" in sentence
    assert sentence.startswith("The target path")
    _, *body = table_called(page, "Funding implied by each path")
    assert [row[:3] for row in body if row[-1] == "no"] == [["2027", "Target", "£29.2m"]]


def test_the_placements_page_shows_44_7_as_printed_beside_the_figure_that_holds(pack):
    page = pack.page("placements.html")
    _, *body = table_called(page, "Figures as the reports printed them")
    told = [row for row in body if row[2] == "44.7 %"]
    assert told == [
        [
            "Placement into Maintain Special Schools (MSS)",
            "2023",
            "44.7 %",
            "32.4%",
            "Plans in state special schools, January 2023",
            "no: it is the figure of plans in any special school in January 2022",
        ]
    ]


def corrected(pack: Run) -> list[str]:
    """The sentences on what the last reports got wrong."""
    wrong = heading(pack.page("index.html"), "What the last reports got wrong").find_next("ul")
    return [words(item) for item in wrong.find_all("li")]


def test_the_front_page_corrects_what_the_reports_printed(pack):
    """Three shares and counts are another year's or another measure's, wherever the report prints them."""
    told = [re.match(r"“.+?”, Halton, (20\d\d): printed “([^”]+)”", sentence) for sentence in corrected(pack)]
    assert [found.groups() for found in told if found] == [
        ("2023", "44.7 %"),
        ("2024", "37.2%"),
        ("2024", "270"),
        ("2023", "383"),
        ("2024", "409"),
    ]


def test_the_front_page_calls_no_undated_figure_wrong(pack):
    assert not [sentence for sentence in corrected(pack) if "not stated" in sentence or "no year printed" in sentence]
    page = pack.page("reconciliation.html")
    assert "No year is printed; 9% is plans in independent and non-maintained special schools" in words(page.main)


def test_the_front_pages_first_lines_tell_what_was_better_what_not_what_cannot_be_told_and_what_to_correct(pack):
    """The h1 is the first line; four follow it before anything else of the page."""
    main = pack.page("index.html").main
    following = [tag for tag in main.h1.find_all_next(["p", "li", "h2", "td"]) if "about" not in tag.get("class", [])]
    starts = [words(tag).partition(":")[0] for tag in following[:4]]
    assert starts == [
        "Better than in similar areas",
        "No better than there",
        "Too early to tell",
        "To correct in the last reports",
    ]


def test_the_placements_page_tells_the_share_and_the_number_that_go_different_ways(pack):
    assert words(pack.page("placements.html").h1) == (
        "A smaller share of plans is in special schools (40.6% → 37.2%), "
        "but more children are recorded there (535 → 567)"
    )


def test_three_weeks_of_september_stand_only_where_they_are_called_parts_of_a_year(pack):
    page = pack.page("attendance.html")
    assert not [image for image in page.find_all("img") if re.search(r"(?<![\d.])9\.7(?!\d)", image["alt"])]
    told = page.main.find_all(string=re.compile(r"(?<![\d.])9\.7(?!\d)"))
    assert told
    for text in told:
        table = text.find_parent("table")
        around = words(table.caption) if table else words(text.find_parent(["li", "p"]))
        assert "parts of a year" in around


@pytest.mark.parametrize(
    ("name", "caption", "file", "columns"),
    [
        ("delivery.html", "The risk register", "risks", ["number", "element", "risk"]),
        ("delivery.html", "Places that the capital programme adds", "capital_places", ["school", "provision"]),
        ("delivery.html", "Milestones on 26 September 2024", "milestones", ["milestone", "workstream"]),
        ("voice.html", "Surveys, case reviews and events", "voice", ["finding"]),
        ("voice.html", "Engagement, planned and held", "engagement", ["event"]),
    ],
)
def test_a_register_stands_whole_and_in_order_on_its_page(pack, data, name, caption, file, columns):
    path = data / "grant-application-2023-12" / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        entries = [[" ".join(row[column].split()) for column in columns] for row in csv.DictReader(stream)]
    _, *body = table_called(pack.page(name), caption)
    assert entries
    assert [row[: len(columns)] for row in body] == entries


def test_the_parts_of_a_year_are_in_no_table_with_full_years(pack):
    for table in pack.page("attendance.html").find_all("table"):
        labels = " ".join(cell for row in rows_of(table) for cell in row)
        if "September 2024" in labels and "not comparable with full years" in words(table.caption):
            assert "2022/23" not in labels
        elif "What counts" not in words(table.caption):
            assert "spring term 2024" not in labels


# A quarter with less data: every page says what is missing, and the pack is whole all the same.

WITHOUT = {
    NOTHING_REPORTED: ["Delivery", "Voice"],
    EARLY: ["Deficit", "High needs spend", "Grant", "Delivery", "Voice"],
    NOTHING_WRITTEN: [],
}


@pytest.fixture(scope="session", params=SCARCE)
def scarce(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return scarce_run(tmp_path_factory, request.param)


def known_rows(run: Run, section: str) -> pd.DataFrame:
    """The authority's own figures of a section that a run may quote."""
    cut_off = date.fromisoformat(manifest.read(run.folder)["parameters"]["as_at"])
    rows = own_rows(pd.read_parquet(run.project / "data" / "processed" / "results.parquet"), section)
    return rows[rows["published"] <= cut_off]


def test_a_run_with_less_data_ends_well_and_the_pack_is_whole(scarce):
    assert scarce.done.out == f"{scarce.folder / 'index.html'}\n"
    assert sorted(scarce.done.err.splitlines()[:-1]) == NOTEBOOKS_DONE
    assert sorted(path.name for path in scarce.folder.iterdir()) == WHOLE


def test_a_section_says_that_it_has_no_figures_exactly_where_it_has_none_and_so_does_the_front_page(scarce):
    assert [name for name in SECTIONS if known_rows(scarce, name).empty] == WITHOUT[scarce.project.name]
    front = scarce.page("index.html")
    for section, name in SECTIONS.items():
        answer = words(scarce.page(name).h1)
        none = answer == f"No figures for {section} had been published by the cut-off"
        assert none == (section in WITHOUT[scarce.project.name]), answer
        (link,) = [link for link in front.main.find_all("a") if link["href"] == name]
        assert answer in words(link.find_parent("li"))


def test_the_front_page_names_each_measure_of_a_section_without_figures_under_what_cannot_be_told_yet(scarce):
    told = words(heading(scarce.page("index.html"), "What cannot be told yet, and when").find_next("ul"))
    for section in WITHOUT[scarce.project.name]:
        assert [metric.title for metric in metrics_of(section).values() if metric.title not in told] == []


def test_a_page_says_of_every_measure_that_it_asks_for_where_there_is_no_figure(scarce):
    """In a sentence, or in a column that holds x and nothing else."""
    rows = pd.concat([known_rows(scarce, section) for section in SECTIONS])
    known = METRICS
    asked = {name: named_in_notebook(name) - set(rows["metric_id"]) for name in SECTIONS.values()}
    assert any(asked.values())
    silent = []
    for name, metrics in asked.items():
        page = scarce.page(name)
        sentences = [words(tag) for tag in page.main.find_all(["p", "li"])]
        columns = [column for table in page.main.find_all("table") for column in zip(*rows_of(table), strict=True)]
        said = {column[0] for column in columns if set(column[1:]) == {"x"}}
        for title in (known[metric].title for metric in sorted(metrics)):
            if title not in said and not any(title in words and ": no figure" in words for words in sentences):
                silent.append((name, title))
    assert silent == []


def test_a_page_does_not_say_that_all_promises_are_kept_where_no_promise_is_known(scarce):
    cut_off = date.fromisoformat(manifest.read(scarce.folder)["parameters"]["as_at"])
    promised = scarce.inputs().tables["measures"]
    known = not promised[promised["published"] <= cut_off].empty
    assert known == (scarce.project.name == NOTHING_WRITTEN)
    kept = [name for name in SECTIONS.values() if "Everything that was promised" in words(scarce.page(name).main)]
    assert bool(kept) == known


def test_what_counts_names_no_document_from_after_the_cut_off_that_the_pack_does_not_draw_on(scarce):
    cut_off = date.fromisoformat(manifest.read(scarce.folder)["parameters"]["as_at"])
    drawn_on = set(pd.concat([known_rows(scarce, section) for section in SECTIONS])["release"])
    for source in scarce.inputs().sources:
        if source.published > cut_off and source.release not in drawn_on:
            for name in SECTIONS.values():
                counts = words(scarce.page(name).main).partition(" What counts ")[2].partition(" Published since ")[0]
                assert f"{source.title}; published" not in counts, name


def test_key_figures_and_tables_have_no_empty_part_with_less_data(scarce):
    for name in PAGES:
        page = scarce.page(name)
        assert not EMPTY & {cell.lower() for table in page.find_all("table") for row in rows_of(table) for cell in row}
        for figure in page.find_all(class_="key-figures"):
            assert all(words(part) for part in figure.find_all(True))


def test_the_reports_are_fit_to_be_sent_with_less_data(scarce):
    assert [problem for name in REPORTS for problem in document_problems(scarce.folder / name)] == []
