"""The last look at a pack: what each rule finds in each kind of file, and that it never repeats what it found."""

from __future__ import annotations

import base64
import html
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import docx.document
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin

from dbv_analysis.inputs.records import CANARY
from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.publish.check.leaks import RULES, leaks
from dbv_analysis.publish.check.leaks.content import Content
from dbv_analysis.publish.check.leaks.identifiers import is_nhs_number, is_uln, is_upn
from dbv_analysis.publish.check.leaks.rules import Allowed

AUTHORITY = "Halton"
UPN = "A123456789012"  # made up; so is every other number here
NHS = "943 476 5919"  # the NHS's own example

# What each rule finds: the rule's name, and words that hold what it looks for.
WORDS = {
    "a canary": ("canary", f"Pupil {CANARY}0000012 moved", f"{CANARY}0000012"),
    "a canary's name": ("canary", f"Pupil Synthetic {CANARY.title()} moved", f"Synthetic {CANARY.title()}"),
    "a UPN": ("upn", f"The pupil {UPN} moved", UPN),
    "a UPN in small letters": ("upn", f"The pupil {UPN.lower()} moved", UPN.lower()),
    "an NHS number": ("nhs number", f"NHS number: {NHS.replace(' ', '')}", NHS.replace(" ", "")),
    "a number written as NHS numbers are": ("spaced nhs number", f"Known as {NHS} there", NHS),
    "a ULN": ("uln", "ULN 1000000043", "1000000043"),
    "a date of birth": ("date of birth", "DoB: 12/05/2013", "12/05/2013"),
    "a date of birth in words": ("date of birth", "a boy born on 12 May 2013", "12 May 2013"),
    "a date of birth in ISO": ("date of birth", "Date of birth 2013-05-12", "2013-05-12"),
    "a date before its word": ("date of birth", "12.05.2013 (DOB)", "12.05.2013"),
    "a postcode": ("postcode", "lives in WA8 7QF now", "WA8 7QF"),
    "a postcode without a blank": ("postcode", "lives in WA87QF now", "WA87QF"),
    "a postcode in small letters": ("postcode", "lives in wa8 7qf now", "wa8 7qf"),
    "an e-mail address": ("e-mail address", "Ask pat.example@example.org today", "pat.example@example.org"),
    "a telephone number": ("telephone number", "Call 01632 960 001 today", "01632 960 001"),
    "a mobile number": ("telephone number", "Call 07700900123 today", "07700900123"),
    "a number from abroad": ("telephone number", "Call +44 7700 900123 today", "7700 900123"),
    "a home folder": ("path", "see /home/pat/plans.csv there", "/home/pat"),
    "a Windows folder": ("path", r"see C:\Users\pat\plans.csv there", "pat"),
    "a share": ("path", r"see \\server01\send$\plans.csv there", "server01"),
    "a folder of a Mac": ("path", "see /Users/pat/plans.csv there", "/Users/pat"),
    "a traceback": ("error text", "Traceback (most recent call last)", "Traceback (most"),
    "an error": ("error text", "KeyError: 'Pat Example'", "Pat Example"),
}
NOT_LEAKS = [
    "Plans on 18 January 2024, published 2024-06-13 (the period is 2023-24)",
    "Children born after 1 September 2012, and births since 2012-09-01",
    "Births in 2013: 1,204. DOB",
    "E06000006 and E12000002, £1,234,567.89, 0.07700900123 of all",
    "sha256 684a23906261 and 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Q2 2024-25 against Q1 3rd release; W1 2nd week; S251 line 1.2.3",
    "B123456789012 is no pupil's number, nor is 123 456 7890 anything",
    "from 01-09 2023 to 31-08-2024; 020-24 of 2023-01-19 2024-01-18",
    "https://www.gov.uk/home/education and the error bars; an Error of 3 points; a Warning",
    "Canary Wharf is not in Halton",
    "at 5pm in B3 and 7pm",
]

Planter = Callable[[Path, str], None]


