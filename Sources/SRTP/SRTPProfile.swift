/// The protection profiles of DTLS-SRTP that the relay speaks, by their registered numbers (RFC 5764, RFC 7714).
public enum SRTPProfile: UInt16, CaseIterable, Sendable {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  case aes128CMHMACSHA1_80 = 0x0001
  case aeadAES128GCM = 0x0007
  case aeadAES256GCM = 0x0008

  /// Best first: GCM costs the relay half of what AES-CM with HMAC does.
  public static let preference: [SRTPProfile] = [.aeadAES128GCM, .aeadAES256GCM, .aes128CMHMACSHA1_80]

  public var masterKeyByteCount: Int { self == .aeadAES256GCM ? 32 : 16 }
  public var masterSaltByteCount: Int { self == .aes128CMHMACSHA1_80 ? 14 : 12 }

  /// What protection adds to an RTP packet: the tag.
  public var rtpOverheadByteCount: Int { self == .aes128CMHMACSHA1_80 ? 10 : 16 }
  /// What protection adds to an RTCP packet: the tag and the index.
  public var rtcpOverheadByteCount: Int { rtpOverheadByteCount + 4 }
}
