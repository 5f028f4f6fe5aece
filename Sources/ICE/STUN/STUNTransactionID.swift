/// The 96 random bits that pair a response with its request (RFC 8489 section 5).
@frozen public struct STUNTransactionID: Hashable, Sendable, BitwiseCopyable {
  public var high: UInt32
  public var low: UInt64

  @inlinable public init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }
}
