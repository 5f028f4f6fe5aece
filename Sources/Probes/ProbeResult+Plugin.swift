import Measurement

extension ProbeResult {
  /// One line in the form of monitoring plugins (Nagios, Icinga), with performance data after the bar:
  /// `STAMP OK - host: … | 'voice_loss'=0.00%;0.80;1.00;0;100 …`. The exit status is `status.rawValue`.
  public var pluginLine: String {
    let word =
      switch status {
      case .good: "OK"
      case .warning: "WARNING"
      case .breach: "CRITICAL"
      case .notMeasured: "UNKNOWN"
      }
    let summaries = streams.map { stream in
      let text =
        stream.obstacle
        ?? stream.findings.map { "\($0.metric.rawValue) \(Figure.text($0.value, $0.metric))" }.joined(separator: ", ")
      return "\(stream.label) \(text)"
    }
    let data = streams.flatMap { stream in stream.findings.map { performance($0, label: stream.label) } }
    let line = "\(kind.uppercased()) \(word) - \(target): \(summaries.joined(separator: "; "))"
    return data.isEmpty ? line : "\(line) | \(data.joined(separator: " "))"
  }

  private func performance(_ finding: Finding, label: String) -> String {
    let step: UInt64 = finding.metric == .loss ? 100 : 10_000
    let value = Figure.decimal(finding.value / step)
    let limit = Figure.decimal(finding.limit / step)
    let warning = Figure.decimal(finding.limit * limits.warningPercent / 100 / step)
    return finding.metric == .loss
      ? "'\(label)_loss'=\(value)%;\(warning);\(limit);0;100"
      : "'\(label)_\(finding.metric.rawValue)'=\(value)ms;\(warning);\(limit);0;"
  }
}
