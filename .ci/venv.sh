# shellcheck shell=bash
# Functions that make and update the virtual environment of ./try, ./test and .ci/protobuf-range.
# Source this file; it prints nothing but what goes wrong, or that something is being installed.
#
# An installed set of extras leaves a stamp in the environment: a hash of everything that decides what is installed.
# With the stamp in place nothing is done, so that a second run starts at once.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# die MESSAGE...: prints each MESSAGE as a line on standard error and stops.
die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# find_python: prints the first Python on the PATH that is new enough; PYTHON in the environment goes first.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13 python3.14 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed, and none is on the PATH." "Name one with PYTHON=/path/to/python3 $0"
}

# make_venv FOLDER: makes the environment unless a working one is there. One that was made elsewhere and moved here is
# made anew: its scripts and its editable install point to the old place.
make_venv() {
    local venv=$1 python
    if [[ -x $venv/bin/python ]] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 \
        && grep -qF "$venv/bin/python" "$venv/bin/pip"; then
        return
    fi
    python=$(find_python)
    echo "Making $venv with $python" >&2
    # Debian's python3 leaves out what venv needs to install pip; a pip outside can install one.
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 \
        || { "$python" -m venv --clear --without-pip "$venv" && "$python" -m pip -qq --python "$venv" install pip; } \
        || die "$python cannot make a virtual environment." "On Debian and Ubuntu: apt-get install python3-venv"
}

# install_in VENV KEY PIP_ARGUMENT...: installs with pip unless this was done already. KEY names the stamp; the stamp
# depends on the arguments, pyproject.toml, the constraints and the Python.
install_in() {
    local venv=$1 key=$2 stamp state
    shift 2
    stamp=$venv/installed-$key
    state=$(
        cd "$REPO" || exit
        { "$venv/bin/python" -VV; echo "$REPO $*"; cat pyproject.toml .ci/constraints.txt; } | sha256sum
    )
    if [[ -f $stamp && $(<"$stamp") == "$state" ]]; then
        return
    fi
    echo "Installing $key into $venv; this takes a minute, once" >&2
    (cd "$REPO" && "$venv/bin/python" -m pip install -qq --disable-pip-version-check --root-user-action=ignore "$@" >&2) \
        || die "Installing $key failed; see above."
    echo "$state" >"$stamp"
}

# ensure_venv EXTRA...: the environment .venv with goten, editable, and these extras in the versions of
# .ci/constraints.txt. Sets PYTHON_IN_VENV.
ensure_venv() {
    local extra venv=$REPO/.venv
    make_venv "$venv"
    for extra in "$@"; do
        install_in "$venv" "$extra" -c .ci/constraints.txt -e ".[$extra]"
    done
    # shellcheck disable=SC2034 # for the script that sources this
    PYTHON_IN_VENV=$venv/bin/python
}
