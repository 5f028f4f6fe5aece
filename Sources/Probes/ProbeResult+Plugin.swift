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
      // Why, where there is a reason.
      let remark = stream.status > .warning ? stream.remarks.first.map { " (\($0))" } ?? "" : ""
      return "\(stream.label) \(text)\(remark)"
    }
    var data = streams.flatMap { stream in stream.findings.map { performance($0, label: stream.label) } }
    if let proxyDelay {
      data.append("'proxy_added'=\(proxyDelay < 0 ? "-" : "")\(Figure.number(proxyDelay.magnitude, .latency))ms;;;;")
    }
    let clean = Self.clean("\(kind.name.uppercased()) \(word) - \(target): \(summaries.joined(separator: "; "))")
    return data.isEmpty ? clean : "\(clean) | \(data.joined(separator: " "))"
  }

  /// The line of a measurement that could not be made.
  public static func pluginLine(kind: String, problem: String) -> String {
    clean("\(kind.uppercased()) UNKNOWN - \(problem)")
  }

  /// Bar and line break divide what monitoring systems read.
  private static func clean(_ line: String) -> String {
    line.replacing("|", with: "/").replacing("\n", with: " ")
  }

  private func performance(_ finding: Finding, label: String) -> String {
    let (metric, label) = (finding.metric, label.replacing(" ", with: "_"))
    let value = Figure.number(finding.value, metric)
    let warning = Figure.number(limits.warning(metric), metric)
    let limit = Figure.number(finding.limit, metric)
    return switch metric {
    case .loss: "'\(label)_loss'=\(value)%;\(warning);\(limit);0;100"
    case .jitter, .latency: "'\(label)_\(metric.rawValue)'=\(value)ms;\(warning);\(limit);0;"
    // 0 operational, 1 maintenance, 2 degraded, 3 outage.
    case .service: "'\(label)_service'=\(value);0;2;0;3"
    // A range "10:" is alerted below 10; days are no unit that monitoring plugins know.
    case .certificate: "'\(label)_certificate_days'=\(value);\(warning):;\(limit):;0;"
    }
  }
}
