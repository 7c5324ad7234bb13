PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= 2
.DEFAULT_GOAL := help

# One stamp per lock: the environment is rebuilt only when the lock or the project file changed.
$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps -e .
	@touch $@

.PHONY: help
help:  ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: install
install: $(VENV)/.installed  ## the virtual environment, from the hash-pinned lock

.PHONY: demo
demo: install  ## a bureau with cases on their way, until Ctrl-C; its data stay (FRESH=1 starts over, VIRTUAL=1 a new one whose time moves)
	$(BIN)/gongkai demo $(if $(FRESH),--fresh) $(if $(VIRTUAL),--virtual-time)

.PHONY: demo-once
demo-once: install  ## one real case, from launch to publication, then everything stops
	$(BIN)/gongkai demo --once

.PHONY: demo-deadlines
demo-deadlines: install  ## a time limit from due soon to escalated, in virtual time, in portal and Prefect
	$(BIN)/gongkai demo --deadlines

.PHONY: demo-all
demo-all: install  ## every sample case to its expected result, in virtual time; prints a table
	$(BIN)/gongkai demo --all

# Each process has a PostgreSQL of its own.
SHARED := -n $(JOBS) --dist loadgroup

.PHONY: test
test: check  ## everything but the kill campaign and the long trials
	$(BIN)/pytest $(SHARED) -m "not kill and not long and not browser" tests

.PHONY: test-fast
test-fast: install  ## rules, engine and portal against a real PostgreSQL, without Prefect
	$(BIN)/pytest $(SHARED) -m "not kill and not long and not browser and not thorough" \
	    tests/rules tests/engine tests/portal

.PHONY: test-long
test-long: install  ## whole programs over and over: the bench, up, demo, interruptions
	$(BIN)/pytest -m long --timeout=900 tests

.PHONY: test-browser
test-browser: install  ## the pages in a real Chromium (Debian's package chromium)
	$(BIN)/pytest -m browser tests/browser
	$(BIN)/pytest -m browser tests/prefect

.PHONY: guide
guide: install  ## the same, keeping its pictures for docs
	GUIDE_PICTURES=1 $(BIN)/pytest -m browser tests/browser
	GUIDE_PICTURES=1 $(BIN)/pytest -m browser tests/prefect/test_through_portal.py

.PHONY: test-kill
test-kill: install  ## kill -9 over worker, API, Prefect, PostgreSQL and up; Prefect's database dropped
	$(BIN)/pytest -m kill --timeout=2400 tests/kill

.PHONY: test-seeded-bugs
test-seeded-bugs: install  ## every patch in tests/seeded_bugs must be caught by its test
	$(BIN)/python -m tests.seeded_bugs

.PHONY: test-demo
test-demo: install  ## make demo, killed and begun again: nothing doubled
	$(BIN)/pytest -m long --timeout=600 tests/acceptance

.PHONY: test-bench
test-bench: install  ## the whole bench in small: every required figure is measured
	$(BIN)/pytest -m long --timeout=600 tests/benchmarks

.PHONY: bench
bench: install  ## measure; writes benchmarks/latest.json and prints a table
	$(BIN)/python -m benchmarks

.PHONY: check
check: install  ## lint, format, types, imports, determinism
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest tests/engine/test_determinism.py

.PHONY: lock
lock:  ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-header --python-version 3.11 -q -o requirements.lock

.PHONY: clean
clean:  ## remove the environment and caches; instances' data stay
	rm -rf $(VENV) .mypy_cache .ruff_cache build dist
