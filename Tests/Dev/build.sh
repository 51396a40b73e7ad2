# Building: one SwiftPM process at a time, standard input closed (it may wait on it otherwise).

readonly services="auth planner writer billing automation integration edge"

# An import that Package.swift does not declare is an error.
readonly import_check=(--explicit-target-dependency-import-check error)

swift_quietly() { swift "$@" </dev/null; }

# Builds the seven executables and nothing else. $1: debug or release.
build_services() {
  say "building the services ($1)"
  IGNY8_ROOM="${services// /,}" swift_quietly build -c "$1" --jobs 2 "${import_check[@]}" >&2
}

# Where the executables of a configuration lie.
binaries() { printf '%s/.build/%s' "$root" "$1"; }

dev_gen() {
  install_needs
  exec "$root/protos/generate" "$@" </dev/null
}

# The benches of the package, by the names that `./dev bench` takes.
bench_names() { grep -o '"bench-[a-z0-9-]*"' "$root/Package.swift" | tr -d '"' | sed 's/^bench-//' | sort -u; }

dev_bench() {
  local name status=0
  if [ "$#" = 0 ]; then
    bench_names
    return
  fi
  install_needs
  for name in "$@"; do
    bench_names | grep -qx "$name" || fail "no such bench: $name (there are: $(bench_names | tr '\n' ' '))"
    IGNY8_ROOM="bench-$name" swift_quietly build -c release --jobs 2 --product "bench-$name" >&2
    "$(binaries release)/bench-$name" || status=$?
  done
  return "$status"
}
