"""Whether a test notices when a line that decides is changed: mutants of the modules that decide, and the tests.

The mutations are those of cosmic-ray. Each mutant is the code of one module with one of them; it is run by a process
forked from one that has the libraries loaded, so that no file is changed and a mutant takes a second, not five.

`python -m benchmarks.mutate` tries them all; with DBV_MUTANTS=10 every tenth, with DBV_MUTATE=compare/ those of the
modules whose path begins so. For POSIX alone.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.util
import os
import resource
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from benchmarks.measuring import MEASURED, section

ROOT = Path(__file__).parent.parent
PACKAGE = "dbv_analysis"
EXPLAINED = Path(__file__).with_name("survivors.toml")
LEAST_KILLED = 85  # per cent
JOBS = int(os.environ.get("DBV_JOBS", "2"))
EVERY = int(os.environ.get("DBV_MUTANTS", "1"))
ONLY = os.environ.get("DBV_MUTATE", "")
# Module -> the tests that are to notice, the quickest first. They read no data and take a second or two together.
TESTS = {
    "results/disclosure.py": ("results/test_rule.py",),
    "results/count.py": ("results/test_count.py",),
    "results/calculate.py": ("results/test_count.py", "results/audit/test_audit.py"),
    "results/audit/disclosure_audit.py": ("results/audit/test_audit.py", "results/audit/test_solve.py"),
    "results/audit/groups.py": ("results/audit/test_groups.py",),
    "results/audit/protect.py": ("results/audit/test_audit.py",),
    "results/audit/solve.py": ("results/audit/test_solve.py",),
    "results/audit/sums.py": ("results/audit/test_links.py",),
    "results/audit/system.py": ("results/audit/test_system.py", "results/audit/test_solve.py"),
    "compare/baseline.py": ("compare/test_baseline.py",),
    "compare/change.py": ("compare/test_moves.py", "compare/test_bounds.py"),
    "compare/claims.py": ("compare/test_claims.py",),
    "compare/control_limits.py": ("compare/test_limits.py", "compare/test_bounds.py"),
    "compare/grades.py": ("compare/test_bounds.py", "compare/test_grades.py"),
    "compare/intervals.py": ("compare/test_bounds.py", "compare/test_intervals.py"),
    "compare/judge.py": ("compare/test_verdicts.py", "compare/test_bounds.py"),
    "compare/rank.py": ("compare/test_rank.py", "compare/test_bounds.py"),
    "publish/check/disclosure.py": ("publish/check/test_refusal.py",),
}
LIBRARIES = (
    "hypothesis",
    "pytest",
    "statsmodels.stats.proportion",
    "statsmodels.stats.rates",
    "scipy.stats",
    f"{PACKAGE}.synth",
)
ARGUMENTS = (
    "-x",
    "-q",
    "--tb=no",
    "--noconftest",
    "-p",
    "no:cacheprovider",
    "-p",
    "_hypothesis_pytestplugin",
    "--hypothesis-seed=1",
)
# A comparison becomes its neighbour or its opposite, a calculation its inverse: what fails on any data tells nothing.
OPERATORS = (
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")),
    *(
        f"ReplaceBinaryOperator_{pair}"
        for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Div", "Pow_Mul")
    ),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitOr_BitAnd", "BitAnd_BitOr")),
    *(f"ReplaceUnaryOperator_{pair}" for pair in ("Delete_Not", "Delete_Invert", "Delete_USub")),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer"),
    *("RemoveDecorator", "ZeroIterationForLoop"),
)


@dataclass(frozen=True)
class Mutant:
    """One module's code with one mutation; ``before`` and ``after`` are the line that it changes."""

    module: str
    code: str
    before: str
    after: str


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, but those that change nothing that runs: annotations and docstrings."""
    code = (ROOT / PACKAGE / module).read_text(encoding="utf-8")
    nodes, same = list(ast_nodes(get_ast(code))), _what_runs(code)
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        for occurrence in range(sum(1 for node in nodes for _ in operator.mutation_positions(node))):
            mutated = mutate_code(code, operator, occurrence)
            try:
                runs = _what_runs(mutated)
            except SyntaxError:  # where an operator cannot stand, as in an f-string
                continue
            if runs != same:
                yield Mutant(module, mutated, *_changed_line(code, mutated))


def _what_runs(code: str) -> str:
    """A module's syntax tree as text, without annotations and docstrings."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(None))
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0] = ast.Pass()
    return ast.dump(tree)


