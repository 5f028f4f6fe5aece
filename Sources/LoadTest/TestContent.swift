import Wire

/// Bytes that prove whence they come and that none was changed: who made them, a number that grows, and noise that
/// follows from both. A receiver needs nothing else to check them bit by bit.
public struct TestContent: Hashable, Sendable {
  public static let minimumByteCount = 8

  /// Whoever made it: the SSRC it was first sent with.
  public let origin: UInt32
  public let number: UInt32

  public init(origin: UInt32, number: UInt32) {
    self.origin = origin
    self.number = number
  }

  /// The content in `count` bytes, at least `minimumByteCount`.
  public func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    bytes.append(u32: origin)
    bytes.append(u32: number)
    var noise = noise
    while bytes.count < count { bytes.append(u64: noise.next()) }
    bytes.removeLast(bytes.count - max(count, Self.minimumByteCount))
    return bytes
  }

  /// The content that `bytes` are; `nil` when they are none, or any bit differs.
  public init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= Self.minimumByteCount else { return nil }
    self.init(origin: bytes.u32(at: 0), number: bytes.u32(at: 4))
    var noise = noise
    var word: UInt64 = 0
    for offset in Self.minimumByteCount..<bytes.byteCount {
      let place = offset & 7
      if place == 0 { word = noise.next() }
      guard bytes.u8(at: offset) == UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * place)) else { return nil }
    }
  }

  private var noise: SplitMix64 {
    SplitMix64(seed: UInt64(origin) << 32 | UInt64(number))
  }
}
