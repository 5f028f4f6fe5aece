import ICE
import Measurement
import Transport
import Wire

extension ProbeKind {
  /// RFC 8489's Binding to a media server: whether UDP gets there and back, which is what meetings need.
  public static let stun = ProbeKind(
    name: "stun", summary: "loss and round trip of UDP to a media server that speaks STUN (RFC 8489)",
    measures: """
      Sends Binding requests, one a second, to a meeting service's media server, and times the answers: whether UDP
        gets there and back, loss, round trip and its variation.
      """,
    limitations: """
      Which way a packet was lost. A server that never answered may be one that answers nobody: that is "unverified",
        not a breach. Ten packets tell outages and long delays, not one per cent of loss.
      """,
    example: "stun.example:3478", unit: "packets", delay: "round trip", metrics: [.loss, .jitter, .latency],
    limits: ProbeLimits(), options: [.count, .rate, .dscp, .ip],
    cadence: .repeated(every: .seconds(60), atLeast: .seconds(10)),
    silentRun: { $0.silentRun(count: STUNProbe.count, wait: EchoMeter.timeout) },
    streams: ProbeStream.byFamily
  ) { request throws(ProbeError) in
    let pace = try request.pace(count: STUNProbe.count)
    var measurements: [ProbeMeasurement] = []
    for (endpoint, family) in try await request.endpoints(defaultPort: STUNProbe.port) {
      let path = Path(site: "", target: request.target, route: .direct, label: family.label)
      let probe = STUNProbe(salt: Entropy().next())
      var measurement = try await EchoRun.run(
        EchoPlan(
          target: endpoint, count: pace.count, interval: pace.interval, dscp: request.dscp ?? 0,
          request: probe.request, answer: probe.answer),
        kind: "stun", path: path, packetBytes: STUNProbe.requestBytes)
      if measurement.record.loss.received == 0, measurement.record.condition == .measured {
        measurement.record.condition = .unverified
      }
      measurements.append(measurement)
    }
    return measurements
  }
}

/// Binding requests and their answers.
struct STUNProbe: Sendable {
  static let port: UInt16 = 3478
  static let count = 10
  static let requestBytes = 28

  /// Random, so that nobody can answer what he has not seen: the first half of every transaction's id.
  let salt: UInt64

  func request(_ number: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.requestBytes)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    var writer = STUNWriter(.request, transaction(number), into: &output)
    writer.appendFingerprint(into: &output)
    return bytes
  }

  func answer(_ datagram: RawSpan) -> EchoPlan.Answer? {
    guard let message = STUNMessage(datagram), message.method == STUNMessage.binding else { return nil }
    let number = Int(message.transactionID.low & 0xffff_ffff)
    guard message.transactionID == transaction(number) else { return nil }
    switch message.messageClass {
    case .successResponse: return .to(number)
    case .errorResponse:
      return .failure(
        number, "the server answered with error \(message.errorCode.map(String.init) ?? "without a code")")
    case .request, .indication: return nil
    }
  }

  private func transaction(_ number: Int) -> STUNTransactionID {
    STUNTransactionID(
      high: UInt32(truncatingIfNeeded: salt >> 32),
      low: salt << 32 | UInt64(UInt32(truncatingIfNeeded: number)))
  }
}
