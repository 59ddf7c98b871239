# Every command of the course; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup lab test release grade solutions

VENV   := .venv
PYTHON := $(VENV)/bin/python
READY  := $(VENV)/.ready
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv and install everything; nothing if that is up to date

# The stamp $(READY) is removed first and written last: what was interrupted is done again.
$(READY): requirements.txt pyproject.toml
	@rm -f $@
	@python=; for candidate in python3 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python=$$candidate; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "The course needs Python 3.11 or newer, and found none on the PATH."; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python lacks its venv module. On Debian or Ubuntu: sudo apt-get install python3-venv"; \
	  exit 1; fi; \
	if ! $(PYTHON) -m pip --version >/dev/null 2>&1; then "$$python" -m venv --clear $(VENV); fi
	@echo "Installing into $(VENV): some minutes and several GB of disk, once."
	$(PYTHON) -m pip install --disable-pip-version-check --quiet --requirement requirements.txt
	$(PYTHON) -m pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps --editable .
	@# No question about "official Jupyter news" in front of the first notebook.
	$(PYTHON) -m jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements
	@touch $@

# JupyterLab refuses to run as root (in a container, say) unless it is told that this is meant.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
FIRST    = $(firstword $(sort $(wildcard notebooks/*/*.ipynb)))

lab: setup ## open the course in JupyterLab; ARGS=--no-browser for a server only
	@mkdir -p build/exchange
	$(PYTHON) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" \
	  --LabApp.default_url="/lab/tree/$(FIRST)" $(AS_ROOT) $(ARGS)

test: export GAN_PROFILE := smoke
test: setup ## run every check there is; ARGS="-k mnist" goes to pytest
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout 300 tests solutions $(ARGS)

release: setup ## generate notebooks/ from solutions/
	$(PYTHON) -m autograder release $(ARGS)

grade: setup ## grade submitted/ and write feedback/ (a made-up class if nothing is there)
	$(PYTHON) -m autograder grade $(ARGS)

solutions: export GAN_PROFILE := laptop
solutions: export GAN_PROGRESS := 0
solutions: setup ## run solutions/ again, in place, and keep the outputs
	$(PYTHON) -m jupyter nbconvert --to notebook --execute --inplace \
	  --ExecutePreprocessor.timeout=600 --ExecutePreprocessor.record_timing=False \
	  --Exporter.preprocessors="nbconvert.preprocessors.CoalesceStreamsPreprocessor" \
	  --Exporter.preprocessors="autograder.preprocessors.TidyMetadata" solutions/*/*.ipynb
