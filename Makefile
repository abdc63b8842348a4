# What a person types here; each command makes what it needs first, and says so. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Some tests take long and do not share: whoever is done takes over what the others have not begun.
PYTEST_PARALLEL = --numprocesses $(JOBS) --dist worksteal
JOBS := $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 1)

# The venv's cmake, ninja and clang-tidy come first; CMake looks for Python in the venv.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
export CTEST_PARALLEL_LEVEL := $(JOBS)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# pip would fetch these for each build anew and then compile everything again; from the venv, it compiles what changed.
BUILD_TOOLS := cmake==4.4.4 ninja==1.13.2 pybind11==3.1.0 scikit-build-core==1.1.2

# The package is installed again when one of these has changed.
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE \
  $(shell find cpp python -type f -not -path '*/__pycache__/*')
CPP_FILES = $(shell find cpp tests/cpp benchmarks/cpp -name '*.hpp' -o -name '*.cpp' -o -name '*.inl')
PY_DIRS := $(wildcard python tests benchmarks examples tools)

say = @printf '\033[1m==> %s\033[0m\n' '$(1)'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help
help:
	@sed -n 's/^# make \([a-z-]*\): */make \1|/p' $(firstword $(MAKEFILE_LIST)) | \
	  awk -F'|' '{ printf "  %-18s %s\n", $$1, $$2 }'

# --- For everybody ----------------------------------------------------------------------------------------------------

# make demo: train a network on handwritten digits and draw what it learned
.PHONY: demo
demo: $(VENV)/installed-demo
	$(call say,Training a network on handwritten digits)
	@$(BIN)/rosenblatt demo

# make test: run every test of both languages
.PHONY: test
test: test-cpp test-python

# make parity: compare numbers with scikit-learn: losses, epochs, predictions over a grid of settings
.PHONY: parity
parity: $(VENV)/installed-dev
	$(call say,Training a grid of settings with both libraries (half a minute))
	@PYTHONPATH=tests $(BIN)/python -m parity

# make bench: compare speed with scikit-learn and other libraries, where they are installed
.PHONY: bench
bench: $(VENV)/installed-dev build-micro
	$(call say,Comparing with other libraries (a quarter of an hour))
	@$(BIN)/python benchmarks/run.py

# make bench-peers: install PyTorch, JAX and Keras for that comparison (gigabytes)
.PHONY: bench-peers
bench-peers: $(VENV)/installed-dev
	$(call say,Installing PyTorch, JAX and Keras into $(VENV))
	@$(BIN)/python -m pip install --quiet torch jax keras

# make bench-growth: measure how an epoch grows with width, batch, rows, depth and threads
.PHONY: bench-growth
bench-growth: $(VENV)/installed-dev
	$(call say,Measuring how the time of an epoch grows)
	@$(BIN)/python benchmarks/growth.py

# make bench-tabular: compare scores on small tables with other models, and write docs/tabular.md
.PHONY: bench-tabular
bench-tabular: $(VENV)/installed-dev
	$(call say,Fitting models to small tables (a few minutes))
	@$(BIN)/python benchmarks/tabular.py --markdown docs/tabular.md

# make bench-breakdown: sample where the time of a training goes (with Linux's perf)
.PHONY: bench-breakdown
bench-breakdown: $(VENV)/installed-dev
	$(call say,Installing rosenblatt with its symbols into build/profile)
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --upgrade --target build/profile \
	  --config-settings=install.strip=false .
	$(call say,Sampling trainings)
	@PYTHONPATH=build/profile $(BIN)/python benchmarks/breakdown.py

# make bench-micro: measure the C++ kernels against the FMA peak
.PHONY: bench-micro
bench-micro: build-micro
	$(call say,Measuring the kernels)
	@build/bench/benchmarks/cpp/rosenblatt_micro

.PHONY: build-micro
build-micro: $(VENV)/build-tools
	$(call say,Building the benchmarks of the kernels)
	@$(BIN)/cmake --preset bench --log-level=WARNING
	@$(BIN)/cmake --build --preset bench

# make lint: check style, types and common mistakes of both languages
.PHONY: lint
lint: $(VENV)/installed-dev system-dev
	$(call say,Python: ruff and mypy)
	@$(BIN)/ruff check $(PY_DIRS)
	@$(BIN)/ruff format --check $(PY_DIRS)
	@$(BIN)/mypy
	$(call say,C++: clang-format)
	@$(BIN)/clang-format --dry-run -Werror $(CPP_FILES)
	$(call say,C++: clang-tidy and warnings as errors (a few minutes the first time))
	@$(BIN)/cmake --preset tidy --log-level=WARNING
	@$(BIN)/cmake --build --preset tidy

