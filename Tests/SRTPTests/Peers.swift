import Testing
import Wire

@testable import SRTP

/// What a transform gave, in a form that tests compare.
enum Transformed: Equatable {
  case bytes([UInt8])
  case dropped(DropReason)

  var bytes: [UInt8]? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }

  init(_ outcome: SRTPOutcome, _ output: [UInt8]) {
    switch outcome {
    case .done(let byteCount): self = .bytes(Array(output.prefix(byteCount)))
    case .dropped(let reason): self = .dropped(reason)
    }
  }
}

extension SRTPSender {
  /// Protects a whole packet of which the first `headByteCount` bytes were rewritten.
  mutating func protect(_ packet: [UInt8], headByteCount: Int? = nil, capacity: Int = 1500) -> Transformed {
    let cut = headByteCount ?? RTPLayout(packet.span.bytes)?.headerByteCount ?? packet.count
    let head = Array(packet.prefix(cut))
    let payload = Array(packet.dropFirst(cut))
    var bytes = [UInt8](repeating: 0xee, count: capacity)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    let outcome = protect(head.span.bytes, payload: payload.span.bytes, into: &output)
    return Transformed(outcome, bytes)
  }

  mutating func protectRTCP(_ packet: [UInt8], capacity: Int = 1500) -> Transformed {
    var bytes = [UInt8](repeating: 0xee, count: capacity)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    let outcome = protectRTCP(packet.span.bytes, into: &output)
    return Transformed(outcome, bytes)
  }
}

extension SRTPReceiver {
  mutating func unprotect(_ datagram: [UInt8], capacity: Int = 1500) -> Transformed {
    var bytes = [UInt8](repeating: 0xee, count: capacity)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    let outcome = unprotect(datagram.span.bytes, into: &output)
    return Transformed(outcome, bytes)
  }

  mutating func unprotectRTCP(_ datagram: [UInt8], capacity: Int = 1500) -> Transformed {
    var bytes = [UInt8](repeating: 0xee, count: capacity)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    let outcome = unprotectRTCP(datagram.span.bytes, into: &output)
    return Transformed(outcome, bytes)
  }
}

/// Master keys and packets that tests make up.
enum Sample {
  static func master(_ profile: SRTPProfile, seed: UInt8 = 1) throws -> SRTPMasterKey {
    try #require(
      SRTPMasterKey(
        profile: profile, key: (0..<profile.masterKeyByteCount).map { UInt8($0) &* 7 &+ seed },
        salt: (0..<profile.masterSaltByteCount).map { UInt8($0) &* 11 &+ seed }))
  }

  /// An RTP packet whose shape varies with `variant`: sources, an extension, no payload at all.
  static func packet(_ sequenceNumber: UInt16, ssrc: UInt32 = 0x1234_5678, variant: Int = 0) -> [UInt8] {
    let sources = variant % 3
    let hasExtension = variant % 2 == 1
    var bytes: [UInt8] = [0x80 | UInt8(sources) | (hasExtension ? 0x10 : 0), 96]
    bytes.append(u16: sequenceNumber)
    bytes.append(u32: UInt32(sequenceNumber) &* 3000)
    bytes.append(u32: ssrc)
    for source in 0..<sources { bytes.append(u32: UInt32(source)) }
    if hasExtension { bytes += [0xbe, 0xde, 0, 1, 0x10, UInt8(variant & 127), 0, 0] }
    bytes += (0..<(variant * 37 % 1100)).map { UInt8(truncatingIfNeeded: $0 &* variant) }
    return bytes
  }

  /// A receiver report with `words` further words.
  static func report(ssrc: UInt32 = 0x1234_5678, words: Int = 6) -> [UInt8] {
    var bytes: [UInt8] = [0x81, 201, 0, UInt8(1 + words)]
    bytes.append(u32: ssrc)
    for word in 0..<words { bytes.append(u32: UInt32(word) &* 0x0101_0101) }
    return bytes
  }
}
