import Wire

/// What a receiver says of one source (RFC 3550 section 6.4.1).
///
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
///     |                 SSRC_n (SSRC of n-th source)                  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | fraction lost |       cumulative number of packets lost       |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           extended highest sequence number received           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                      interarrival jitter                      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                         last SR (LSR)                         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                   delay since last SR (DLSR)                  |
///     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
@frozen public struct ReportBlock: Equatable, Sendable, BitwiseCopyable {
  public static let length = 24
  /// As many as the count field of one packet can say.
  public static let maximumCount = 31

  public var ssrc: UInt32
  /// Of 256, since the report before.
  public var fractionLost: UInt8
  /// Signed, −2^23 ..< 2^23: duplicates count against losses. Values outside are held at the ends when written.
  public var cumulativeLost: Int32
  /// Cycles in the upper half, sequence number in the lower.
  public var extendedHighestSequenceNumber: UInt32
  /// Ticks of the source's clock.
  public var jitter: UInt32
  /// The middle 32 bits of the NTP time of the last sender report; 0 before the first.
  public var lastSenderReport: UInt32
  /// Units of 1/65536 s.
  public var delaySinceLastSenderReport: UInt32

  public init(
    ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighestSequenceNumber: UInt32, jitter: UInt32,
    lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.cumulativeLost = cumulativeLost
    self.extendedHighestSequenceNumber = extendedHighestSequenceNumber
    self.jitter = jitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  /// The block at `offset`, which must have `length` bytes there.
  init(_ datagram: RawSpan, at offset: Int) {
    ssrc = datagram.u32(at: offset)
    fractionLost = datagram.u8(at: offset + 4)
    cumulativeLost = Int32(bitPattern: datagram.u24(at: offset + 5) << 8) >> 8
    extendedHighestSequenceNumber = datagram.u32(at: offset + 8)
    jitter = datagram.u32(at: offset + 12)
    lastSenderReport = datagram.u32(at: offset + 16)
    delaySinceLastSenderReport = datagram.u32(at: offset + 20)
  }

  func write(into out: inout MutableRawSpan, at offset: Int) {
    out.store(u32: ssrc, at: offset)
    out.store(u8: fractionLost, at: offset + 4)
    let held = min(max(cumulativeLost, -0x80_0000), 0x7f_ffff)
    out.store(u24: UInt32(bitPattern: held) & 0xff_ffff, at: offset + 5)
    out.store(u32: extendedHighestSequenceNumber, at: offset + 8)
    out.store(u32: jitter, at: offset + 12)
    out.store(u32: lastSenderReport, at: offset + 16)
    out.store(u32: delaySinceLastSenderReport, at: offset + 20)
  }

  /// The round trip by RFC 3550 section 6.4.1, in units of 1/65536 s, for a report that arrives at `now` (the middle 32
  /// bits of NTP time, on the clock that stamped our sender report). `nil` before any sender report was heard, and when
  /// the answer is negative, as clocks and rounding can make it.
  public func roundTrip(at now: UInt32) -> UInt32? {
    guard lastSenderReport != 0 else { return nil }
    let value = now &- lastSenderReport &- delaySinceLastSenderReport
    return value < 0x8000_0000 ? value : nil
  }
}
