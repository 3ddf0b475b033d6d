# `make help` says what each target does. Every one works from a clean checkout: the steps stand in tools/start.py, once, and
# without make, `python tools/start.py lab` does the same. PYTHON=python3.12 names the Python for the environment, GPU=1
# installs requirements-gpu.txt, and LEARNER=ada is for a second learner at this computer, whose copy and answers lie in
# work-ada and build-ada.
PYTHON ?= python3
START = @"$(PYTHON)" tools/start.py $(if $(GPU),--gpu) $(if $(LEARNER),--learner=$(LEARNER))
WITH_ARGS = lab run build report doctor learner solutions instructor live slides wheelhouse benchmark findings converters
ALONE = test lint site fuzz ludwig clean help

.PHONY: $(WITH_ARGS) $(ALONE) check

$(WITH_ARGS):
	$(START) $@ $(ARGS)

$(ALONE):
	$(START) $@

check: # make check LESSON=06b
	$(START) $@ $(LESSON) $(ARGS)
