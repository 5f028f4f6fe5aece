/// What waits to be sent, in one lane for each destination: order is kept within a lane, and destinations take turns.
///
/// A lane drained at once gives runs to one destination, which is what segmentation offload wants; and the work can
/// stop after any destination and go on later. All memory is taken at the start.
struct Lanes<Item: BitwiseCopyable>: ~Copyable {
  private static var none: Int32 { -1 }

  private struct Lane: BitwiseCopyable {
    var head: Int32
    var tail: Int32
    /// Has a turn in the ring.
    var isWaiting: Bool
  }

  /// Items, and for each place the next one of its lane or of the free places. A free place holds nothing.
  private let items: UnsafeMutablePointer<Item>
  private let links: UnsafeMutablePointer<Int32>
  private let lanes: UnsafeMutableBufferPointer<Lane>
  /// Destinations with something in their lane, in a ring, the longest waiting first.
  private let turns: UnsafeMutableBufferPointer<Int32>
  private var firstTurn = 0
  private var turnCount = 0
  private var free: Int32

  /// - Parameter capacity: most items that wait at once, over all lanes.
  init(destinations: Int, capacity: Int) {
    precondition(destinations > 0 && capacity > 0 && capacity < Int32.max, "lanes have places")
    items = .allocate(capacity: capacity)
    links = .allocate(capacity: capacity)
    for index in 0..<capacity { links[index] = index + 1 < capacity ? Int32(index + 1) : Self.none }
    lanes = .allocate(capacity: destinations)
    lanes.initialize(repeating: Lane(head: Self.none, tail: Self.none, isWaiting: false))
    turns = .allocate(capacity: destinations)
    turns.initialize(repeating: 0)
    free = 0
  }

  deinit {
    items.deallocate()
    links.deallocate()
    lanes.deallocate()
    turns.deallocate()
  }

  var isEmpty: Bool { turnCount == 0 }

  /// Queues `item`; `false` when all places are taken.
  mutating func append(_ item: Item, to destination: Int) -> Bool {
    guard free != Self.none else { return false }
    let index = free
    free = links[Int(index)]
    (items + Int(index)).initialize(to: item)
    links[Int(index)] = Self.none
    if lanes[destination].head == Self.none {
      lanes[destination].head = index
    } else {
      links[Int(lanes[destination].tail)] = index
    }
    lanes[destination].tail = index
    if !lanes[destination].isWaiting {
      lanes[destination].isWaiting = true
      turns[(firstTurn + turnCount) % turns.count] = Int32(destination)
      turnCount += 1
    }
    return true
  }

  /// The destination whose turn it is.
  var destination: Int? {
    turnCount == 0 ? nil : Int(turns[firstTurn])
  }

  /// Takes the next item of the destination whose turn it is; `nil` ends its turn.
  mutating func next() -> Item? {
    guard turnCount > 0 else { return nil }
    let destination = Int(turns[firstTurn])
    let index = lanes[destination].head
    guard index != Self.none else {
      lanes[destination].isWaiting = false
      firstTurn = (firstTurn + 1) % turns.count
      turnCount -= 1
      return nil
    }
    lanes[destination].head = links[Int(index)]
    links[Int(index)] = free
    free = index
    return items[Int(index)]
  }

  /// Forgets what waits for a destination that has gone.
  mutating func removeAll(of destination: Int) {
    var index = lanes[destination].head
    while index != Self.none {
      let next = links[Int(index)]
      links[Int(index)] = free
      free = index
      index = next
    }
    lanes[destination].head = Self.none
  }
}
