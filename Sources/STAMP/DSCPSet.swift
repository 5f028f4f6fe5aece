/// A set of differentiated services code points, 0–63: what a reflector's policy permits (RFC 8972 section 4.4).
@frozen public struct DSCPSet: Sendable, Hashable, BitwiseCopyable {
  private var bits: UInt64

  public static let all = DSCPSet(bits: .max)

  private init(bits: UInt64) {
    self.bits = bits
  }

  /// Numbers over 63 are no code points and are left out.
  public init(_ codePoints: [UInt8]) {
    bits = codePoints.reduce(0) { $0 | ($1 < 64 ? 1 << UInt64($1) : 0) }
  }

  public func contains(_ codePoint: UInt8) -> Bool {
    codePoint < 64 && bits >> UInt64(codePoint) & 1 == 1
  }
}
