import Measurement
import Wire

extension ProbeResult {
  /// For people: a paragraph for each stream and a last line with the verdict.
  public var text: String {
    let blocks = streams.map { stream in lines(of: stream).joined(separator: "\n") }
    return (blocks + ["verdict: \(status.name)"]).joined(separator: "\n")
  }

  private func lines(of stream: Stream) -> [String] {
    let record = stream.record
    let loss = record.loss
    let size = record.packetBytes.map { "\($0) bytes, " } ?? ""
    var lines = [
      "\(kind) \(target)\(target == endpoint.description ? "" : " (\(endpoint))"), \(stream.label): "
        + "\(size)DSCP \(record.dscp.sent), \(loss.sent + loss.refused) sent, \(loss.received) received"
    ]
    if let obstacle = stream.obstacle { return lines + ["  not measured: \(obstacle)"] }
    for finding in stream.findings {
      let value = Figure.text(finding.value, finding.metric)
      let limit = Figure.text(finding.limit, finding.metric)
      lines.append(
        "  \(finding.metric.rawValue.padded(to: 8)) \(value.padded(to: 11)) limit \(limit.padded(to: 10)) "
          + "\(finding.status.name.padded(to: 8)) \(details(of: finding.metric, record))")
    }
    if !remarks(on: record).isEmpty { lines.append("  note     \(remarks(on: record).joined(separator: "; "))") }
    return lines
  }

  private func details(of metric: Finding.Metric, _ record: PathRecord) -> String {
    switch metric {
    case .loss:
      let longest = record.loss.bursts.longest
      let rest =
        (longest > 1 ? "; longest burst \(longest)" : "")
        + "; late \(record.loss.late), discarded \(record.loss.discarded)"
      guard let forward = record.loss.forwardLost, let reverse = record.loss.reverseLost else {
        return "round trip" + rest
      }
      let unknown = record.loss.roundTripLost > 0 ? ", \(record.loss.roundTripLost) either way" : ""
      return "lost \(forward) there, \(reverse) back\(unknown)" + rest
    case .jitter:
      let there = record.delayVariation.mean.map(Figure.milliseconds) ?? "-"
      let back = record.reverseDelayVariation.mean.map(Figure.milliseconds) ?? "-"
      let rfc = record.rfc3550Jitter.map(Figure.milliseconds) ?? "-"
      return "there \(there), back \(back); RFC 3550 J \(rfc), PDV \(Self.pdv(record).map(Figure.milliseconds) ?? "-")"
    case .latency:
      let least = record.roundTrip.minimum.map(Figure.milliseconds) ?? "-"
      let high = record.roundTrip.percentile(95).map(Figure.milliseconds) ?? "-"
      let greatest = record.roundTrip.maximum.map(Figure.milliseconds) ?? "-"
      var text = "round trip; least \(least), 95th percentile \(high), greatest \(greatest)"
      if let forward = record.forwardDelay.mean, let reverse = record.reverseDelay.mean {
        let error = record.clock.errorNanoseconds.map(Figure.milliseconds) ?? "unknown"
        text +=
          "; one way there \(Figure.milliseconds(forward)), back \(Figure.milliseconds(reverse)) "
          + "(clocks' error \(error))"
      }
      return text
    }
  }

  private func remarks(on record: PathRecord) -> [String] {
    var remarks: [String] = []
    let altered = record.dscp.arrived.filter { $0.key != record.dscp.sent }
    if !altered.isEmpty {
      let seen = altered.keys.sorted().map(String.init).joined(separator: ", ")
      remarks.append("the network changed DSCP \(record.dscp.sent) to \(seen)")
    }
    if record.loss.duplicates > 0 { remarks.append("\(record.loss.duplicates) duplicates") }
    if record.loss.reordered > 0 { remarks.append("\(record.loss.reordered) reordered") }
    if record.loss.refused > 0 { remarks.append("\(record.loss.refused) refused by the target") }
    if record.degradations.contains(.schedulerLate) { remarks.append("this machine sent some packets late") }
    if record.degradations.contains(.sendErrors) { remarks.append("this machine could not send some packets") }
    if record.degradations.contains(.clockStepped) { remarks.append("the clock was set meanwhile") }
    if record.timestamps == .kernelArrivals { remarks.append("departures without the kernel's time stamps") }
    if record.timestamps == .userSpace { remarks.append("without the kernel's time stamps") }
    return remarks
  }

  /// 95th percentile − least (RFC 5481).
  static func pdv(_ record: PathRecord) -> UInt64? {
    guard let high = record.roundTrip.percentile(95), let least = record.roundTrip.minimum else { return nil }
    return high - min(high, least)
  }
}

/// Figures with their units, as people read them.
enum Figure {
  static func text(_ value: UInt64, _ metric: ProbeResult.Finding.Metric) -> String {
    metric == .loss ? percent(perMillion: value) : milliseconds(value)
  }

  /// Two decimals, rounded down.
  static func percent(perMillion value: UInt64) -> String {
    "\(decimal(value / 100)) %"
  }

  static func milliseconds(_ nanoseconds: UInt64) -> String {
    "\(decimal(nanoseconds / 10_000)) ms"
  }

  static func decimal(_ hundredths: UInt64) -> String {
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}
