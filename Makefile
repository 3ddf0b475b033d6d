# Every target works from a clean checkout: it makes .venv and installs what it needs first (again only when a pin changed).
# Without make (Windows, conda): README.md has the same commands in plain form.
PYTHON ?= python3
PYTHON312 ?= python3.12
PY = .venv/bin/python
KIND = $(if $(GPU),gpu,cpu)
LAB = .venv/.installed-lab-$(KIND)
DEV = .venv/.installed-dev-$(KIND)
PAGES = .venv/.installed-pages
RUN = $(PY) tools/pipeline.py

.PHONY: lab test run build lint doctor site benchmark clean learner solutions instructor live slides wheelhouse ludwig

lab: $(LAB) $(PAGES) ## open the course in JupyterLab
	$(PY) -m jupyter lab notebooks/00_start.ipynb

test: $(DEV) $(PAGES) lint ## every check: rules, helpers, all notebooks executed, verdicts compared, a real browser
	$(RUN) check
	$(PY) -m pytest -n 2 tests
	SIDE_BY_SIDE_BUILD=build/nbval $(PY) -m pytest -n 2 --dist loadfile --nbval-lax --nbval-sanitize-with tests/nbval.cfg \
	  --nbval-cell-timeout=120 -p no:cacheprovider notebooks/solutions

run: $(DEV) $(PAGES) ## execute the course (make run ARGS="01 --seed 3") into build/executed, and print its verdicts
	$(RUN) run $(ARGS)

build: $(DEV) ## write the notebooks from notebooks/chapters
	$(RUN) build $(ARGS)

lint: $(DEV)
	$(PY) -m ruff check .
	$(PY) -m codespell_lib
	$(PY) tools/layout.py

doctor: ## look at this machine before a workshop; works with nothing installed
	@$(if $(wildcard $(PY)),$(PY),$(PYTHON)) -m helpers.doctor $(ARGS)

learner solutions instructor live: $(DEV) ## this edition of the course, in build/editions
	$(PY) tools/editions.py $@ $(ARGS)

slides: run ## slides of the executed course, in build/editions/slides
	$(PY) tools/editions.py $@

wheelhouse: $(LAB) ## a folder from which laptops of this kind install without a network
	$(PY) tools/wheelhouse.py $(ARGS)

site: run ## the executed course as HTML in build/site
	$(PY) tools/site_of_course.py

benchmark: $(DEV) ## speed, as ratios; not part of test
	$(PY) -m pytest -m benchmark -s tests/benchmarks

ludwig: .venv/ludwig/.installed ## Ludwig in an environment of its own (Python 3.12, several GB), for chapter 12b

clean: ## remove what runs have made; the environment stays
	rm -rf build

.venv/bin/python:
	$(PYTHON) -m helpers.doctor --python
	$(PYTHON) -m venv .venv

$(LAB): requirements.txt requirements-visdom.txt $(if $(GPU),requirements-gpu.txt) pyproject.toml | $(PY)
	@echo "Installing the course into .venv (several minutes the first time) ..."
	$(PY) -m pip install --quiet --disable-pip-version-check $(if $(GPU),-r requirements-gpu.txt,-r requirements.txt) -e .
	$(PY) -m pip install --quiet --disable-pip-version-check "setuptools<81" wheel
	$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation -r requirements-visdom.txt
	@touch $@

$(DEV): requirements-dev.txt $(LAB)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(PAGES): data/browser_files.toml tools/browser_files.py | $(LAB)
	@$(PY) tools/browser_files.py && touch $@ || echo "Going on without: cells that show these pages will say NOT MEASURED."

.venv/ludwig/.installed: requirements-ludwig.txt | $(PY)
	$(PYTHON312) -m venv .venv/ludwig
	.venv/ludwig/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-ludwig.txt
	@touch $@
