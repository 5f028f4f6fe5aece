import Wire

/// Full Intra Request (RFC 5104 section 4.3.1). Its media SSRC is 0; each entry names its own.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                              SSRC                             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | Seq nr.       |    Reserved                                   |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct FIR: Equatable, Sendable, BitwiseCopyable {
  private static let entryLength = 8

  @frozen public struct Entry: Equatable, Sendable, BitwiseCopyable {
    public let ssrc: UInt32
    /// A repeat of the same request has the same number.
    public let sequenceNumber: UInt8
  }

  public let senderSSRC: UInt32
  /// How many entries it has.
  public let count: Int
  private let offset: Int

  /// `nil` when the feedback has another format or no whole entry.
  public init?(_ feedback: Feedback) {
    guard feedback.format == .fullIntraRequest, feedback.length >= Self.entryLength else { return nil }
    senderSSRC = feedback.senderSSRC
    count = feedback.length / Self.entryLength
    offset = feedback.offset
  }

  /// One entry; `index` is below `count`.
  public func entry(_ index: Int, in datagram: RawSpan) -> Entry {
    precondition(index >= 0 && index < count, "the entry exists")
    let start = offset + Self.entryLength * index
    return Entry(ssrc: datagram.u32(at: start), sequenceNumber: datagram.u8(at: start + 4))
  }

  /// Writes a request with one entry; gives the bytes written, `nil` when they do not fit.
  public static func write(
    senderSSRC: UInt32, ssrc: UInt32, sequenceNumber: UInt8, into out: inout MutableRawSpan, at offset: Int
  ) -> Int? {
    let length = Feedback.fixedLength + entryLength
    guard
      Feedback.writeHeader(
        .fullIntraRequest, senderSSRC: senderSSRC, mediaSSRC: 0, length: length, into: &out, at: offset)
    else { return nil }
    out.store(u32: ssrc, at: offset + 12)
    out.store(u32: UInt32(sequenceNumber) << 24, at: offset + 16)
    return length
  }
}
