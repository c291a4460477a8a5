"""The gate: a page that is not fit to be published is refused, in words that name the page and the fault."""

from __future__ import annotations

import pytest

from dbv_analysis.publish.check.accessibility import page_problems

FIT = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>Placements</title>
<style>body { margin: 0 } .chart { background: url("data:image/png;base64,AAAA") }</style>
</head>
<body>
<a href="#main">Skip to the main content</a>
<nav aria-label="Pages"><a href="index.html">Summary</a></nav>
<main id="main">
<h1>A smaller share of plans is in special schools</h1>
<h2>How sure are we</h2>
<h3>Recording</h3>
<h2>What counts</h2>
<img src="data:image/png;base64,AAAA" alt="Line chart: Halton 40.6% in January 2023, 37.2% in January 2024.">
<table>
<caption>Plans in any special school, per cent</caption>
<thead><tr><th scope="col">Period</th><th scope="col">Halton</th></tr></thead>
<tbody><tr><th scope="row">January 2024</th><td>37.2%</td></tr><tr><th scope="row">2025</th><td>x</td></tr></tbody>
</table>
</main>
</body>
</html>
"""
IMAGE = 'alt="Line chart: Halton 40.6% in January 2023, 37.2% in January 2024."'

# What is wrong: what stands on the fit page, what stands there instead, and what the gate says of it.
UNFIT = {
    "no language": (' lang="en-GB"', "", "does not say its language"),
    "an empty language": ('lang="en-GB"', 'lang=""', "does not say its language"),
    "no title": ("<title>Placements</title>", "", "has no title"),
    "an empty title": ("<title>Placements</title>", "<title> </title>", "has no title"),
    "no first-level heading": ("<h1>A smaller share of plans is in special schools</h1>", "", "0 first-level headings"),
    "two first-level headings": ("<h2>What counts</h2>", "<h1>What counts</h1>", "2 first-level headings"),
    "a heading that jumps": ("<h3>Recording</h3>", "<h4>Recording</h4>", "jumps from level 2 to level 4"),
    "no main landmark": ("main", "div", "one main landmark"),
    "two main landmarks": ("</body>", "<main></main></body>", "one main landmark"),
    "two elements of one name": ("<h3>", '<h3 id="main">', "two elements are called #main"),
    "a dangling link": ('href="#main"', 'href="#top"', "leads to #top, which is not on the page"),
    "a picture without alt": (IMAGE, "", "no description (alt text)"),
    "a picture with an empty alt": (IMAGE, 'alt=" "', "no description (alt text)"),
    "a picture with a word for alt": (IMAGE, 'alt="chart"', "no description (alt text)"),
    "a picture with nbconvert's placeholder": (
        IMAGE,
        'alt="No description has been provided for this image"',
        "no description (alt text)",
    ),
    "a table without caption": ("<caption>Plans in any special school, per cent</caption>", "", "has no caption"),
    "a table with an empty caption": ("Plans in any special school, per cent</caption>", "</caption>", "no caption"),
    "an empty header cell": (">Period<", "><", "header cell is empty or has no scope"),
    "a header cell without scope": ('<th scope="col">Period', "<th>Period", "header cell is empty or has no scope"),
    "an empty cell": ("<td>x</td>", "<td></td>", "cell without a figure, symbol or word"),
    "a cell that says nan": ("<td>x</td>", "<td>nan</td>", "cell without a figure, symbol or word"),
    "a cell that says NaN": ("<td>x</td>", "<td> NaN </td>", "cell without a figure, symbol or word"),
    "a cell that says None": ("<td>x</td>", "<td>None</td>", "cell without a figure, symbol or word"),
    "a cell that says NaT": ("<td>x</td>", "<td>NaT</td>", "cell without a figure, symbol or word"),
    "a cell that says <NA>": ("<td>x</td>", "<td>&lt;NA&gt;</td>", "cell without a figure, symbol or word"),
    "a row name that says nan": ('<th scope="row">2025</th>', '<th scope="row">nan</th>', ""),
    "a script": ("</main>", "<script>1</script></main>", "holds a <script>"),
    "a script of another host": (
        "</head>",
        '<script src="https://a.example/b.js"></script></head>',
        "<script> fetches",
    ),
    "a style sheet of another host": ("</head>", '<link rel="stylesheet" href="https://a.example/b"></head>', "<link>"),
    "a frame": ("</main>", '<iframe srcdoc="x"></iframe></main>', "<iframe>"),
    "a form": ("</main>", '<form action="https://a.example"></form></main>', "<form>"),
    "an embedded object": ("</main>", '<object data="a.svg"></object></main>', "<object>"),
    "a base address": ("</head>", '<base href="https://a.example/"></head>', "<base>"),
    "a page that sends its reader on": (
        "</head>",
        '<meta http-equiv="refresh" content="0; url=https://a.example/"></head>',
        "",
    ),
    "a picture of another host": ('src="data:image/png;base64,AAAA"', 'src="https://a.example/b.png"', "<img> fetches"),
    "a picture in a file": ('src="data:image/png;base64,AAAA"', 'src="chart.png"', "<img> fetches chart.png"),
    "a set of pictures": ("<img ", '<img srcset="https://a.example/b.png 2x" ', "<img> fetches"),
    "a drawing that loads a picture": ("</main>", '<svg><image href="https://a.example/b.png"/></svg></main>', ""),
    "a link that tells another host": ('<a href="index.html"', '<a ping="https://a.example/" href="index.html"', ""),
    "a style with an address": ("margin: 0", "background: url(https://a.example/b.png)", "style sheet fetches a file"),
    "a style with an address in capitals": ("margin: 0", "background: URL(https://a.example/b)", "style sheet fetches"),
    "a style with a file in quotes": ("margin: 0", "background: url('b.png')", "style sheet fetches a file"),
    "a style sheet that imports": ("body { margin: 0 }", '@import "b.css";', "style sheet fetches a file"),
    "a style sheet that imports in capitals": ("body { margin: 0 }", '@IMPORT "b.css";', "style sheet fetches a file"),
    "a style attribute with an address": ("<h3>", '<h3 style="background: url(b.png)">', "style sheet fetches a file"),
    "a script in an attribute": ("<h3>", '<h3 onclick="alert(1)">', "holds a script in onclick"),
    "a script in an attribute in capitals": ("<h3>", '<h3 ONMOUSEOVER="alert(1)">', "holds a script in onmouseover"),
    "a link that runs a script": ('href="index.html"', 'href="javascript:alert(1)"', "a link runs a script"),
    "a link that runs a script in capitals": ('href="index.html"', 'href="JavaScript:alert(1)"', "runs a script"),
    "a link that runs a script after a blank": ('href="index.html"', 'href=" javascript:alert(1)"', "runs a script"),
    "a link that runs a script across lines": ('href="index.html"', 'href="java\nscript:alert(1)"', "runs a script"),
}


def test_a_fit_page_passes():
    assert page_problems("placements.html", FIT) == []


@pytest.mark.parametrize(("old", "new", "said"), UNFIT.values(), ids=UNFIT)
def test_the_gate_refuses_a_page_with(old, new, said):
    assert old in FIT
    problems = page_problems("placements.html", FIT.replace(old, new))
    assert [problem for problem in problems if said in problem], problems
    assert all(problem.startswith("placements.html: ") for problem in problems)


def test_the_gate_tells_everything_at_once():
    page = FIT.replace(' lang="en-GB"', "").replace("<td>x</td>", "<td>nan</td>").replace("</main>", "<script/></main>")
    assert len(page_problems("placements.html", page)) == 3


def test_the_gate_refuses_an_empty_page():
    assert page_problems("placements.html", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('href="index.html"', 'href="https://www.gov.uk/"'),
        ("<td>37.2%</td>", "<td>none of 12</td>"),
        ("<h3>Recording</h3>\n<h2>", "<h3>Recording</h3>\n<h3>Counting</h3>\n<h2>"),
    ],
    ids=["a link to another site", "a cell that begins with none", "headings of one level"],
)
def test_the_gate_lets_pass(old, new):
    assert old in FIT
    assert page_problems("placements.html", FIT.replace(old, new)) == []
