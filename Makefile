# Two commands matter: `make pack` and `make test`. Both set up .venv where it is missing or out of date.
# The set-up needs Python 3.11 or later with its venv module, and make.

QUARTER ?= 2024-25-Q2
JOBS ?= 2
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	command -v $$p >/dev/null && $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready

# Where a machine asks Python to keep no bytecode, every process of a run would compile the package anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: pack test lint notebooks catalogue lock bench soak mutate clean

pack: $(READY)
	@$(BIN)/dbv run $(QUARTER)

test: $(READY)
	@started=$$(date +%s) && $(MAKE) --no-print-directory lint && \
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env tests notebooks && \
	seconds=$$(($$(date +%s) - started)) && echo "make test took $$((seconds / 60)) min $$((seconds % 60)) s."

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tests.notebooks check

notebooks: $(READY)  # run every notebook and keep what it says, as text
	$(BIN)/python -m tests.notebooks refresh

catalogue: $(READY)  # write docs/metrics.md from the code, and docs/measures.md from the data
	$(BIN)/python -m dbv_analysis.reports.catalogue $(QUARTER)

soak: $(READY)  # the long runs at their full counts; writes docs/measured.md
	$(BIN)/python -m benchmarks.soak

mutate: $(READY)  # whether a test notices when a line that decides is changed; DBV_MUTANTS=10 tries every tenth mutant
	$(BIN)/python -m benchmarks.mutate

bench: $(READY)
	$(BIN)/python -m benchmarks.pack
	$(BIN)/python -m benchmarks.registers
	$(BIN)/python -m benchmarks.sen2 --large 20000

lock: $(READY)  # pin every dependency anew, for every platform, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
		--no-emit-index-url --no-strip-extras --extra dev --custom-compile-command "make lock" --output-file requirements.txt pyproject.toml
	echo pyspark | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
		--no-emit-index-url --constraint requirements.txt --custom-compile-command "make lock" --output-file requirements-spark.txt -

clean:
	rm -rf .venv outputs/*/ outputs/.dbv.work data/processed/*.parquet

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with its venv module is needed; set PYTHON to it." >&2; exit 2; }
	@echo "Setting up .venv; the first time takes a few minutes." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
