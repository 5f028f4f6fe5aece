import Wire

/// The video payload formats the relay can switch between sources.
@frozen public enum VideoFormat: UInt8, Sendable, CaseIterable {
  case vp8
  case vp9
  case h264
  case av1

  /// Every one of them counts 90,000 ticks a second.
  public static let clockRate: UInt32 = 90_000

  /// Whether an RTP payload without padding is the first of a picture at which a decoder can start.
  public func startsKeyframe(_ payload: RawSpan) -> Bool {
    switch self {
    case .vp8: VP8Descriptor(payload)?.startsKeyframe ?? false
    case .vp9: VP9Descriptor(payload)?.startsKeyframe ?? false
    case .h264: H264.startsKeyframe(payload)
    case .av1: AV1.startsKeyframe(payload)
    }
  }
}
