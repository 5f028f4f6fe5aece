/// The value of the Class of Service TLV (RFC 8972 section 4.4, erratum 8199): whether the network re-marks packets.
///
///     | DSCP1 (6) | DSCP2 (6) | ECN (2) | RP (2) | reserved (16) |
@frozen public struct ClassOfService: Sendable, Equatable, BitwiseCopyable {
  /// Of the four octets.
  public static let byteCount = 4

  /// What the sender wants its answers marked with.
  public var requestedDSCP: UInt8
  /// As the sender's packet arrived at the reflector.
  public var arrivedDSCP: UInt8
  public var arrivedECN: UInt8
  /// RP, "reverse path": 1 where the reflector's policy did not allow the requested DSCP.
  public var reversePath: UInt8

  public init(requestedDSCP: UInt8, arrivedDSCP: UInt8 = 0, arrivedECN: UInt8 = 0, reversePath: UInt8 = 0) {
    self.requestedDSCP = requestedDSCP & 0x3f
    self.arrivedDSCP = arrivedDSCP & 0x3f
    self.arrivedECN = arrivedECN & 3
    self.reversePath = reversePath & 3
  }

  public init(bits: UInt32) {
    requestedDSCP = UInt8(bits >> 26)
    arrivedDSCP = UInt8(bits >> 20 & 0x3f)
    arrivedECN = UInt8(bits >> 18 & 3)
    reversePath = UInt8(bits >> 16 & 3)
  }

  public var bits: UInt32 {
    UInt32(requestedDSCP) << 26 | UInt32(arrivedDSCP) << 20 | UInt32(arrivedECN) << 18 | UInt32(reversePath) << 16
  }
}
