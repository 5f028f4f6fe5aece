import ICE
import Wire

/// Finds a connection by its full 5-tuple: one lookup for each datagram, no allocation after the start.
///
/// Open addressing with linear probing; the seed keeps an attacker from choosing tuples that collide. It holds half as
/// many tuples as it has places, so that a probe is short even when it is full.
struct TupleTable<Value: BitwiseCopyable>: ~Copyable {
  private struct Place: BitwiseCopyable {
    var tuple: CandidatePair
    var value: Value
  }

  let capacity: Int
  private(set) var count = 0
  private let mask: Int
  private let seed: UInt64
  private let isTaken: UnsafeMutablePointer<Bool>
  /// A place that is not taken holds nothing.
  private let places: UnsafeMutablePointer<Place>

  /// - Parameter capacity: most tuples held.
  init(capacity: Int, seed: UInt64) {
    precondition(capacity > 0, "a table has places")
    var size = 2
    while size < capacity * 2 { size *= 2 }
    self.capacity = capacity
    self.seed = seed
    mask = size - 1
    places = .allocate(capacity: size)
    isTaken = .allocate(capacity: size)
    isTaken.initialize(repeating: false, count: size)
  }

  deinit {
    places.deallocate()
    isTaken.deallocate()
  }

  subscript(tuple: CandidatePair) -> Value? {
    let index = find(tuple)
    return isTaken[index] ? places[index].value : nil
  }

  /// Adds or replaces; `false` when the table is full.
  mutating func insert(_ value: Value, for tuple: CandidatePair) -> Bool {
    let index = find(tuple)
    if !isTaken[index] {
      guard count < capacity else { return false }
      count += 1
    }
    isTaken[index] = true
    (places + index).initialize(to: Place(tuple: tuple, value: value))
    return true
  }

  mutating func remove(_ tuple: CandidatePair) {
    var hole = find(tuple)
    guard isTaken[hole] else { return }
    count -= 1
    // Closes the gap: whatever was pushed past it moves back, so that no marks of the dead are needed.
    var index = hole
    while true {
      index = (index + 1) & mask
      guard isTaken[index] else { break }
      let home = Self.hash(places[index].tuple, seed: seed) & mask
      let isHomeBetween = hole <= index ? (hole < home && home <= index) : (hole < home || home <= index)
      if !isHomeBetween {
        places[hole] = places[index]
        hole = index
      }
    }
    isTaken[hole] = false
  }

  /// The tuple's place, or the empty one where it belongs.
  private func find(_ tuple: CandidatePair) -> Int {
    var index = Self.hash(tuple, seed: seed) & mask
    while isTaken[index], places[index].tuple != tuple {
      index = (index + 1) & mask
    }
    return index
  }

  private static func hash(_ tuple: CandidatePair, seed: UInt64) -> Int {
    var hash = seed
    hash = mix(hash ^ tuple.remote.address.high, tuple.remote.address.low)
    hash = mix(hash ^ tuple.local.address.high, tuple.local.address.low)
    hash = mix(hash, UInt64(tuple.remote.port) << 16 | UInt64(tuple.local.port))
    return Int(truncatingIfNeeded: hash)
  }

  /// Folds the 128-bit product of two words, each made odd-looking first so that a zero does not erase the other.
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: right ^ 0xd1b5_4a32_d192_ed03)
    return product.high ^ product.low
  }
}
