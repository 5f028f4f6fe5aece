import RTP
import Testing
import Wire

@testable import LoadTest

@Suite("A mark in a picture of a call that is measured")
struct CallMarkTests {
  @Test("It comes out as it went in, what is unknown too, and is not read out of too few bytes")
  func roundTrip() {
    let marks = [
      CallMark(voices: 0xffff_fffe, echo: NTPTime(bits: 0x1234_5678_9abc_def0), heldNanoseconds: 7),
      CallMark(voices: 3, clockErrorMicroseconds: 0),
    ]
    for mark in marks {
      #expect(mark.bytes.count == CallMark.byteCount)
      #expect(Self.read([9] + mark.bytes, at: 1) == mark)
      #expect(Self.read(mark.bytes, at: 1) == nil)
    }
  }

  @Test("It stands in a picture's first packet alone, with when it was sent, and the content still proves itself")
  func picture() throws {
    let stream = SentStream(
      ssrc: 9, payloadType: ClientOffer.vp8, clockRate: 90_000, mid: "1", random: 1, now: .zero)
    var picture = Picture(stream: stream, frameBytes: 2_400, random: 1)
    let mark = CallMark(voices: 5)
    let captured = NTPTime(WallTime(seconds: 1_800_000_000))
    let packets = picture.packets(.zero, mark: mark, captured: captured)
    #expect(packets.count == 9)
    for (index, packet) in packets.enumerated() {
      #expect(packet.count <= 1_200)
      let seen = Witness.Packet(
        packet, isAudio: false, isMarked: true, time: .zero, wall: WallTime(seconds: 1_800_000_001))
      #expect(seen?.mark == (index == 0 ? mark : nil))
      #expect(seen?.departure == captured)
      #expect(seen?.content == 9 << 32 | UInt64(index))
    }
  }

  @Test("A voice says when it was sent, by a header extension")
  func voice() throws {
    let stream = SentStream(
      ssrc: 9, payloadType: ClientOffer.opus, clockRate: 48_000, mid: "1", random: 1, now: .zero)
    var voice = Voice(stream: stream, speaks: true, seed: 1)
    let captured = NTPTime(WallTime(seconds: 1_800_000_000))
    let packet = voice.packet(.zero, captured: captured)
    let seen = Witness.Packet(
      packet, isAudio: true, isMarked: true, time: .zero, wall: WallTime(seconds: 1_800_000_001))
    #expect(seen?.departure == captured)
  }

  /// Macros cannot hold spans.
  private static func read(_ bytes: [UInt8], at offset: Int) -> CallMark? {
    CallMark(bytes.span.bytes, at: offset)
  }
}
