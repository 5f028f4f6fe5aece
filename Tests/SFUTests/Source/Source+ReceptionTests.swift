import RTP
import SDP
import Testing
import Wire

@testable import SFU

@Suite("Reception by a source")
struct SourceReceptionTests {
  private static func codecs() -> CodecTable {
    var codecs = CodecTable()
    _ = codecs.number(.opus)
    _ = codecs.number(.vp8)
    return codecs
  }

  /// Puts a packet through as a Worker does.
  private static func receive(
    _ source: inout Source, _ codecs: CodecTable, type: UInt8 = 96, _ number: UInt16, ssrc: UInt32 = 9,
    payload: [UInt8] = [0x90, 0xe0, 0x80, 1, 1, 0, 1, 0], milliseconds: Int64 = 0
  ) throws -> Source.Reception {
    var bytes: [UInt8] = [0x80, type]
    bytes.append(u16: number)
    bytes.append(u32: UInt32(number) * 3000)
    bytes.append(u32: ssrc)
    bytes += payload
    let parsed = RTPHeader(bytes.span.bytes)
    let header = try #require(parsed)
    do {
      var place = source.ring.spareBytes()
      place.store(bytes.span.bytes, at: 0)
    }
    var needsKeyframe = false
    return source.receive(
      header, byteCount: bytes.count, arrival: MonotonicTime(nanoseconds: milliseconds * 1_000_000), codecs: codecs,
      needsKeyframe: &needsKeyframe)
  }

  private static func reason(_ reception: Source.Reception) -> DropReason? {
    if case .dropped(let reason) = reception { reason } else { nil }
  }

  /// A source whose codec numbers are the table's.
  private static func video(_ codecs: inout CodecTable, hasRetransmission: Bool = true) throws -> Source {
    let example = try SourceTests.source(.camera)
    let format = PayloadFormat(
      payloadType: 96, codec: .vp8, retransmissionPayloadType: hasRetransmission ? 97 : nil)
    return Source(
      SourceSection(mid: "0", kind: .camera, formats: [format], extensions: ExtensionIDs()), name: example.name,
      owner: example.owner, csrc: 1, in: &codecs)
  }

  @Test("A packet is kept once; its repeat is a duplicate")
  func duplicates() throws {
    var codecs = Self.codecs()
    var source = try Self.video(&codecs)
    guard case .kept(let packet) = try Self.receive(&source, codecs, 10) else {
      Issue.record("the first packet is kept")
      return
    }
    #expect(packet.sequence == 10 && packet.payloadLength == 8 && packet.indices.pictureID == 1)
    #expect(Self.reason(try Self.receive(&source, codecs, 10)) == .rtpDuplicate)
    #expect(source.closeInterval(at: .zero, isFinal: true).duplicates == 1)
  }

  @Test("A retransmission fills its hole with the original's number, and counts as recovered")
  func retransmission() throws {
    var codecs = Self.codecs()
    var source = try Self.video(&codecs)
    _ = try Self.receive(&source, codecs, 10)
    _ = try Self.receive(&source, codecs, 12)
    let payload: [UInt8] = [0, 11, 0x90, 0xe0, 0x80, 2, 2, 0, 1, 0]
    guard case .kept(let packet) = try Self.receive(&source, codecs, type: 97, 700, ssrc: 99, payload: payload) else {
      Issue.record("the hole is filled")
      return
    }
    #expect(packet.sequence == 11 && packet.payloadLength == 8 && packet.isRecovered && packet.indices.pictureID == 2)
    #expect(Self.reason(try Self.receive(&source, codecs, type: 97, 701, ssrc: 99, payload: payload)) == .rtpDuplicate)
    #expect(Self.reason(try Self.receive(&source, codecs, type: 97, 702, ssrc: 99, payload: [])) == .paddingOnly)
    #expect(
      Self.reason(try Self.receive(&source, codecs, type: 97, 703, ssrc: 99, payload: [0, 200, 0])) == .rtpTooOld)
    let counts = source.closeInterval(at: .zero, isFinal: true)
    #expect((counts.expected, counts.received, counts.recovered) == (3, 2, 1))
  }

  @Test("Another SSRC in the same source begins another stream, above all numbers before")
  func newStream() throws {
    var codecs = Self.codecs()
    var source = try Self.video(&codecs)
    _ = try Self.receive(&source, codecs, 60_000)
    guard case .restarted(let packet) = try Self.receive(&source, codecs, 5, ssrc: 10) else {
      Issue.record("a new stream begins")
      return
    }
    #expect(packet.sequence > 60_000 + 65_536)
    #expect(source.ssrc == 10)
  }

  @Test("Unknown payload types and impossible padding are dropped by name")
  func malformed() throws {
    var codecs = Self.codecs()
    var source = try Self.video(&codecs)
    #expect(Self.reason(try Self.receive(&source, codecs, type: 33, 1)) == .rtpUnknownPayloadType)
    let bytes: [UInt8] = [0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 200]
    let parsed = RTPHeader(bytes.span.bytes)
    let header = try #require(parsed)
    var needsKeyframe = false
    let reception = source.receive(
      header, byteCount: 13, arrival: .zero, codecs: codecs, needsKeyframe: &needsKeyframe)
    #expect(Self.reason(reception) == .rtpMalformed)
  }

  @Test("An interval ends before a packet that may still come; after 2 s it is lost")
  func boundary() throws {
    var codecs = Self.codecs()
    var source = try Self.video(&codecs)
    for number: UInt16 in [10, 11, 13, 14] {
      _ = try Self.receive(&source, codecs, number, milliseconds: Int64(number) * 10)
    }
    let first = source.closeInterval(at: MonotonicTime(nanoseconds: 150_000_000), isFinal: false)
    #expect((first.expected, first.received) == (2, 2))
    _ = try Self.receive(&source, codecs, 12, milliseconds: 160)
    let second = source.closeInterval(at: MonotonicTime(nanoseconds: 170_000_000), isFinal: false)
    #expect((second.expected, second.received, second.reordered) == (3, 3, 1))

    for number: UInt16 in [16, 17] { _ = try Self.receive(&source, codecs, number, milliseconds: 200) }
    let third = source.closeInterval(at: MonotonicTime(nanoseconds: 9_000_000_000), isFinal: false)
    #expect((third.expected, third.received) == (3, 2))
  }
}
