import Agent
import Association
import LoadTest
import Probes
import Relay
import Transport
import Wire

extension SelfTest.Part {
  /// Two participants in a relay of their own: ICE, DTLS, SRTP by libsrtp2, and contents that prove themselves.
  static let meeting = SelfTest.Part(name: "meeting") {
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    let relay = try RelayService(configuration: configuration)
    let associations = try AssociationService()
    var clients: [MeetingClient] = []
    for name in ["one", "two"] {
      let client = try MeetingClient(local: .loopbackV4, associations: associations)
      try await client.join { offer in
        try await relay.join(
          JoinRequest(room: "selftest", name: name, kind: .meeting, clientAddress: .loopbackV4, offer: offer)
        ).answer
      }
      clients.append(client)
    }
    let deadline = SystemClock.now + .seconds(20)
    while !hearEachOther(clients), SystemClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
    let isHeard = hearEachOther(clients)
    let corrupt = clients.reduce(0) { $0 + $1.statistics.corruptCount }
    for client in clients { client.leave() }
    await relay.shutdown()
    guard isHeard else {
      return .failed("Two participants on 127.0.0.1 do not hear and see each other; does a firewall stand on loopback?")
    }
    return corrupt == 0
      ? .good("two participants on loopback hear and see each other, encrypted, every byte as sent")
      : .failed("\(corrupt) packets of a meeting on loopback came with other contents than were sent.")
  }

  private static func hearEachOther(_ clients: [MeetingClient]) -> Bool {
    let seen = clients.map(\.statistics)
    return seen.indices.allSatisfy { index in
      let other = seen[seen.count - 1 - index]
      return seen[index].packets(from: other.voiceOrigin) >= 20 && seen[index].packets(from: other.pictureOrigin) >= 20
    }
  }

  /// A reflector and a probe of it.
  static let stamp = SelfTest.Part(name: "STAMP") {
    let reflector = try Reflector(ReflectorConfiguration(listen: Endpoint(address: .loopbackV4, port: 0)))
    defer { reflector.stop() }
    let result = try await ProbeKind.stamp.measure(
      ProbeRequest(target: reflector.endpoint.description, duration: .seconds(1), packetsPerSecond: 50))
    let sent = result.streams.reduce(0) { $0 + $1.record.loss.sent }
    let received = result.streams.reduce(0) { $0 + $1.record.loss.received }
    return sent > 0 && sent == received
      ? .good("\(sent) packets to a reflector on loopback, all answered")
      : .failed("Of \(sent) packets to a reflector on 127.0.0.1 \(received) were answered.")
  }
}
