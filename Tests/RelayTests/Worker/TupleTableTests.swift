import ICE
import Testing
import Wire

@testable import Relay

@Suite struct TupleTableTests {
  private func tuple(_ host: UInt32, port: UInt16 = 5_000, local: UInt32 = 1) -> CandidatePair {
    CandidatePair(
      local: Endpoint(address: IPAddress(v4: local), port: 10_000),
      remote: Endpoint(address: IPAddress(v4: host), port: port))
  }

  @Test("A tuple is found by all of its parts")
  func allParts() {
    var table = TupleTable<Int32>(capacity: 8, seed: 7)
    expect(table.insert(1, for: tuple(1)))
    expect(table[tuple(1)] == 1)
    expect(table[tuple(2)] == nil)
    expect(table[tuple(1, port: 5_001)] == nil)
    expect(table[tuple(1, local: 2)] == nil)
  }

  @Test("Inserting again replaces and needs no room")
  func replaces() {
    var table = TupleTable<Int32>(capacity: 1, seed: 7)
    expect(table.insert(1, for: tuple(1)))
    expect(table.insert(2, for: tuple(1)))
    expect(table[tuple(1)] == 2)
    expect(table.count == 1)
  }

  @Test("A full table takes no more until something is removed")
  func bounded() {
    var table = TupleTable<Int32>(capacity: 2, seed: 7)
    expect(table.insert(1, for: tuple(1)))
    expect(table.insert(2, for: tuple(2)))
    expect(!table.insert(3, for: tuple(3)))
    table.remove(tuple(1))
    expect(table.insert(3, for: tuple(3)))
  }

  @Test("Against a dictionary, through a long random history of a crowded table")
  func model() {
    var generator = SplitMix64(seed: 11)
    var table = TupleTable<Int32>(capacity: 64, seed: 3)
    var model: [CandidatePair: Int32] = [:]
    for step in 0..<20_000 {
      let tuple = tuple(UInt32(generator.next() % 100))
      if generator.next() % 3 == 0 {
        table.remove(tuple)
        model[tuple] = nil
      } else if model[tuple] != nil || model.count < 64 {
        expect(table.insert(Int32(step), for: tuple))
        model[tuple] = Int32(step)
      }
      expect(table.count == model.count)
      for host in UInt32(0)..<100 where step % 500 == 0 {
        expect(table[self.tuple(host)] == model[self.tuple(host)])
      }
    }
  }
}
