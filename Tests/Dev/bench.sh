# `./dev bench`: figures of the release build, each beside a peer or a limit of the same run. No bench
# judges a time; they are for reading.

# name | what is built besides the seven services where these run (+) | what it measures
readonly benches='
clustering | bench-clustering                | clusters of labelled keywords: adjusted Rand index, pairwise F1
jobs       | bench-jobs                      | jobs enqueued and done a second, pickup; limit: commits of pgbench
ledger     | bench-ledger                    | authorise and capture; peer: the same SQL by pgbench
pipeline   | +                               | items a second of the demo, by stage; limit: its processor time
postgres   | bench-postgres                  | select by key; peer: pgbench
rest       | + bench-http-load               | list, retrieve, create a keyword over HTTP; peer: its SQL by pgbench
rpc        | bench-rpc bench-rpc-peer        | calls a second, CPU a call; peer: a bare C server (--grpc: grpc-swift-2 too)
rpc-faults | bench-rpc-faults                | restarts, kills and an outage of three replicas under load; cancelling over five hops
startup    | +                               | start until ready and idle memory of each service; limits: 1 s, 150 MB
'

bench_field() { awk -F ' *[|] *' -v name="$1" -v field="$2" '$1 == name { print $field }' <<<"$benches"; }

list_benches() {
  awk -F ' *[|] *' 'NF > 2 { printf "%-12s%s\n", $1, $3 }' <<<"$benches"
}

# Builds what a bench needs. $1: its name.
build_bench() {
  local rooms
  rooms="$(bench_field "$1" 2)"
  rooms="${rooms/+/$services}"
  read -ra rooms <<<"$rooms"
  say "building ${rooms[*]} (release)"
  IGNY8_ROOM="$(IFS=,; printf '%s' "${rooms[*]}")" \
    swift_quietly build -c release --jobs 2 "${import_check[@]}" >&2
}

# grpc-swift-2 under the same load, from a package of its own.
run_grpc_peer() {
  local package="$root/Tests/Bench/GRPCPeer" scratch="$root/.build-grpc"
  say "building the gRPC peer (release)"
  swift_quietly build -c release --jobs 2 --package-path "$package" --scratch-path "$scratch" >&2
  "$scratch/release/bench-grpc-peer"
}

run_bench() {
  local name="$1"
  shift
  python3 -B "$parts/bench.py" machine
  if [[ "$(bench_field "$name" 2)" == +* ]]; then
    python3 -B "$parts/bench.py" "$name" --binaries "$(binaries release)" "$@"
  elif [ "$name $*" = "rpc --grpc" ]; then
    "$(binaries release)/bench-rpc"
    run_grpc_peer
  else
    "$(binaries release)/bench-$name" "$@"
  fi
}

# ./dev bench NAME… [options of one bench]
dev_bench() {
  local names=() name status=0
  while [ "$#" -gt 0 ] && [ -n "$(bench_field "$1" 2)" ]; do
    names+=("$1")
    shift
  done
  if [ "${#names[@]}" = 0 ]; then
    [ "$#" = 0 ] || fail "no such bench: $1; there are: $(list_benches | awk '{ printf "%s ", $1 }')"
    list_benches
    return
  fi
  install_needs
  for name in "${names[@]}"; do
    build_bench "$name"
    say "--- $name"
    run_bench "$name" "$@" || status=$?
  done
  return "$status"
}
