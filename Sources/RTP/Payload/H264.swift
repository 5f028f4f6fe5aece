import Wire

/// Where a decoder can start in an H.264 stream (RFC 6184).
///
///     +---------------+
///     |0|1|2|3|4|5|6|7|
///     +-+-+-+-+-+-+-+-+
///     |F|NRI|  Type   |      the NAL unit's header
///     +---------------+
public enum H264 {
  private static let sequenceParameterSet: UInt8 = 7
  private static let aggregation: UInt8 = 24  // STAP-A
  private static let fragment: UInt8 = 28  // FU-A

  /// Whether a payload begins with, or aggregates, a sequence parameter set. WebRTC sends it in band before every
  /// keyframe (RFC 7742 section 6.2); the slice that follows is useless without it.
  public static func startsKeyframe(_ payload: RawSpan) -> Bool {
    guard payload.byteCount >= 1 else { return false }
    switch payload.u8(at: 0) & 0x1f {
    case sequenceParameterSet: return true
    case aggregation:
      var offset = 1
      while payload.byteCount - offset >= 3 {
        if payload.u8(at: offset + 2) & 0x1f == sequenceParameterSet { return true }
        offset += 2 + Int(payload.u16(at: offset))
      }
      return false
    case fragment:
      guard payload.byteCount >= 2 else { return false }
      let fragmentHeader = payload.u8(at: 1)
      return fragmentHeader & 0x80 != 0 && fragmentHeader & 0x1f == sequenceParameterSet
    default: return false
    }
  }
}
