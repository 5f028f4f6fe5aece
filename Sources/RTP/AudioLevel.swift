import Wire

/// How loud an audio packet is (RFC 6464): one byte of header extension.
///
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     |V|    level    |
///     +-+-+-+-+-+-+-+-+
@frozen public struct AudioLevel: Equatable, Sendable, BitwiseCopyable {
  public static let uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

  public var bits: UInt8

  @inlinable public init(bits: UInt8) {
    self.bits = bits
  }

  /// The level of `header`'s packet under the negotiated extension `id`; `nil` when it carries none.
  @inlinable public init?(id: UInt8, header: RTPHeader, packet: RawSpan) {
    guard let element = header.headerExtension(id, in: packet), element.length >= 1 else { return nil }
    bits = packet.u8(at: element.offset)
  }

  /// Decibels below overload: 0 is the loudest, 127 is silence.
  @inlinable public var decibelsBelowOverload: UInt8 { bits & 0x7f }

  /// The sender's opinion; some clients never set it, so nothing may depend on it alone.
  @inlinable public var isVoice: Bool { bits & 0x80 != 0 }
}
