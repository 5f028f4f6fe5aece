import SDP
import Testing
import Wire

@testable import SFU

@Suite("Slot")
struct SlotTests {
  @Test("The same packet is sent again only after a round trip; another number has its own clock")
  func resent() {
    var table = ResentTable()
    let times: [(UInt16, Int64)] = [(5, 0), (5, 10), (6, 10), (5, 50), (69, 51), (5, 52)]
    let allowed = times.map {
      table.allows($0.0, at: MonotonicTime(nanoseconds: $0.1), interval: 50)
    }
    // 69 takes the place of 5: better one repeat too many than one too few.
    #expect(allowed == [true, false, true, true, true, true])
  }

  @Test("A source begins at a keyframe, a voice at a packet with sound, and only the one awaited")
  func beginning() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 0.001)
    let receiver = meeting.clients[0].handle.place
    let speaker = meeting.clients[1].handle.place
    let audio = meeting.room.participants[receiver].audioSlots[0]
    let source = meeting.room.participants[speaker].sources[0]
    let other = meeting.room.participants[speaker].sources[1]
    meeting.room.slots[audio].pending = source
    var packet = StoredPacket(
      sequence: 1, timestamp: 0, arrival: .zero, codec: 0, marker: false, isRecovered: false, payloadOffset: 12,
      payloadLength: 20)
    let sounding = meeting.room.slots[audio].beginsAt(packet, of: source)
    let foreign = meeting.room.slots[audio].beginsAt(packet, of: other)
    packet.isDiscontinuous = true
    let silent = meeting.room.slots[audio].beginsAt(packet, of: source)
    packet.isDiscontinuous = false
    packet.payloadLength = 0
    let empty = meeting.room.slots[audio].beginsAt(packet, of: source)
    #expect([sounding, foreign, silent, empty] == [true, false, false, false])
  }
}
