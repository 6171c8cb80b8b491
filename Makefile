# Two commands do all the set-up on a machine with Python 3.11 and nothing else:
#   make demo   draws a sample library, runs the pipeline on it, ends with pictures to look at
#   make test   lint, types, import rules, tests
# And one does us all the harm it can think of: make campaign (an hour or more).
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
STAMP := $(VENV)/.installed

CAMPAIGNS := fuzz kill faults privacy scale

.PHONY: demo test lint install clean-demo campaign

install: $(STAMP)

# PyTorch comes first and alone, from the constraints file's version: asked for together with
# packages that want "torch", pip may settle on another build.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[all,autotrace,dev]"
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

# All of them are carried out, also after one that ended with a loss.
campaign: $(STAMP)
	failed=; for name in $(CAMPAIGNS); do \
		echo "== $$name"; $(BIN)/python -m benchmarks.campaigns.$$name || failed="$$failed $$name"; \
	done; test -z "$$failed" || { echo "lost something:$$failed"; exit 1; }

clean-demo:
	rm -rf $(DEMO)
