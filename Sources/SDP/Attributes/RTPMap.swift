/// `a=rtpmap` (RFC 8866 section 6.6): `96 VP8/90000`, `111 opus/48000/2`.
public struct RTPMap: Equatable, Sendable, CustomStringConvertible {
  /// 0–127.
  public let payloadType: UInt8
  public let encodingName: String
  public let clockRate: UInt32
  /// 1 when not said.
  public let channels: Int

  public init(payloadType: UInt8, encodingName: String, clockRate: UInt32, channels: Int = 1) {
    self.payloadType = payloadType
    self.encodingName = encodingName
    self.clockRate = clockRate
    self.channels = channels
  }

  public init?(_ value: String) {
    let fields = value.fields()
    guard fields.count == 2, let payloadType = UInt8(fields[0]), payloadType <= 127 else { return nil }
    let encoding = fields[1].fields("/", keepsEmpty: true)
    guard (2...3).contains(encoding.count), !encoding[0].isEmpty, let clockRate = UInt32(encoding[1]), clockRate > 0,
      let channels = encoding.count == 3 ? Int(encoding[2]) : 1, channels > 0
    else { return nil }
    self.init(
      payloadType: payloadType, encodingName: String(encoding[0]), clockRate: clockRate, channels: channels)
  }

  public var description: String {
    "\(payloadType) \(encodingName)/\(clockRate)" + (channels == 1 ? "" : "/\(channels)")
  }
}