def page(folder: Path, body: str, head: str = "") -> None:
    text = f"<!doctype html><html lang='en'><head><title>Plans</title>{head}</head><body>{body}</body></html>"
    (folder / "plans.html").write_text(text, encoding="utf-8")


def png(words: str = "", name: str = "Comment", form: str = "png") -> bytes:
    file, picture, more = io.BytesIO(), Image.new("RGB", (4, 4)), {}
    if words and form == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt(name, words)
        more = {"pnginfo": info}
    elif words:
        exif = Image.Exif()
        exif[0x013B] = words  # who made it
        more = {"exif": exif}
    picture.save(file, form, **more)
    return file.getvalue()


def picture_address(data: bytes, kind: str = "image/png") -> str:
    return f"<img alt='a chart' src='data:{kind};base64,{base64.b64encode(data).decode()}'>"


def in_html(inside: str) -> Planter:
    return lambda folder, words: page(folder, inside.format(html.escape(words, quote=True)))


def in_workbook(plant: Callable[[openpyxl.Workbook, str], None]) -> Planter:
    def write(folder: Path, words: str) -> None:
        book = openpyxl.Workbook()
        book.properties.creator = AUTHORITY
        book.active["A1"] = "Figures"
        plant(book, words)
        book.save(folder / "evidence.xlsx")

    return write


def in_sheet(book: openpyxl.Workbook, words: str) -> None:
    book.active["B7"] = words


def in_hidden_sheet(book: openpyxl.Workbook, words: str) -> None:
    sheet = book.create_sheet("Hidden")
    sheet["A1"], sheet.sheet_state = words, "veryHidden"


def in_comment(book: openpyxl.Workbook, words: str) -> None:
    book.active["A1"].comment = Comment(words, AUTHORITY)


def in_title(book: openpyxl.Workbook, words: str) -> None:
    book.properties.title = words


def in_document(plant: Callable[[docx.document.Document, str], None]) -> Planter:
    def write(folder: Path, words: str) -> None:
        document = docx.Document()
        document.core_properties.author = AUTHORITY
        plant(document, words)
        document.save(folder / "return.docx")
        without_thumbnail(folder / "return.docx")

    return write


