import Kernel
import Synchronization

/// Chance that repeats: SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
/// Generators"), the same numbers for the same seed.
package final class SeededChance: Chance {
  package let seed: UInt64
  private let state: Mutex<UInt64>

  package init(seed: UInt64) {
    self.seed = seed
    state = Mutex(seed)
  }

  package func next() -> UInt64 {
    state.withLock { state in
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }
}
