import Wire

/// The mandatory fields of the dependency descriptor (RTP Payload Format for AV1, appendix A.8.2).
///
///      0                   1                   2
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |S|E|template id|         frame number          |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// What follows names frames only by their distance, so that it stays true when the numbers are moved.
@frozen public struct DependencyDescriptor: Equatable, Sendable, BitwiseCopyable {
  public static let uri = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
  /// Bytes of the mandatory fields.
  public static let minimumLength = 3

  public let startsFrame: Bool
  public let endsFrame: Bool
  /// Counts all frames of the stream, whatever their layer.
  public let frameNumber: UInt16

  /// Reads an element's data; `nil` when it is cut short.
  @inlinable public init?(_ data: RawSpan) {
    guard data.byteCount >= Self.minimumLength else { return nil }
    let first = data.u8(at: 0)
    startsFrame = first & 0x80 != 0
    endsFrame = first & 0x40 != 0
    frameNumber = data.u16(at: 1)
  }

  /// Puts another frame number into a descriptor that begins at `offset` of `packet`, where it must be whole.
  @inlinable public static func rewrite(frameNumber: UInt16, in packet: inout MutableRawSpan, at offset: Int) {
    packet.store(u16: frameNumber, at: offset + 1)
  }
}
