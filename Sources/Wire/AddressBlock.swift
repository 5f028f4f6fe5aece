/// A block of addresses in CIDR notation (RFC 4632): how a site's networks are written.
public struct AddressBlock: Hashable, Sendable, LosslessStringConvertible {
  public let address: IPAddress
  /// Length of the prefix: 0–32 for IPv4, 0–128 for IPv6.
  public let prefixLength: Int

  /// `10.7.0.0/16`, `2001:db8::/32`, or one address without a length. Bits after the prefix must be zero.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else { return nil }
    let width = address.isV4 ? 32 : 128
    var length = width
    if parts.count == 2 {
      guard let given = Int(parts[1]), (0...width).contains(given) else { return nil }
      length = given
    }
    self.address = address
    prefixLength = length
    guard Self.masked(address, prefixLength: mappedPrefixLength) == address else { return nil }
  }

  public var description: String {
    "\(address)/\(prefixLength)"
  }

  public func contains(_ other: IPAddress) -> Bool {
    other.isV4 == address.isV4 && Self.masked(other, prefixLength: mappedPrefixLength) == address
  }

  public func overlaps(_ other: AddressBlock) -> Bool {
    prefixLength <= other.prefixLength ? contains(other.address) : other.contains(address)
  }

  /// The prefix counted in the mapped, 128-bit form.
  private var mappedPrefixLength: Int {
    address.isV4 ? prefixLength + 96 : prefixLength
  }

  private static func masked(_ address: IPAddress, prefixLength: Int) -> IPAddress {
    // Swift's smart shift by 64 or more gives zero.
    let high = prefixLength == 0 ? 0 : address.high & ~(prefixLength >= 64 ? 0 : UInt64.max >> UInt64(prefixLength))
    let low =
      prefixLength <= 64 ? 0 : address.low & ~(prefixLength >= 128 ? 0 : UInt64.max >> UInt64(prefixLength - 64))
    return IPAddress(high: high, low: low)
  }
}
