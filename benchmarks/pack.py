"""The pack against the same notebooks through papermill's and nbconvert's command lines, in one run.

Prints each way's seconds and their ratio. The two take turns, so that a slow spell of the machine falls
on both; the ratio is what to quote.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.wording import slug
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY

ROOT = Path(__file__).parent.parent
QUARTER = "2024-25-Q2"
NOTEBOOKS = tuple(slug(name) for name in (SUMMARY, *SECTIONS, RECONCILIATION))  # every page of a pack


def timed(*commands: list[str]) -> float:
    started = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def pack(folder: Path) -> float:
    """``dbv run``: validate, calculate, run, convert, check, publish."""
    return timed([sys.executable, "-m", "dbv_analysis", "run", QUARTER, "--out", str(folder / "packs")])


def command_lines(folder: Path) -> float:
    """The same notebooks, one after another, by the tools' own commands: no checks, no workbook, no manifest."""
    data = (ROOT / "data" / "raw").as_posix()
    commands = []
    for name in NOTEBOOKS:
        done = str(folder / f"{name}.ipynb")
        source = str(ROOT / "notebooks" / f"{name}.ipynb")
        commands.append([sys.executable, "-m", "papermill", source, done, "-p", "data", data, "--no-progress-bar"])
        commands.append([sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", done])
    return timed(*commands)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    ratios = []
    print(f"{len(NOTEBOOKS)} notebooks, {rounds} rounds in turn", flush=True)
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = pack(Path(folder)), command_lines(Path(folder))
        ratios.append(theirs / ours)
        print(
            f"round {number}: dbv run {ours:.1f} s, command lines {theirs:.1f} s, ratio {theirs / ours:.2f}", flush=True
        )
    print(f"dbv run is {statistics.median(ratios):.2f} times as fast (median; {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
