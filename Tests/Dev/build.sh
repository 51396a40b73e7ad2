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
