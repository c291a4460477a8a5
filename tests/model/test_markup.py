"""XML is parsed in one place, which follows nothing that a file names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dbv_analysis
from dbv_analysis.model.markup import has_document_type, parse_html, parse_xml, pull_parser, well_formed
from dbv_analysis.model.problems import DataProblems

PACKAGE = Path(dbv_analysis.__file__).parent
ENTITIES = '<!DOCTYPE a [<!ENTITY inner "from inside"><!ENTITY outer SYSTEM "{address}">]><a>&inner;{outer}</a>'
# What in lxml makes a parser, or parses with one of its own.
PARSES = {"fromstring", "fromstringlist", "parse", "iterparse", "XML", "XMLID", "HTML", "XMLParser", "XMLPullParser"}
PARSES |= {"ETCompatXMLParser", "HTMLParser", "HTMLPullParser", "XMLDTDID", "XSLT"}


@pytest.fixture
def with_entities(tmp_path: Path) -> bytes:
    secret = tmp_path / "secret.txt"
    secret.write_text("from outside", encoding="utf-8")
    return ENTITIES.format(address=secret.as_uri(), outer="&outer;").encode()


def test_no_entity_is_expanded_and_a_document_type_is_seen(with_entities):
    root = parse_xml(with_entities, "a.xml")
    assert has_document_type(root)
    assert "from" not in "".join(text for text in root.itertext() if not text.startswith("&"))
    assert not has_document_type(parse_xml(b"<a/>", "a.xml"))


def test_no_entity_is_expanded_where_a_file_is_read_in_pieces(with_entities):
    parser = pull_parser("a")
    for piece in (with_entities[:20], with_entities[20:]):
        parser.feed(piece)
    parser.close()
    ((_, root),) = parser.read_events()
    assert has_document_type(root)
    assert root.text is None


def in_pieces(data: bytes) -> None:
    with well_formed("part 2", "Export it again."):
        parser = pull_parser("a")
        parser.feed(data)
        parser.close()


@pytest.mark.parametrize("data", [b"", b"<a>", b"<a></b>", b"a text", b"<a>&unknown;</a>", b"\x00\xff"])
def test_what_is_not_well_formed_is_a_problem_of_its_file(data):
    with pytest.raises(DataProblems, match=r"^part 1: is not well-formed XML \(line \d+\)\. Write the file again\.$"):
        parse_xml(data, "part 1")
    with pytest.raises(DataProblems, match=r"^part 2: is not well-formed XML \(line \d+\)\. Export it again\.$"):
        in_pieces(data)


def test_a_page_is_parsed_however_it_is_written():
    assert parse_html("<p>One<p>Two").text_content() == "OneTwo"


def makes_a_parser(tree: ast.AST) -> list[str]:
    """What of a module parses markup by itself."""
    made = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            made += [name.name for name in node.names if name.name.split(".")[0] in ("lxml", "xml")]
        elif isinstance(node, ast.ImportFrom):
            of_lxml = (node.module or "").split(".")[0] == "lxml" and [one.name for one in node.names] != ["etree"]
            of_xml = (node.module or "").split(".")[0] == "xml" and node.module != "xml.sax.saxutils"
            made += [node.module] if of_lxml or of_xml else []
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            made += [node.attr] if node.value.id == "etree" and node.attr in PARSES else []
    return made


def test_no_other_module_makes_a_parser():
    made = {
        path.relative_to(PACKAGE).as_posix(): makes_a_parser(ast.parse(path.read_text(encoding="utf-8")))
        for path in PACKAGE.rglob("*.py")
    }
    assert [name for name, found in made.items() if found] == ["model/markup.py"]


@pytest.mark.parametrize(
    "code",
    [
        "import xml.etree.ElementTree as ET",
        "from xml.etree import ElementTree",
        "from xml.dom import minidom",
        "import lxml.etree",
        "from lxml import html",
        "from lxml.etree import fromstring",
        "from lxml import etree\netree.fromstring(b'')",
        "from lxml import etree\netree.iterparse('a.xml')",
    ],
)
def test_a_parser_of_a_modules_own_would_be_seen(code):
    assert makes_a_parser(ast.parse(code))
