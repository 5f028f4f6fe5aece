/// A payload type of one section and what was agreed for it.
public struct NegotiatedFormat: Equatable, Sendable {
  /// 0–127.
  public let payloadType: UInt8
  public let codec: Codec
  /// Of its retransmissions (RFC 4588, `apt`); `nil` when they were not offered.
  public let retransmissionPayloadType: UInt8?
  /// The answer's `a=fmtp`; `nil` for none.
  let parameters: FormatParameters?
  /// The answer's `a=rtcp-fb`: those of the offer that the relay does.
  public let feedback: [String]
}

/// Ids of one section's header extensions; `nil` where one was not agreed on. All are 1–14, so that either form can carry
/// them.
public struct NegotiatedExtensions: Equatable, Sendable {
  public internal(set) var mid: UInt8?
  public internal(set) var audioLevel: UInt8?
  /// Only together with the two-byte form, because its structure seldom fits the one-byte one, and a receiver drops what it
  /// has no structure for.
  public internal(set) var dependencyDescriptor: UInt8?
  public internal(set) var colorSpace: UInt8?
  public internal(set) var playoutDelay: UInt8?
  public internal(set) var absoluteCaptureTime: UInt8?
  /// Whether packets may carry the two-byte form (RFC 8285 section 4.1.2, `a=extmap-allow-mixed`).
  public internal(set) var allowsMixed = false
  /// The answer's `a=extmap` lines.
  var maps: [ExtensionMap] = []
}

/// What became of one media section of an offer.
public struct NegotiatedSection: Sendable {
  /// What the section is to the relay.
  public enum Role: Equatable, Sendable {
    /// The client sends and the relay receives.
    case source
    /// The relay sends and the client receives.
    case slot
    /// Agreed on, and nobody sends.
    case inactive
    case rejected(Rejection)
  }

  public enum Rejection: Equatable, Sendable {
    /// The offer itself has stopped it; nothing was refused.
    case stopped
    case mediaNotCarried
    case protocolNotCarried
    case notBundled
    case rtcpNotMultiplexed
    case noCodecInCommon
  }

  /// As in the offer.
  public let mid: String
  public let isAudio: Bool
  public let role: Role
  /// What may be sent in it, best first; empty in a rejected section.
  public let formats: [NegotiatedFormat]
  /// Payload type under which Opus may come with the packets before it (RFC 2198).
  public let redundancyPayloadType: UInt8?
  public let extensions: NegotiatedExtensions
  /// What the client declares to send; always `nil` but for a source.
  public let ssrc: UInt32?
  public let retransmissionSSRC: UInt32?
  /// The client's media stream: sources of one stream belong together.
  public let streamID: String?
  /// `a=content:slides` (RFC 4796): a shared screen.
  public let isSlides: Bool

  let usesReducedSizeRTCP: Bool
  /// `a=rtcp-mux-only` (RFC 8858), which is said back.
  let isMultiplexedOnly: Bool

  public var isRejected: Bool {
    if case .rejected = role { true } else { false }
  }
}
