import RTP
import SDP
import Testing

@testable import SFU

@Suite("Codec table")
struct CodecTableTests {
  @Test("A codec has one number, and so have those that may be sent for one another")
  func numbers() {
    var table = CodecTable()
    let vp8 = table.number(.vp8)
    let opus = table.number(.opus)
    let again = table.number(.vp8)
    let main = table.number(Codec(.h264, profile: 2, packetizationMode: 1))
    let baseline = table.number(Codec(.h264, profile: 1, packetizationMode: 1))
    let single = table.number(Codec(.h264, profile: 1, packetizationMode: 0))
    #expect(vp8 == again && vp8 != opus && main == baseline && main != single)
    #expect(vp8.map { table[$0].videoFormat } == .vp8)
    #expect(opus.map { table[$0].isOpus } == true)
  }

  @Test("Interop 6: a publisher's payload type finds the receiver's, and retransmissions theirs")
  func mapping() {
    var table = CodecTable()
    let source = SourceFormats(
      [
        PayloadFormat(payloadType: 96, codec: .vp8, retransmissionPayloadType: 97),
        PayloadFormat(payloadType: 111, codec: .opus),
      ], in: &table)
    let slot = SlotFormats(
      [
        PayloadFormat(payloadType: 120, codec: .vp8, retransmissionPayloadType: 124),
        PayloadFormat(payloadType: 121, codec: .vp8),
      ], in: &table)
    #expect(slot.payloadType(source.codec(96)) == 120)
    #expect(slot.retransmissionType(source.codec(96)) == 124)
    #expect(source.repeatedType(97) == 96)
    #expect(source.codec(97) == CodecTable.none)
    #expect(slot.payloadType(source.codec(111)) == CodecTable.none)
    // VP9's profiles under Chromium's and another's numbers: 100 is profile 2 here and something else there.
    let two = SourceFormats([PayloadFormat(payloadType: 100, codec: Codec(.vp9, profile: 2))], in: &table)
    let receiving = SlotFormats(
      [
        PayloadFormat(payloadType: 100, codec: Codec(.vp9, profile: 0)),
        PayloadFormat(payloadType: 35, codec: Codec(.vp9, profile: 2)),
      ], in: &table)
    #expect(receiving.payloadType(two.codec(100)) == 35)
    #expect(slot.payloadType(two.codec(100)) == CodecTable.none)
    #expect(source.contains(97) && source.contains(111) && !source.contains(98))
  }
}
