# make app    open the dashboard (the first time: install, then build the demo)
# make test   run all checks and tests, WORKERS=4 at a time: many wait for a browser or a process
# make bench  measure speed and memory against their goals (half an hour)
# make bench-quality FILES=FOLDER   compare with other methods on LINCS files, MOA by MOA

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if \
	$(shell $(name) -c "import sys, venv; print(sys.version_info[:2] in {(3, 11), (3, 12), (3, 13)} or '')" 2>/dev/null),$(name))))
VENV := .venv
WORKERS ?= 4
FILES ?= ../shared/lincs_consensus
BIN := $(VENV)/bin

.PHONY: app test bench bench-quality check format clean

app: $(VENV)/app.stamp
	$(BIN)/streamlit run streamlit_app.py

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: $(VENV)/app.stamp
	$(BIN)/python -m benchmarks

bench-quality: $(VENV)/app.stamp
	$(BIN)/python -m benchmarks.quality --files $(FILES)

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) cache/compendia cache/models cache/jobs cache/uploads

$(VENV)/app.stamp: requirements.txt
	$(if $(PYTHON),,$(error GPAR needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt install python3-venv); none was found))
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@
