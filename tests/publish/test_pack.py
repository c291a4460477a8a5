"""A published pack, read as a reader's browser reads it and checked apart from the gate that let it through."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from dbv_analysis import registry
from dbv_analysis.loaders import load
from dbv_analysis.periods import day_in_words
from dbv_analysis.terms import SYMBOLS
from tests.conftest import HALTON, ROOT
from tests.publish.conftest import Run

CUT_OFF = date(2024, 9, 26)
SECTIONS = {"Deficit": "deficit.html", "Placements": "placements.html", "Attendance": "attendance.html"}
PAGES = ["index.html", *SECTIONS.values()]
FIXED_ORDER = ["How sure are we", "What counts", "Published since"]
EMPTY = {"", "nan", "none", "nat", "<na>", "null", "inf", "-"}

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


def test_the_run_prints_the_address_of_the_front_page_and_nothing_else(pack: Run):
    assert pack.done.stdout == f"{pack.folder / 'index.html'}\n"


def test_the_run_names_each_notebook_once_and_says_nothing_else_off_a_terminal(pack: Run):
    said = sorted(pack.done.stderr.splitlines())
    assert said == ["Attendance: done", "Board summary: done", "Deficit: done", "Placements: done"]


def test_the_pack_holds_its_pages_workbook_and_manifest_and_nothing_else(pack: Run):
    assert sorted(path.name for path in pack.folder.iterdir()) == sorted([*PAGES, "evidence.xlsx", "manifest.json"])


def test_nothing_is_left_beside_the_pack_but_the_lock(pack: Run):
    assert sorted(path.name for path in pack.folder.parent.iterdir()) == [".dbv.lock", pack.folder.name]


def test_the_notebooks_are_as_they_were(pack: Run):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        assert (pack.project / "notebooks" / path.name).read_bytes() == path.read_bytes()


@every_page
def test_a_page_says_its_language_and_its_own_title(pack: Run, name: str):
    page = pack.page(name)
    assert page.html["lang"] == "en-GB"
    assert page.find("meta", charset="utf-8")
    titles = {other: words(pack.page(other).title) for other in PAGES}
    assert list(titles.values()).count(titles[name]) == 1
    assert "Halton" in titles[name]
    assert "2024-25-Q2" in titles[name]


@every_page
def test_a_page_has_one_first_level_heading_and_skips_no_level(pack: Run, name: str):
    levels = [int(tag.name[1]) for tag in pack.page(name).find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_page
def test_a_page_has_its_landmarks_and_its_answer_is_in_the_main_one(pack: Run, name: str):
    page = pack.page(name)
    assert [len(page.body.find_all(landmark, recursive=False)) for landmark in ("nav", "main", "footer")] == [1, 1, 1]
    assert page.nav["aria-label"]
    assert page.main.h1


@every_page
def test_the_first_link_skips_to_the_main_content(pack: Run, name: str):
    page = pack.page(name)
    first = page.body.find(True)
    assert first.name == "a"
    assert "Skip" in words(first)
    assert page.find(id=first["href"].removeprefix("#")).name == "main"


@every_page
def test_no_two_elements_share_a_name(pack: Run, name: str):
    names = [tag["id"] for tag in pack.page(name).find_all(id=True)]
    assert len(names) == len(set(names))


@every_page
def test_the_navigation_leads_to_every_page_and_marks_this_one(pack: Run, name: str):
    links = pack.page(name).nav.find_all("a")
    assert [link["href"] for link in links] == PAGES
    assert [link["href"] for link in links if link.get("aria-current") == "page"] == [name]


@every_page
def test_every_link_leads_to_a_file_of_the_pack_or_a_place_on_the_page(pack: Run, name: str):
    page = pack.page(name)
    for link in page.find_all("a"):
        address = link["href"]
        assert page.find(id=address[1:]) if address.startswith("#") else (pack.folder / address).is_file(), address
        assert words(link)


@every_page
def test_a_page_runs_nothing_and_fetches_nothing(pack: Run, name: str):
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
def test_a_page_shows_no_code_no_parameter_and_no_cell_tag(pack: Run, name: str):
    text = without_pictures(pack, name)
    assert not re.search(r"\bpage\.\w+\(", text)
    for trace in ("open_page", "import ", "parameters", "papermill", "In [", "Out[", "celltag", "jp-", "<pre"):
        assert trace not in text, trace


@every_page
def test_a_page_shows_no_folder_of_the_machine_and_no_traceback(pack: Run, name: str):
    text = without_pictures(pack, name)
    for trace in [*_folders(pack), "Traceback", "Error:", "Warning:"]:
        assert trace not in text, trace


def test_the_workbook_shows_no_folder_of_the_machine(pack: Run):
    with ZipFile(pack.folder / "evidence.xlsx") as book:
        inside = "".join(book.read(name).decode("utf-8") for name in book.namelist())
    for trace in _folders(pack):
        assert trace not in inside, trace


def _folders(pack: Run) -> list[str]:
    places = [pack.project, pack.project.parent, ROOT, Path.home(), Path(tempfile.gettempdir())]
    return [str(place) for place in places if len(place.parts) > 1] + [pack.project.name, "data/raw", "file:"]


@every_page
def test_a_picture_says_its_numbers_and_a_table_that_holds_them_stands_after_its_figure(pack: Run, name: str):
    page = pack.page(name)
    for image in page.find_all("img"):
        figure = image.find_parent("figure")
        said = re.findall(r"(−?£?\d[\d,.]*[%m]?) in ", image["alt"])
        assert said
        after = figure.find_next_sibling()
        table = after if after.name == "table" else after.find("table")
        cells = {cell for row in rows_of(table) for cell in row}
        assert set(said) <= cells


@every_section
def test_a_section_has_its_chart_before_it_says_how_sure_it_is(pack: Run, section: str, name: str):
    page = pack.page(name)
    first = page.find("figure")
    assert follows(first, page.h1)
    assert follows(heading(page, "How sure are we"), first.find_next("table"))


def test_the_front_page_holds_no_picture_and_at_most_four_key_figures(pack: Run):
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
def test_a_table_has_a_caption_scoped_headers_and_no_cell_without_a_figure_or_a_word(pack: Run, name: str):
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
def test_no_two_tables_of_a_page_have_the_same_caption(pack: Run, name: str):
    captions = [words(table.caption) for table in pack.page(name).find_all("table")]
    assert len(captions) == len(set(captions))


@every_page
def test_a_symbol_is_explained_under_its_table(pack: Run, name: str):
    for table in pack.page(name).find_all("table"):
        used = {cell for row in rows_of(table) for cell in row} & set(SYMBOLS)
        notes = []
        for after in table.parent.find_next_siblings():
            if "note" not in after.get("class", []):
                break
            notes.append(words(after))
        for symbol in used:
            assert any(note.startswith(f"{symbol} :") and SYMBOLS[symbol] in note for note in notes), symbol


def test_some_table_of_the_pack_does_hold_a_symbol(pack: Run):
    cells = [
        cell for name in PAGES for table in pack.page(name).find_all("table") for row in rows_of(table) for cell in row
    ]
    assert set(cells) & set(SYMBOLS)


@every_section
def test_a_section_page_keeps_the_order_of_its_parts(pack: Run, section: str, name: str):
    headings = [words(tag) for tag in pack.page(name).main.find_all("h2")]
    assert [text for text in headings if text in FIXED_ORDER] == FIXED_ORDER
    assert headings[0] == FIXED_ORDER[0]
    assert headings[-2:] == FIXED_ORDER[1:]


@every_page
def test_a_page_says_its_quarter_and_its_cut_off_under_the_answer(pack: Run, name: str):
    head = words(pack.page(name).find("header"))
    assert "Quarter 2, 2024-25 (July to September 2024). Figures first published by 26 September 2024." in head


@every_section
def test_every_chart_names_its_source_with_the_day_of_publication(pack: Run, section: str, name: str):
    charts = pack.page(name).find_all("figcaption")
    assert charts
    for chart in charts:
        lines = [words(line) for line in chart.find_all("span")]
        assert re.fullmatch(r"Source: .+ \(\d{1,2} [A-Z][a-z]+ \d{4}\)\.", lines[0]), lines[0]


def test_a_chart_from_a_release_after_the_cut_off_says_when_its_newest_figure_came_out(pack: Run):
    lines = [words(line) for line in pack.page("placements.html").find("figcaption").find_all("span")]
    assert "(26 June 2025)" in lines[0]
    assert (
        "As at 18 January 2024; first published by 13 June 2024, read from a later release, which may have revised it."
        in lines
    )


def test_the_parts_of_a_year_each_give_the_day_to_which_they_refer(pack: Run):
    header, *body = table_called(pack.page("attendance.html"), "Overall absence, per cent: parts of a year")
    assert header[-1] == "As at"
    assert {row[-1] for row in body} == {"21 September 2024", "26 September 2024"}


@every_section
def test_what_counts_defines_every_measure_that_the_page_shows(pack: Run, section: str, name: str):
    _, *body = table_called(pack.page(name), "What counts")
    told = {row[0]: row for row in body}
    metrics = [metric for metric in registry.discover().values() if metric.section == section]
    assert set(told) == {metric.title for metric in metrics}
    for metric in metrics:
        assert told[metric.title][1].startswith(metric.definition)
        assert told[metric.title][2] == metric.source


@every_section
def test_what_counts_gives_the_assumptions_and_notes_of_the_files_that_the_page_draws_on(
    pack: Run, data: Path, section: str, name: str
):
    told = words(pack.page(name).main)
    tables = {table for metric in registry.discover().values() if metric.section == section for table in metric.tables}
    own = [source for source in load(data).sources if source.table in tables]
    assert own
    for source in own:
        for said in [*source.assumptions, *source.notes]:
            assert said in told, f"{source.title}, {source.file}: {said}"


@pytest.mark.parametrize("name", ["placements.html", "attendance.html"])
def test_a_page_with_printed_figures_says_how_their_years_were_read(pack: Run, name: str):
    page = pack.page(name)
    assert table_called(page, "Figures as the reports printed them")
    assert "Assumed: The report prints years alone." in words(page.main)


def test_the_deficit_page_does_not_give_the_assumptions_of_another_section(pack: Run):
    assert "Read as January 2023" not in words(pack.page("deficit.html").main)


@every_section
def test_the_front_page_gives_each_section_its_headline_and_a_link(pack: Run, section: str, name: str):
    page = pack.page("index.html")
    link = next(link for link in page.main.find_all("a") if link["href"] == name)
    assert words(link) == section
    assert words(pack.page(name).h1) in words(link.find_parent("li"))


def test_the_front_page_has_the_parts_that_a_board_asks_for(pack: Run):
    headings = [words(tag) for tag in pack.page("index.html").main.find_all("h2")]
    assert headings == [
        "Section by section",
        "Here and elsewhere",
        "What cannot be told yet, and when",
        "What the last reports got wrong",
        "For decision",
    ]


@every_page
def test_the_foot_of_a_page_names_every_input_and_the_disclosure_rule(pack: Run, data: Path, name: str):
    foot = words(pack.page(name).footer)
    for path in sorted(data.rglob("*.csv")):
        assert path.relative_to(data).as_posix() in foot
    assert "Counts from 1 to 4" in foot
    assert "not signed off yet" in foot


@pytest.mark.parametrize("section", ["Placements", "Attendance"])
def test_a_figure_from_after_the_cut_off_stands_only_under_published_since(
    pack: Run, results: pd.DataFrame, section: str
):
    page = pack.page(SECTIONS[section])
    since = heading(page, "Published since")
    metrics = [metric.id for metric in registry.discover().values() if metric.section == section]
    own = results[results["metric_id"].isin(metrics) & (results["area_code"] == HALTON)]
    later = set(own.loc[own["published"] > CUT_OFF, "period_label"])
    assert later
    told = [row for row in page.main.find_all("tr") if {words(cell) for cell in row.find_all(["th", "td"])} & later]
    assert told
    assert all(follows(row, since) for row in told)
    said = [image["alt"] for image in page.find_all("img")] + [words(page.h1)]
    said += [words(title) for title in page.find_all(class_="chart-title")]
    assert not [(label, sentence) for label in later for sentence in said if label in sentence]


@pytest.mark.parametrize("section", ["Placements", "Attendance"])
def test_published_since_holds_every_later_figure_with_its_day(pack: Run, results: pd.DataFrame, section: str):
    metrics = {metric.id: metric for metric in registry.discover().values() if metric.section == section}
    later = results[
        results["metric_id"].isin(list(metrics)) & (results["area_code"] == HALTON) & (results["published"] > CUT_OFF)
    ]
    expected = sorted(
        [
            metrics[row.metric_id].title + ("" if row.breakdown == "Total" else f", {row.breakdown}"),
            row.period_label,
            metrics[row.metric_id].write(row.value),
            day_in_words(row.published),
        ]
        for row in later.itertuples()
    )
    header, *body = table_called(pack.page(SECTIONS[section]), "Published since 26 September 2024")
    assert header == ["Measure", "Period", "Figure", "First published"]
    assert expected
    assert sorted(body) == expected


def test_the_share_of_january_2025_is_told_once_and_as_published_later(pack: Run):
    page = pack.page("placements.html")
    told = [row for row in page.find_all("tr") if "January 2025" in words(row) and "36.6%" in words(row)]
    assert [words(row) for row in told] == ["Plans in any special school January 2025 36.6% 26 June 2025"]
    assert follows(told[0], heading(page, "Published since"))


@pytest.mark.parametrize("later", ["36.6%", "1,712", "626", "12.32%", "11.40%", "January 2025 "])
def test_the_front_page_quotes_nothing_from_after_the_cut_off(pack: Run, later: str):
    told = words(pack.page("index.html").main).replace("the count of 16 January 2025 is the first after", "")
    assert later not in told


def test_a_section_without_later_figures_says_so(pack: Run):
    after = heading(pack.page("deficit.html"), "Published since").find_next("p")
    assert words(after) == "Nothing on this page has been published since the cut-off."


def test_the_deficit_page_names_the_path_that_does_not_add_up(pack: Run):
    page = pack.page("deficit.html")
    sentence = next(words(item) for item in page.find_all("li") if "29.2" in words(item))
    assert "does not agree with the other paths within rounding in 2027" in sentence
    assert sentence.startswith("The target path")
    _, *body = table_called(page, "Funding implied by each path")
    assert [row[:3] for row in body if row[-1] == "no"] == [["2027", "Target", "£29.2m"]]


def test_the_placements_page_shows_44_7_as_printed_beside_the_figure_that_holds(pack: Run):
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


def test_the_front_page_corrects_what_the_reports_printed(pack: Run):
    wrong = heading(pack.page("index.html"), "What the last reports got wrong").find_next("ul")
    told = [re.search(r"printed (.+?) → (.+?) \(", words(item)).groups() for item in wrong.find_all("li")]
    assert told == [("44.7 %", "32.4%"), ("37.2%", "29.2%")]


def test_the_placements_page_tells_the_share_and_the_number_that_go_different_ways(pack: Run):
    assert words(pack.page("placements.html").h1) == (
        "A smaller share of plans is in special schools (40.6% → 37.2%), "
        "but more children are recorded there (535 → 567)"
    )


def test_three_weeks_of_september_stand_only_where_they_are_called_parts_of_a_year(pack: Run):
    page = pack.page("attendance.html")
    assert not [image for image in page.find_all("img") if re.search(r"(?<![\d.])9\.7(?!\d)", image["alt"])]
    told = page.main.find_all(string=re.compile(r"(?<![\d.])9\.7(?!\d)"))
    assert told
    for text in told:
        table = text.find_parent("table")
        around = words(table.caption) if table else words(text.find_parent(["li", "p"]))
        assert "parts of a year" in around


def test_the_parts_of_a_year_are_in_no_table_with_full_years(pack: Run):
    for table in pack.page("attendance.html").find_all("table"):
        labels = " ".join(cell for row in rows_of(table) for cell in row)
        if "September 2024" in labels and "not comparable with full years" in words(table.caption):
            assert "2022/23" not in labels
        elif "What counts" not in words(table.caption):
            assert "spring term 2024" not in labels
