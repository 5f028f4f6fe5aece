import Testing
import Wire

@testable import SRTP

@Suite struct SRTPSenderTests {
  @Test("RFC 7714 sections 16.1.1 and 16.2.1: the RTP packet is protected as printed", arguments: RFC7714.vectors)
  func rtpVector(_ vector: RFC7714.Vector) {
    for headByteCount in [12, 13, 30, RFC7714.clearRTP.count] {
      var sender = SRTPSender(vector.profile, rtp: vector.keys, rtcp: vector.keys)
      #expect(sender.protect(RFC7714.clearRTP, headByteCount: headByteCount) == .bytes(hex(vector.rtp)))
    }
  }

  @Test("RFC 7714 sections 17.1 and 17.2: the RTCP packet is protected as printed", arguments: RFC7714.vectors)
  func rtcpVector(_ vector: RFC7714.Vector) {
    var sender = SRTPSender(vector.profile, rtp: vector.keys, rtcp: vector.keys)
    for _ in 0..<RFC7714.rtcpIndex { _ = sender.protectRTCP(RFC7714.clearRTCP) }
    #expect(sender.protectRTCP(RFC7714.clearRTCP) == .bytes(hex(vector.rtcp)))
  }

  @Test(
    "Interop 17: no index is used twice: not at once, not late, not a window later", arguments: SRTPProfile.allCases)
  func noIndexTwice(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    #expect(sender.protect(Sample.packet(65534)).bytes != nil)
    #expect(sender.protect(Sample.packet(65534)) == .dropped(.srtpIndexUsed))
    #expect(sender.protect(Sample.packet(1)).bytes != nil)
    #expect(sender.protect(Sample.packet(65535)).bytes != nil, "late, but not sent before")
    #expect(sender.protect(Sample.packet(65535)) == .dropped(.srtpIndexUsed))
    #expect(sender.protect(Sample.packet(65534)) == .dropped(.srtpIndexUsed))
    #expect(sender.protect(Sample.packet(1, ssrc: 9)).bytes != nil, "another stream counts for itself")
    #expect(sender.protect(Sample.packet(1100)).bytes != nil)
    #expect(sender.protect(Sample.packet(0)) == .dropped(.srtpIndexUsed), "nobody remembers whether it was sent")
  }

  @Test("The same packet never encrypts to the same bytes under a new roll-over", arguments: SRTPProfile.allCases)
  func rollOverChangesBytes(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    var seen: Set<[UInt8]> = []
    for sequenceNumber: UInt16 in [10, 30000, 60000, 10, 30000, 60000, 10] {
      let protected = try #require(sender.protect(Sample.packet(sequenceNumber, variant: 5)).bytes)
      #expect(seen.insert(protected).inserted)
    }
  }

  @Test("Streams past the capacity are refused and the others go on")
  func streamLimit() throws {
    var sender = SRTPSender(try Sample.master(.aeadAES128GCM))
    for ssrc in 0..<UInt32(SRTPSender.streamCapacity) {
      #expect(sender.protect(Sample.packet(1, ssrc: ssrc)).bytes != nil)
    }
    #expect(sender.protect(Sample.packet(1, ssrc: 70000)) == .dropped(.srtpStreamLimit))
    #expect(sender.protect(Sample.packet(2, ssrc: 0)).bytes != nil)
  }

  @Test("An output too short, or a header cut short, is refused and uses no index", arguments: SRTPProfile.allCases)
  func refusals(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    let packet = Sample.packet(7, variant: 4)
    let full = packet.count + profile.rtpOverheadByteCount
    #expect(sender.protect(packet, capacity: full - 1) == .dropped(.tooLarge))
    #expect(sender.protect(packet, capacity: full).bytes?.count == full)
    #expect(sender.protect(Array(packet.prefix(11))) == .dropped(.rtpMalformed))

    let report = Sample.report()
    let fullReport = report.count + profile.rtcpOverheadByteCount
    #expect(sender.protectRTCP(report, capacity: fullReport - 1) == .dropped(.tooLarge))
    #expect(sender.protectRTCP(report, capacity: fullReport).bytes?.count == fullReport)
    #expect(sender.protectRTCP(Array(report.prefix(7))) == .dropped(.rtcpMalformed))
  }
}
