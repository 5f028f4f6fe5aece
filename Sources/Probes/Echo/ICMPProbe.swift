import Measurement
import Transport
import Wire

extension ProbeKind {
  /// ICMP echo, as ping has it, without privilege.
  public static let icmp = ProbeKind(
    name: "icmp", summary: "loss and round trip by ICMP echo, as ping has it",
    measures: """
      Sends ICMP or ICMPv6 echo requests, one a second, and times the answers: loss, round trip and its variation, with
        the kernel's arrival times. For hosts and routers on which nothing of ours runs.
      """,
    limitations: """
      Which way a packet was lost, and how UDP fares: routers answer pings when they have time, and networks may treat
        ICMP otherwise than media. Needs a group within net.ipv4.ping_group_range.
      """,
    example: "10.7.0.1", unit: "packets", delay: "round trip", metrics: [.loss, .jitter, .latency],
    limits: ProbeLimits(), options: [.count, .rate, .dscp, .ip],
    cadence: .repeated(every: .seconds(60), atLeast: .seconds(10)),
    silentRun: { $0.silentRun(count: ICMPProbe.count, wait: EchoMeter.timeout) },
    streams: ProbeStream.byFamily
  ) { request throws(ProbeError) in
    let pace = try request.pace(count: ICMPProbe.count)
    var measurements: [ProbeMeasurement] = []
    for (endpoint, family) in try await request.endpoints(defaultPort: 0) {
      let path = Path(site: "", target: request.target, route: .direct, label: family.label)
      let probe = ICMPProbe(isV4: endpoint.address.isV4, salt: Entropy().next())
      measurements.append(
        try await EchoRun.run(
          EchoPlan(
            target: Endpoint(address: endpoint.address, port: 0), count: pace.count, interval: pace.interval,
            dscp: request.dscp ?? 0, isICMP: true, request: probe.request, answer: probe.answer),
          kind: "icmp", path: path, packetBytes: ICMPProbe.requestBytes))
    }
    return measurements
  }
}

/// Echo requests (RFC 792, RFC 4443 section 4.1). The kernel sets their identifier and checksum, and hands each socket
/// its own answers alone.
struct ICMPProbe: Sendable {
  static let count = 10
  /// Header, and 56 bytes as ping sends them.
  static let requestBytes = 64

  let isV4: Bool
  /// Random: stands in every request, and so in every answer.
  let salt: UInt64

  func request(_ number: Int) -> [UInt8] {
    var bytes: [UInt8] = [isV4 ? 8 : 128, 0, 0, 0, 0, 0]
    bytes.append(u16: UInt16(truncatingIfNeeded: number))
    bytes.append(u64: salt)
    bytes += [UInt8](repeating: 0, count: Self.requestBytes - bytes.count)
    return bytes
  }

  func answer(_ datagram: RawSpan) -> EchoPlan.Answer? {
    guard datagram.byteCount >= 16, datagram.u8(at: 0) == (isV4 ? 0 : 129), datagram.u8(at: 1) == 0,
      datagram.u64(at: 8) == salt
    else { return nil }
    return .to(Int(datagram.u16(at: 6)))
  }
}
