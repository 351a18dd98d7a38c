# make app    open the dashboard (the first time: install, then build the demo)
# make test   run all checks and tests, WORKERS=4 at a time: many wait for a browser or a process
# make test-oldest, make test-latest   run the tests on the oldest or newest versions allowed
# make test-container   build the container and start it; without podman or docker, its steps in a folder
# make test-pertpy   let pertpy read what GPAR writes, in an environment of its own (Python 3.12, 3.13)
# make docs   write the documentation as a site into build/docs
# make bench  measure speed and memory against their goals (half an hour)
# make bench-quality FILES=FOLDER   compare with other methods on LINCS files, MOA by MOA

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if \
	$(shell $(name) -c "import sys, venv; print(sys.version_info[:2] in {(3, 11), (3, 12), (3, 13)} or '')" 2>/dev/null),$(name))))
VENV := .venv
WORKERS ?= 4
FILES ?= ../shared/lincs_consensus
BIN := $(VENV)/bin

CONSTRAINED := -r requirements.txt -c constraints.txt

.PHONY: app test test-oldest test-latest test-container test-pertpy docs lock bench bench-quality check format clean

app: $(VENV)/app.stamp
	$(BIN)/streamlit run streamlit_app.py

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-oldest: RESOLUTION := lowest-direct
test-latest: RESOLUTION := highest
test-oldest test-latest: test-%: $(VENV)/dev.stamp
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(VENV)-$*
	$(BIN)/uv pip install --quiet --python $(VENV)-$* --resolution $(RESOLUTION) \
		--requirements pyproject.toml --extra cluster --extra sign-in --requirements requirements-dev.txt
	$(VENV)-$*/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-container: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m container tests/test_container.py

test-pertpy: $(VENV)/dev.stamp
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(VENV)-pertpy
	$(BIN)/uv pip install --quiet --python $(VENV)-pertpy "pertpy>=1.4"
	$(BIN)/python -m pytest -m pertpy tests/formats/test_pertpy.py

docs: $(VENV)/dev.stamp
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

lock: $(VENV)/dev.stamp
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
		requirements.txt requirements-dev.txt --output-file constraints.txt

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
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-latest $(VENV)-pertpy cache/compendia cache/models cache/jobs cache/uploads

$(VENV)/app.stamp: requirements.txt constraints.txt
	$(if $(PYTHON),,$(error GPAR needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt install python3-venv); none was found))
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(CONSTRAINED)
	touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet $(CONSTRAINED) -r requirements-dev.txt
	touch $@
