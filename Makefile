PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SITE   := build/site

# example notebooks show results, whatever the speed of the machine
test notebooks: export EXACTNB_PROGRESS_DELAY = 3600

.PHONY: demo test lint types format notebooks pictures docs site bench e2e clean

demo: $(READY)             ## open JupyterLab on the first notebook, with the demo company
	$(BIN)/exactnb lab notebooks/00_first_steps.ipynb

test: $(READY) lint types  ## every check
	$(BIN)/python -m pytest -n 2 --dist worksteal tests
	$(BIN)/python -m pytest -p tests.books --doctest-modules exactnb
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-sanitize-with tests/nbval.cfg notebooks

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

notebooks: $(READY)        ## run the example notebooks again and keep their outputs
	$(BIN)/python tools/run_notebooks.py notebooks/*.ipynb

pictures: $(READY)         ## draw the README's pictures again, after make e2e
	$(BIN)/python tools/pictures.py

docs: $(READY)             ## the documentation as pages, in build/docs; a warning is an error
	$(BIN)/pip install --quiet -e '.[docs]'
	$(BIN)/python tools/generated.py
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs
	@echo "build/docs/index.html"

# in an environment of its own: JupyterLab elsewhere cannot do with what is made for a browser
site:                      ## the demo and its forms in a browser, without a server
	test -x $(SITE)-venv/bin/python || $(PYTHON) -m venv $(SITE)-venv
	$(SITE)-venv/bin/python -m pip install --quiet -r lite/requirements.txt
	$(SITE)-venv/bin/python lite/build.py $(SITE)

bench: $(READY)
	$(BIN)/pip install --quiet -e '.[bench]'
	$(BIN)/python -m benchmarks

e2e: $(READY)              ## proof in a real browser and on paper; pictures go to build/e2e
	tools/programs.sh
	$(BIN)/pip install --quiet -e '.[e2e]'
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations=0 --durations-min=1 tests/e2e

$(READY): pyproject.toml
	@echo "Building $(VENV): a minute or two, once"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --upgrade pip
	$(BIN)/python -m pip install -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV)
