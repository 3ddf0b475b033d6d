# Every target works from a clean checkout. The steps stand in tools/start.py, once; without make, `python tools/start.py lab`
# does the same. PYTHON=python3.12 names the Python for the environment, GPU=1 installs requirements-gpu.txt,
# and LEARNER=ada is for a second learner at this computer, whose copy and answers lie in work-ada and build-ada.
PYTHON ?= python3
START = @"$(PYTHON)" tools/start.py $(if $(GPU),--gpu) $(if $(LEARNER),--learner=$(LEARNER))

.PHONY: lab test check run build lint report doctor learner solutions instructor live slides site wheelhouse benchmark fuzz findings \
	ludwig converters clean

lab: ## open your copy of the course, work/, in JupyterLab
	$(START) $@ $(ARGS)

test: ## every check: rules, helpers, all notebooks executed, verdicts compared, a real browser
	$(START) $@

check: ## every check of one lesson (make check LESSON=06b)
	$(START) $@ $(LESSON) $(ARGS)

run: ## execute the course (make run ARGS="01 --seed 3") into build/executed, and print its verdicts
	$(START) $@ $(ARGS)

build: ## write the notebooks from notebooks/chapters
	$(START) $@ $(ARGS)

lint: ## static checks only
	$(START) $@

report: ## how dense each lesson's code is, and how many minutes it takes
	$(START) $@ $(ARGS)

doctor: ## look at this machine before a workshop; works with nothing installed
	$(START) $@ $(ARGS)

learner solutions instructor live: ## this edition of the course, in build/editions
	$(START) $@ $(ARGS)

slides: ## slides of the executed course, in build/editions/slides
	$(START) $@ $(ARGS)

site: ## the executed course as HTML in build/site
	$(START) $@

wheelhouse: ## a folder from which laptops of this kind install without a network
	$(START) $@ $(ARGS)

benchmark: ## speed, as ratios; not part of test (make benchmark ARGS="-k papermill --one-a-chapter"; ARGS=then: make test, then and now)
	$(START) $@ $(ARGS)

fuzz: ## 20,000 requests to the servers of chapter 10, good and bad ones; not part of test
	$(START) $@

findings: ## is outside behavior still as it was seen? Not part of test (make findings ARGS=NAME)
	$(START) $@ $(ARGS)

ludwig: ## Ludwig in an environment of its own (Python 3.12, several GB), for chapter 12
	$(START) $@

converters: ## what converters do by themselves, into data/converters.csv (half an hour, 15 GB meanwhile)
	$(START) $@ $(ARGS)

clean: ## remove what runs have made; your ledger, your copy of the course and the environment stay
	$(START) $@
