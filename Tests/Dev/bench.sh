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
rpc        | bench-rpc bench-rpc-peer        | calls a second, CPU a call, MB/s; peer: a bare C server (--grpc: gRPC C++, grpc-swift-2)
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

# What the gRPC peers need beside the product's needs.
readonly grpc_needs='
gRPC C++          | pkg-config --exists grpc++                        | libgrpc++-dev
gRPC C++ plugin   | command -v grpc_cpp_plugin                        | protobuf-compiler-grpc
'

# grpc-swift-2, from a package of its own, and gRPC C++, from Debian: two further servers for the load of
# bench-rpc.
run_rpc_with_grpc() {
  local peers="$root/Tests/Bench" scratch="$root/.build-grpc" cxx="$root/.build-grpc/cxx" flags
  install_missing "$grpc_needs"
  say "building the gRPC peers (release)"
  swift_quietly build -c release --jobs 2 --package-path "$peers/GRPCPeer" --scratch-path "$scratch" >&2
  mkdir -p "$cxx"
  protoc -I "$peers/GRPCCxxPeer" --cpp_out="$cxx" --grpc_out="$cxx" \
    --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" bench.proto
  read -ra flags <<<"$(pkg-config --cflags --libs grpc++ protobuf)"
  g++ -O3 -std=c++17 -I "$cxx" -o "$cxx/bench-grpc-cxx-peer" \
    "$peers/GRPCCxxPeer/main.cc" "$cxx/bench.pb.cc" "$cxx/bench.grpc.pb.cc" "${flags[@]}"
  "$(binaries release)/bench-rpc" \
    "gRPC C++=$cxx/bench-grpc-cxx-peer" "grpc-swift-2=$scratch/release/bench-grpc-peer"
}

run_bench() {
  local name="$1"
  shift
  python3 -B "$parts/bench.py" machine
  if [[ "$(bench_field "$name" 2)" == +* ]]; then
    python3 -B "$parts/bench.py" "$name" --binaries "$(binaries release)" "$@"
  elif [ "$name $*" = "rpc --grpc" ]; then
    run_rpc_with_grpc
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
