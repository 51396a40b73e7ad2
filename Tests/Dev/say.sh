# How ./dev speaks: progress on standard error, answers on standard output.

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}
