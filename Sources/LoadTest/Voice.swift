import RTP
import Wire

/// A microphone: every 20 ms a packet like Opus', whose content can be checked; or speech in Opus itself.
struct Voice: ~Copyable {
  static let interval: Duration = .milliseconds(20)
  /// Opus at about 32 kbit/s.
  private static let byteCount = 80
  /// TOC of a CELT fullband frame of 20 ms, mono (RFC 6716 section 3.1).
  private static let tableOfContents: UInt8 = 31 << 3
  /// Voice activity, and 20 dB below the loudest (RFC 6464).
  private static let level: UInt8 = 0x80 | 20

  var stream: SentStream
  private var number: UInt32 = 0
  private var speech: Speech
  /// `nil` for content that can be checked.
  private var encoder: SpeechEncoder?

  /// - Parameter seed: of the speech.
  init(stream: SentStream, speaks: Bool = false, seed: UInt64 = 0) {
    self.stream = stream
    speech = Speech(seed: seed)
    encoder = speaks ? SpeechEncoder() : nil
  }

  /// - Parameter captured: when it is sent, for the absolute capture time; without, it bears none.
  mutating func packet(_ instant: MonotonicTime, captured: NTPTime? = nil) -> [UInt8] {
    let content = TestContent(origin: stream.ssrc, number: number)
    number &+= 1
    let payload =
      encoder != nil ? encoder?.encode(speech.frame()) : [Self.tableOfContents] + content.bytes(Self.byteCount)
    return stream.packet(
      payload ?? [], timestamp: stream.timestamp(instant), marker: number == 1, level: Self.level,
      captured: captured)
  }

  mutating func report(_ now: MonotonicTime, _ wall: WallTime) -> SenderReport {
    stream.report(now, wall)
  }

  /// The content of a payload that came from a `Voice`.
  static func content(of payload: RawSpan) -> TestContent? {
    guard payload.byteCount > 1 else { return nil }
    return TestContent(payload.extracting(1..<payload.byteCount))
  }
}
