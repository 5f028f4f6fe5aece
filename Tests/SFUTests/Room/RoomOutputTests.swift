import Testing
import Wire

@testable import SFU

@Suite("Room output")
struct RoomOutputTests {
  @Test("Packets come out as they were put in, up to the bound")
  func forwards() throws {
    var meeting = SimulatedMeeting()
    try meeting.join("a")
    let first = meeting.room.slots.handle(at: 0)
    let slot = try #require(first)
    let forward = meeting.room.slots[slot].silence(in: slot)
    var output = RoomOutput()
    var taken = 0
    for _ in 0..<(RoomOutput.forwardCapacity + 5) where output.append(forward) { taken += 1 }
    #expect(taken == RoomOutput.forwardCapacity)
    let last = output.forward(at: taken - 1)
    #expect(last.sequenceNumber == forward.sequenceNumber && last.kind == .silence)
    output.removeAll()
    let count = output.forwardCount
    #expect(count == 0)
  }

  @Test("RTCP datagrams keep their bytes and their receiver apart, up to the bound")
  func rtcp() throws {
    var meeting = SimulatedMeeting()
    let client = try meeting.join("a")
    let receiver = meeting.clients[client].handle
    var output = RoomOutput()
    var written: UInt16 = 0
    while !output.isRTCPFull {
      var space = output.rtcpSpace()
      space.store(u16: written, at: 0)
      output.appendRTCP(2, to: receiver)
      written += 1
    }
    #expect(Int(written) == RoomOutput.rtcpCapacity)
    let second = output.rtcp(at: 1).bytes()
    #expect(second == [0, 1])
    let target = output.rtcpReceiver(at: 1)
    #expect(target == receiver)
  }
}
