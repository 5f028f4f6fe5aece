import Wire

/// Datagrams waiting for their departure: a binary heap, earliest first, equal times in order of arrival.
struct DepartureQueue {
  struct Item {
    var departure: MonotonicTime
    var order: UInt64
    var direction: ImpairedLink.Direction
    var client: Int
    var trafficClass: UInt8
    /// Index of the passage in the log.
    var passage: Int?
    var bytes: [UInt8]
  }

  private var heap: [Item] = []
  private var nextOrder: UInt64 = 0

  var count: Int { heap.count }
  var earliest: MonotonicTime { heap.first?.departure ?? .never }

  mutating func insert(_ item: Item) {
    var item = item
    item.order = nextOrder
    nextOrder += 1
    heap.append(item)
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// The earliest item, if its time has come.
  mutating func popDue(_ now: MonotonicTime) -> Item? {
    guard let first = heap.first, first.departure <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count && isBefore(child, least) { least = child }
      if least == parent { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].departure, heap[left].order) < (heap[right].departure, heap[right].order)
  }
}
