/// What waits to be sent, in one lane for each destination: order is kept within a lane, and destinations take turns.
///
/// A lane drained at once gives runs to one destination, which is what segmentation offload wants; and the work can
/// stop after any destination and go on later. All memory is taken at the start.
struct Lanes<Item: BitwiseCopyable>: ~Copyable {
  private static var none: Int32 { -1 }

  private struct Node: BitwiseCopyable {
    var item: Item
    var next: Int32
  }

  private struct Lane: BitwiseCopyable {
    var head: Int32
    var tail: Int32
    /// Has a turn in the ring.
    var isWaiting: Bool
  }

  private let nodes: UnsafeMutableBufferPointer<Node>
  private let lanes: UnsafeMutableBufferPointer<Lane>
  /// Destinations with something in their lane, in a ring, the longest waiting first.
  private let turns: UnsafeMutableBufferPointer<Int32>
  private var firstTurn = 0
  private var turnCount = 0
  private var free: Int32

  /// - Parameters:
  ///   - capacity: most items that wait at once, over all lanes.
  ///   - empty: any item, to fill the memory with.
  init(destinations: Int, capacity: Int, empty: Item) {
    precondition(destinations > 0 && capacity > 0 && capacity < Int32.max, "lanes have places")
    nodes = .allocate(capacity: capacity)
    nodes.initialize(repeating: Node(item: empty, next: Self.none))
    for index in 0..<(capacity - 1) { nodes[index].next = Int32(index + 1) }
    lanes = .allocate(capacity: destinations)
    lanes.initialize(repeating: Lane(head: Self.none, tail: Self.none, isWaiting: false))
    turns = .allocate(capacity: destinations)
    turns.initialize(repeating: 0)
    free = 0
  }

  deinit {
    nodes.deallocate()
    lanes.deallocate()
    turns.deallocate()
  }

  var isEmpty: Bool { turnCount == 0 }

  /// Queues `item`; `false` when all places are taken.
  mutating func append(_ item: Item, to destination: Int) -> Bool {
    guard free != Self.none else { return false }
    let index = free
    free = nodes[Int(index)].next
    nodes[Int(index)] = Node(item: item, next: Self.none)
    if lanes[destination].head == Self.none {
      lanes[destination].head = index
    } else {
      nodes[Int(lanes[destination].tail)].next = index
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
    let node = nodes[Int(index)]
    lanes[destination].head = node.next
    nodes[Int(index)].next = free
    free = index
    return node.item
  }

  /// Forgets what waits for a destination that has gone.
  mutating func removeAll(of destination: Int) {
    var index = lanes[destination].head
    while index != Self.none {
      let next = nodes[Int(index)].next
      nodes[Int(index)].next = free
      free = index
      index = next
    }
    lanes[destination].head = Self.none
  }
}
