"""The parts of a page: HTML in a browser, text in a terminal."""

from __future__ import annotations

import base64
import re

import pytest
from bs4 import BeautifulSoup

from dbv_analysis.model.blocks import (
    Blocks,
    Figure,
    Headline,
    Item,
    Items,
    KeyFigure,
    KeyFigures,
    Link,
    Links,
    Paragraphs,
    Points,
    Table,
    paragraphs,
)
from dbv_analysis.model.units import SYMBOLS

SHARES = Table(
    "Shares of all plans, per cent",
    ["Period", "Mainstream", "Special"],
    [["January 2023", "35.0%", "c"], ["January 2024", "41.9%", "37.2%"]],
    notes=["Source: a release."],
)
CHART = Figure("Shares fell", "Line chart: shares.", ["Source: a release."], SHARES, lambda: b"\x89PNG", 672, 394)
NASTY = '<script>alert("x")</script> & "more"'
EVERY_KIND = [
    Headline(NASTY, [NASTY, NASTY]),
    Paragraphs([NASTY]),
    Paragraphs([NASTY], listed=True),
    KeyFigures([KeyFigure(NASTY, NASTY, NASTY, NASTY)], [NASTY]),
    Links([Link(NASTY, NASTY, "page.html", [NASTY]), Link(NASTY, NASTY, None)]),
    Points({NASTY: NASTY}),
    Items(NASTY, [Item(NASTY, {NASTY: NASTY})]),
    Table(NASTY, [NASTY, NASTY], [[NASTY, NASTY]], notes=[NASTY]),
    Figure(NASTY, NASTY, [NASTY], Table(NASTY, [NASTY], [[NASTY]]), lambda: b"\x89PNG", 1, 1),
    Blocks([Headline(NASTY), Paragraphs([NASTY])]),
]
# Each kind of block with nothing but what it must have.
BARE = [
    Headline("Words"),
    Paragraphs(["Words"]),
    KeyFigures([KeyFigure("1", "plan", "2 before", "monitoring only")]),
    Links([Link("Deficit", "It grows", None)]),
    Points({}),
    Items("Heading", []),
    Table("Caption", ["Period"], []),
    Figure("Title", "Alt", [], Table("Caption", ["Period"], []), lambda: b"", 1, 1),
    Blocks([]),
]


def soup(block) -> BeautifulSoup:
    return BeautifulSoup(block.html(), "html.parser")


def texts(block, *names: str) -> list[str]:
    return [part.text for part in soup(block).find_all(names)]


def name(block) -> str:
    return type(block).__name__


@pytest.mark.parametrize("block", EVERY_KIND, ids=name)
def test_html_escapes_whatever_it_is_given_and_text_holds_it_as_it_is(block):
    page = soup(block)
    assert page.find("script") is None
    assert "<script" not in block.html()
    assert NASTY in page.get_text() + " ".join(image["alt"] for image in page.find_all("img"))
    assert NASTY in block.text()


@pytest.mark.parametrize("block", BARE, ids=name)
def test_what_was_left_out_shows_neither_as_none_nor_as_nan(block):
    assert not re.search(r"\b(nan|none|null)\b", block.html() + block.text(), re.IGNORECASE)


@pytest.mark.parametrize("block", [*EVERY_KIND, SHARES, CHART], ids=name)
def test_a_notebook_is_given_both_forms(block):
    assert block._repr_mimebundle_() == {"text/html": block.html(), "text/plain": block.text()}


def test_a_headline_is_the_pages_only_h1():
    headline = Headline("The share fell", ["Halton · Placements", "Quarter 2"])
    assert (texts(headline, "h1"), texts(headline, "p")) == (["The share fell"], ["Halton · Placements", "Quarter 2"])
    assert Headline("The share fell", ["Halton"]).text() == "# The share fell\nHalton"


def test_a_table_has_a_caption_and_says_what_each_header_heads():
    page = soup(SHARES)
    assert page.find("caption").text == "Shares of all plans, per cent"
    assert [header.text for header in page.find_all("th", scope="col")] == ["Period", "Mainstream", "Special"]
    assert [header.text for header in page.find_all("th", scope="row")] == ["January 2023", "January 2024"]
    assert [cell.text for cell in page.find_all("td")] == ["35.0%", "c", "41.9%", "37.2%"]
    assert all(header.text for header in page.find_all("th"))
    frame = page.find("div")  # in which a wide table scrolls, and which a keyboard reaches
    assert (frame["role"], frame["tabindex"], frame["aria-label"]) == ("region", "0", SHARES.caption)


def test_columns_of_figures_are_marked_as_such_and_columns_of_words_are_not():
    words = Table("Measures", ["Measure", "Definition", "Figure"], [["Plans", "All of them", "8"]], text_columns=2)
    page = soup(words)
    assert [header.get("class") for header in page.find_all("th", scope="col")] == [None, None, ["number"]]
    assert [cell.get("class") for cell in page.find_all("td")] == [None, ["number"]]


