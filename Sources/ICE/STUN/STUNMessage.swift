import Cipher
import Wire

/// What a STUN message says (RFC 8489 section 5), read once from its datagram.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |0 0|     STUN Message Type     |         Message Length        |
///     |                         Magic Cookie                          |
///     |                     Transaction ID (96 bits)                  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// Reading proves nothing: ask `verifies(_:in:)` before believing it. The methods that take a datagram want the one the
/// message was read from.
public struct STUNMessage: Sendable, BitwiseCopyable {
  public enum Class: UInt8, Sendable, BitwiseCopyable {
    case request
    case indication
    case successResponse
    case errorResponse
  }

  /// The method's code for Binding, the only one ICE uses.
  public static let binding: UInt16 = 1
  static let headerByteCount = 20

  public let messageClass: Class
  public let method: UInt16
  public let transactionID: STUNTransactionID
  /// The address in XOR-MAPPED-ADDRESS: where the responder saw the request come from.
  public private(set) var mappedAddress: Endpoint?
  /// ERROR-CODE, 300–699.
  public private(set) var errorCode: Int?
  public private(set) var priority: UInt32?
  public private(set) var usesCandidate = false
  /// The tie-breaker of ICE-CONTROLLING: the sender takes the controlling role.
  public private(set) var controlling: UInt64?
  /// The tie-breaker of ICE-CONTROLLED: the sender takes the controlled role.
  public private(set) var controlled: UInt64?
  /// The first attributes, at most four, that must be understood and are not; zeros fill the rest.
  public private(set) var unknownAttributes = InlineArray<4, UInt16>(repeating: 0)
  public private(set) var unknownAttributeCount = 0

  private var usernameOffset = 0
  private var usernameByteCount = 0
  /// Where MESSAGE-INTEGRITY's header begins.
  private var integrityOffset: Int?
  private var fingerprintOffset: Int?

  /// `nil` for what is not one whole STUN message with well-formed attributes.
  public init?(_ datagram: RawSpan) {
    guard datagram.byteCount >= Self.headerByteCount,
      datagram.byteCount - Self.headerByteCount == Int(datagram.u16(at: 2)), datagram.byteCount % 4 == 0,
      datagram.u32(at: 4) == STUNAttribute.magicCookie
    else { return nil }
    let type = datagram.u16(at: 0)
    guard type < 0x4000, let messageClass = Class(rawValue: UInt8(type >> 7 & 2 | type >> 4 & 1)) else { return nil }
    self.messageClass = messageClass
    // The class's two bits stand between the method's (RFC 8489 figure 3).
    method = type & 0xf | type >> 1 & 0x70 | type >> 2 & 0xf80
    transactionID = STUNTransactionID(high: datagram.u32(at: 8), low: datagram.u64(at: 12))

    var offset = Self.headerByteCount
    while offset < datagram.byteCount {  // Both are multiples of four, so the attribute's header is there.
      let length = Int(datagram.u16(at: offset + 2))
      let padded = (length + 3) & ~3
      guard padded <= datagram.byteCount - offset - 4, fingerprintOffset == nil,
        read(datagram.u16(at: offset), at: offset, length: length, in: datagram)
      else { return nil }
      offset += 4 + padded
    }
  }

  /// Takes one attribute in; false when its content cannot be right.
  private mutating func read(_ type: UInt16, at offset: Int, length: Int, in datagram: RawSpan) -> Bool {
    let value = offset + 4
    if type == STUNAttribute.fingerprint {
      fingerprintOffset = offset
      return length == 4
    }
    // What follows the integrity is not protected by it (RFC 8489 section 14.5).
    if integrityOffset != nil { return true }
    switch type {
    case STUNAttribute.username:
      guard usernameByteCount == 0 else { return true }  // Only the first of its type counts (RFC 8489 section 14).
      usernameOffset = value
      usernameByteCount = length
    case STUNAttribute.messageIntegrity:
      integrityOffset = offset
      return length == STUNAttribute.integrityByteCount
    case STUNAttribute.errorCode:
      guard length >= 4, case let hundreds = Int(datagram.u8(at: value + 2) & 7), (3...6).contains(hundreds),
        case let rest = Int(datagram.u8(at: value + 3)), rest < 100
      else { return false }
      errorCode = hundreds * 100 + rest
    case STUNAttribute.xorMappedAddress:
      mappedAddress = address(at: value, length: length, in: datagram)
      return mappedAddress != nil
    case STUNAttribute.priority:
      guard length == 4 else { return false }
      priority = datagram.u32(at: value)
    case STUNAttribute.useCandidate:
      usesCandidate = true
    case STUNAttribute.iceControlling:
      guard length == 8 else { return false }
      controlling = datagram.u64(at: value)
    case STUNAttribute.iceControlled:
      guard length == 8 else { return false }
      controlled = datagram.u64(at: value)
    case STUNAttribute.mappedAddress, STUNAttribute.unknownAttributes, STUNAttribute.realm, STUNAttribute.nonce,
      STUNAttribute.messageIntegritySHA256:
      break
    case ..<STUNAttribute.firstOptional where unknownAttributeCount < unknownAttributes.count:
      unknownAttributes[unknownAttributeCount] = type
      unknownAttributeCount += 1
    default:
      break
    }
    return true
  }

