import Kernel
import RPC
import RPCTestKit
import Synchronization
import TestKit

/// What a simulated process does.
package enum Role: String, Sendable, CaseIterable {
  /// Puts jobs in and steers them, and buys credits.
  case customer
  /// Runs jobs, as automation does.
  case worker
  /// Does work that costs credits, as planner and writer do.
  case maker
  /// Keeps the credits.
  case billing
}

/// A place that a process runs in; another process takes it when one dies.
struct Slot: Hashable, Sendable {
  let role: Role
  let number: Int

  var name: String { "\(role.rawValue)\(number)" }
}

/// A simulated process in one of its lives.
final class Process: Sendable {
  let owner: Loop.Owner
  let slot: Slot
  let time: SimulatedTime
  let chance: SeededChance
  private let served = Mutex<InProcessTransport?>(nil)

  init(owner: Loop.Owner, slot: Slot, time: SimulatedTime, chance: SeededChance) {
    (self.owner, self.slot, self.time, self.chance) = (owner, slot, time, chance)
  }

  var name: String { "\(slot.name)#\(owner)" }

  /// What it answers calls with, once it has started.
  var transport: InProcessTransport? { served.withLock { $0 } }

  func serve(_ routes: RPCRoutes) {
    let transport = InProcessTransport(routes, time: time)
    served.withLock { $0 = transport }
  }
}
