"""The long runs at their full counts: damaged files, long inputs, killed runs. Writes docs/measured.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

from benchmarks import registers, sen2
from benchmarks.measuring import MEASURED, section

ROOT = Path(__file__).parent.parent
FILES = 2000
KILLS = 200
TABLES, SEQUENCES = 1000, 200
HEAD = """# Measured

What `make soak` found, on {day}, on {cores} cores with Python {python}. Seconds depend on the machine; the ratios, and
the memory, much less. It is written anew by each run.
"""


def damaged() -> list[str]:
    """Read so many damaged files of each format; stops where any ends otherwise than in words or in rejected rows."""
    asked = [sys.executable, "-m", "pytest", "-q", "tests/inputs", "-k", "damaged or fuzz"]
    done = subprocess.run(asked, cwd=ROOT, env={**os.environ, "DBV_SOAK": str(FILES)}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout)
    return told_of_damage()


def told_of_damage() -> list[str]:
    words = "each ended in a clear message or in rejected rows, and every row was accounted for"
    return [f"{FILES:,} damaged files of each format, a third as many of a ledger as Excel or Parquet", words]


def tested() -> list[str]:
    """Run every test with all of its made-up cases and every engine that is installed."""
    asked = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "tests"]
    done = subprocess.run(asked, cwd=ROOT, env={**os.environ, "DBV_SOAK": "60"}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout)
    return told_of_tests()


def told_of_tests() -> list[str]:
    engines = "pandas, DuckDB and Polars, and on PySpark where it is installed"
    return ["The tests, with all of their made-up cases", f"each passed, on {engines}"]


def guessed() -> list[str]:
    """Hide what must be hidden in so many made-up tables and sequences of packs, and let a reader try every table."""
    counts = {"DBV_TABLES": str(TABLES), "DBV_SEQUENCES": str(SEQUENCES)}
    asked = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/results/audit"]
    done = subprocess.run(asked, cwd=ROOT, env={**os.environ, **counts}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout)
    return told_of_guesses()


def told_of_guesses() -> list[str]:
    return [
        f"{TABLES:,} made-up tables of children and {SEQUENCES} sequences of three packs",
        "the linear programmes and a reader who tries every table that could be behind what is shown find no hidden "
        "count; without the second step both do",
    ]


def kills() -> list[str]:
    """Kill so many runs; stops where one does not leave a whole pack."""
    asked = [sys.executable, "-m", "benchmarks.kills", str(KILLS)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.splitlines()


def mutated() -> list[str]:
    """Try every mutant of the modules that decide; stops where the tests notice too few."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.mutate"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.splitlines()


def main() -> None:
    parts = [
        damaged(),
        sen2.measured(2_000, 200_000, 3),
        registers.measured(20_000, 3),
        registers.measured(263_158, 1, with_pandas=False),
        guessed(),
        kills(),
        tested(),
        mutated(),
    ]
    print(write(parts))


def write(parts: list[list[str]]) -> str:
    """Write what was measured, a heading and its lines a part, and return it."""
    head = HEAD.format(day=date.today(), cores=os.cpu_count(), python=platform.python_version())
    text = "\n".join([head, *map(section, parts)])
    MEASURED.write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    main()
