import API

/// A path's recent intervals as bars: the worst of its three figures as a share of its limit, a full bar at the limit.
enum Sparkline {
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// The newest `columns` samples, one column each, right-aligned.
  static func bars(_ samples: [PathSample], limits: QualityLimits, columns: Int) -> [(text: String, style: Style)] {
    let shown = samples.suffix(columns)
    let blank = Array(repeating: (text: " ", style: Style.plain), count: max(0, columns - shown.count))
    return blank
      + shown.map { sample in
        // Nobody is held to it.
        if sample.verdict == .planned { return ("◇", Style(role: .accent)) }
        guard let share = Gauge.share(of: sample, limits: limits) else { return ("·", Style.faint) }
        return bar(share: share, verdict: sample.verdict)
      }
  }

  static func bar(share: Double, verdict: VerdictName = .good) -> (text: String, style: Style) {
    let level = share.isFinite ? Int(min(max(share, 0), 1) * Double(bars.count - 1)) : bars.count - 1
    return (String(bars[level]), Gauge.style(share: share, verdict: verdict))
  }
}

/// Figures against their limits.
enum Gauge {
  /// Warning from 80 % of a limit on, unless the objective says otherwise.
  static let warningShare = 0.8

  static func share(of sample: PathSample, limits: QualityLimits) -> Double? {
    worst([
      sample.lossPercent.map { $0 / limits.lossPercent },
      sample.jitterMilliseconds.map { $0 / limits.jitterMilliseconds },
      sample.latencyMilliseconds.map { $0 / limits.latencyMilliseconds },
    ])
  }

  static func share(of path: PathStatus) -> Double? {
    guard let limits = path.limits else { return nil }
    return worst([
      path.lossPercent.map { $0 / limits.lossPercent },
      path.jitterMilliseconds.map { $0 / limits.jitterMilliseconds },
      path.latencyMilliseconds.map { $0 / limits.latencyMilliseconds },
    ])
  }

  static func style(share: Double, verdict: VerdictName = .good) -> Style {
    if share > 1 || verdict == .bad { return Style(role: .bad) }
    return Style(role: share >= warningShare ? .warning : .good)
  }

  /// A figure that has no limit is plain.
  static func style(value: Double?, limit: Double?) -> Style {
    guard let value, let limit, limit > 0 else { return .plain }
    let style = style(share: value / limit)
    return style.role == .good ? .plain : Style(role: style.role, isBold: true)
  }

  private static func worst(_ shares: [Double?]) -> Double? {
    shares.compactMap { $0?.isFinite == true ? $0 : nil }.max()
  }
}
