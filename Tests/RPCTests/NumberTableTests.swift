import Kernel
import TestKit
import Testing

@testable import RPC

@Suite("values by number")
struct NumberTableTests {
  @Test("a table holds what a dictionary holds, whatever comes and goes", arguments: 0..<20)
  func model(seed: UInt64) {
    let chance = SeededChance(seed: seed)
    var table = NumberTable<Int>()
    var model: [UInt32: Int] = [:]
    for step in 0..<2_000 {
      let number = UInt32(chance.below(200)) &* (seed % 2 == 0 ? 1 : 1 << 20)
      switch chance.below(4) {
      case 0, 1:
        table.insert(step, for: number)
        model[number] = step
      case 2:
        #expect(table.remove(number) == model.removeValue(forKey: number))
      default:
        table.update(number) { $0 += 1 }
        model[number]? += 1
      }
    }
    #expect(table.count == model.count)
    #expect(Set(table.numbers) == Set(model.keys))
    #expect(table.values.sorted() == model.values.sorted())
    for number in model.keys { #expect(table[number] == model[number]) }
    for number in model.keys { #expect(table.remove(number) == model[number]) }
    #expect(table.isEmpty)
    #expect(table.numbers == [])
  }

  @Test("what is not there is neither found nor changed")
  func absent() {
    var table = NumberTable<Int>()
    table.insert(1, for: 7)
    #expect(table[8] == nil)
    #expect(table.remove(8) == nil)
    #expect(table.update(8) { $0 += 1 } == nil)
    table.removeAll()
    #expect(table[7] == nil)
  }
}
