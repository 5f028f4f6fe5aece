import Testing

@testable import Relay

@Suite struct LanesTests {
  private func drain(_ lanes: inout Lanes<Int>) -> [(Int, [Int])] {
    var result: [(Int, [Int])] = []
    while let destination = lanes.destination {
      var items: [Int] = []
      while let item = lanes.next() { items.append(item) }
      result.append((destination, items))
    }
    return result
  }

  @Test("A destination's items come out together and in order, destinations in the order of their first item")
  func grouped() {
    var lanes = Lanes<Int>(destinations: 3, capacity: 8)
    for (item, destination) in [(1, 2), (2, 0), (3, 2), (4, 1), (5, 0)] {
      expect(lanes.append(item, to: destination))
    }
    let drained = drain(&lanes)
    #expect(drained.map(\.0) == [2, 0, 1])
    #expect(drained.map(\.1) == [[1, 3], [2, 5], [4]])
    expect(lanes.isEmpty)
  }

  @Test("An item that comes during its destination's turn still comes in that turn, once")
  func duringTurn() {
    var lanes = Lanes<Int>(destinations: 2, capacity: 4)
    _ = lanes.append(1, to: 0)
    expect(lanes.next() == 1)
    expect(lanes.append(2, to: 0))
    #expect(drain(&lanes).map(\.1) == [[2]])
    expect(lanes.isEmpty)
  }

  @Test("A full store takes no more, and its places are used again")
  func bounded() {
    var lanes = Lanes<Int>(destinations: 2, capacity: 2)
    for round in 0..<100 {
      expect(lanes.append(round, to: 0))
      expect(lanes.append(round, to: 1))
      expect(!lanes.append(round, to: 0))
      #expect(drain(&lanes).map(\.1) == [[round], [round]])
    }
  }

  @Test("A destination that has gone loses what waited for it")
  func removed() {
    var lanes = Lanes<Int>(destinations: 2, capacity: 3)
    _ = lanes.append(1, to: 0)
    _ = lanes.append(2, to: 1)
    _ = lanes.append(3, to: 0)
    lanes.removeAll(of: 0)
    expect(lanes.append(4, to: 0))
    expect(lanes.append(5, to: 0))
    #expect(drain(&lanes).map(\.1) == [[4, 5], [2]])
  }
}
