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
from dbv_analysis.loaders import load
from dbv_analysis.records.sen2_xml import read_xml
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


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--small", type=int, default=2_000, help="plans of the small return")
    asked.add_argument("--large", type=int, default=200_000, help="plans of the large one")
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    tables = load(DATA).tables
    with tempfile.TemporaryDirectory() as work:
        paths = {}
        for plans in (given.small, given.large):
            wanted, paths[plans] = totals(tables, DATA, plans), Path(work) / f"{plans}.xml"
            xml.write(paths[plans], people.people(wanted, made_up(1), 1), wanted)
        middle = paths[given.large]
        ways = {
            READ: partial(read, middle, Path(work) / "out"),
            BARE: partial(bare, middle),
            PERSONS: partial(bare, middle, "Person"),
        }
        print(f"{given.large:,} plans, {middle.stat().st_size / 1e6:.0f} MB of XML, {given.rounds} rounds")
        print("\n".join(told(in_turns(ways, given.rounds), READ)))
        memory = {plans: most_memory(partial(read, path, Path(work) / "out")) for plans, path in paths.items()}
    for plans, megabytes in memory.items():
        print(f"{plans:,} plans: at most {megabytes:,} MB")


if __name__ == "__main__":
    main()
