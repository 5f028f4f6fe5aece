import Cipher
import Wire

/// The nonces and associated data of AES-GCM (RFC 7714 sections 8 and 9), for one direction's RTP or RTCP.
struct AEADNonces: Sendable, BitwiseCopyable {
  private let salt: AESGCM.Nonce

  init(salt: [UInt8]) {
    precondition(salt.count == 12, "a GCM salt has twelve bytes")
    self.salt = AESGCM.Nonce { salt[$0] }
  }

  /// Two zero bytes, the SSRC and the 48 bits of an RTP packet's index, or 31 of an RTCP packet's, added to the salt.
  func nonce(ssrc: UInt32, index: Int64) -> AESGCM.Nonce {
    var nonce = salt
    for byte in 0..<4 { nonce[2 + byte] ^= UInt8(truncatingIfNeeded: ssrc >> UInt32(24 - 8 * byte)) }
    for byte in 0..<6 { nonce[6 + byte] ^= UInt8(truncatingIfNeeded: index >> Int64(40 - 8 * byte)) }
    return nonce
  }

  /// What SRTCP authenticates besides the payload: the first header, of eight bytes, and the word with flag and index.
  static func associatedData(header: RawSpan, word: UInt32) -> InlineArray<12, UInt8> {
    var data = InlineArray<12, UInt8>(repeating: 0)
    for byte in 0..<8 { data[byte] = header.u8(at: byte) }
    for byte in 0..<4 { data[8 + byte] = UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * byte)) }
    return data
  }
}