def _changed_line(code: str, mutated: str) -> tuple[str, str]:
    """The line that differs, before and after; nothing after where it is gone."""
    before, after = code.splitlines(), mutated.splitlines()
    start = next(place for place, lines in enumerate(zip(before, after, strict=False)) if lines[0] != lines[1])
    less = len(before) - len(after)
    old, new = before[start : start + max(1, less)], after[start : start + (less == 0)]
    return " ".join(map(str.strip, old)).strip(), " ".join(map(str.strip, new)).strip()


class _Mutated(SourceFileLoader, MetaPathFinder):
    """Imports a mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.code = mutant.code
        super().__init__(
            ".".join([PACKAGE, *Path(mutant.module).with_suffix("").parts]), str(ROOT / PACKAGE / mutant.module)
        )

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return (
            importlib.util.spec_from_file_location(self.name, self.path, loader=self) if fullname == self.name else None
        )

    def get_code(self, fullname: str) -> object:
        return compile(self.code, self.path, "exec")


def load_libraries() -> None:
    """Import all that the tests import, and forget what is our own: each mutant is imported with the package anew."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in (*LIBRARIES, *(f"{PACKAGE}.{module.removesuffix('.py').replace('/', '.')}" for module in TESTS)):
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in (PACKAGE, "tests")]:
        del sys.modules[name]


def start(module: str, mutant: Mutant | None, seconds: int) -> int:
    """Run a module's tests on a mutant in a forked process of at most so many seconds; returns the process's number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        import pytest

        gc.freeze()  # else each collection looks at all that the libraries hold
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        if mutant is not None:
            sys.meta_path.insert(0, _Mutated(mutant))
        os._exit(pytest.main([*ARGUMENTS, *(f"tests/{file}" for file in TESTS[module])]))
    finally:
        os._exit(1)


def seconds_of(module: str) -> float:
    """How long a module's tests take where nothing is changed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if os.waitpid(start(module, None, 600), 0)[1]:
        sys.exit(f"The tests of {module} do not pass as they are.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def survivors(chosen: Sequence[Mutant]) -> list[Mutant]:
    """The mutants that no test notices."""
    limits = {module: int(10 + 5 * seconds_of(module)) for module in dict.fromkeys(one.module for one in chosen)}
    left, running, found = list(reversed(chosen)), {}, []
    while left or running:
        while left and len(running) < JOBS:
            mutant = left.pop()
            running[start(mutant.module, mutant, limits[mutant.module])] = mutant
        pid, status = os.wait()
        mutant = running.pop(pid)
        if status == 0:
            found.append(mutant)
            print(f"lives: {mutant.module}: {mutant.before}  ->  {mutant.after}", file=sys.stderr)
    return found


def explained() -> dict[tuple[str, str, str], str]:
    """Why a mutant lives, by module and the line before and after."""
    rows = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["survivors"]
    return {(row["module"], row["line"], after): row["why"] for row in rows for after in row["becomes"]}


def measured() -> list[str]:
    """What came of the mutants, a line each; exits where the tests kill fewer than they should."""
    started = time.monotonic()
    load_libraries()
    every = [mutant for module in TESTS if module.startswith(ONLY) for mutant in mutants(module)]
    chosen = every[EVERY // 2 :: EVERY]
    found = survivors(chosen)
    killed = 100 * (1 - len(found) / len(chosen))
    why = explained()
    lines = [
        f"Mutants of the {len(TESTS)} modules that decide disclosure, audit, counts, comparisons and grades",
        f"of {len(chosen):,} mutants the tests notice {len(chosen) - len(found):,}, {killed:.1f}%",
        f"{(time.monotonic() - started) / 60:.0f} minutes with {JOBS} processes",
    ]
    for module in dict.fromkeys(mutant.module for mutant in chosen):
        of = sum(mutant.module == module for mutant in chosen)
        lives = sum(mutant.module == module for mutant in found)
        lines.append(f"`{module}`: {of - lives} of {of}")
    for mutant in found:
        reason = why.get((mutant.module, mutant.before, mutant.after), "nobody has said why")
        lines.append(f"`{mutant.module}`: `{mutant.before}` → `{mutant.after}`: {reason}")
    if killed < LEAST_KILLED:
        sys.exit("\n".join([*lines, f"The tests notice fewer than {LEAST_KILLED}% of the mutants."]))
    return lines


def main() -> None:
    """Print what was found; of all mutants it goes into docs/measured.md too, in place of what was there of them."""
    lines = measured()
    if EVERY == 1 and not ONLY:
        others = MEASURED.read_text(encoding="utf-8").partition(f"\n## {lines[0]}")[0]
        MEASURED.write_text(f"{others.rstrip()}\n\n{section(lines)}", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
