import ICE
import LoadTest
import Measurement
import Testing
import Wire

@testable import Relay

/// Leaving and vanishing, which the others are told apart. That silence takes 15 s is shown in virtual time by
/// `ConnectionTests`.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DepartureTests {
  private let running: RunningRelay
  private var relay: RelayService { running.service }

  init() throws {
    running = try RunningRelay()
  }

  private func expectEmpty() async {
    let statistics = await relay.statistics()
    #expect(statistics.rooms == 0)
    #expect(statistics.participants == 0)
    #expect(statistics.tables.sizes.filter { $0.entries != 0 }.map(\.name) == [])
  }

  @Test("Who says close_notify has left, at once")
  func closeNotify() async throws {
    let (one, two) = try await running.meeting()
    let ending = try running.ending(of: two)
    let departure = try running.nextDeparture(seenBy: one)
    two.client.leave()
    #expect(await ending.value == .left)
    #expect(await departure.value == .left)
    #expect(await relay.meetings().first?.participants.map(\.name) == ["one"])
    one.client.leave()
    while await relay.statistics().tables.peers > 0 {}
    await relay.shutdown()
  }

  @Test("Who is taken out by DELETE has left, is told by close_notify, and its call's record is closed")
  func delete() async throws {
    let (one, two) = try await running.meeting()
    let ending = try running.ending(of: two)
    let departure = try running.nextDeparture(seenBy: one)
    try await relay.leave(room: "room", resource: two.answer.resource)
    #expect(await ending.value == .left)
    #expect(await departure.value == .left)
    try await wait("the relay's goodbye", on: one) { two.seen.state == .closed }
    try await wait("its record", on: one) {
      running.records.all.contains { $0.origin == .call(.uplink) && $0.path.label == two.answer.participant }
    }
    try await relay.leave(room: "room", resource: one.answer.resource)
    try await wait("the other's goodbye", on: one) { one.seen.state == .closed }
    await waitUntilEmpty()
    await expectEmpty()
    await relay.shutdown()
  }

  @Test("Who says close_notify and is taken out by DELETE at the same time leaves nothing behind")
  func bothWays() async throws {
    for number in 0..<20 {
      let guest = try await running.join("guest \(number)", shape: .microphone)
      try await wait("it is connected", on: guest) { guest.seen.state == .connected }
      guest.client.leave()
      // Whichever is first; the other finds nobody.
      try? await relay.leave(room: "room", resource: guest.answer.resource)
    }
    await waitUntilEmpty()
    await expectEmpty()
    await relay.shutdown()
  }

  /// The relay answers a survey only between its other work, so asking is waiting.
  private func waitUntilEmpty() async {
    for _ in 0..<100_000 where await relay.statistics().tables.sizes.contains(where: { $0.entries != 0 }) {
      await Task.yield()
    }
  }

  @Test("Who falls silent has vanished after 15 s, the others are told so, and its call's record is closed")
  func silence() async throws {
    let (one, two) = try await running.meeting()
    let ending = try running.ending(of: two)
    let departure = try running.nextDeparture(seenBy: one)
    two.client.vanish()
    #expect(await ending.value == .vanished)
    #expect(await departure.value == .vanished)
    #expect(await relay.meetings().first?.participants.map(\.name) == ["one"])
    try await wait("its record", on: one) {
      running.records.all.contains { $0.origin == .call(.uplink) && $0.path.label == two.answer.participant }
    }
    #expect(one.seen.state == .connected)
    one.client.leave()
    await waitUntilEmpty()
    await expectEmpty()
    await relay.shutdown()
  }

  @Test("A call's last record is final: it counts every packet, and as lost what was missing at the end")
  func finalRecord() async throws {
    let one = try await running.join("one", shape: .microphone)
    try await wait("it speaks", on: one) { one.seen.state == .connected && one.seen.sentPackets > 20 }
    one.client.send(voice: false, picture: false)
    let heard = await relay.statistics().receivedDatagrams
    // Another stream in the same section, in which the third packet is missing.
    for number in [1, 2, 4, 5] as [UInt8] {
      one.client.say([0x80, 111, 0, number, 0, 0, 0, number, 0, 0, 0, 7, 0xf8, 0xff, 0xfe], .rtp)
    }
    while await relay.statistics().receivedDatagrams < heard + 4 {}
    one.client.leave()
    let sent = UInt64(one.seen.sentPackets) + 4
    func total(_ figure: (LossCounts) -> UInt64) -> UInt64 {
      running.records.all.filter { $0.origin == .call(.uplink) }.reduce(0) { $0 + figure($1.loss) }
    }
    try await wait("every packet stands in a record", on: one) { total(\.received) >= sent }
    #expect(total(\.received) == sent)
    #expect(total(\.lost) == 1)
    await relay.shutdown()
  }

  @Test("Who joins and never connects has failed, unseen by the others, and leaves nothing behind")
  func neverConnected() async throws {
    let answer = try await relay.join(
      JoinRequest(
        room: "room", name: "silent", kind: .meeting, clientAddress: .loopbackV4,
        offer: OfferTests.text([("audio", "sendonly")])))
    #expect(await relay.statistics().tables.peers == 1)
    let events = try relay.events(room: "room", resource: answer.resource, after: nil)
    var last: RoomEvent.Content?
    for await event in events { last = event.content }
    #expect(last == .ended(.failed))
    await waitUntilEmpty()
    await expectEmpty()
    await relay.shutdown()
  }
}
