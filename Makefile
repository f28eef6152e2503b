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

.PHONY: setup demo test lint types serve bench clean readme vectors browser screenshots lock \
  audit torture

setup: $(STAMP)

# What is installed is what the lock names, file by file, and nothing is fetched beside it. Only
# torch for Linux on x86-64 differs from index to index: there one that the lock does not know is
# taken, and said.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

$(STAMP): pyproject.toml requirements.lock requirements-torch.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "kb needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --require-hashes --requirement requirements-torch.txt 2>$(VENV)/torch.log || \
	  { grep -q "DO NOT MATCH THE HASHES" $(VENV)/torch.log && \
	  test "$$(uname -sm)" = "Linux x86_64" || { cat $(VENV)/torch.log; exit 1; }; \
	  echo "This index has another file of torch than the lock: it is installed unverified"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint requirements.txt torch; }
	@$(PIP) --no-build-isolation --editable .
	@touch $@

# The lock, from the versions in requirements.txt.
lock:
	$(PYTHON) tests/lock.py

# Whether any package of the lock has a known fault; asks an advisory service, and fails where
# it does not answer.
audit: setup
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)/audit/bin/pip-audit --strict --disable-pip --require-hashes \
	  --requirement requirements.lock --requirement requirements-torch.txt

# What would break kb, tried for hours (QUICK=1: for minutes). What it found is in make test.
torture: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint requirements.txt --editable '.[torture]'
	$(BIN)/python tests/torture/run.py $(if $(QUICK),--quick)

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
