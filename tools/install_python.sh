#!/usr/bin/env bash
# install_python.sh PYTHON LOCK: makes .venv with PYTHON where there is none, and installs what LOCK pins, then this project.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1 lock=$2

fail() {
    echo "$*" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "$python was not found. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old: Python 3.11 or newer is needed. Name another: make PYTHON=/path/to/python3"

if [ ! -e .venv/.made ]; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python3-venv"
    echo "Making the virtual environment .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
    touch .venv/.made
fi

echo "Installing the $(grep -c == "$lock") packages that $lock pins"
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input)
"${pip[@]}" install --no-deps --requirement "$lock" | sed -un 's/^Collecting /  /p' || [ "${PIPESTATUS[0]}" = 0 ]
echo "Installing the project itself"
"${pip[@]}" install --quiet --no-build-isolation --no-deps --editable .
"${pip[@]}" check
