/// SSRC → a dense number from zero, at most `capacity` of them: open addressing, nothing ever removed.
///
/// Forgetting a stream would let a receiver be replayed to and a sender repeat a nonce.
struct StreamTable: ~Copyable {
  let capacity: Int
  private(set) var count = 0
  private var ssrcs: [UInt32]
  /// The stream's number plus one; zero marks a free place. Twice as many places as streams keep probes short.
  private var numbers: [UInt16]

  /// `capacity` is a power of two, at most 4,096.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity <= 4096 && capacity & (capacity - 1) == 0, "the capacity is a power of two")
    self.capacity = capacity
    ssrcs = Array(repeating: 0, count: capacity * 2)
    numbers = Array(repeating: 0, count: capacity * 2)
  }

  var isFull: Bool { count == capacity }

  func find(_ ssrc: UInt32) -> Int? {
    let number = numbers[place(of: ssrc)]
    return number == 0 ? nil : Int(number) - 1
  }

  /// The number of `ssrc`, a new one if need be; `nil` when it is new and the table full.
  mutating func findOrInsert(_ ssrc: UInt32) -> Int? {
    let place = place(of: ssrc)
    if numbers[place] > 0 { return Int(numbers[place]) - 1 }
    if isFull { return nil }
    ssrcs[place] = ssrc
    count += 1
    numbers[place] = UInt16(count)
    return count - 1
  }

  /// Where `ssrc` is, or the free place where it would go: there always is one.
  private func place(of ssrc: UInt32) -> Int {
    let mask = numbers.count - 1
    var place = Int((ssrc &* 0x9e37_79b1) >> 16) & mask
    while numbers[place] != 0, ssrcs[place] != ssrc { place = (place + 1) & mask }
    return place
  }
}
