import Cipher
import SRTP
import Wire

extension SelfTest.Part {
  /// What OpenSSL computes here, against what standards print.
  static let ciphers = SelfTest.Part(name: "ciphers") {
    let wrong = CipherAnswer.all.filter { $0.computed() != $0.published }.map(\.source)
    return wrong.isEmpty
      ? .good(CipherAnswer.all.map(\.source).joined(separator: ", "))
      : .failed("OpenSSL computes other answers than these print: \(wrong.joined(separator: ", ")).")
  }

  /// The relay's own SRTP with libsrtp2 at the other end, both ways, in each profile.
  static let srtp = SelfTest.Part(name: "SRTP") {
    for profile in SRTPProfile.preference {
      let key = [UInt8](0..<UInt8(profile.masterKeyByteCount))
      let salt = [UInt8](0..<UInt8(profile.masterSaltByteCount))
      guard let master = SRTPMasterKey(profile: profile, key: key, salt: salt),
        try understands(master)
      else { return .failed("The relay and libsrtp2 do not understand each other in \(profile).") }
    }
    return .good(SRTPProfile.preference.map { "\($0)" }.joined(separator: ", ") + " with libsrtp2, both ways")
  }

  /// A packet of each side's, read by the other.
  private static func understands(_ master: SRTPMasterKey) throws -> Bool {
    let head: [UInt8] = [0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9]
    let payload = [UInt8](1...160)
    var output = [UInt8](repeating: 0, count: 256)
    var outputSpan = output.mutableSpan
    var bytes = outputSpan.mutableBytes

    var sender = SRTPSender(master)
    var theirReceiver = try LibSRTPSession(master, .inbound)
    guard case .done(let sent) = sender.protect(head.span.bytes, payload: payload.span.bytes, into: &bytes)
    else { return false }
    guard try theirReceiver.unprotect(bytes.bytes.extracting(0..<sent).bytes()) == head + payload else { return false }

    var theirSender = try LibSRTPSession(master, .outbound)
    var receiver = SRTPReceiver(master)
    let protected = try theirSender.protect(head + payload)
    guard case .done(let received) = receiver.unprotect(protected.span.bytes, into: &bytes) else { return false }
    return bytes.bytes.extracting(0..<received).bytes() == head + payload
  }
}

/// A published result of a cipher.
private struct CipherAnswer: Sendable {
  let source: String
  /// In hexadecimal digits.
  let published: String
  let computed: @Sendable () -> String

  static let all = [
    CipherAnswer(source: "HMAC-SHA1 of RFC 2202", published: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79") {
      hex(HMACSHA1(key: Array("Jefe".utf8).span.bytes).code(for: question.span.bytes).span.bytes)
    },
    CipherAnswer(
      source: "HMAC-SHA256 of RFC 4231",
      published: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ) {
      hex(HMACSHA256(key: Array("Jefe".utf8).span.bytes).code(for: question.span.bytes).span.bytes)
    },
    CipherAnswer(source: "AES-CTR of SP 800-38A", published: "874d6191b620e3261bef6864990db6ce") {
      let key: [UInt8] = [
        0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
      ]
      let block: [UInt8] = [
        0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
      ]
      return written(block.count) { output in
        AESCTR(key: key.span.bytes).apply(
          counter: .init { UInt8(0xf0 + $0) }, to: block.span.bytes, into: &output, at: 0)
      }
    },
    CipherAnswer(
      source: "AES-GCM of McGrew and Viega",
      published: "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"
    ) {
      let zeros = [UInt8](repeating: 0, count: 16)
      return written(32) { output in
        AESGCM.Sealer(key: zeros.span.bytes).seal(
          zeros.span.bytes, nonce: .init(repeating: 0), authenticating: RawSpan(), into: &output, at: 0)
      }
    },
  ]

  private static let question = Array("what do ya want for nothing?".utf8)

  private static func written(_ count: Int, _ write: (inout MutableRawSpan) -> Void) -> String {
    var output = [UInt8](repeating: 0, count: count)
    var span = output.mutableSpan
    var bytes = span.mutableBytes
    write(&bytes)
    return hex(output.span.bytes)
  }

  private static func hex(_ bytes: RawSpan) -> String {
    bytes.bytes().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
