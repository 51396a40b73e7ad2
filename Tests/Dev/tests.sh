# `./dev test` and `./dev check`. Both end with one line: `N passed, N failed`.

# Far longer than any room of tests takes: one that hangs is ended, and its tests are named.
readonly room_seconds=1200

passed=0
failed=0
failures=""

# What failed is told again here: of a long log often the end alone is kept.
closing_line() {
  [ -z "$failures" ] || say "failed:$failures"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

# Resolves what was asked for to test rooms: `KernelTests` as well as `Kernel`.
test_rooms() {
  local name rooms=()
  for name in "$@"; do
    if [ -d "Tests/${name}Tests" ]; then name="${name}Tests"; fi
    [ -d "Tests/$name" ] || fail "no such room of tests: $name"
    rooms+=("$name")
  done
  (IFS=,; printf '%s' "${rooms[*]}")
}

# Builds all tests with the arguments given, then runs room after room, so that the tests of one room
# do not wait for processors that another room's tests keep busy. Adds what each says to passed and
# failed.
count_swift_test() {
  local log="$root/.dev/test.log" build=(build --build-tests --jobs 2 "${import_check[@]}" "$@")
  local tests room told counted
  mkdir -p "$root/.dev"
  swift_quietly "${build[@]}" >&2 || fail "the tests do not build"
  tests="$(swift_quietly "${build[@]}" --show-bin-path)/igny8PackageTests.xctest"
  for room in $(test_rooms_to_run); do
    told="$(python3 -B "$parts/rooms.py" --log "$log" --seconds "${room_limit:-$room_seconds}" \
      ${preloaded:+--preload "$preloaded"} -- \
      "$tests" --testing-library swift-testing ${serially:-} --filter "^$room\\.")" ||
      fail "the tests could not be run"
    counted="${told%%$'\n'*}"
    [ "${counted#* }" = 0 ] || failures+=$'\n'"$room: ${told#*$'\n'}"
    say "$room: ${counted% *} passed, ${counted#* } failed"
    passed=$((passed + ${counted% *}))
    failed=$((failed + ${counted#* }))
  done
}

# The rooms that were asked for, else all that Package.swift names.
test_rooms_to_run() {
  if [ -n "${IGNY8_ROOM:-}" ]; then
    printf '%s' "${IGNY8_ROOM//,/ }"
  else
    grep -oE '"[A-Za-z]+Tests"' "$root/Package.swift" | tr -d '"' | sort -u
  fi
}

dev_test() {
  local rooms
  rooms="$(test_rooms "$@")"
  install_needs
  export IGNY8_ROOM="$rooms"
  count_swift_test
  closing_line
}

# Runs one more check and counts it. $1: its name, then the command.
extra_check() {
  local name="$1"
  shift
  if "$@" >&2; then
    say "✔ $name"
    passed=$((passed + 1))
  else
    say "✘ $name"
    failures+=$'\n'"✘ $name"
    failed=$((failed + 1))
  fi
}

formatting() {
  git ls-files -z --cached --others --exclude-standard -- '*.swift' ':!:Shared/Contracts/*' ':!:*.pb.swift' |
    xargs -0 swift format lint --strict --parallel --configuration .swift-format
}

scripts_parse() {
  local file status=0
  for file in dev .ci/run protos/generate "$parts"/*.sh; do
    [ ! -f "$file" ] || bash -n "$file" || status=1
  done
  PYTHONDONTWRITEBYTECODE=1 python3 - "$parts"/*.py Tests/PythonClient/*.py <<'PYTHON' || status=1
import ast, pathlib, sys
for name in sys.argv[1:]:
    ast.parse(pathlib.Path(name).read_text(), name)
PYTHON
  return "$status"
}

# The rooms with C handles, locks, unsafe memory or event loops of their own, and what is fed to
# fuzz targets. The other services' rooms have nothing of the kind and would take far longer to build.
readonly sanitized_rooms="Kernel Cryptography Telemetry Settings JSON HTML Protobuf RPC Postgres Redis
  Runtime Resources Jobs Events Mail PDF Archives EdgeCore EdgeService IntegrationCore Fuzz"

# Runs those rooms' tests under a sanitizer, whose reports fail a run; one test after the other, since
# each takes ten times as long and has the deadlines it always has. $1: thread or address.
sanitized_tests() {
  local rooms preloaded="" serially=--no-parallel room_limit=$((3 * room_seconds))
  # shellcheck disable=SC2086
  rooms="$(test_rooms $sanitized_rooms)"
  say "--- $1 sanitizer"
  if [ "$1" = thread ]; then
    preloaded="$root/.dev/thread_runtime.so"
    mkdir -p "$root/.dev"
    export TSAN_OPTIONS="suppressions=$parts/thread_suppressions.txt"
    "$(dirname "$(readlink -f "$(command -v swift)")")/clang" -shared -fPIC -O2 -o "$preloaded" \
      "$parts/thread_runtime.c" || fail "the sanitizer's view of the runtime does not build"
  else
    # What was freed and is kept for a while counts as memory of the process, which tests measure. A
    # task that still waits when the tests end looks like a leak: only what it waits for points to it.
    export ASAN_OPTIONS="quarantine_size_mb=32:detect_leaks=0"
  fi
  export IGNY8_ROOM="$rooms"
  count_swift_test --sanitize="$1" --scratch-path ".build-$1"
  unset IGNY8_ROOM
}

dev_check() {
  local sanitize=""
  case "${1:-}" in
    "") ;;
    --sanitize) sanitize=yes ;;
    *) fail "check knows --sanitize only, not: $1" ;;
  esac
  install_needs
  unset IGNY8_ROOM
  extra_check "scripts parse" scripts_parse
  extra_check "formatting" formatting
  extra_check "the dev scripts' own tests" timeout "$room_seconds" python3 "$parts/test_dev.py"
  extra_check "Kubernetes manifests" python3 "$parts/manifests.py" k8s
  extra_check "generated files are what protos/ say" "$root/protos/generate" --check
  count_swift_test
  extra_check "the second implementation of the RPC calls the services" python_client
  if [ -n "$sanitize" ]; then
    sanitized_tests thread
    sanitized_tests address
  fi
  closing_line
}
