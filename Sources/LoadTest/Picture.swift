import RTP
import Wire

/// A camera: pictures in packets like VP8's (RFC 7741), whose content can be checked; a keyframe first and when asked.
struct Picture: Sendable {
  /// Leaves room for header, tag and what relays add, within 1,232 bytes.
  private static let contentByteCount = 1_100
  /// A keyframe's first bytes (RFC 6386 section 9.1): frame tag, start code, 640 × 360.
  private static let keyframeHeader: [UInt8] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]
  private static let interframeHeader: [UInt8] = [0x31, 0x02, 0x00]

  var stream: SentStream
  var needsKeyframe = true
  private(set) var keyframeCount = 0
  private let frameBytes: Int
  private var number: UInt32 = 0
  private var pictureID: UInt16
  private var tl0PictureIndex: UInt8

  init(stream: SentStream, frameBytes: Int, random: UInt64) {
    self.stream = stream
    self.frameBytes = max(frameBytes, TestContent.minimumByteCount)
    pictureID = UInt16(truncatingIfNeeded: random) & 0x7fff
    tl0PictureIndex = UInt8(truncatingIfNeeded: random >> 16)
  }

  /// The packets of the next picture.
  /// - Parameters:
  ///   - mark: stands in the first, before its content.
  ///   - captured: when it is sent, for the absolute capture time; without, it bears none.
  mutating func packets(_ instant: MonotonicTime, mark: CallMark? = nil, captured: NTPTime? = nil) -> [[UInt8]] {
    let isKeyframe = needsKeyframe
    needsKeyframe = false
    keyframeCount += isKeyframe ? 1 : 0
    let timestamp = stream.timestamp(instant)
    var remaining = isKeyframe ? frameBytes * 4 : frameBytes
    var packets: [[UInt8]] = []
    while remaining > 0 {
      let isFirst = packets.isEmpty
      let count = max(min(remaining, Self.contentByteCount), TestContent.minimumByteCount)
      remaining -= count
      // X, and S on the first; then I and L, a picture id of 15 bits and TL0PICIDX.
      var payload: [UInt8] = [isFirst ? 0x90 : 0x80, 0xc0]
      payload.append(u16: 0x8000 | pictureID)
      payload.append(tl0PictureIndex)
      if isFirst {
        payload += isKeyframe ? Self.keyframeHeader : Self.interframeHeader
        if let mark { payload += mark.bytes }
      }
      payload += TestContent(origin: stream.ssrc, number: number).bytes(count)
      number &+= 1
      packets.append(stream.packet(payload, timestamp: timestamp, marker: remaining <= 0, captured: captured))
    }
    pictureID = (pictureID &+ 1) & 0x7fff
    tl0PictureIndex &+= 1
    return packets
  }

  /// What a packet of a `Picture` is.
  struct Part {
    var content: TestContent
    var startsFrame: Bool
    var startsKeyframe: Bool
    var mark: CallMark?
  }

  /// What a payload that came from a `Picture` is.
  /// - Parameter isMarked: whether each picture begins with a mark.
  static func part(_ payload: RawSpan, isMarked: Bool) -> Part? {
    guard let descriptor = VP8Descriptor(payload) else { return nil }
    var offset = descriptor.length
    var mark: CallMark?
    if descriptor.startsFrame {
      offset += descriptor.startsKeyframe ? keyframeHeader.count : interframeHeader.count
      if isMarked {
        mark = CallMark(payload, at: offset)
        offset += CallMark.byteCount
      }
    }
    guard offset <= payload.byteCount, let content = TestContent(payload.extracting(offset..<payload.byteCount)) else {
      return nil
    }
    return Part(
      content: content, startsFrame: descriptor.startsFrame, startsKeyframe: descriptor.startsKeyframe, mark: mark)
  }
}
