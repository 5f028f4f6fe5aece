import RTP
import Testing
import Wire

@testable import LoadTest

/// `Voice` and `Picture` make what `SlotReception` checks.
@Suite struct MediaTests {
  private static func stream(_ ssrc: UInt32, isAudio: Bool) -> SentStream {
    SentStream(
      ssrc: ssrc, payloadType: isAudio ? ClientOffer.opus : ClientOffer.vp8, clockRate: isAudio ? 48_000 : 90_000,
      mid: "3", random: 0xffff_ffff_ffff_fff0, now: .zero)
  }

  private func receive(_ packets: [[UInt8]], isAudio: Bool) throws -> SlotReception {
    var slot = SlotReception(mid: "3", isAudio: isAudio)
    for (index, packet) in packets.enumerated() {
      let bytes = packet.span.bytes
      let read = RTPHeader(bytes)
      let header = try #require(read)
      slot.receive(header, bytes, now: .zero + .milliseconds(20 * index))
    }
    return slot
  }

  @Test("A voice is 20 ms apart, marked once, with mid and audio level, and every packet proves itself")
  func voice() throws {
    var voice = Voice(stream: Self.stream(7, isAudio: true))
    let packets = (0..<50).map { voice.packet(.zero + Voice.interval * $0) }
    var headers: [RTPHeader] = []
    for packet in packets {
      let read = RTPHeader(packet.span.bytes)
      headers.append(try #require(read))
    }
    #expect(headers.map(\.marker) == [true] + Array(repeating: false, count: 49))
    for (later, earlier) in zip(headers.dropFirst(), headers) {
      #expect(later.sequenceNumber == earlier.sequenceNumber &+ 1)
      #expect(later.timestamp.serialDistance(from: earlier.timestamp) == 960)
    }
    #expect(headers[0].sequenceNumber < 0x8000)
    let slot = try receive(packets, isAudio: true)
    #expect(slot.packetCount == 50)
    #expect(slot.corruptCount == 0)
    #expect(slot.packetsByOrigin == [7: 50])
    #expect(slot.lostCount == 0)
    #expect(voice.stream.packetCount == 50)
  }

  @Test("A picture begins with a keyframe, gives another when asked, and ends every frame with a marker")
  func picture() throws {
    var picture = Picture(stream: Self.stream(9, isAudio: false), frameBytes: 2_400, random: 0x00ff_7fff)
    var packets: [[UInt8]] = []
    for frame in 0..<10 {
      if frame == 5 { picture.needsKeyframe = true }
      let some = picture.packets(.zero + .milliseconds(50 * frame))
      #expect(some.count == (frame % 5 == 0 ? 9 : 3))
      #expect(some.allSatisfy { $0.count <= 1_200 })
      let markers = some.map { $0[1] & 0x80 != 0 }
      #expect(markers == Array(repeating: false, count: some.count - 1) + [true])
      packets += some
    }
    let slot = try receive(packets, isAudio: false)
    #expect(slot.keyframeCount == 2)
    #expect(slot.corruptCount == 0)
    #expect(slot.packetsByOrigin == [9: packets.count])
  }

  @Test("Losses, repetitions and corruption are told apart")
  func reception() throws {
    var voice = Voice(stream: Self.stream(7, isAudio: true))
    var packets = (0..<20).map { voice.packet(.zero + Voice.interval * $0) }
    packets[3][packets[3].count - 1] ^= 1
    packets.remove(at: 10)
    packets.remove(at: 5)
    packets.swapAt(7, 8)
    let slot = try receive(packets, isAudio: true)
    #expect(slot.packetCount == 18)
    #expect(slot.lostCount == 2)
    #expect(slot.corruptCount == 1)
  }

  @Test("A report block counts what was lost since the one before")
  func reports() throws {
    var voice = Voice(stream: Self.stream(7, isAudio: true))
    var slot = SlotReception(mid: "3", isAudio: true)
    let none = slot.reportBlock(ssrc: 7, now: .zero)
    #expect(none == nil)
    for index in 0..<40 {
      let packet = voice.packet(.zero + Voice.interval * index)
      guard index % 4 != 1 else { continue }
      let bytes = packet.span.bytes
      let read = RTPHeader(bytes)
      let header = try #require(read)
      slot.receive(header, bytes, now: .zero + Voice.interval * index)
    }
    let first = slot.reportBlock(ssrc: 7, now: .zero)
    let block = try #require(first)
    #expect(block.cumulativeLost == 10)
    #expect(block.fractionLost == 64)
    let second = slot.reportBlock(ssrc: 7, now: .zero)
    let next = try #require(second)
    #expect(next.cumulativeLost == 10)
    #expect(next.fractionLost == 0)
  }
}