def test_a_table_explains_the_symbols_that_it_holds_and_no_others():
    assert SHARES.symbols == {"c": SYMBOLS["c"]}
    assert f"c: {SYMBOLS['c']}." in soup(SHARES).get_text()
    assert SYMBOLS["x"] not in SHARES.html()
    assert f"c = {SYMBOLS['c']}" in SHARES.text()


def test_a_table_in_text_has_aligned_columns():
    assert SHARES.text().splitlines() == [
        "Shares of all plans, per cent",
        "Period        Mainstream  Special",
        "January 2023       35.0%        c",
        "January 2024       41.9%    37.2%",
        f"c = {SYMBOLS['c']}",
        "Source: a release.",
    ]


def test_long_row_names_may_be_broken_over_lines_and_short_ones_may_not():
    long_name = "Plans in independent and non-maintained special schools"
    assert "short" in Table("T", ["Period"], [["January 2024"]]).html()
    assert "short" not in Table("T", ["Measure"], [[long_name]]).html()


def test_a_figure_is_a_picture_with_alt_text_a_caption_and_its_table():
    page = soup(CHART)
    image = page.find("img")
    assert image["alt"] == "Line chart: shares."
    assert (image["width"], image["height"]) == ("672", "394")
    assert base64.b64decode(image["src"].removeprefix("data:image/png;base64,")) == CHART.png
    assert "Source: a release." in page.find("figcaption").text
    assert page.find("table").find("caption").text == SHARES.caption
    assert CHART.text() == "\n".join(
        ["[chart] Shares fell", "Line chart: shares.", "Source: a release.", SHARES.text()]
    )


def test_a_section_that_is_not_in_the_pack_is_named_without_a_link():
    links = Links([Link("Deficit", "It grows", "deficit.html", ["spending"]), Link("Attendance", "It rose", None)])
    page = soup(links)
    assert [(link.text, link["href"]) for link in page.find_all("a")] == [("Deficit", "deficit.html")]
    assert "Attendance" in page.get_text()
    assert "This pack was run without this section." in page.get_text()
    assert links.text() == "- Deficit: It grows (deficit.html)\n- Attendance: It rose (not in this pack)"


def test_points_have_their_names_in_bold():
    block = Points({"Too early to tell": "2 of 3 measures."})
    (point,) = soup(block).find_all("li")
    assert point.strong.get_text() == "Too early to tell:"
    assert block.text() == "- Too early to tell: 2 of 3 measures."


def test_items_say_each_thing_under_its_own_word():
    block = Items("What misleads", [Item("44.7%, 2023", {"Printed": "“44.7%”", "The data say": "32.4%"})])
    page = soup(block)
    assert page.h3.get_text() == "What misleads"
    assert [(dt.get_text(), dt.find_next("dd").get_text()) for dt in page.find_all("dt")] == [
        ("Printed", "“44.7%”"),
        ("The data say", "32.4%"),
    ]
    assert block.text() == "### What misleads\n- 44.7%, 2023\n  Printed: “44.7%”\n  The data say: 32.4%"


def test_key_figures_say_what_they_are_of_what_they_are_set_against_and_how_sure_they_are():
    figures = KeyFigures([KeyFigure("8.0%", "in INMSS", "8.2% in January 2023", "monitoring only")], ["Watched."])
    assert texts(figures, "strong", "span", "p") == [
        "8.0%",
        "in INMSS",
        "8.2% in January 2023",
        "monitoring only",
        "Watched.",
    ]
    assert figures.text() == "8.0% in INMSS; 8.2% in January 2023; monitoring only\nWatched."


def test_paragraphs_are_paragraphs_or_a_list():
    assert texts(paragraphs("One."), "p") == ["One."]
    assert texts(paragraphs(["One.", "Two."]), "p") == ["One.", "Two."]
    several = Paragraphs(["One.", "Two."], listed=True)
    assert texts(several, "li") == ["One.", "Two."]
    assert several.text() == "- One.\n- Two."


def test_blocks_stand_one_after_another():
    both = Blocks([paragraphs("One."), Blocks([paragraphs("Two.")])])
    assert both.text() == "One.\n\nTwo."
    assert texts(both, "p") == ["One.", "Two."]


def test_a_sentence_among_figures_is_not_set_as_a_figure():
    why = "not comparable: two terms are part of a year and 2022/23 is a full one"
    html = Table("Counts", ["Measure", "Figure", "Change"], [["Suspensions", "1,721", why]]).html()
    assert '<td class="number">1,721</td>' in html
    assert f"<td>{why}</td>" in html
