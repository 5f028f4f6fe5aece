import Testing
import Wire

@testable import SFU

@Suite("Room intervals")
struct RoomIntervalsTests {
  @Test("The uplink's loss is exactly what the link lost, interval by interval")
  func uplink() throws {
    var meeting = SimulatedMeeting(seed: 11)
    var options = SimulatedMeeting.Options()
    options.kinds = [.microphone]
    options.uplink = SimulatedLink(loss: 0.05, delay: 30_000_000, jitter: 30_000_000)
    let talker = try meeting.join("a", options)
    try meeting.join("b")
    var expected: UInt64 = 0
    var received: UInt64 = 0
    for interval in 1...8 {
      meeting.run(until: Double(interval) * 5)
      let handle = meeting.clients[talker].handle
      let closed = meeting.room.closeInterval(of: handle, at: meeting.now, isFinal: interval == 8)
      let counts = try #require(closed?.sources.first?.counts)
      #expect(counts.received <= counts.expected)
      #expect(counts.expected > 150)
      expected += counts.expected
      received += counts.received
    }
    // Reports of the client are lost as well; only the audio that came before the last that arrived counts.
    let sent = UInt64(meeting.clients[talker].sources[0].sentCount)
    #expect(sent - expected <= 3)
    let lost = meeting.clients[talker].uplink.lost
    #expect(expected - received <= UInt64(lost))
    #expect(UInt64(lost) - (expected - received) <= 8)
  }

  @Test("A silent source is idle: nothing expected, nothing lost")
  func idle() throws {
    var meeting = SimulatedMeeting()
    let client = try meeting.join("a")
    try meeting.join("b")
    meeting.run(until: 2)
    meeting.clients[client].sources[0].isOn = false
    meeting.run(until: 5)
    _ = meeting.room.closeInterval(of: meeting.clients[client].handle, at: meeting.now)
    meeting.run(until: 10)
    let closed = meeting.room.closeInterval(of: meeting.clients[client].handle, at: meeting.now)
    let counts = try #require(closed?.sources.first?.counts)
    #expect(counts.expected == 0 && counts.received == 0)
  }

  @Test("The downlink's loss is the receiver's own, less what the sender's link lost before")
  func downlink() throws {
    var meeting = SimulatedMeeting(seed: 4)
    var sending = SimulatedMeeting.Options()
    sending.kinds = [.microphone]
    sending.uplink = SimulatedLink(loss: 0.10, delay: 10_000_000)
    try meeting.join("a", sending)
    var receiving = SimulatedMeeting.Options()
    receiving.kinds = []
    receiving.downlink = SimulatedLink(loss: 0.02, delay: 10_000_000)
    let receiver = try meeting.join("b", receiving)
    meeting.run(until: 60)
    let closed = meeting.room.closeInterval(of: meeting.clients[receiver].handle, at: meeting.now)
    let slot = try #require(closed?.slots.first)
    #expect(slot.state == .reported)
    #expect(slot.forwardedHoles > 200)
    let stream = meeting.receiver(receiver, "a0")
    let lost = stream.packets.count - stream.arrived.count
    #expect(abs(Int(slot.lost) - lost) <= 3, "\(slot.lost) reported, \(lost) lost")
    #expect(closed?.roundTrips.isEmpty == false)
    for roundTrip in closed?.roundTrips ?? [] { #expect((14_000_000...16_000_000).contains(roundTrip)) }
  }
}
