import SDP
import Testing
import Wire

@testable import SFU

@Suite("Source")
struct SourceTests {
  static func source(_ kind: SourceKind, hasRetransmission: Bool = true) throws -> Source {
    var codecs = CodecTable()
    var extensions = ExtensionIDs()
    extensions.audioLevel = 1
    let format =
      kind.isAudio
      ? PayloadFormat(payloadType: 111, codec: .opus)
      : PayloadFormat(payloadType: 96, codec: .vp8, retransmissionPayloadType: hasRetransmission ? 97 : nil)
    var room = Room(now: .zero, wall: WallTime(seconds: 0))
    let owner = try room.admit(
      Admission(participant: "p", name: "P", role: .meeting, csrc: 1, feedbackSSRC: 2, cname: "c"), at: .zero)
    return Source(
      SourceSection(mid: "0", kind: kind, formats: [format], extensions: extensions),
      name: try #require(SectionName("0")), owner: owner, csrc: 1, in: &codecs)
  }

  @Test("A camera is empty after 2 s without a packet, the others after 5")
  func patience() throws {
    for kind in SourceKind.allCases {
      var source = try Self.source(kind)
      let isEmptyAtFirst = source.isEmptied(at: .zero)
      source.lastArrival = .zero
      let limit: Int64 = kind == .camera ? 2_000_000_000 : 5_000_000_000
      let isEmpty = [limit, limit + 1].map { source.isEmptied(at: MonotonicTime(nanoseconds: $0)) }
      #expect(isEmptyAtFirst && isEmpty == [false, true])
    }
  }

  @Test("Picture ids of 7 bits go on in 15, also when they come out of order")
  func pictureIDs() {
    var unwrapper = PictureIDUnwrapper()
    #expect(unwrapper.unwrap(126, isLong: false) == 126)
    #expect(unwrapper.unwrap(127, isLong: false) == 127)
    #expect(unwrapper.unwrap(1, isLong: false) == 129)
    #expect(unwrapper.unwrap(0, isLong: false) == 128)
    #expect(unwrapper.unwrap(2, isLong: false) == 130)
    #expect(unwrapper.unwrap(0x7fff, isLong: true) == 0x7fff)
    #expect(unwrapper.unwrap(0, isLong: false) == 0)
  }
}
