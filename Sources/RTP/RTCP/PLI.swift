import Wire

/// Picture Loss Indication (RFC 4585 section 6.3.1): the decoder of `mediaSSRC` needs a keyframe. It has no FCI.
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|  FMT=1  |    PT=206     |          length=2             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                  SSRC of packet sender                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                  SSRC of media source                         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct PLI: Equatable, Sendable, BitwiseCopyable {
  public let senderSSRC: UInt32
  public let mediaSSRC: UInt32

  public init(senderSSRC: UInt32, mediaSSRC: UInt32) {
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
  }

  /// `nil` when the feedback has another format.
  public init?(_ feedback: Feedback) {
    guard feedback.format == .pictureLoss else { return nil }
    self.init(senderSSRC: feedback.senderSSRC, mediaSSRC: feedback.mediaSSRC)
  }

  /// Gives the bytes written; `nil` when they do not fit.
  public func write(into out: inout MutableRawSpan, at offset: Int) -> Int? {
    Feedback.writeHeader(
      .pictureLoss, senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, length: Feedback.fixedLength, into: &out, at: offset)
      ? Feedback.fixedLength : nil
  }
}
