# Two commands do all the set-up on a machine with Python 3.11 and nothing else:
#   make demo   draws a sample library, runs the pipeline on it, ends with pictures to look at
#   make test   lint, types, import rules, tests
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
STAMP := $(VENV)/.installed

.PHONY: demo test lint install clean-demo

install: $(STAMP)

# PyTorch comes first and alone, from the constraints file's version: asked for together with
# packages that want "torch", pip may settle on another build.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[autotrace,dev]"
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/strokebook demo $(DEMO)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 --dist loadfile

clean-demo:
	rm -rf $(DEMO)
