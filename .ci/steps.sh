# shellcheck shell=bash
# Headings and steps of a check. Source this file.

BOLD='' RED='' PLAIN=''
if [[ -t 1 && -t 2 ]]; then
    BOLD=$'\e[1m' RED=$'\e[31m' PLAIN=$'\e[0m'
fi

# heading TEXT
heading() {
    printf '%s== %s%s\n' "$BOLD" "$1" "$PLAIN"
}

# step NAME COMMAND...: runs the command under a heading that tells the seconds since the start. When it fails, names
# the step and exits with its code.
step() {
    local name=$1 code=0
    shift
    heading "$name (after $SECONDS s)"
    "$@" || code=$?
    if ((code)); then
        printf '%sFAILED: %s (exit code %d)%s\n' "$RED" "$name" "$code" "$PLAIN" >&2
        exit "$code"
    fi
}

# show FILE LINES: prints the start of a text file, and where the rest is.
show() {
    local file=$1 lines=$2 total
    total=$(wc -l <"$file")
    head -n "$lines" "$file"
    if ((total > lines)); then
        echo "... and $((total - lines)) lines more in $file"
    fi
}
