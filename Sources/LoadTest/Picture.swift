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
  mutating func packets(_ instant: MonotonicTime) -> [[UInt8]] {
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
      if isFirst { payload += isKeyframe ? Self.keyframeHeader : Self.interframeHeader }
      payload += TestContent(origin: stream.ssrc, number: number).bytes(count)
      number &+= 1
      packets.append(stream.packet(payload, timestamp: timestamp, marker: remaining <= 0))
    }
    pictureID = (pictureID &+ 1) & 0x7fff
    tl0PictureIndex &+= 1
    return packets
  }

  /// The content of a payload that came from a `Picture`, and whether it begins a keyframe.
  static func content(of payload: RawSpan) -> (content: TestContent, startsKeyframe: Bool)? {
    guard let descriptor = VP8Descriptor(payload) else { return nil }
    var offset = descriptor.length
    if descriptor.startsFrame {
      offset += descriptor.startsKeyframe ? keyframeHeader.count : interframeHeader.count
    }
    guard offset <= payload.byteCount, let content = TestContent(payload.extracting(offset..<payload.byteCount)) else {
      return nil
    }
    return (content, descriptor.startsKeyframe)
  }
}
