"""Runs that are killed, at any moment and around publishing: a whole pack stands, and the next run ends well.

The pack is small: one section, notebooks that write a heading, no reports; everything else is as in any run. Two
cut-offs take turns, so that the old pack and the new one differ.

`python -m benchmarks.kills 200` kills 200 runs; `python -m benchmarks.kills run FOLDER` is one run, with the command's
messages and exit status. For POSIX alone.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from dbv_analysis.cli import main as command
from dbv_analysis.publish import kernels, manifest, prepare, run
from dbv_analysis.results import cache

ROOT = Path(__file__).parent.parent
QUARTER, SECTION = "2024-25-Q2", "Deficit"
OF_OTHER_SECTIONS = ("dfe-absence-by-sen", "dfe-ehc-plans-2025", "dfe-exclusions-by-sen", "dfe-lait")
CUT_OFFS = ("2024-09-26", "2024-09-27")
PARAMETERS = "\n".join(f'{name} = ""' for name in ("quarter", "data", "profile", "as_at", "sections", "section"))
PATIENCE = 10  # seconds in which a kernel notices that its parent is gone


def small_project(folder: Path) -> Path:
    """What a pack on the deficit is made from in a folder of its own, with notebooks that write a heading each."""
    root = folder / "project"
    root.mkdir()
    shutil.copy(ROOT / "programme.toml", root)
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw", ignore=shutil.ignore_patterns(*OF_OTHER_SECTIONS))
    (root / "notebooks").mkdir()
    for name in ("board_summary", "any_section", "deficit", "reconciliation"):
        cells = [PARAMETERS, f"from IPython.display import HTML\nHTML('<h1>{name} at ' + as_at + '</h1>')"]
        notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
        notebook.cells[0].metadata.tags = ["parameters"]
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")
    return root


def make_small() -> None:
    """Leave out what takes a pack's time and writes nothing that a kill could spoil."""
    calculated: dict[str, cache.Assembled] = {}
    assemble = cache.assemble

    def once(data: Path, profile: str) -> cache.Assembled:
        if profile not in calculated:
            calculated[profile] = assemble(data, profile)
        return calculated[profile]

    cache.assemble = once
    run.compose = lambda evidence, narrative: {}
    prepare.overclaimed = lambda evidence, narrative: []
    prepare.refuse_disclosure = lambda evidence, counts, out: []
    kernels.LOADED = ["ipykernel.kernelapp"]  # all that a notebook needs to write a heading


def _run(root: Path, cut_off: str) -> None:
    os.setsid()
    run.run(QUARTER, root / "data" / "raw", root / "outputs", as_at=cut_off, only=[SECTION])


def _start(root: Path, cut_off: str) -> multiprocessing.Process:
    """A run in a process of its own, forked, so that no library is loaded anew."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(root, cut_off))
    process.start()
    return process


def _whole(root: Path) -> str | None:
    """The cut-off of the pack that stands, None where none does. Exits where it is not whole."""
    folder = root / "outputs" / QUARTER
    if not folder.exists():
        return None
    told = manifest.read(folder)
    if told is None or manifest.altered(folder, told):
        sys.exit(f"The pack is not whole: {manifest.altered(folder, told) if told else 'it has no manifest'}")
    return told["parameters"]["as_at"]


def _kill(process: multiprocessing.Process, tree: bool) -> list[psutil.Process]:
    """Kill a run, with all that it has started if ``tree``; returns what it had started."""
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for child in children if tree else []:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        process.join()
        return children
    process.join()
    return []


def _complete(root: Path, cut_off: str) -> float:
    """A run that nobody kills. Returns its seconds; exits where it does not publish a whole pack."""
    started = time.monotonic()
    process = _start(root, cut_off)
    process.join()
    seconds = time.monotonic() - started
    if process.exitcode or _whole(root) != cut_off:
        sys.exit(f"A run after a kill ended with {process.exitcode}, and the pack is of {_whole(root)}.")
    remains = [path.name for path in (root / "outputs").iterdir() if ".staging-" in path.name or ".pub" in path.name]
    if remains or (root / "outputs" / ".dbv.work").exists():
        sys.exit(f"A run after a kill left {remains or 'notebooks'} behind.")
    return seconds


def _wait(process: multiprocessing.Process, root: Path, seconds: float, publishing: bool) -> None:
    """Wait for the moment to kill: so long after the start, or after the new pack is complete in its staging folder."""
    if publishing:
        pattern = f".{QUARTER}.staging-*/{manifest.NAME}"
        while process.is_alive() and not any((root / "outputs").glob(pattern)):
            time.sleep(0.0005)
    time.sleep(seconds)


def killed(number: int, seed: int = 1) -> list[str]:
    """Kill so many runs, each followed by one that nobody kills. What was found, a line each; exits at a fault."""
    dice = random.Random(seed)
    make_small()
    found, orphans = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        root = small_project(Path(folder))
        cache.assemble(root / "data" / "raw", "public")
        seconds = _complete(root, CUT_OFFS[1])
        for turn in range(number):
            new, old = CUT_OFFS[turn % 2], CUT_OFFS[1 - turn % 2]
            process = _start(root, new)
            publishing = turn % 2 == 1
            _wait(process, root, dice.uniform(0, 0.02 if publishing else seconds), publishing)
            found["finished"] += not process.is_alive()
            orphans += _kill(process, tree=turn % 4 < 2)
            stands = _whole(root)
            if stands not in (old, new):
                sys.exit(f"After a kill the pack is of {stands}.")
            found[stands == new] += 1
            _complete(root, new)
        left = psutil.wait_procs(orphans, PATIENCE)[1]
    if left:
        sys.exit(f"{len(left)} kernels outlived their run.")
    return [
        told_of_kills(number),
        f"each left one pack, whole: {found[False]} times the old one, {found[True]} times the new one",
        "each was followed by a run that published a whole pack and left nothing else behind",
        f"{found['finished']} had ended before they were killed; no kernel outlived its run by {PATIENCE} seconds",
    ]


def told_of_kills(number: int) -> str:
    return f"{number:,} killed runs, half of them at any moment and half around the moment of publishing"


def main() -> None:
    if sys.argv[1] == "run":
        make_small()
        os.chdir(sys.argv[2])
        sys.argv[1:] = ["run", QUARTER, "--only", SECTION]
        command()
    else:
        print("\n".join(killed(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
