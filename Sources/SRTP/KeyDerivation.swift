import Cipher

/// Derives session keys from a master key (RFC 3711 section 4.3.1, RFC 7714 section 11), with a key derivation rate of
/// zero: once.
struct KeyDerivation: ~Copyable {
  enum Label: UInt8 {
    case rtpEncryption, rtpAuthentication, rtpSalt, rtcpEncryption, rtcpAuthentication, rtcpSalt
  }

  private let cipher: AESCTR
  private var salt = AESCTR.Counter(repeating: 0)

  init(_ master: SRTPMasterKey) {
    cipher = AESCTR(key: master.key.span.bytes)
    // A salt of 96 bits is one of 112 whose last bits are zero.
    for index in master.salt.indices { salt[index] = master.salt[index] }
  }

  /// The first `count` bytes of the pseudo-random function for `label`.
  func derive(_ label: Label, count: Int) -> [UInt8] {
    var counter = salt
    counter[7] ^= label.rawValue
    let zeros = [UInt8](repeating: 0, count: count)
    var derived = zeros
    var elements = derived.mutableSpan
    var output = elements.mutableBytes
    cipher.apply(counter: counter, to: zeros.span.bytes, into: &output, at: 0)
    return derived
  }
}
