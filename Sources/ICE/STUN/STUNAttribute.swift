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
