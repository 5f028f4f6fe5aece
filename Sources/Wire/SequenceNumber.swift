/// Serial arithmetic on RTP's 16-bit sequence numbers (RFC 1982, RFC 3550 appendix A.1).
extension UInt16 {
  /// Signed distance from `other` to this number, the shorter way round: positive when this one is newer.
  @inlinable public func serialDistance(from other: UInt16) -> Int16 {
    Int16(bitPattern: self &- other)
  }
}

extension UInt32 {
  /// Signed distance from `other` to this RTP timestamp, the shorter way round.
  @inlinable public func serialDistance(from other: UInt32) -> Int32 {
    Int32(bitPattern: self &- other)
  }
}

/// Turns 16-bit sequence numbers into ones that never wrap, choosing for each the value nearest to the highest seen.
@frozen public struct SequenceUnwrapper: Sendable, BitwiseCopyable {
  /// The highest number returned so far; `nil` before the first.
  public private(set) var highest: Int64?

  @inlinable public init() {}

  /// The unwrapped number, without remembering it: a packet counts only once it is authenticated.
  public func peek(_ sequenceNumber: UInt16) -> Int64 {
    guard let highest else { return Int64(sequenceNumber) }
    let distance = sequenceNumber.serialDistance(from: UInt16(truncatingIfNeeded: highest))
    return highest &+ Int64(distance)
  }

  public mutating func unwrap(_ sequenceNumber: UInt16) -> Int64 {
    let unwrapped = peek(sequenceNumber)
    highest = max(highest ?? unwrapped, unwrapped)
    return unwrapped
  }
}
