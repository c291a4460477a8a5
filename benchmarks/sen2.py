"""Reading a SEN2 return as XML against a bare parse of the same file, and the memory of a small and a large one.

Bare is `lxml.etree.iterparse` that looks at each element and frees it; or only at each person, which stays in C.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

from lxml import etree

from benchmarks.measuring import in_turns, most_memory, told
from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.sen2.read_xml import read_xml
from dbv_analysis.synth import people, xml
from dbv_analysis.synth.establishments import made_up
from dbv_analysis.synth.totals import totals

DATA = Path(__file__).parent.parent / "data" / "raw"
READ, BARE, PERSONS = "reading the return", "a bare iterparse", "a bare iterparse that stops at persons alone"


def bare(path: Path, tag: str | None = None) -> int:
    """Parse the file and free each element, and do nothing else; returns how many persons there are."""
    number = 0
    for _, element in etree.iterparse(str(path), tag=tag):
        if element.tag == "Person":
            number += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return number


def read(path: Path, folder: Path) -> int:
    return read_xml(path, folder, path.name).seen["person"]


def measured(small: int, large: int, rounds: int) -> list[str]:
    """What was measured, a line each."""
    tables = load(DATA).tables
    with tempfile.TemporaryDirectory() as work:
        paths = {}
        for plans in (small, large):
            wanted, paths[plans] = totals(tables, DATA, plans), Path(work) / f"{plans}.xml"
            xml.write(paths[plans], people.people(wanted, made_up(1), 1), wanted)
        size = paths[large].stat().st_size / 1e6
        ways = {
            READ: partial(read, paths[large], Path(work) / "out"),
            BARE: partial(bare, paths[large]),
            PERSONS: partial(bare, paths[large], "Person"),
        }
        lines = [f"A SEN2 return of {large:,} plans, {size:,.0f} MB of XML, {rounds} rounds"]
        lines += told(in_turns(ways, rounds), READ)
        for plans, path in paths.items():
            memory = most_memory(partial(read, path, Path(work) / "out"))
            lines.append(f"reading {plans:,} plans took at most {memory:,} MB")
    return lines


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--small", type=int, default=2_000, help="plans of the small return")
    asked.add_argument("--large", type=int, default=200_000, help="plans of the large one")
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    print("\n".join(measured(given.small, given.large, given.rounds)))


if __name__ == "__main__":
    main()
