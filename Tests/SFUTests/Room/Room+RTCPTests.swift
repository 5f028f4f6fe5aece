import RTP
import Testing
import Wire

@testable import SFU

@Suite("RTCP of a room")
struct RoomRTCPTests {
  private static func written(_ write: (inout MutableRawSpan) -> Int?) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 256)
    var length = 0
    do {
      var span = bytes.mutableSpan
      var raw = span.mutableBytes
      length = write(&raw) ?? 0
    }
    return Array(bytes[..<length])
  }

  @Test("Interop 13: PLI is passed to the sender once in 200 ms, and not for a vacant or just keyed slot")
  func pictureLoss() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b", "c"] { try meeting.join(id) }
    meeting.run(until: 3)
    let asked = meeting.clients[0].sources[1].requestsReceived
    for client in [1, 2] {
      for receiver in meeting.clients[client].receivers where !receiver.isAudio {
        let loss = Self.written { PLI(senderSSRC: 1, mediaSSRC: receiver.ssrc).write(into: &$0, at: 0) }
        meeting.deliver(loss, from: client)
        meeting.flush()
      }
    }
    meeting.run(until: 3.05)
    #expect(meeting.clients[0].sources[1].requestsReceived == asked + 1)
    // The keyframe is on its way: what is asked again is the echo.
    for receiver in meeting.clients[1].receivers where !receiver.isAudio {
      meeting.deliver(
        Self.written { FIR.write(senderSSRC: 1, ssrc: receiver.ssrc, sequenceNumber: 1, into: &$0, at: 0) }, from: 1)
    }
    meeting.run(until: 4)
    #expect(meeting.clients[0].sources[1].requestsReceived <= asked + 2)
  }

  @Test("A NACK is answered by RTX with the original number before the payload, twice only after a round trip")
  func retransmission() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 3)
    let mid = try #require(meeting.slots(of: 1, showing: "a", .camera).first)
    let receiver = meeting.receiver(1, mid)
    let packet = receiver.packets[receiver.packets.count - 5]
    let numbers = [packet.header.sequenceNumber]
    let request = Self.written {
      NACK.write(senderSSRC: 1, mediaSSRC: receiver.ssrc, numbers.span, into: &$0, at: 0)
    }
    for _ in 0..<3 { meeting.deliver(request, from: 1) }
    meeting.flush()
    let repeats = meeting.receiver(1, mid).retransmissions
    #expect(repeats.count == 1)
    let repeated = try #require(repeats.first)
    #expect(repeated.header.ssrc == receiver.retransmissionSSRC)
    #expect(repeated.header.payloadType == 124)
    #expect(repeated.header.timestamp == packet.header.timestamp)
    #expect(repeated.header.marker == packet.header.marker)
    #expect(Array(repeated.payload.prefix(2)) == [UInt8(numbers[0] >> 8), UInt8(truncatingIfNeeded: numbers[0])])
    #expect(Array(repeated.payload.dropFirst(2)) == packet.payload)
    #expect(repeated.csrc == packet.csrc)
  }

  @Test("Interop 10: nothing is reported on before its section is known, or its sender would stop naming it")
  func reports() throws {
    var meeting = SimulatedMeeting()
    var options = SimulatedMeeting.Options()
    options.kinds = [.microphone, .camera, .screen]
    let client = try meeting.join("a", options)
    let (camera, screen) = (meeting.clients[client].sources[1].ssrc, meeting.clients[client].sources[2].ssrc)
    meeting.clients[client].sources[1].sendsMid = false
    meeting.clients[client].sources[2].isOn = false
    meeting.run(until: 3)
    // The camera's packets might be the screen's, which is silent.
    let before = meeting.clients[client].reported
    #expect(before == [meeting.clients[client].sources[0].ssrc])
    let drops = meeting.room.drops[.rtpUndeclaredSource]
    #expect(drops > 100)
    meeting.clients[client].sources[1].sendsMid = true
    meeting.run(until: 5)
    #expect(meeting.clients[client].reported.contains(camera))
    #expect(!meeting.clients[client].reported.contains(screen))
  }

  @Test(
    "Interop 10: retransmissions that come before their media, and packets that name their section no more, are known")
  func retransmissionsFirst() throws {
    var meeting = SimulatedMeeting()
    var options = SimulatedMeeting.Options()
    options.kinds = [.camera, .screen]
    options.declaresSSRCs = false
    let client = try meeting.join("a", options)
    let viewer = try meeting.join("b")
    meeting.clients[client].sources[1].isOn = false
    meeting.clients[client].sources[0].isOn = false
    meeting.run(until: 0.5)
    meeting.clients[client].sources[0].isOn = true
    let lost = meeting.clients[client].sources[0].take(at: meeting.now)
    let header = lost.first.flatMap { RTPHeader($0.span.bytes) }
    let number = try #require(header).sequenceNumber
    let early = meeting.clients[client].sources[0].again(number)
    meeting.deliver(try #require(early), from: client)
    let dropped = meeting.room.drops[.rtpTooOld]
    #expect(dropped == 1)
    meeting.run(until: 2)
    #expect(meeting.clients[client].reported.contains(meeting.clients[client].sources[0].ssrc))

    // From here on neither media nor retransmissions name their section, and some of the media is lost.
    meeting.clients[client].sources[0].sendsMid = false
    meeting.clients[client].uplink.loss = 0.05
    meeting.run(until: 10)
    let mid = try #require(meeting.slots(of: viewer, showing: "a", .camera).first)
    let undeclared = meeting.room.drops[.rtpUndeclaredSource]
    #expect(undeclared == 0)
    let place = meeting.clients[client].handle
    let recovered = meeting.room.closeInterval(of: place, at: meeting.now)?.sources[0].counts.recovered
    #expect(recovered ?? 0 > 10)
    #expect(meeting.receiver(viewer, mid).packets.count > 700)
  }

  @Test("BYE empties its source; malformed datagrams are counted")
  func goodbye() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 2)
    meeting.clients[0].sources[1].isOn = false
    let ssrc = meeting.clients[0].sources[1].ssrc
    meeting.deliver(Self.written { Goodbye.write(ssrc: ssrc, into: &$0, at: 0) }, from: 0)
    #expect(meeting.slots(of: 1, showing: "a", .camera) == [])
    meeting.deliver([0x80, 200, 0, 9], from: 0)
    let count = meeting.room.drops[.rtcpMalformed]
    #expect(count == 1)
  }

  @Test("Every slot that ever played has a report each second, vacant or not")
  func idleSlots() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 3)
    meeting.announce(0, .camera, isOn: false)
    let mids = meeting.clients[1].receivers.filter { !$0.packets.isEmpty }.map(\.mid)
    let before = mids.map { meeting.receiver(1, $0).reports.count }
    meeting.run(until: 13)
    for (mid, count) in zip(mids, before) {
      let reports = meeting.receiver(1, mid).reports
      #expect((9...11).contains(reports.count - count), "\(mid)")
    }
    #expect(mids.count == 2)
  }

  /// One datagram for each way in which a packet of a type can be wrong, authentic as it may be.
  private static let malformed: [(what: String, bytes: [UInt8])] = [
    ("less than a header", [0x80, 201, 0]),
    ("version 1", [0x40, 201, 0, 1, 0, 0, 0, 1]),
    ("a length beyond the end", [0x80, 201, 0, 2, 0, 0, 0, 1]),
    ("a second packet cut off", [0x80, 201, 0, 1, 0, 0, 0, 1, 0x80, 200]),
    ("padding of nothing", [0xa0, 201, 0, 1, 0, 0, 0, 0]),
    ("padding over the header", [0xa0, 201, 0, 1, 0, 0, 0, 8]),
    ("padding before the last packet", [0xa0, 201, 0, 1, 0, 0, 0, 4, 0x80, 201, 0, 1, 0, 0, 0, 1]),
    ("SR without its figures", [0x80, 200, 0, 1, 0, 0, 0, 1]),
    ("SR with more blocks than it has", [0x81, 200, 0, 6] + [UInt8](repeating: 0, count: 24)),
    ("RR without a sender", [0x80, 201, 0, 0]),
    ("RR with more blocks than it has", [0x9f, 201, 0, 1, 0, 0, 0, 1]),
    ("BYE of sources it does not name", [0x82, 203, 0, 1, 0, 0, 0, 1]),
    ("NACK without a media source", [0x81, 205, 0, 1, 0, 0, 0, 1]),
    ("NACK of nothing", [0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]),
    ("transport-wide feedback cut short", [0x8f, 205, 0, 1, 0, 0, 0, 1]),
    ("PLI without a media source", [0x81, 206, 0, 1, 0, 0, 0, 1]),
    ("FIR of nothing", [0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0]),
    ("REMB cut short", [0x8f, 206, 0, 0]),
  ]

  @Test("RTCP of every type that lies about itself is counted as malformed, once, and changes nothing")
  func malformedPackets() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b"] { try meeting.join(id) }
    meeting.run(until: 2)
    for (what, bytes) in Self.malformed {
      let before = meeting.room.drops
      meeting.deliver(bytes, from: 0)
      var expected = before
      expected.count(.rtcpMalformed)
      let after = meeting.room.drops
      #expect(after == expected, "\(what)")
    }
    meeting.run(until: 3)
    let lost = meeting.room.drops[.rtcpMalformed]
    #expect(lost == UInt64(Self.malformed.count))
  }

  @Test("What is not read is ignored: SDES, APP, XR and formats of feedback nobody knows")
  func ignoredPackets() throws {
    var meeting = SimulatedMeeting()
    try meeting.join("a")
    meeting.run(until: 1)
    for (type, count) in [(202, 31), (204, 3), (207, 0), (205, 9), (206, 3), (192, 0), (223, 31)] as [(UInt8, UInt8)] {
      meeting.deliver([0x80 | count, type, 0, 2] + [UInt8](repeating: 0xff, count: 8), from: 0)
    }
    let malformed = meeting.room.drops[.rtcpMalformed]
    #expect(malformed == 0)
  }
}
