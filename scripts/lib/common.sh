# Sourced by the scripts beside this folder: where things are, and the one way to build a preset.
# shellcheck shell=bash
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repo"

# The system's own: pytest and pymongo come as its packages, not into some other Python in PATH.
# shellcheck disable=SC2034
python=/usr/bin/python3

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
  say "$@"
  exit 2
}

# run_logged LOG COMMAND...: silent when it succeeds, the whole log when it does not.
run_logged() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    say "failed: $*"
    return 1
  fi
}

# build_preset PRESET [TARGET...]: configures and builds build/PRESET.
build_preset() {
  local preset=$1
  shift
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  fi
  run_logged "build/$preset.configure.log" cmake --preset "$preset"
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  cmake --build --preset "$preset" "$@"
}