  private func address(at value: Int, length: Int, in datagram: RawSpan) -> Endpoint? {
    guard length >= 8 else { return nil }
    let port = datagram.u16(at: value + 2) ^ UInt16(STUNAttribute.magicCookie >> 16)
    switch (datagram.u8(at: value + 1), length) {
    case (1, 8):
      return Endpoint(address: IPAddress(v4: datagram.u32(at: value + 4) ^ STUNAttribute.magicCookie), port: port)
    case (2, 20):
      let mask = transactionID.addressMask
      return Endpoint(
        address: IPAddress(
          high: datagram.u64(at: value + 4) ^ mask.high, low: datagram.u64(at: value + 12) ^ mask.low),
        port: port)
    default:
      return nil
    }
  }

  /// USERNAME: with ICE, the receiver's fragment, a colon and the sender's. Empty when there is none.
  @_lifetime(copy datagram)
  public func username(in datagram: RawSpan) -> RawSpan {
    datagram.extracting(usernameOffset..<(usernameOffset + usernameByteCount))
  }

  /// The receiver's part of USERNAME as a number, when it is eight characters long as our own are
  /// (`ICECredentials.fragmentKey`): what finds the connection of a 5-tuple not seen before.
  public func recipientFragmentKey(in datagram: RawSpan) -> UInt64? {
    guard usernameByteCount > 8, datagram.u8(at: usernameOffset + 8) == UInt8(ascii: ":") else { return nil }
    return datagram.u64(at: usernameOffset)
  }

  public var hasIntegrity: Bool { integrityOffset != nil }
  public var hasFingerprint: Bool { fingerprintOffset != nil }

  /// Whether MESSAGE-INTEGRITY is there and was made with the password that keys `key` (RFC 8489 section 14.5).
  public func verifies(_ key: HMACSHA1, in datagram: RawSpan) -> Bool {
    guard let integrityOffset else { return false }
    // The code covers a header whose length ends with the attribute itself.
    let end = integrityOffset + 4 + STUNAttribute.integrityByteCount
    var start = InlineArray<4, UInt8>(repeating: 0)
    start[0] = datagram.u8(at: 0)
    start[1] = datagram.u8(at: 1)
    start[2] = UInt8(truncatingIfNeeded: (end - Self.headerByteCount) >> 8)
    start[3] = UInt8(truncatingIfNeeded: end - Self.headerByteCount)
    let code = key.code(for: start.span.bytes, datagram.extracting(4..<integrityOffset))
    return constantTimeEqual(code.span.bytes, datagram.extracting((integrityOffset + 4)..<end))
  }

  /// Whether FINGERPRINT is there and right (RFC 8489 section 14.7).
  public func hasRightFingerprint(in datagram: RawSpan) -> Bool {
    guard let fingerprintOffset else { return false }
    return datagram.u32(at: fingerprintOffset + 4)
      == CRC32.checksum(of: datagram.extracting(0..<fingerprintOffset)) ^ STUNAttribute.fingerprintMask
  }
}

extension STUNTransactionID {
  /// What an IPv6 address is combined with: the cookie and then the transaction (RFC 8489 section 14.2).
  var addressMask: (high: UInt64, low: UInt64) {
    (UInt64(STUNAttribute.magicCookie) << 32 | UInt64(high), low)
  }
}

/// The 96 random bits that pair a response with its request (RFC 8489 section 5).
@frozen public struct STUNTransactionID: Hashable, Sendable, BitwiseCopyable {
  public var high: UInt32
  public var low: UInt64

  @inlinable public init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// Types of the attributes ICE uses (RFC 8489 section 18.3, RFC 8445 section 16.1).
enum STUNAttribute {
  static let mappedAddress: UInt16 = 0x0001
  static let username: UInt16 = 0x0006
  static let messageIntegrity: UInt16 = 0x0008
  static let errorCode: UInt16 = 0x0009
  static let unknownAttributes: UInt16 = 0x000a
  static let realm: UInt16 = 0x0014
  static let nonce: UInt16 = 0x0015
  static let messageIntegritySHA256: UInt16 = 0x001c
  static let xorMappedAddress: UInt16 = 0x0020
  static let priority: UInt16 = 0x0024
  static let useCandidate: UInt16 = 0x0025
  static let software: UInt16 = 0x8022
  static let fingerprint: UInt16 = 0x8028
  static let iceControlled: UInt16 = 0x8029
  static let iceControlling: UInt16 = 0x802a

  /// Below this, an attribute that is not understood forbids an answer as if it were (RFC 8489 section 14).
  static let firstOptional: UInt16 = 0x8000

  static let integrityByteCount = 20
  /// What FINGERPRINT's checksum is combined with, so that it differs from a checksum inside an application's packet.
  static let fingerprintMask: UInt32 = 0x5354_554e
  static let magicCookie: UInt32 = 0x2112_a442
}
