import Foundation
import Kernel
import NIOCore
import RPC
import TestKit

// `bench-rpc-faults` puts real processes through what the RPC promises to bear: rolling restarts
// and kills of three replicas under load, an outage of all of them, a cancellation over five hops.
// A call that fails where none may ends it with 1.

let words = Array(CommandLine.arguments.dropFirst())
if words.first == "serve" {
  try await ReplicaProcess.run(port: Int(words[1]) ?? 0, next: Int(words[2]) ?? 0)
  exit(0)
}

/// The value of `--name N`.
func option(_ name: String, or standard: Int) -> Int {
  guard let index = words.firstIndex(of: "--\(name)"), index + 1 < words.count else {
    return standard
  }
  return Int(words[index + 1]) ?? standard
}

let bench = FaultBench(rate: option("rate", or: 2_000))
var isGood = try await bench.restarts(option("restarts", or: 20))
isGood = try await bench.kills(option("kills", or: 10)) && isGood
try await bench.outage(seconds: option("outage", or: 10))
try await bench.cancellation(rounds: option("cancellations", or: 200))
exit(isGood ? 0 : 1)
