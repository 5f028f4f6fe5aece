import Wire

/// The clear parts of an SRTCP packet (RFC 3711 section 3.4, RFC 7714 section 9): its first header, and the word with
/// flag and index, which stands before the tag of AES-CM and after that of GCM.
struct RTCPLayout: BitwiseCopyable {
  static let headerByteCount = 8
  /// The bit before the index that says the packet is encrypted.
  static let encryptedFlag: UInt32 = 1 << 31

  /// Length of the clear packet.
  let byteCount: Int
  let ssrc: UInt32
  let wordOffset: Int
  let word: UInt32

  var index: Int64 { Int64(word & ~Self.encryptedFlag) }

  /// `nil` for what is too short or not encrypted, which WebRTC never sends.
  init?(_ datagram: RawSpan, _ profile: SRTPProfile) {
    byteCount = datagram.byteCount - profile.rtcpOverheadByteCount
    guard byteCount >= Self.headerByteCount, datagram.u8(at: 0) >> 6 == 2 else { return nil }
    wordOffset = profile == .aes128CMHMACSHA1_80 ? byteCount : datagram.byteCount - 4
    word = datagram.u32(at: wordOffset)
    guard word & Self.encryptedFlag != 0 else { return nil }
    ssrc = datagram.u32(at: 4)
  }
}
