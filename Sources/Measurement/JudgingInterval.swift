/// How long the tumbling intervals are over which a path is judged. Fixed when the configuration is read.
public enum JudgingInterval {
  /// What there is to choose from.
  public static let lengths: [Duration] = [.seconds(15), .seconds(60), .seconds(300), .seconds(900)]
  /// Fewer packets make one loss too large a share: of 300, three are 1 %.
  public static let minimumPackets = 300

  /// The shortest length in which a packet every `packetInterval` makes at least 300; `nil` when even 15 min is too
  /// short, which the configuration refuses.
  public static func length(packetInterval: Duration) -> Duration? {
    guard packetInterval > .zero else { return nil }
    return lengths.first { packetInterval * minimumPackets <= $0 }
  }
}