def without_thumbnail(path: Path, more: dict[str, str] | None = None) -> None:
    """The file without the blank page's picture that python-docx begins with, and with further parts."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist() if "thumbnail" not in name}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in {**parts, **(more or {})}.items():
            new.writestr(name, data)


def in_split_runs(document, words: str) -> None:
    paragraph = document.add_paragraph()
    for letter in words:
        paragraph.add_run(letter).bold = letter.isalpha()


def in_alt_text(document, words: str) -> None:
    shape = document.add_picture(io.BytesIO(png()))
    shape._inline.docPr.set("descr", words)


def in_part(name: str) -> Planter:
    def write(folder: Path, words: str) -> None:
        in_document(lambda document, said: None)(folder, words)
        without_thumbnail(folder / "return.docx", {name: f"<a><b>{html.escape(words)}</b></a>"})

    return write


def in_parquet(folder: Path, words: str) -> None:
    pq.write_table(pa.table({"area": ["Halton", words]}), folder / "figures.parquet")


def in_parquet_metadata(folder: Path, words: str) -> None:
    table = pa.table({"area": ["Halton"]}).replace_schema_metadata({"pandas": words})
    pq.write_table(table, folder / "figures.parquet")


def in_json(folder: Path, words: str) -> None:
    (folder / "manifest.json").write_text(json.dumps({"warnings": [words]}), encoding="utf-8")


def notebook(folder: Path, output: dict) -> None:
    cell = {"cell_type": "code", "source": ["1"], "metadata": {}, "outputs": [output]}
    (folder / "plans.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}), encoding="utf-8")


PLACES: dict[str, Planter] = {
    "a paragraph": in_html("<p>{}</p>"),
    "words over several elements": lambda folder, words: page(
        folder, "<p>" + "".join(f"<b>{html.escape(letter)}</b>" for letter in words) + "</p>"
    ),
    "an alt text": in_html("<img alt='{}' src='data:,'>"),
    "a cell": in_html("<table><tr><td>{}</td></tr></table>"),
    "a comment of a page": lambda folder, words: page(folder, f"<!-- {words} -->"),
    "a page's head": lambda folder, words: page(folder, "", f"<meta name='keywords' content=\"{html.escape(words)}\">"),
    "a PNG's text": lambda folder, words: page(folder, picture_address(png(words))),
    "a JPEG's EXIF": lambda folder, words: page(folder, picture_address(png(words, form="jpeg"), "image/jpeg")),
    "a drawing": lambda folder, words: page(
        folder, picture_address(f"<svg><text>{html.escape(words)}</text></svg>".encode(), "image/svg+xml")
    ),
    "a sheet": in_workbook(in_sheet),
    "a hidden sheet": in_workbook(in_hidden_sheet),
    "a comment of a workbook": in_workbook(in_comment),
    "a workbook's properties": in_workbook(in_title),
    "a document": in_document(lambda document, words: document.add_paragraph(words)),
    "a document's runs": in_document(in_split_runs),
    "a document's header": in_document(
        lambda document, words: document.sections[0].header.paragraphs[0].add_run(words)
    ),
    "a document's alt text": in_document(in_alt_text),
    "a document's picture": in_document(lambda document, words: document.add_picture(io.BytesIO(png(words)))),
    "a document's own properties": in_part("docProps/custom.xml"),
    "custom XML": in_part("customXml/item1.xml"),
    "a parquet file": in_parquet,
    "a parquet file's metadata": in_parquet_metadata,
    "the manifest": in_json,
    "a notebook": lambda folder, words: notebook(folder, {"output_type": "stream", "name": "stdout", "text": [words]}),
    "a notebook's page": lambda folder, words: notebook(
        folder, {"output_type": "display_data", "data": {"text/html": f"<p>{html.escape(words)}</p>"}}
    ),
    "a text file": lambda folder, words: (folder / "notes.txt").write_text(words, encoding="utf-8"),
}


@pytest.mark.parametrize(("rule", "words", "secret"), WORDS.values(), ids=WORDS)
def test_the_last_look_finds_and_does_not_repeat(rule, words, secret, tmp_path):
    PLACES["a paragraph"](tmp_path, words)
    found = leaks(tmp_path)
    assert [line for line in found if said_by(rule) in line], found
    assert not [line for line in found if secret.lower() in line.lower()]


@pytest.mark.parametrize("plant", PLACES.values(), ids=PLACES)
def test_every_rule_finds_what_it_looks_for_and_does_not_say_it_in(plant, tmp_path):
    plant(tmp_path, " ; ".join(words for _, words, _ in WORDS.values()))
    found = leaks(tmp_path, authors=[AUTHORITY])
    assert [rule for rule, _, _ in WORDS.values() if not any(said_by(rule) in line for line in found)] == []
    assert not [line for line in found for _, _, secret in WORDS.values() if secret.lower() in line.lower()]
    assert {line.split(": ")[0] for line in found} == {path.name for path in tmp_path.iterdir()}


def said_by(rule: str) -> str:
    return next(one.text for one in RULES if one.name == rule)


@pytest.mark.parametrize("words", NOT_LEAKS)
@pytest.mark.parametrize("plant", [PLACES["a paragraph"], PLACES["a sheet"], PLACES["the manifest"]])
def test_what_is_about_nobody_is_let_pass(plant, words, tmp_path):
    plant(tmp_path, words)
    assert leaks(tmp_path, authors=[AUTHORITY]) == []


def test_the_shipped_pack_holds_nothing_about_anybody(pack):
    assert leaks(pack.folder, authors=[AUTHORITY], folders=[pack.project, Path.home()]) == []


def test_all_is_told_at_once_with_the_file_and_the_place(tmp_path):
    PLACES["a paragraph"](tmp_path, f"{UPN} pat@example.org")
    PLACES["a sheet"](tmp_path, UPN)
    found = leaks(tmp_path)
    assert [line.partition(". ")[0] for line in found if "author" not in line] == [
        "evidence.xlsx: holds a pupil's number (UPN) (sheet Sheet, row 7)",
        "plans.html: holds a pupil's number (UPN) (line 1)",
        "plans.html: holds an e-mail address (line 1)",
    ]


def test_an_office_may_be_named_where_the_settings_name_it(tmp_path):
    PLACES["a paragraph"](tmp_path, "Ask send@halton.example, 01632 960 001, WA8 7QF")
    assert len(leaks(tmp_path)) == 3
    assert leaks(tmp_path, contacts=["send@halton.example", "01632 960 001", "WA8 7QF"]) == []
    PLACES["a paragraph"](tmp_path, "Ask send@halton.example or pat@halton.example")
    assert len(leaks(tmp_path, contacts=["send@halton.example"])) == 1


@pytest.mark.parametrize("header", ["UPN", "Date of birth", "Surname", "person_id", "First name"])
def test_a_table_with_a_row_for_each_person_is_refused_in_every_kind_of_file(header, tmp_path):
    page(tmp_path, f"<table><tr><th>{header}</th></tr><tr><td>a</td></tr></table>")
    in_workbook(lambda book, words: book.active.append([header]))(tmp_path, "")
    in_document(lambda document, words: setattr(document.add_table(1, 1).cell(0, 0), "text", header))(tmp_path, "")
    pq.write_table(pa.table({header: ["a"]}), tmp_path / "figures.parquet")
    (tmp_path / "figures.csv").write_text(f"{header}\na\n", encoding="utf-8")
    found = [line for line in leaks(tmp_path, authors=[AUTHORITY]) if said_by("table of persons") in line]
    assert len(found) == 5


def test_a_table_longer_than_any_of_ours_is_refused_and_a_long_one_of_figures_is_not(tmp_path):
    page(tmp_path, f"<table>{'<tr><td>a</td></tr>' * 401}</table>")
    pq.write_table(pa.table({name: ["a"] * 401 for name in RESULT_COLUMNS}), tmp_path / "figures.parquet")
    (found,) = leaks(tmp_path)
    assert found.startswith("plans.html: holds a table longer than any")


def test_a_file_that_names_its_author_is_refused_unless_that_is_the_authority(tmp_path):
    in_document(lambda document, words: None)(tmp_path, "")
    assert leaks(tmp_path, authors=[AUTHORITY]) == []
    in_document(lambda document, words: setattr(document.core_properties, "last_modified_by", "Pat Example"))(
        tmp_path, ""
    )
    (found,) = leaks(tmp_path, authors=[AUTHORITY])
    assert "names an author" in found
    assert "Pat" not in found
    (tmp_path / "return.docx").unlink()
    page(tmp_path, "", "<meta name='author' content='Pat Example'>")
    assert "names an author" in leaks(tmp_path, authors=[AUTHORITY])[0]


def test_the_author_of_a_comment_is_refused(tmp_path):
    in_workbook(lambda book, words: setattr(book.active["A1"], "comment", Comment("ask", "Pat Example")))(tmp_path, "")
    assert "names an author" in leaks(tmp_path, authors=[AUTHORITY])[0]


def test_a_picture_that_says_where_it_was_taken_is_refused(tmp_path):
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x8825] = {1: "N", 2: (53.0, 21.0, 0.0)}
    Image.new("RGB", (4, 4)).save(file, "jpeg", exif=exif)
    page(tmp_path, picture_address(file.getvalue(), "image/jpeg"))
    assert "holds a picture that says who, where" in leaks(tmp_path)[0]


def test_a_picture_that_says_with_what_it_was_made_is_refused(tmp_path):
    page(tmp_path, picture_address(png("C:/Program Files/draw.exe", name="Software")))
    assert any("holds a picture that says" in line for line in leaks(tmp_path))


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "error", "ename": "SystemExit", "evalue": "0", "traceback": []},
        {"output_type": "stream", "name": "stderr", "text": ["careful"]},
    ],
    ids=["an error", "the error stream"],
)
def test_a_notebook_with_an_error_is_refused(output, tmp_path):
    notebook(tmp_path, output)
    assert "holds an error of a notebook" in leaks(tmp_path)[0]


def test_formulas_macros_and_links_to_other_files_are_refused(tmp_path):
    in_workbook(lambda book, words: setattr(book.active["A2"], "value", "=1+1"))(tmp_path, "")
    assert "holds a formula, macro" in leaks(tmp_path, authors=[AUTHORITY])[0]
    (tmp_path / "evidence.xlsx").unlink()
    in_document(lambda document, words: None)(tmp_path, "")
    without_thumbnail(tmp_path / "return.docx", {"word/vbaProject.bin": "macro"})
    assert "holds a formula, macro" in leaks(tmp_path, authors=[AUTHORITY])[0]


@pytest.mark.parametrize("name", ["plans.html", "evidence.xlsx", "a.docx", "a.parquet", "manifest.json", "a.ipynb"])
@pytest.mark.parametrize("data", [b"PK\x03\x04\xff\x00\xfe", b"\xff\xfe\x00\x9f"])
def test_a_file_that_cannot_be_read_is_refused_without_an_error(name, data, tmp_path):
    (tmp_path / name).write_bytes(data)
    assert any("cannot be looked through" in line for line in leaks(tmp_path))


def test_a_file_of_an_unknown_kind_is_refused(tmp_path):
    (tmp_path / "plans.exe").write_bytes(b"MZ")
    assert "cannot be looked through" in leaks(tmp_path)[0]


def test_a_file_that_unpacks_to_more_than_any_pack_holds_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "evidence.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"xl/{number}.xml", b" " * 49_000_000)
    assert "cannot be looked through" in leaks(tmp_path)[0]


def test_an_entity_of_a_part_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text("Pat Example", encoding="utf-8")
    in_document(lambda document, words: None)(tmp_path, "")
    address = (tmp_path / "secret").as_uri()
    part = f"<!DOCTYPE a [<!ENTITY b SYSTEM '{address}'>]><a>&b;</a>"
    without_thumbnail(tmp_path / "return.docx", {"customXml/item1.xml": part})
    found = leaks(tmp_path, authors=[AUTHORITY])
    assert any("formula, macro" in line for line in found)


def test_a_folder_of_this_machine_is_refused(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    PLACES["a paragraph"](folder, f"read from {(tmp_path / 'raw').as_posix()}/plans.csv")
    assert any("names this machine" in line for line in leaks(folder, folders=[tmp_path / "raw"]))


@pytest.mark.parametrize("twelve", ["123456789012", "87610000100A", "000000000000", "00020000500Z", "801٢0000500١"])
def test_the_letter_of_a_pupils_number_is_as_a_slow_reckoning_has_it_whichever_authority_gave_it(twelve: str):
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    values = [letters.index(sign) if sign in letters else int(sign) for sign in twelve]
    total = sum(value * weight for weight, value in enumerate(values, start=2))
    assert [letter for letter in letters if is_upn(letter + twelve)] == [letters[total % 23]]
    assert [letter for letter in letters if is_upn((letter + twelve).lower())] == [letters[total % 23]]


def test_the_last_digit_of_other_numbers_is_as_published():
    assert [last for last in range(10) if is_nhs_number(f"943476591{last}")] == [9]
    assert [last for last in range(10) if is_uln(f"100000004{last}")] == [3]


@pytest.mark.parametrize(
    "text", ["", "A12345678901", "A1234567890123", "A12345678901O", "A12345678901_", "A1234B6789012"]
)
def test_what_has_another_form_is_no_pupils_number(text: str):
    assert not any(is_upn(letter + text[1:]) for letter in "ABCDEFGHJKLMNPQRTUVWXYZ")


def test_every_rule_has_a_name_of_its_own_and_words():
    assert len({rule.name for rule in RULES}) == len(RULES)
    pieces = Content()
    pieces.add("a place", "nothing at all")
    assert all(rule.text and rule.fix.endswith(".") for rule in RULES)
    assert [rule.name for rule in RULES if list(rule.search(pieces, Allowed()))] == []
