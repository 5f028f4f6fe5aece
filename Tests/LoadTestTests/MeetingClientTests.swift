import Association
import Relay
import Testing
import Transport
import Wire

@testable import LoadTest

/// Simulated participants in a real relay, over loopback.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MeetingClientTests {
  private let associations: AssociationService
  private let relay: RelayService

  init() throws {
    associations = try AssociationService()
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    relay = try RelayService(configuration: configuration)
  }

  private func join(_ name: String, shape: ClientShape = ClientShape()) async throws -> MeetingClient {
    let client = try MeetingClient(shape: shape, local: .loopbackV4, associations: associations)
    try await client.join { offer in
      try await relay.join(
        JoinRequest(room: "room", name: name, kind: .meeting, clientAddress: .loopbackV4, offer: offer)
      ).answer
    }
    return client
  }

  /// Waits for what the clients' threads bring about, looking again whenever `client` has news.
  private func wait(_ what: Comment, on client: MeetingClient, _ condition: () -> Bool) async {
    let deadline = SystemClock.now + .seconds(60)
    while true {
      let count = client.changeCount
      if condition() { return }
      guard SystemClock.now < deadline else { break }
      await client.change(since: count)
    }
    Issue.record(what)
  }

  private func receives(_ client: MeetingClient, _ other: MeetingClient, atLeast count: Int = 40) -> Bool {
    let sent = other.statistics
    return client.statistics.packets(from: sent.voiceOrigin) >= count
      && client.statistics.packets(from: sent.pictureOrigin) >= count
  }

  @Test("Three participants receive each other bit-exact; who switches off is no longer received, who leaves is gone")
  func meeting() async throws {
    let one = try await join("one")
    let two = try await join("two")
    let three = try await join("three")
    let all = [one, two, three]
    await wait("everybody receives everybody", on: one) {
      all.allSatisfy { client in all.allSatisfy { $0 === client || receives(client, $0) } }
    }
    for client in all {
      #expect(client.statistics.state == .connected)
      #expect(client.statistics.corruptCount == 0)
      #expect(client.statistics.slots.reduce(0) { $0 + $1.keyframeCount } >= 2)
      #expect(client.statistics.keyframeRequests >= 1)
    }

    three.send(voice: false, picture: false)
    let packets = { one.statistics.packets(from: three.statistics.voiceOrigin) }
    let before = packets()
    await wait("the others go on", on: one) { receives(one, two, atLeast: 400) }
    // What was under way when it was switched off.
    #expect(packets() <= before + 25)

    two.leave()
    #expect(one.statistics.corruptCount == 0)
    one.leave()
    three.leave()
    await relay.shutdown()
  }

  @Test("A viewer that sends nothing receives, and hears when the relay closes")
  func viewer() async throws {
    var silent = ClientShape()
    silent.hasMicrophone = false
    silent.hasCamera = false
    let speaker = try await join("speaker")
    let viewer = try await join("viewer", shape: silent)
    await wait("the viewer receives", on: speaker) { receives(viewer, speaker) }
    #expect(viewer.statistics.corruptCount == 0)
    #expect(viewer.statistics.voiceOrigin == nil)
    await relay.shutdown()
    await wait("the relay's goodbye", on: viewer) { viewer.statistics.state == .closed }
    viewer.leave()
    speaker.leave()
  }

  @Test("A client whose relay is not there says so")
  func nobodyThere() async throws {
    let client = try MeetingClient(local: .loopbackV4, associations: associations)
    let answer = """
      v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcdefgh\r\na=ice-pwd:0123456789012345678901\r
      a=fingerprint:sha-256 \(associations.identity.fingerprint.text)\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r
      a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n
      """
    try await client.join { _ in answer }
    await wait("it gives up", on: client) { if case .failed = client.statistics.state { true } else { false } }
    client.leave()
    await relay.shutdown()
  }
}
