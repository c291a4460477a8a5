"""What `make mutate` tries: every module that decides, by tests that are there."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT

mutate = pytest.importorskip("benchmarks.mutate", reason="cosmic-ray is not installed", exc_type=ImportError)

PACKAGE = ROOT / mutate.PACKAGE


def test_every_module_that_decides_is_tried_by_tests_that_are_there():
    rooms = [*(PACKAGE / "results" / "audit").glob("*.py"), *(PACKAGE / "compare").glob("*.py")]
    modules = {path.relative_to(PACKAGE).as_posix() for path in rooms if path.name != "__init__.py"}
    assert modules <= set(mutate.TESTS)
    assert all((PACKAGE / module).is_file() for module in mutate.TESTS)
    assert all((ROOT / "tests" / file).is_file() for files in mutate.TESTS.values() for file in files)


def test_a_mutant_is_other_code_and_neither_annotations_nor_docstrings_are_tried():
    module = "compare/grades.py"
    found = list(mutate.mutants(module))
    code = (PACKAGE / module).read_text(encoding="utf-8")
    assert "Estimate | None" in code
    assert len({mutant.code for mutant in found}) == len(found) > 20
    assert not [mutant for mutant in found if "None" in mutant.before or '"""' in mutant.before]
    line = "if did and did.excludes_zero and sign * did.value > 0:"
    assert (line, line.replace(">", ">=")) in {(mutant.before, mutant.after) for mutant in found}
    assert all(mutant.before in code and mutant.before != mutant.after for mutant in found)


def test_each_reason_why_a_mutant_lives_is_of_a_module_that_is_tried():
    assert {module for module, _, _ in mutate.explained()} <= set(mutate.TESTS)
    assert all(reason.strip() for reason in mutate.explained().values())
