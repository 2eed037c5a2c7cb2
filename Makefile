# Everything runs in a virtual environment of its own, .venv; "make" alone lists the targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The other Datasette that the configuration must fit; apart, since only one can stand in an environment.
DATASETTE_1 ?= datasette==1.0a41

.PHONY: help demo install test check docs bench clean

help:
	@echo "make demo    install, then crawl the sample blog and show the archive"
	@echo "make test    install, then run all tests and checks"
	@echo "make check   ruff, mypy and the import contracts alone"
	@echo "make docs    write docs/schema.md from the schema's comments"
	@echo "make bench   measure import and crawl against what they cannot do without; joining of papers, search"
	@echo "make clean   remove .venv and what tools leave behind"

demo: install
	$(BIN)/paperdigest demo

install: $(VENV)/.installed

# Installed anew when the list of packages changes; the project itself is installed in place.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "paperdigest needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/datasette1/.installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(VENV)/datasette1 $(DATASETTE_1)
	@touch $@

test: install $(VENV)/datasette1/.installed check
	$(BIN)/python -m pytest -q -n auto --dist worksteal

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: install
	$(BIN)/python -m normalize.schema_doc docs/schema.md

bench: install
	$(BIN)/python tests/bench/bench_import.py
	$(BIN)/python tests/bench/bench_identity.py
	$(BIN)/python tests/bench/bench_crawl.py
	$(BIN)/python tests/bench/bench_search.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
