# The two commands are `make lab` and `make test`; the others are their parts.
# A fresh machine needs Python 3.11 or newer, and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: lab test env chromium notebooks browser lint drift docs clean

# JupyterLab is told not to ask other hosts for news and updates.
lab: env
	@$(BIN)/python -m jupyterlab --LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --ServerApp.root_dir=$(CURDIR)/nbs --LabApp.default_url=/lab/tree/tutorials/01_quickstart.ipynb $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_OPTIONS)

test: env chromium notebooks browser

env: $(VENV)/ready

# Made again whenever the requirements change. JupyterLab is told not to ask whether to show its news: the question
# would cover what a cell shows.
$(VENV)/ready: settings.ini setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11, which genbook needs: install a newer Python, or run make PYTHON=/path/to/it."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv; } \
	  || { echo "$(PYTHON) cannot make environments: install its venv module (on Debian: apt-get install python3-venv), and run make again."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[dev,bench]'
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' \
	  > $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@

chromium: env
	@$(BIN)/python tests/chromium.py

# Every cell of every notebook, two notebooks at a time. Their examples assert, and their outputs are those of the site;
# what did not change since is not run again.
notebooks: env
	$(BIN)/python nbs/_site/build.py --run

# Files of tests side by side: those of one file share a server and a browser.
browser: env chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What the exported package leans on, and in which direction.
lint: env
	$(BIN)/ruff check .
	$(BIN)/lint-imports

# The package, the notebooks and the README are in step.
drift: env
	$(BIN)/nbdev_export
	$(BIN)/python nbs/_site/index.py --check
	$(BIN)/python nbs/_site/clean.py --check
	$(BIN)/python nbs/_site/readme.py --check
	git diff --exit-code -- genbook

docs: env
	$(BIN)/python nbs/_site/build.py --strict

clean:
	rm -rf _build _docs _proc build dist *.egg-info
