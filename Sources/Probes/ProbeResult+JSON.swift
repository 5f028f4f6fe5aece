import Foundation
import Measurement

extension ProbeResult {
  /// `--json`: one object with sorted keys; durations in milliseconds, absent where there is nothing to tell.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Nothing in it can fail to encode: no floating-point value is ever infinite.
    guard let data = try? encoder.encode(Report(self)) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  private struct Report: Encodable {
    var version = 1
    var kind: String
    var target: String
    var endpoint: String
    var status: String
    var exitCode: Int32
    /// Seconds since 1970.
    var startedAt: Double
    /// What the proxy adds to the mean request.
    var proxyAddedMilliseconds: Double?
    var streams: [StreamReport]

    init(_ result: ProbeResult) {
      kind = result.kind.name
      target = result.target
      endpoint = result.streams.first?.place ?? ""
      status = result.status.name
      exitCode = result.status.rawValue
      startedAt = Double(result.streams.map(\.record.id.intervalStart).min()?.nanoseconds ?? 0) / 1e9
      proxyAddedMilliseconds = result.proxyDelay.map { Double($0) / 1e6 }
      streams = result.streams.map { StreamReport($0, result.limits) }
    }
  }

  private struct StreamReport: Encodable {
    var label: String
    var route: String
    /// The address that was measured.
    var endpoint: String
    var status: String
    var obstacle: String?
    var findings: [FindingReport]
    var packetBytes: UInt16?
    var dscp: UInt8
    var dscpArrived: [String: UInt64]
    var sent: UInt64
    var received: UInt64
    var lost: UInt64
    var forwardLost: UInt64?
    var reverseLost: UInt64?
    var late: UInt64
    var discarded: UInt64
    var duplicates: UInt64
    var reordered: UInt64
    var refused: UInt64
    /// How many bursts of 1, 2, 3, 4, 5–9 and 10 or more consecutive losses.
    var lossBursts: [UInt64]
    var longestLossBurst: UInt64
    var jitterMilliseconds: DirectionsReport
    var rfc3550JitterMilliseconds: Double?
    var pdvMilliseconds: Double?
    var roundTripMilliseconds: DelayReport?
    var forwardDelayMilliseconds: DelayReport?
    var reverseDelayMilliseconds: DelayReport?
    /// How long after the time in it each answer left, by the reflector's own word; part of the round trip.
    var reflectorDelayMilliseconds: DelayReport?
    var clocksSynchronized: Bool
    var clockErrorMilliseconds: Double?
    var timestamps: String
    var degradations: [String]
    var phasesMilliseconds: [String: DelayReport]?
    /// Seconds since 1970.
    var certificateExpiresAt: Double?
    var service: String?
    var audioFrames: UInt64?
    var concealedAudioFrames: UInt64?
    /// The E-model's, estimated and not judged.
    var eModelRating: Double?
    var eModelMeanOpinionScore: Double?
    var remarks: [String]
    /// The way there, of kinds that follow it.
    var hops: [HopReport]?

    init(_ stream: Stream, _ limits: ProbeLimits) {
      let record = stream.record
      label = stream.label
      route = record.path.route.rawValue
      endpoint = stream.place
      status = stream.status.name
      obstacle = stream.obstacle
      findings = stream.findings.map { FindingReport($0, limits) }
      packetBytes = record.packetBytes
      dscp = record.dscp.sent
      dscpArrived = Dictionary(uniqueKeysWithValues: record.dscp.arrived.map { (String($0.key), $0.value) })
      sent = record.loss.sent
      received = record.loss.received
      lost = record.loss.lost
      forwardLost = record.loss.forwardLost
      reverseLost = record.loss.reverseLost
      late = record.loss.late
      discarded = record.loss.discarded
      duplicates = record.loss.duplicates
      reordered = record.loss.reordered
      refused = record.loss.refused
      lossBursts = record.loss.bursts.counts
      longestLossBurst = record.loss.bursts.longest
      jitterMilliseconds = DirectionsReport(
        there: milliseconds(record.delayVariation.mean), back: milliseconds(record.reverseDelayVariation.mean))
      rfc3550JitterMilliseconds = milliseconds(record.rfc3550Jitter)
      pdvMilliseconds = milliseconds(ProbeResult.pdv(record))
      roundTripMilliseconds = DelayReport(record.roundTrip)
      forwardDelayMilliseconds = DelayReport(record.forwardDelay)
      reverseDelayMilliseconds = DelayReport(record.reverseDelay)
      reflectorDelayMilliseconds = DelayReport(stream.reflectorDelay)
      clocksSynchronized = record.clock.isSynchronized
      clockErrorMilliseconds = milliseconds(record.clock.errorNanoseconds)
      timestamps = record.timestamps.rawValue
      degradations = record.degradations.map(\.rawValue).sorted()
      if !record.phases.isEmpty {
        phasesMilliseconds = Dictionary(
          uniqueKeysWithValues: record.phases.compactMap { phase, delays in
            DelayReport(delays).map { (phase.rawValue, $0) }
          })
      }
      certificateExpiresAt = record.certificateExpiry.map { Double($0.nanoseconds) / 1e9 }
      service = record.service?.rawValue
      audioFrames = record.playout?.frames
      concealedAudioFrames = record.playout?.concealedFrames
      let rating = record.rating()
      eModelRating = rating?.r
      eModelMeanOpinionScore = rating?.meanOpinionScore
      remarks = stream.remarks
      if !record.hops.isEmpty { hops = record.hops.map(HopReport.init) }
    }
  }

  private struct HopReport: Encodable {
    var distance: UInt8
    var addresses: [String]
    var roundTripMilliseconds: [Double]
    var sent: UInt8
    var isTarget: Bool

    init(_ hop: RouteHop) {
      distance = hop.distance
      addresses = hop.addresses.map(\.description)
      roundTripMilliseconds = hop.roundTrips.map { Double($0) / 1e6 }
      sent = hop.sent
      isTarget = hop.isTarget
    }
  }

  private struct DirectionsReport: Encodable {
    var there: Double?
    var back: Double?
  }

  private struct DelayReport: Encodable {
    var least: Double?
    var mean: Double?
    var percentile95: Double?
    var greatest: Double?

    init?(_ distribution: Distribution) {
      if distribution.isEmpty { return nil }
      least = milliseconds(distribution.minimum)
      mean = milliseconds(distribution.mean)
      percentile95 = milliseconds(distribution.percentile(95))
      greatest = milliseconds(distribution.maximum)
    }
  }

  private struct FindingReport: Encodable {
    var metric: String
    var status: String
    var unit: String
    var value: Double
    var warning: Double
    var limit: Double

    init(_ finding: Finding, _ limits: ProbeLimits) {
      let scale = Double(finding.metric.scale)
      metric = finding.metric.rawValue
      status = finding.status.name
      unit = finding.metric.unit
      value = Double(finding.value) / scale
      limit = Double(finding.limit) / scale
      warning = Double(limits.warning(finding.metric)) / scale
    }
  }
}

private func milliseconds(_ nanoseconds: UInt64?) -> Double? {
  nanoseconds.map { Double($0) / 1e6 }
}
