# Two commands do all the set-up on a machine with Python 3.11 and nothing else:
#   make demo   draws a sample library, runs the pipeline on it, ends with pictures to look at
#   make test   lint, types, import rules, tests
# "make web" builds the page to draw on of web/ (Node and npm; its result is in the repository);
# "make wheel" checks the package by installing it; "make campaign" does us all the harm it can
# think of (an hour or more). Without make: python tools/tasks.py test
PYTHON ?= python3.11
VENV ?= $(CURDIR)/.venv
DEMO ?= demo
export VENV DEMO

.PHONY: demo test lint install web wheel docs campaign clean-demo

demo test lint install web wheel docs campaign:
	$(PYTHON) tools/tasks.py $@

clean-demo:
	rm -rf $(DEMO)