# make format: lay out the sources of both languages
.PHONY: format
format: $(VENV)/installed-dev
	$(call say,Formatting)
	@$(BIN)/ruff check --fix $(PY_DIRS)
	@$(BIN)/ruff format $(PY_DIRS)
	@$(BIN)/clang-format -i $(CPP_FILES)

# make stubs: write the stubs of the C++ module anew, after a change of the bindings
.PHONY: stubs
stubs: $(VENV)/installed-dev
	$(call say,Writing python/rosenblatt/_core.pyi)
	@$(BIN)/pybind11-stubgen rosenblatt._core --numpy-array-use-type-var --output-dir build/stubs
	@cp build/stubs/rosenblatt/_core.pyi python/rosenblatt/_core.pyi

# make clean: remove everything that make has made
.PHONY: clean
clean:
	$(call say,Removing build/ and the virtual environments)
	@rm -rf build rosenblatt-demo $(VENV) .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --- Parts of the above, and more tests -------------------------------------------------------------------------------

# make test-cpp: the C++ tests
.PHONY: test-cpp
test-cpp: ctest-default

# make test-asan: the C++ tests with AddressSanitizer and UndefinedBehaviorSanitizer
.PHONY: test-asan
test-asan: ctest-asan

# make test-tsan: those of the C++ tests that run threads, with ThreadSanitizer
.PHONY: test-tsan
test-tsan: ctest-tsan

.PHONY: ctest-default ctest-asan ctest-tsan
ctest-default ctest-asan ctest-tsan: ctest-%: $(VENV)/installed-dev system-dev
	$(call say,Building and running the C++ tests (preset $*))
	@$(BIN)/cmake --preset $* --log-level=WARNING
	@$(BIN)/cmake --build --preset $*
	@$(BIN)/ctest --preset $*

# make test-python: the Python tests, and the examples of the docstrings
.PHONY: test-python
test-python: $(VENV)/installed-dev
	$(call say,Running the Python tests)
	@MPLBACKEND=Agg $(BIN)/pytest -q $(PYTEST_PARALLEL)
	$(call say,Running the examples of the docstrings)
	@MPLBACKEND=Agg $(BIN)/pytest -q -c pyproject.toml --rootdir . --doctest-modules --pyargs rosenblatt

# make test-oldest: the Python tests with the oldest supported dependencies, of what is installed for users
.PHONY: test-oldest
test-oldest: .venv-oldest/installed
	$(call say,Running the Python tests with the oldest supported dependencies)
	@MPLBACKEND=Agg .venv-oldest/bin/pytest -q $(PYTEST_PARALLEL) \
	  --ignore tests/python/test_stubs.py --ignore tests/python/test_benchmarks.py

# --- What they need ---------------------------------------------------------------------------------------------------

# make venv: the virtual environment with the package and every tool
.PHONY: venv
venv: $(VENV)/installed-dev

.PHONY: system-dev
system-dev:
	@tools/system_packages.sh $(PYTHON) doctest

$(VENV)/build-tools:
	@tools/system_packages.sh $(PYTHON)
	$(call say,Making the virtual environment $(@D) with the build tools from PyPI)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet $(BUILD_TOOLS)
	@touch $@

$(VENV)/installed-demo: $(SOURCES) | $(VENV)/build-tools
	@tools/system_packages.sh $(PYTHON)
	$(call say,Compiling and installing rosenblatt into $(VENV) (a minute or two the first time))
	@$(BIN)/python -m pip install --quiet --no-build-isolation '.[cli,plot]'
	@touch $@

# Whoever has this one has the other.
$(VENV)/installed-dev: $(SOURCES) | $(VENV)/build-tools
	@tools/system_packages.sh $(PYTHON)
	$(call say,Compiling and installing rosenblatt and its development tools into $(VENV) (a minute or two the first time))
	@$(BIN)/python -m pip install --quiet --no-build-isolation '.[dev]'
	@touch $@ $(VENV)/installed-demo

# The wheel that the other environment was given, which is not compiled again.
.venv-oldest/installed: $(VENV)/installed-dev tests/oldest.txt
	$(call say,Installing rosenblatt with its oldest supported dependencies into .venv-oldest)
	@$(PYTHON) -m venv .venv-oldest
	@rm -f build/wheel/*.whl
	@$(BIN)/python -m pip wheel --quiet --no-build-isolation --no-deps --wheel-dir build/wheel .
	@.venv-oldest/bin/python -m pip install --quiet --constraint tests/oldest.txt \
	  "$$(ls build/wheel/*.whl)[cli,files,onnx,plot,test]"
	@.venv-oldest/bin/python -m pip install --quiet --no-deps --force-reinstall build/wheel/*.whl
	@touch $@
