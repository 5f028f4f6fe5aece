import Foundation
import Measurement
import Transport
import Wire

extension ProbeKind {
  /// Whether and how fast a name server answers.
  public static let dns = ProbeKind(
    name: "dns", summary: "whether and how fast a name server answers for a name",
    measures: """
      Asks a name server for a name's addresses over UDP, once a second: how long each answer took, and how many
        questions got an address. NXDOMAIN is an answer: that the name does not exist. Whoever asks for the name is not
        helped by it, so it is a breach, as SERVFAIL and an answer without an address are, with the reason said.
      """,
    limitations: """
      How the machine's own resolver behaves, which may ask others or keep answers; whether the addresses are right.
      """,
    example: "meet.example --server 10.1.0.53", unit: "questions", delay: "answer", metrics: [.loss, .latency],
    limits: ProbeLimits(), options: [.count, .rate, .ip, .server],
    cadence: .repeated(every: .seconds(60), atLeast: .seconds(10)),
    silentRun: { $0.silentRun(count: DNSProbe.count, wait: EchoMeter.timeout) },
    streams: ProbeStream.byFamily
  ) { request throws(ProbeError) in
    let pace = try request.pace(count: DNSProbe.count)
    let server = try await DNSProbe.server(request)
    var measurements: [ProbeMeasurement] = []
    for family in request.families {
      let type = family == .v6 ? DNSMessage.address6 : DNSMessage.address
      guard let question = DNSMessage.question(request.target, type: type) else {
        throw ProbeError("\(request.target) is not a host name.")
      }
      let probe = DNSProbe(question: question, salt: Entropy().next())
      let path = Path(site: "", target: request.target, route: .direct, label: family.label)
      measurements.append(
        try await EchoRun.run(
          EchoPlan(
            target: server, count: pace.count, interval: pace.interval, request: probe.request, answer: probe.answer),
          kind: "dns", path: path, packetBytes: DNSMessage.headerByteCount + question.count))
    }
    return measurements
  }
}

/// Questions for one name, and what came back.
struct DNSProbe: Sendable {
  static let port: UInt16 = 53
  static let count = 5

  let question: [UInt8]
  /// Random: makes the questions' ids unguessable.
  let salt: UInt64

  func request(_ number: Int) -> [UInt8] {
    DNSMessage.query(id: id(number), question: question)
  }

  func answer(_ datagram: RawSpan) -> EchoPlan.Answer? {
    guard let message = DNSMessage(datagram, answering: question) else { return nil }
    let number = Int(message.id ^ UInt16(truncatingIfNeeded: salt))
    guard message.responseCode == 0 else {
      let code = DNSMessage.name(ofResponseCode: message.responseCode)
      return .failure(
        number,
        message.responseCode == DNSMessage.nameError
          ? "answered: the name does not exist (\(code))" : "the server answered \(code)")
    }
    return message.answerCount > 0 || message.isTruncated
      ? .to(number) : .failure(number, "answered: the name has no such address")
  }

  private func id(_ number: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: number) ^ UInt16(truncatingIfNeeded: salt)
  }

  static func server(_ request: ProbeRequest) async throws(ProbeError) -> Endpoint {
    if let named = request.server {
      guard let address = HostAddress(named, defaultPort: port) else {
        throw ProbeError("\(named) is not a name server; write an address, or address:port.")
      }
      return try await address.resolved()
    }
    guard let text = try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8),
      let server = firstServer(text)
    else { throw ProbeError("/etc/resolv.conf names no name server; name one with --server.") }
    return Endpoint(address: server, port: port)
  }

  /// resolv.conf(5).
  static func firstServer(_ text: String) -> IPAddress? {
    text.split(whereSeparator: \.isNewline).lazy.compactMap { line in
      let words = line.split(whereSeparator: \.isWhitespace)
      return words.count >= 2 && words[0] == "nameserver" ? IPAddress(String(words[1])) : nil
    }.first
  }
}
