import Measurement
import Wire

extension ProbeResult {
  /// For people: a paragraph for each stream and a last line with the verdict.
  public var text: String {
    var blocks = streams.map { stream in lines(of: stream).joined(separator: "\n") }
    if let proxyDelay {
      let delay = Figure.milliseconds(proxyDelay.magnitude)
      blocks.append(proxyDelay < 0 ? "the proxy is \(delay) quicker than the direct way" : "the proxy adds \(delay)")
    }
    return (blocks + ["verdict: \(status.name)"]).joined(separator: "\n")
  }

  private func lines(of stream: Stream) -> [String] {
    let record = stream.record
    let place = stream.place.isEmpty || stream.place == target ? "" : " (\(stream.place))"
    var lines = ["\(kind.name) \(target)\(place), \(stream.label): \(counts(of: record))"]
    lines += record.hops.map { "  \($0.text)" }
    if let obstacle = stream.obstacle {
      return lines + ["  not measured: \(obstacle)"] + stream.remarks.map { "  note     \($0)" }
    }
    for finding in stream.findings {
      let value = Figure.text(finding.value, finding.metric)
      let limit = Figure.text(finding.limit, finding.metric)
      lines.append(
        "  \(finding.metric.rawValue.padded(to: 8)) \(value.padded(to: 11)) limit \(limit.padded(to: 10)) "
          + "\(finding.status.name.padded(to: 8)) \(details(of: finding.metric, stream))")
    }
    let phases = Phase.allCases.compactMap { phase in
      record.phases[phase]?.mean.map { "\(Self.words(phase)) \(Figure.milliseconds($0))" }
    }
    if !phases.isEmpty { lines.append("  phases   \(phases.joined(separator: ", "))") }
    let remarks = stream.remarks + remarks(on: record)
    if !remarks.isEmpty { lines.append("  note     \(remarks.joined(separator: "; "))") }
    return lines
  }

  private func counts(of record: PathRecord) -> String {
    let loss = record.loss
    guard kind.unit == "packets" else {
      // Some answers say no.
      let answered = max(loss.received, record.roundTrip.count)
      let refused = answered - loss.received
      return "\(loss.sent + loss.refused) \(kind.unit), \(answered) answered"
        + (refused > 0 ? ", \(refused) of them in vain" : "")
    }
    let size = record.packetBytes.map { "\($0) bytes, " } ?? ""
    return "\(size)DSCP \(record.dscp.sent), \(loss.sent + loss.refused) sent, \(loss.received) received"
  }

  private static func words(_ phase: Phase) -> String {
    switch phase {
    case .nameLookup: "name lookup"
    case .connect: "connect"
    case .tlsHandshake: "TLS"
    case .firstByte: "first byte"
    case .transfer: "transfer"
    }
  }

  private func details(of metric: ProbeMetric, _ stream: Stream) -> String {
    let record = stream.record
    switch metric {
    case .loss:
      let longest = record.loss.bursts.longest
      let rest =
        (longest > 1 ? "; longest burst \(longest)" : "")
        + "; late \(record.loss.late), discarded \(record.loss.discarded)"
      guard let forward = record.loss.forwardLost, let reverse = record.loss.reverseLost else {
        let way = stream.isBetweenPlaces ? "on the way here" : record.path.route == .relay ? "both ways" : "round trip"
        return kind.unit == "packets" ? way + rest : String(rest.dropFirst(2))
      }
      let unknown = record.loss.roundTripLost > 0 ? ", \(record.loss.roundTripLost) either way" : ""
      return "lost \(forward) there, \(reverse) back\(unknown)" + rest
    case .jitter:
      let there = record.delayVariation.mean.map(Figure.milliseconds) ?? "-"
      let back = record.reverseDelayVariation.mean.map(Figure.milliseconds) ?? "-"
      let rfc = record.rfc3550Jitter.map(Figure.milliseconds) ?? "-"
      if stream.isBetweenPlaces {
        return "on the way here; RFC 3550 J \(rfc), PDV \(Self.pdv(record).map(Figure.milliseconds) ?? "-")"
      }
      guard !record.reverseDelayVariation.isEmpty else {
        return "\(kind.delay); RFC 3550 J \(rfc), PDV \(Self.pdv(record).map(Figure.milliseconds) ?? "-")"
      }
      return "there \(there), back \(back); RFC 3550 J \(rfc), PDV \(Self.pdv(record).map(Figure.milliseconds) ?? "-")"
    case .latency:
      let least = stream.delay.minimum.map(Figure.milliseconds) ?? "-"
      let high = stream.delay.percentile(95).map(Figure.milliseconds) ?? "-"
      let greatest = stream.delay.maximum.map(Figure.milliseconds) ?? "-"
      var text = "\(Self.way(of: stream) ?? kind.delay); least \(least), 95th percentile \(high), greatest \(greatest)"
      if let forward = record.forwardDelay.mean, let reverse = record.reverseDelay.mean {
        let error = record.clock.errorNanoseconds.map(Figure.milliseconds) ?? "unknown"
        text +=
          "; one way there \(Figure.milliseconds(forward)), back \(Figure.milliseconds(reverse)) "
          + "(clocks' error \(error))"
      }
      return text
    case .service:
      return "as the provider says"
    case .certificate:
      return "until the first certificate expires"
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
    // A participant is a program as a browser is, and its departures are what it says they are.
    guard kind.unit == "packets", record.path.route != .relay else { return remarks }
    if record.timestamps == .kernelArrivals { remarks.append("departures without the kernel's time stamps") }
    if record.timestamps == .userSpace { remarks.append("without the kernel's time stamps") }
    return remarks
  }

  private static func way(of stream: Stream) -> String? {
    guard stream.isBetweenPlaces else { return nil }
    if stream.isHalved { return "half the round trip, estimated; round trip" }
    return "one way here (clocks' error \(stream.record.clock.errorNanoseconds.map(Figure.milliseconds) ?? "unknown"))"
  }

  /// 95th percentile − least (RFC 5481).
  static func pdv(_ record: PathRecord) -> UInt64? {
    let delays = record.excessDelay.isEmpty ? record.roundTrip : record.excessDelay
    guard let high = delays.percentile(95), let least = delays.minimum else { return nil }
    return high - min(high, least)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}
