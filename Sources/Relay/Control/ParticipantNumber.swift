/// Names a participant inside the relay, and as the contributing source (CSRC) of its packets.
///
/// Drawn at random, never 0, unique in the relay while in use.
struct ParticipantNumber: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
  var value: UInt32

  /// The opaque id that others see: eight hexadecimal digits.
  var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// Names a room inside the relay; counts up.
struct RoomNumber: Hashable, Sendable, BitwiseCopyable {
  var value: UInt32
}

extension ParticipantNumber {
  /// The number behind an opaque id.
  init?(_ id: String) {
    guard let value = UInt32(id, radix: 16) else { return nil }
    self.init(value: value)
  }
}
