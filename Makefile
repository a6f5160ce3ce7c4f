# Every target installs what it lacks; a second run installs nothing.
PYTHON ?= python3
BIN := .venv/bin
BROWSER = command -v chromium || command -v chromium-browser || command -v google-chrome

.DEFAULT_GOAL := help
.PHONY: help new build grade check test test-versions lab demo demo-html bench lock clean machine
# Which exercise: make grade EXERCISE=1108. Without it: all, or for lab and demo the first.
EXERCISE ?=
# make grade SANDBOX=no runs the code of the students with your rights, where no sandbox can be had.
SANDBOX ?=

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' Makefile

new: .venv/installed  ## begin an exercise of your own: make new EXERCISE=name
	@$(if $(EXERCISE),:,echo "Please name it: make new EXERCISE=1108" >&2; exit 1)
	$(BIN)/grading new $(EXERCISE)

build: .venv/installed  ## build the notebooks from exercises/
	$(BIN)/grading build $(EXERCISE)

ifeq ($(SANDBOX),no)
grade: machine .venv/installed
	$(BIN)/grading grade --no-sandbox $(EXERCISE)
else
grade: machine .venv/installed  ## grade submitted/, or the sample classes where it is empty
	$(sandbox)
	$(BIN)/grading grade $(EXERCISE)
endif

machine:
	$(call python)
	@$(PYTHON) -m grading.sandbox.machine

check: .venv/installed  ## what is proven in less than a minute: ruff, mypy, the tests of pure functions and of the texts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 -m "not long" $(QUICK)
QUICK = $(addprefix tests/test_,check.py code.py notes.py rebuild.py visible.py machine.py project.py)

test: machine .venv/installed  ## run all tests
	$(call debian,$(BROWSER),chromium)
	$(sandbox)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lab: .venv/installed  ## open the student's notebook in JupyterLab
	$(BIN)/jupyter lab $(or $(EXERCISE),1101)/main.ipynb

demo: .venv/installed  ## open the live demo, ready for the projector, with the page at hand in case the kernel is lost
	$(BIN)/python -m demo open $(EXERCISE)

demo-html: .venv/installed  ## write demo.html, the same scenes for a machine where no kernel runs
	$(BIN)/python -m demo page $(EXERCISE)

bench: .venv/bench  ## the reference beside scikit-learn and PyTorch, the grader beside stock nbgrader and Otter-Grader, a large report, the demo in a browser
	$(sandbox)
	$(call debian,$(BROWSER),chromium)
	$(BIN)/python bench/training.py
	$(BIN)/python bench/autograde.py
	$(BIN)/python bench/attacks.py
	$(BIN)/python bench/catalogue.py
	$(BIN)/python bench/report.py
	$(BIN)/python bench/demo.py

test-versions: machine .venv-lowest/installed .venv-newest/installed  ## test with the oldest and the newest packages that are admitted
	$(sandbox)
	for each in lowest newest; do .venv-$$each/bin/python -m pytest -n 2 --dist loadfile -p no:warnings $(VERSIONS) || exit 1; done
# The notebook's pictures and checks, the marks of every known answer in a process and in the grader, a class through nbgrader.
VERSIONS = $(addprefix tests/test_,notebook.py answers.py new.py nbgrader.py feedback.py report.py)

# Keeps what still fits: make lock UPGRADE=--upgrade takes the newest of everything, UPGRADE=--upgrade-package=numpy of one.
lock: .venv/installed  ## renew both lock files after a change of pyproject.toml
	$(COMPILE) $(UPGRADE) -o requirements.lock
	$(COMPILE) $(UPGRADE) --resolution lowest-direct -o requirements-lowest.lock
COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --extra test --extra cluster --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" pyproject.toml

clean:  ## remove what can be made again (never submitted/, the gradebook or grades)
	rm -rf .venv .venv-lowest .venv-newest sample build demo.html *.egg-info .pytest_cache .ruff_cache

.venv/installed: requirements.lock pyproject.toml
	$(call python)
	$(call debian,$(PYTHON) -c 'import ensurepip; import venv',python3-venv)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@# matplotlib lists the fonts of the machine once; here rather than in a student's first cell
	@$(BIN)/python -c 'import matplotlib.font_manager' 2>/dev/null
	@touch $@

.venv-lowest/installed: requirements-lowest.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "The oldest packages are those of Python 3.11: make test-versions PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/pip install -q --disable-pip-version-check -r requirements-lowest.lock
	.venv-lowest/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv-newest/installed: pyproject.toml
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/pip install -q --disable-pip-version-check --upgrade -e '.[test]'
	@touch $@

.venv/bench: .venv/installed
	$(BIN)/pip install -q --disable-pip-version-check --no-build-isolation -e '.[bench]'
	@touch $@

define sandbox
	$(call debian,command -v bwrap,bubblewrap)
	$(call debian,$(PYTHON) -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")',libseccomp2)
endef

# $(call debian,TEST,PACKAGE): where TEST fails, install the Debian package, or say what to install.
define debian
	@{ $(1); } >/dev/null 2>&1 || { \
	  if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then \
	    root=$$([ "$$(id -u)" = 0 ] || echo "sudo"); echo "Installing the Debian package $(2)."; \
	    $$root apt-get update -qq && \
	    $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
	  else echo "Please install $(2) (on Debian: sudo apt install $(2)), then run make again." >&2; exit 1; fi; }
endef

define python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Please install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
endef
