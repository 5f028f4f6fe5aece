import Testing
import Wire

@testable import SRTP

@Suite struct SRTPReceiverTests {
  @Test("RFC 7714 sections 16 and 17: the printed packets are read", arguments: RFC7714.vectors)
  func vectors(_ vector: RFC7714.Vector) {
    var receiver = SRTPReceiver(vector.profile, rtp: vector.keys, rtcp: vector.keys)
    #expect(receiver.unprotect(hex(vector.rtp)) == .bytes(RFC7714.clearRTP))
    #expect(receiver.unprotectRTCP(hex(vector.rtcp)) == .bytes(RFC7714.clearRTCP))
  }

  @Test("A packet is read once", arguments: SRTPProfile.allCases)
  func replay(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    var receiver = SRTPReceiver(try Sample.master(profile))
    let first = try #require(sender.protect(Sample.packet(5, variant: 8)).bytes)
    #expect(receiver.unprotect(first) == .bytes(Sample.packet(5, variant: 8)))
    #expect(receiver.unprotect(first) == .dropped(.srtpReplay))
    let report = try #require(sender.protectRTCP(Sample.report()).bytes)
    #expect(receiver.unprotectRTCP(report) == .bytes(Sample.report()))
    #expect(receiver.unprotectRTCP(report) == .dropped(.srtcpReplay))
  }

  @Test("A late packet is read within the window and refused behind it")
  func lateness() throws {
    var sender = SRTPSender(try Sample.master(.aeadAES128GCM))
    var receiver = SRTPReceiver(try Sample.master(.aeadAES128GCM))
    let packets = try (0..<1100).map { try #require(sender.protect(Sample.packet(60000 &+ $0)).bytes) }
    #expect(receiver.unprotect(packets[1099]).bytes != nil)
    #expect(receiver.unprotect(packets[1099 - 1023]).bytes != nil)
    #expect(receiver.unprotect(packets[1099 - 1024]) == .dropped(.srtpReplay))
  }

  @Test("A flipped bit anywhere is refused, and the true packet is read afterwards", arguments: SRTPProfile.allCases)
  func forgery(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    var receiver = SRTPReceiver(try Sample.master(profile))
    let packet = Sample.packet(5, variant: 7)
    let protected = try #require(sender.protect(packet).bytes)
    let protectedReport = try #require(sender.protectRTCP(Sample.report()).bytes)
    for index in protected.indices {
      var forged = protected
      forged[index] ^= 0x10
      #expect(receiver.unprotect(forged).bytes == nil)
    }
    for index in protectedReport.indices {
      var forged = protectedReport
      forged[index] ^= 0x80
      #expect(receiver.unprotectRTCP(forged).bytes == nil)
    }
    #expect(receiver.unprotect(protected) == .bytes(packet))
    #expect(receiver.unprotectRTCP(protectedReport) == .bytes(Sample.report()))
  }

  @Test("Packets cut anywhere are refused", arguments: SRTPProfile.allCases)
  func truncation(_ profile: SRTPProfile) throws {
    var sender = SRTPSender(try Sample.master(profile))
    var receiver = SRTPReceiver(try Sample.master(profile))
    let protected = try #require(sender.protect(Sample.packet(5, variant: 5)).bytes)
    let protectedReport = try #require(sender.protectRTCP(Sample.report()).bytes)
    for count in protected.indices { #expect(receiver.unprotect(Array(protected.prefix(count))).bytes == nil) }
    for count in protectedReport.indices {
      #expect(receiver.unprotectRTCP(Array(protectedReport.prefix(count))).bytes == nil)
    }
    #expect(receiver.unprotect([]) == .dropped(.srtpMalformed))
    #expect(receiver.unprotectRTCP([]) == .dropped(.srtcpMalformed))
    #expect(receiver.unprotect(protected, capacity: 20) == .dropped(.tooLarge))
    #expect(receiver.unprotectRTCP(protectedReport, capacity: 20) == .dropped(.tooLarge))
  }

  @Test("An unencrypted RTCP packet is refused", arguments: SRTPProfile.allCases)
  func unencrypted(_ profile: SRTPProfile) throws {
    var receiver = SRTPReceiver(try Sample.master(profile))
    let datagram = Sample.report() + [UInt8](repeating: 0, count: profile.rtcpOverheadByteCount)
    #expect(receiver.unprotectRTCP(datagram) == .dropped(.srtcpMalformed))
  }

  @Test("Strangers cannot fill the table; a peer's streams past the capacity are refused")
  func streamLimit() throws {
    var sender = SRTPSender(try Sample.master(.aeadAES128GCM))
    var stranger = SRTPSender(try Sample.master(.aeadAES128GCM, seed: 99))
    var receiver = SRTPReceiver(try Sample.master(.aeadAES128GCM))
    for ssrc in 0..<UInt32(200) {
      let forged = try #require(stranger.protect(Sample.packet(1, ssrc: ssrc)).bytes)
      #expect(receiver.unprotect(forged) == .dropped(.srtpAuthentication))
    }
    for ssrc in 0..<UInt32(SRTPReceiver.streamCapacity) {
      let packet = try #require(sender.protect(Sample.packet(1, ssrc: ssrc &* 0x0100_0000)).bytes)
      #expect(receiver.unprotect(packet).bytes != nil)
    }
    let further = try #require(sender.protect(Sample.packet(1, ssrc: 7)).bytes)
    #expect(receiver.unprotect(further) == .dropped(.srtpStreamLimit))
    let known = try #require(sender.protect(Sample.packet(2, ssrc: 0)).bytes)
    #expect(receiver.unprotect(known).bytes != nil)
  }

  @Test("A packet of the second number space is not read where the stream's first index lies before it")
  func beforeTheFirst() throws {
    var sender = SRTPSender(try Sample.master(.aes128CMHMACSHA1_80))
    var receiver = SRTPReceiver(try Sample.master(.aes128CMHMACSHA1_80))
    let first = try #require(sender.protect(Sample.packet(3)).bytes)
    #expect(receiver.unprotect(first).bytes != nil)
    var forged = first
    forged[2] = 0xff
    #expect(receiver.unprotect(forged) == .dropped(.srtpReplay))
  }
}
