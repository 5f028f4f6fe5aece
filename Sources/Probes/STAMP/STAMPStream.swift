import Wire

/// One stream of test packets on a path. Sizes are kept apart, each with its own record: on a slow line a long packet
/// takes longer than a short one, which in one stream would show as jitter, and voice and video travel in different
/// queues.
public struct STAMPStream: Sendable, Hashable {
  /// The path's label: `voice`, `video`.
  public var label: String
  /// UDP payload in bytes.
  public var packetBytes: Int
  /// Between packets, at least 1 ms.
  public var interval: Duration
  /// 0–63.
  public var dscp: UInt8

  public init(label: String, packetBytes: Int, interval: Duration, dscp: UInt8) {
    self.label = label
    self.packetBytes = packetBytes
    self.interval = interval
    self.dscp = dscp
  }

  /// What a meeting sends: voice as EF, video as AF41, 50 packets a second together, and each alone enough for a
  /// judging interval of 15 s.
  public static let meeting = [
    STAMPStream(label: "voice", packetBytes: 172, interval: .milliseconds(40), dscp: 46),
    STAMPStream(label: "video", packetBytes: 1_200, interval: .milliseconds(40), dscp: 34),
  ]
}
