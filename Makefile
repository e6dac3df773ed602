# Two commands do everything on a fresh machine with Python 3.10 or later:
#   make demo   sets up a virtual environment and shows the sample converted
#   make test   sets up a virtual environment and runs lint, types, layers and tests

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
JOBS ?= 2

.PHONY: demo test lint bench oracle clean

demo: $(VENV)/.installed
	$(BIN)/stageify convert samples/without-multi-stage
	$(BIN)/stageify convert samples/without-multi-stage --diff || test $$? -eq 1

test: lint
	$(BIN)/pytest -n $(JOBS) --dist loadgroup

lint: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# the script collection and 5,000 generated scripts under real shells, and 300 generated recipes on a real engine
oracle: $(VENV)/.test-installed
	$(BIN)/pytest -n $(JOBS) --dist loadgroup tests/oracle tests/test_generated_recipes_engine.py --generated-scripts 5000 --generated-recipes 300

# all of them, whichever is above its limit
bench: $(VENV)/.test-installed
	status=0; for name in startup conversion makefile batch; do $(BIN)/python benchmarks/$$name.py || status=1; done; exit $$status

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	$(BIN)/python -m compileall -q converter
	touch $@

$(VENV)/.test-installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all,test]'
	$(BIN)/python -m compileall -q converter
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
