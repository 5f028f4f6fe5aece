import Foundation
import Wire

/// What people read: one sentence in each language, exact figures rounded up so that a breach never looks like its limit.
extension Notification {
  public func japaneseText(timeZone: TimeZone = .current) -> String {
    let what = breach.figures.map { "\(breach.japaneseName) \($0.value)（上限 \($0.limit)）" } ?? breach.japaneseName
    let since = Self.text(startedAt, timeZone)
    let place = "\(site.ja) → \(target.ja)（\(japaneseWay)）"
    switch status {
    case .firing: return "【障害】\(place): \(what)、\(since) から。推定原因: \(japaneseCause)"
    case .resolved:
      let end = endedAt.map { Self.text($0, timeZone) } ?? ""
      return "【復旧】\(place): \(what)、\(since) から \(end) まで。推定原因: \(japaneseCause)"
    }
  }

  public func englishText(timeZone: TimeZone = .current) -> String {
    let what = breach.figures.map { "\(breach.englishName) \($0.value) (limit \($0.limit))" } ?? breach.englishName
    let since = Self.text(startedAt, timeZone)
    let place = "\(site.en) → \(target.en) (\(englishWay))"
    switch status {
    case .firing: return "FIRING \(place): \(what) since \(since). Likely cause: \(englishCause)"
    case .resolved:
      let end = endedAt.map { Self.text($0, timeZone) } ?? ""
      return "RESOLVED \(place): \(what) from \(since) to \(end). Likely cause: \(englishCause)"
    }
  }

  public var japaneseCause: String {
    switch cause {
    case .site: "\(site.ja) の回線または拠点内（この拠点の経路がすべて不良、または隣接拠点から到達できません）。\(evidence.ja)"
    case .target: "\(target.ja)（複数の拠点から不良）。\(evidence.ja)"
    case .path: "\(site.ja) と \(target.ja) の間。\(evidence.ja)"
    case .measurement: evidence.ja
    }
  }

  public var englishCause: String {
    switch cause {
    case .site:
      sentence("The line or network of \(site.en): every path of the site is bad, or its neighbours do not reach it.")
    case .target: sentence("\(target.en): it is bad from several sites.")
    case .path: sentence("Somewhere between \(site.en) and \(target.en).")
    case .measurement: evidence.en
    }
  }

  private func sentence(_ cause: String) -> String {
    evidence.en.isEmpty ? cause : cause + " " + evidence.en
  }

  private var japaneseWay: String {
    let name = ["direct": "直接", "proxy": "プロキシ経由", "relay": "中継サーバー経由"][route] ?? route
    return label.isEmpty ? name : "\(name)、\(label)"
  }

  private var englishWay: String {
    label.isEmpty ? route : "\(route), \(label)"
  }

  private static func text(_ nanoseconds: Int64, _ timeZone: TimeZone) -> String {
    let style = Date.ISO8601FormatStyle(timeZone: timeZone)
      .year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false)
      .timeZone(separator: .colon)
    return Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).formatted(style)
  }
}

extension Notification.Breach {
  /// `loss`, `jitter`, `latency` or `unknown`.
  public var metric: String {
    switch self {
    case .loss: "loss"
    case .jitter: "jitter"
    case .latency: "latency"
    case .unknown: "unknown"
    }
  }

  /// Value and limit with their units; `nil` where there is neither.
  public var figures: (value: String, limit: String)? {
    switch self {
    case .loss(let value, let limit): (Self.percent(value), Self.percent(limit))
    case .jitter(let value, let limit), .latency(let value, let limit):
      (Self.milliseconds(value), Self.milliseconds(limit))
    case .unknown: nil
    }
  }

  var japaneseName: String {
    switch self {
    case .loss: "パケット損失"
    case .jitter: "揺らぎ"
    case .latency: "遅延"
    case .unknown: "計測なし"
    }
  }

  var englishName: String {
    switch self {
    case .loss: "packet loss"
    case .jitter: "jitter"
    case .latency: "latency"
    case .unknown: "nothing measured"
    }
  }

  /// Parts per million as per cent, rounded up to hundredths: `1 %`, `1.01 %`.
  private static func percent(_ partsPerMillion: UInt64) -> String {
    decimal(partsPerMillion, perUnit: 10_000, digits: 2) + " %"
  }

  /// Nanoseconds as milliseconds, rounded up to tenths: `30 ms`, `30.1 ms`.
  private static func milliseconds(_ nanoseconds: UInt64) -> String {
    decimal(nanoseconds, perUnit: 1_000_000, digits: 1) + " ms"
  }

  /// `value / perUnit`, rounded up to `digits` places, without trailing zeros. `perUnit` is a power of ten.
  private static func decimal(_ value: UInt64, perUnit: UInt64, digits: Int) -> String {
    let scale: UInt64 = (0..<digits).reduce(1) { power, _ in power * 10 }
    let step = perUnit / scale
    let steps = value / step + (value % step == 0 ? 0 : 1)
    var fraction = String(steps % scale)
    fraction = String(repeating: "0", count: digits - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? "\(steps / scale)" : "\(steps / scale).\(fraction)"
  }
}
