import Wire

/// Which packet left, when the kernel reports a departure: it only counts a socket's datagrams.
struct DepartureLog: Sendable {
  struct Packet: Sendable, BitwiseCopyable, Equatable {
    var session: Int
    var sequence: UInt64
    /// Its T1.
    var written: WallTime
  }

  /// Reports follow at once, or after what a driver holds back.
  static let capacity: UInt32 = 1_024
  private static let longestDelay: Int64 = 1_000_000_000

  /// The newest packets, each at its number modulo the count.
  private var packets = [Packet](
    repeating: Packet(session: 0, sequence: 0, written: .unixEpoch), count: Int(capacity))
  private var next: UInt32 = 0
  private var known: UInt32 = 0
  /// The kernel counted otherwise: a datagram that it refused may have got a number. It is to count from 0 again.
  private(set) var isOutOfStep = false

  mutating func sent(_ packet: Packet) {
    packets[Int(next % Self.capacity)] = packet
    next &+= 1
    known = min(known + 1, Self.capacity)
  }

  /// The packet with this number and how long after its T1 it left, in nanoseconds; `nil` for what cannot be.
  mutating func departed(number: UInt32, at time: WallTime) -> (packet: Packet, delay: Int64)? {
    let age = next &- number
    guard age >= 1, age <= known else {
      isOutOfStep = isOutOfStep || age == 0 || age > 1 << 31
      return nil
    }
    let packet = packets[Int(number % Self.capacity)]
    let delay = time.nanoseconds(since: packet.written)
    guard delay >= 0, delay <= Self.longestDelay else {
      isOutOfStep = true
      return nil
    }
    return (packet, delay)
  }

  /// The kernel counts from 0 again.
  mutating func restart() {
    next = 0
    known = 0
    isOutOfStep = false
  }
}
