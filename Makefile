# Two commands matter on a new machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/demo
STAMP := $(VENV)/.installed
CHROMIUM := /usr/bin/chromium
AXE := $(VENV)/browser/axe.min.js
QUESTION := disagreement with architect
# Hundreds of tests run kb in a process: let it keep what it compiled, as it does elsewhere.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint types serve bench clean readme vectors browser screenshots

setup: $(STAMP)

$(STAMP): pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "kb needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint requirements.txt torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint requirements.txt --editable '.[dev]'
	@touch $@

# A workspace of its own inside .venv, so that your own personal/ is left alone.
demo: setup
	@rm -rf $(DEMO)
	@XDG_STATE_HOME=$(abspath $(VENV))/state $(BIN)/kb init $(DEMO) --with-samples --quiet
	@$(BIN)/kb -w $(DEMO) build
	@echo
	@echo '$$ kb match "$(QUESTION)"'
	@$(BIN)/kb -w $(DEMO) match "$(QUESTION)"

test: lint types
	$(BIN)/python -m pytest -n 2

# What the tests in a real browser want; without it they are skipped.
browser: setup $(AXE)
	@test -x $(CHROMIUM) || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -q && apt-get install -q -y chromium; } || \
	  { echo "The browser tests need $(CHROMIUM): sudo apt install chromium"; exit 1; }

# axe-core finds what a page makes hard for people; only the tests load it.
$(AXE):
	@command -v npm >/dev/null || \
	  { echo "The browser tests need npm, for axe-core: sudo apt install npm"; exit 1; }
	@mkdir -p $(@D)
	@npm install --prefix $(@D) --silent --no-audit --no-fund --ignore-scripts axe-core@4
	@cp $(@D)/node_modules/axe-core/axe.min.js $@

# The pictures in docs/screenshots, taken anew.
screenshots: setup
	$(BIN)/python tests/browsing.py --write

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# The bank in a browser, on this machine only.
serve: setup
	$(BIN)/kb build
	$(BIN)/kb serve --open

bench: setup
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/web.py

# What ships computed: the vectors of content/ and the samples.
vectors: setup
	$(BIN)/python training/ship_vectors.py

# The real output in README.md, made anew.
readme: setup
	$(BIN)/python tests/readme_output.py --write

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis $(DEMO)
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
