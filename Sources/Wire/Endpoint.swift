/// An IPv4 or IPv6 address; an IPv4 address is kept in its mapped form `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2).
@frozen public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
  /// The sixteen octets in network order, as two big-endian numbers.
  public var high: UInt64
  public var low: UInt64

  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address from its 32 bits in host order.
  @inlinable public init(v4 bits: UInt32) {
    high = 0
    low = 0x0000_ffff_0000_0000 | UInt64(bits)
  }

  @inlinable public var isV4: Bool {
    high == 0 && low >> 32 == 0xffff
  }

  /// The 32 bits of an IPv4 address, in host order.
  @inlinable public var v4: UInt32? {
    isV4 ? UInt32(truncatingIfNeeded: low) : nil
  }

  /// What a limit for each source goes by: an IPv4 address itself, of an IPv6 address its /64, which one host may have
  /// all of.
  @inlinable public var sourceNetwork: IPAddress {
    isV4 ? self : IPAddress(high: high, low: 0)
  }

  public static let loopbackV4 = IPAddress(v4: 0x7f00_0001)
  public static let loopbackV6 = IPAddress(high: 0, low: 1)
  public static let anyV4 = IPAddress(v4: 0)
  public static let anyV6 = IPAddress(high: 0, low: 0)
}

/// Where a datagram comes from or goes to.
@frozen public struct Endpoint: Hashable, Sendable, BitwiseCopyable {
  public var address: IPAddress
  public var port: UInt16

  @inlinable public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Dotted quads or RFC 4291 text, `::` included; no zone, no brackets.
  public init?(_ description: String) {
    let text = Substring(description)
    if let bits = Self.parseV4(text) {
      self.init(v4: bits)
    } else if let (high, low) = Self.parseV6(text) {
      self.init(high: high, low: low)
    } else {
      return nil
    }
  }

  /// Dotted quads, or the canonical form of RFC 5952.
  public var description: String {
    if let bits = v4 {
      return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }
    let groups = (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
    }
    guard let zeros = Self.longestZeroRun(groups) else {
      return Self.hex(groups[...])
    }
    return Self.hex(groups[..<zeros.lowerBound]) + "::" + Self.hex(groups[zeros.upperBound...])
  }

  private static func hex(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The first longest run of at least two zero groups (RFC 5952 section 4.2).
  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }

  private static func parseV4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      // No leading zeros: some readers take them for octal (RFC 6943 section 3.1.1).
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part.utf8.count == 1 || part.first != "0", let octet = UInt8(part)
      else { return nil }
      bits = bits << 8 | UInt32(octet)
    }
    return bits
  }

  private static func parseV6(_ text: Substring) -> (UInt64, UInt64)? {
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    guard let front = parseGroups(halves[0], endsAddress: halves.count == 1) else { return nil }
    var groups = front
    if halves.count == 2 {
      guard let back = parseGroups(halves[1], endsAddress: true), front.count + back.count <= 7 else { return nil }
      groups += Array(repeating: 0, count: 8 - front.count - back.count) + back
    }
    guard groups.count == 8 else { return nil }
    let high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
    let low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
    return (high, low)
  }

  /// Groups between colons; the address's last may be an IPv4 address.
  private static func parseGroups(_ text: Substring, endsAddress: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if endsAddress, index == parts.count - 1, part.contains(".") {
        guard let bits = parseV4(part) else { return nil }
        groups += [UInt16(bits >> 16), UInt16(bits & 0xffff)]
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(Self.isHexDigit),
          let group = UInt16(part, radix: 16)
        else { return nil }
        groups.append(group)
      }
    }
    return groups.count <= 8 ? groups : nil
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension Endpoint: LosslessStringConvertible {
  /// `192.0.2.1:3478` or `[2001:db8::1]:3478`.
  public init?(_ description: String) {
    guard let colon = description.lastIndex(of: ":"), description[colon...].dropFirst().allSatisfy(\.isNumber),
      let port = UInt16(description[colon...].dropFirst())
    else { return nil }
    var host = description[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard let address = IPAddress(String(host)) else { return nil }
    self.init(address: address, port: port)
  }

  public var description: String {
    address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}

/// Which addresses of a host are meant.
public enum AddressFamily: String, Sendable, Hashable, CaseIterable {
  case any
  case v4
  case v6

  public func holds(_ address: IPAddress) -> Bool {
    self == .any || (self == .v4) == address.isV4
  }
}
