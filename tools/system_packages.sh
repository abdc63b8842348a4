#!/usr/bin/env bash
# Sees to it that the system has what the build needs and pip cannot bring: a C++ compiler, Python's venv and headers
# and, where asked for, doctest. Says nothing when all is there. What is missing is installed through apt-get where the
# user may do that; otherwise the command to type is named, and the exit status is 1.
#
# Usage: system_packages.sh PYTHON [doctest]
set -euo pipefail

python=${1:?usage: system_packages.sh PYTHON [doctest]}
want_doctest=${2:-}
compiler=${CXX:-c++}

fail() {
    printf 'error: %s\n' "$@" >&2
    exit 1
}

python_has() { "$python" -c "$1" >/dev/null 2>&1; }
has_doctest() { echo '#include <doctest/doctest.h>' | $compiler -E -x c++ - >/dev/null 2>&1; }

# The packages that are missing, by their names in Debian, Fedora and Homebrew.
find_missing() {
    debian=() fedora=() brew=()
    command -v "${compiler%% *}" >/dev/null || { debian+=(g++) fedora+=(gcc-c++) brew+=(gcc); }
    # Debian splits Python: python3.12 has python3.12-venv and python3.12-dev.
    local name
    name=$(basename "$python")
    python_has 'import ensurepip, venv' || { debian+=("$name-venv") fedora+=(python3-pip) brew+=(python); }
    python_has 'import os, sysconfig; os.stat(os.path.join(sysconfig.get_path("include"), "Python.h"))' ||
        { debian+=("$name-dev") fedora+=("$name-devel") brew+=(python); }
    if [[ $want_doctest ]] && ! has_doctest; then
        debian+=(doctest-dev) fedora+=(doctest-devel) brew+=(doctest)
    fi
}

if ! command -v "$python" >/dev/null; then
    fail "there is no program '$python'; rosenblatt needs Python 3.11 or later" \
        "on Debian or Ubuntu, type: sudo apt-get install python3 python3-venv python3-dev"
fi
if ! python_has 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    fail "'$python' is $("$python" --version 2>&1); rosenblatt needs Python 3.11 or later" \
        "if you have a newer one, name it: make PYTHON=python3.12 demo"
fi

find_missing
((${#debian[@]})) || exit 0

if command -v apt-get >/dev/null; then
    if ((EUID == 0)); then
        sudo=()
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo=(sudo)
    else
        fail "missing: ${debian[*]}" "type: sudo apt-get install ${debian[*]}"
    fi
    printf '\033[1m==> Installing with apt-get: %s\033[0m\n' "${debian[*]}"
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        "${debian[@]}" >/dev/null
elif command -v dnf >/dev/null; then
    fail "missing: ${fedora[*]}" "type: sudo dnf install ${fedora[*]}"
elif command -v brew >/dev/null; then
    fail "missing: ${brew[*]}" "type: brew install ${brew[*]}"
else
    fail "missing: ${debian[*]} (Debian's names); install them with your system's package manager"
fi

find_missing
((${#debian[@]} == 0)) || fail "still missing after the installation: ${debian[*]}"
