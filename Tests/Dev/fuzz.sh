# `./dev fuzz`: libFuzzer and AddressSanitizer around what takes bytes from strangers. What it finds
# worth keeping grows below .dev/fuzz; `--keep` takes of it what reaches more into
# Tests/Fuzz/corpora, which `./dev test` replays.

# name | longest input in bytes | what is fuzzed
readonly fuzz_targets='
connection | 300  | the connection machine, either side, beside a plain account of the protocol
form       | 1024 | path, query, headers and uploaded forms of a request
frames     | 1024 | preface, frames and headers of the RPC, however the bytes are cut
json       | 512  | the JSON parser beside another one, and the writer
keywords   | 2048 | an uploaded list of keywords, and its export
messages   | 1024 | messages of the contracts: protobuf-c, arena, reader, generated code
redis      | 512  | the answers of Redis, however the bytes are cut
reply      | 1024 | the transcoder from the wire to JSON
request    | 1024 | the transcoder from JSON to the wire
tokens     | 512  | access tokens: what nobody signed is never taken
'

fuzz_field() { awk -F ' *[|] *' -v name="$1" -v field="$2" '$1 == name { print $field }' <<<"$fuzz_targets"; }

list_fuzz_targets() { awk -F ' *[|] *' 'NF > 2 { printf "%-12s%s\n", $1, $3 }' <<<"$fuzz_targets"; }

# $1: 1, or bare for libFuzzer without AddressSanitizer, two to four times as fast.
build_fuzz() {
  local scratch="$root/.build-fuzz"
  [ "$1" = 1 ] || scratch+="-$1"
  fuzz_program="$scratch/release/fuzz"
  say "building the fuzz targets (release, instrumented)"
  IGNY8_FUZZ="$1" swift_quietly build -c release --product fuzz --jobs 2 --scratch-path "$scratch" >&2
}

# Runs libFuzzer on a target. $1: its name, then options and directories.
run_fuzz() {
  local target="$1" words="$root/Tests/Fuzz/dictionaries/$1.txt" options=()
  shift
  [ ! -f "$words" ] || options+=("-dict=$words")
  # Swift's own backtraces would keep the program from ending.
  SWIFT_BACKTRACE=enable=no IGNY8_FUZZ_TARGET="$target" "$fuzz_program" "${options[@]}" \
    -max_len="$(fuzz_field "$target" 2)" -timeout=5 -rss_limit_mb=1024 -malloc_limit_mb=256 \
    -use_value_profile=1 -print_funcs=0 -print_final_stats=1 "$@" </dev/null
}

# Adds to the corpus what has grown and reaches something that no input of the corpus reaches.
keep_corpus() {
  local target="$1" kept="$root/Tests/Fuzz/corpora/$1" grown="$root/.dev/fuzz/$1"
  run_fuzz "$target" -use_value_profile=0 -use_counters=0 -set_cover_merge=1 "$kept" "$grown" >&2
  say "$target: $(find "$kept" -type f | wc -l) inputs, $(du -sb "$kept" | cut -f1) bytes"
}

# ./dev fuzz TARGET [SECONDS] [--bare] [options of libFuzzer] or ./dev fuzz TARGET --keep
dev_fuzz() {
  local target="${1:-}" seconds=60 kind=1 grown
  if [ -z "$target" ]; then
    list_fuzz_targets
    return
  fi
  [ -n "$(fuzz_field "$target" 2)" ] ||
    fail "no such target: $target; there are: $(list_fuzz_targets | awk '{ printf "%s ", $1 }')"
  shift
  if [[ "${1:-}" =~ ^[0-9]+$ ]]; then
    seconds="$1"
    shift
  fi
  if [ "${1:-}" = --bare ]; then
    kind=bare
    shift
  fi
  install_needs
  grown="$root/.dev/fuzz/$target"
  mkdir -p "$grown"
  build_fuzz "$kind"
  if [ "${1:-}" = --keep ]; then
    keep_corpus "$target"
    return
  fi
  run_fuzz "$target" -max_total_time="$seconds" -artifact_prefix="$root/.dev/fuzz/$target-" "$@" \
    "$grown" "$root/Tests/Fuzz/corpora/$target" ||
    fail "$target: broken; the input is .dev/fuzz/$target-…; it belongs into Tests/Fuzz/corpora/$target"
}
