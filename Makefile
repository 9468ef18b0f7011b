# `make run` and `make test` set up .venv on their own; `make help` lists the targets.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
CHROMIUM ?=
VIEW_OPTIONS ?=
RUN_OPTIONS ?= --scale 1 --replicates 30 --out out/main --force

.PHONY: help setup run view test bench lint clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## Create .venv with the pinned packages

# An environment that runs is kept, any other is made anew.
$(STAMP): pyproject.toml constraints.txt
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { \
		python=$$(PYTHON='$(PYTHON)' .ci/find-python) && \
		echo "Setting up $(VENV) with $$("$$python" --version)" && \
		"$$python" -m venv --clear $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -e '.[test]'
	@touch $@

run: $(STAMP) ## Compare the 2014 programme with no programme
	$(BIN)/lianghua compare document_2014 no_programme $(RUN_OPTIONS)

view: $(STAMP) ## Serve the interactive page on this machine
	$(BIN)/lianghua view $(VIEW_OPTIONS)

test: lint ## Lint, types, import contracts and every test
	@CHROMIUM=$$(CHROMIUM='$(CHROMIUM)' .ci/find-chromium) && export CHROMIUM && \
		$(BIN)/pytest -n auto

lint: $(STAMP) ## Ruff, mypy and the import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP) ## Measure speed and memory
	$(BIN)/python -m tests.bench

clean: ## Remove .venv and caches; results in out/ stay
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
