import Measurement

/// What one path's own figures say of where a breach comes from. Whose fault it is follows from many paths together.
public struct Evidence: Sendable, Hashable, Codable {
  public var loss: Loss?
  public var delay: Delay?
  /// Which direction's jitter is above the limit.
  public var jitter: Direction?
  /// Packets arrived with another DSCP than they were sent with.
  public var isRemarked = false
  /// For calls: how many of the site's participants were bad, of how many that could be judged.
  public var participants: Participants?
  /// Why nothing could be judged.
  public var reason: UnknownReason?
  /// What the provider itself says.
  public var service: ServiceState?

  public init() {}

  public enum Direction: String, Sendable, Hashable, Codable {
    case forward, reverse, both
  }

  public enum Loss: String, Sendable, Hashable, Codable {
    /// Not one packet came back.
    case everything
    case forward, reverse, both
    /// Nothing tells which way.
    case unknownDirection
  }

  public enum Delay: String, Sendable, Hashable, Codable {
    /// Long and even: the way itself is long.
    case steady
    /// Far above its own minimum: a queue.
    case varying
  }

  public struct Participants: Sendable, Hashable, Codable {
    public var bad: Int
    public var judged: Int

    public init(bad: Int, judged: Int) {
      self.bad = bad
      self.judged = judged
    }
  }

  /// Without what changes all the time while the cause stays the same.
  var cause: Evidence {
    var cause = self
    cause.participants = nil
    return cause
  }

  init(_ record: PathRecord, _ findings: [Finding]) {
    func isBad(_ metric: Metric) -> Bool { findings.contains { $0.metric == metric && $0.isBreach } }
    if isBad(.loss) { loss = Self.loss(record.loss) }
    if isBad(.jitter), let limit = findings.first(where: { $0.metric == .jitter })?.limit {
      let forward = (record.delayVariation.meanRoundedUp ?? 0) > limit
      let reverse = (record.reverseDelayVariation.meanRoundedUp ?? 0) > limit
      jitter = forward && reverse ? .both : reverse ? .reverse : .forward
    }
    if isBad(.latency), let mean = record.roundTrip.mean, let variation = record.packetDelayVariation {
      delay = variation > mean / 2 ? .varying : .steady
    }
    isRemarked = record.dscp.arrived.contains { $0.key != record.dscp.sent && $0.value > 0 }
  }

  private static func loss(_ counts: LossCounts) -> Loss {
    if counts.received == 0 { return .everything }
    guard counts.roundTripLost == 0, let forward = counts.forwardLost, let reverse = counts.reverseLost else {
      return .unknownDirection
    }
    return forward > 0 && reverse > 0 ? .both : reverse > 0 ? .reverse : .forward
  }
}

// MARK: In words

extension Evidence {
  /// One sentence after the other; empty when there is nothing to tell.
  public var english: String {
    var sentences: [String] = []
    if let reason { sentences.append(Self.english(reason)) }
    switch service {
    case .outage: sentences.append("The provider itself reports an outage.")
    case .degraded: sentences.append("The provider itself reports a degraded service.")
    case .maintenance, .operational, nil: break
    }
    switch loss {
    case .everything: sentences.append("Nothing comes back: the line or the far end is down.")
    case .forward: sentences.append("Packets are lost on the way there only.")
    case .reverse: sentences.append("Packets are lost on the way back only.")
    case .both: sentences.append("Packets are lost both ways.")
    case .unknownDirection: sentences.append("Which way packets are lost cannot be told.")
    case nil: break
    }
    switch jitter {
    case .forward: sentences.append("The delay jumps on the way there.")
    case .reverse: sentences.append("The delay jumps on the way back.")
    case .both: sentences.append("The delay jumps both ways.")
    case nil: break
    }
    switch delay {
    case .steady: sentences.append("The delay is long but even: a longer route, not a full line.")
    case .varying: sentences.append("The delay rises far above its minimum: a line is full.")
    case nil: break
    }
    if let participants {
      sentences.append("\(participants.bad) of \(participants.judged) participants are affected.")
    }
    if isRemarked { sentences.append("The network changes the packets' DSCP.") }
    return sentences.joined(separator: " ")
  }

  public var japanese: String {
    var sentences: [String] = []
    if let reason { sentences.append(Self.japanese(reason)) }
    switch service {
    case .outage: sentences.append("事業者自身が障害を公表しています。")
    case .degraded: sentences.append("事業者自身が品質低下を公表しています。")
    case .maintenance, .operational, nil: break
    }
    switch loss {
    case .everything: sentences.append("応答がまったく返りません。回線または相手側が停止しています。")
    case .forward: sentences.append("往路だけでパケットが失われています。")
    case .reverse: sentences.append("復路だけでパケットが失われています。")
    case .both: sentences.append("往復ともパケットが失われています。")
    case .unknownDirection: sentences.append("どちらの方向で失われているかは判別できません。")
    case nil: break
    }
    switch jitter {
    case .forward: sentences.append("往路で遅延が揺らいでいます。")
    case .reverse: sentences.append("復路で遅延が揺らいでいます。")
    case .both: sentences.append("往復とも遅延が揺らいでいます。")
    case nil: break
    }
    switch delay {
    case .steady: sentences.append("遅延は大きいものの一定です。回線の混雑ではなく経路の変化が疑われます。")
    case .varying: sentences.append("遅延が最小値を大きく上回っています。回線の混雑が疑われます。")
    case nil: break
    }
    if let participants { sentences.append("参加者 \(participants.judged) 人中 \(participants.bad) 人に影響があります。") }
    if isRemarked { sentences.append("途中で DSCP が書き換えられています。") }
    return sentences.joined()
  }

  private static func english(_ reason: UnknownReason) -> String {
    switch reason {
    case .noRecords: "The agent reports nothing, or cannot reach the monitor."
    case .nothingSent: "The agent could not send a single packet."
    case .targetDown: "The host answers, but its reflector is not running."
    case .unreadable: "What the provider says of its service cannot be told."
    case .maintenance: "The provider has announced maintenance."
    case .unverified: "The target has never answered: it may be one that answers nobody."
    case .receiverSilent: "The receiver stopped reporting."
    case .captureIncomplete: "The capture itself lost packets."
    case .incomplete: "Too few packets came to judge by."
    }
  }

  private static func japanese(_ reason: UnknownReason) -> String {
    switch reason {
    case .noRecords: "計測エージェントから報告がないか、監視サーバーに届いていません。"
    case .nothingSent: "計測エージェントがパケットを送信できませんでした。"
    case .targetDown: "相手のホストは応答しますが、リフレクターが動作していません。"
    case .unreadable: "事業者の稼働情報を読み取れません。"
    case .maintenance: "事業者が計画作業を告知しています。"
    case .unverified: "対象からまだ一度も応答がありません。応答しない対象の可能性があります。"
    case .receiverSilent: "受信側からの報告が途絶えました。"
    case .captureIncomplete: "キャプチャー自体がパケットを取りこぼしました。"
    case .incomplete: "判定に足りるパケットが届きませんでした。"
    }
  }
}
