import RTP
import Testing
import Wire

@Suite("RTCP compound")
struct RTCPPacketTests {
  private func packets(_ bytes: [UInt8]) -> [RTCPPacket]? {
    let datagram = bytes.span.bytes
    guard var walk = RTCPCompound(datagram) else { return nil }
    var packets: [RTCPPacket] = []
    while let packet = walk.next(in: datagram) { packets.append(packet) }
    return packets
  }

  @Test("A compound is walked packet by packet")
  func compound() throws {
    let found = try required(packets(Vectors.senderReport + Vectors.sourceDescription + Vectors.goodbye))
    #expect(found.map(\.type) == [.senderReport, .sourceDescription, .goodbye])
    #expect(found.map(\.count) == [1, 1, 2])
    #expect(found.map(\.offset) == [0, 52, 76])
    #expect(found.map(\.length) == [52, 24, 12])
  }

  @Test("Padding of the last packet is not part of it")
  func padding() throws {
    let found = try required(packets(Vectors.goodbye + hex("a1cb 0002 00000001 00000004")))
    #expect(found.map(\.length) == [12, 8])
  }

  @Test(
    "Nothing is taken of a compound with a wrong part",
    arguments: [
      "", "80c900", "80c90001", "40c90001 00000001", "80c90001 00000001 80",
      // Padding before the last packet, of no bytes, of an odd number, and into the header.
      "a0c90001 00000004 80c90001 00000001", "a0c90001 00000000", "a0c90001 00000003", "a0c90001 00000008",
    ])
  func malformed(datagram: String) {
    #expect(packets(hex(datagram)) == nil)
  }

  @Test("No bytes make any reader trap")
  func arbitraryBytes() {
    var random = SplitMix64(seed: 4)
    let whole =
      Vectors.senderReport + Vectors.receiverReport + Vectors.sourceDescription + Vectors.goodbye + Vectors.nack
      + Vectors.pli + Vectors.remb + TransportFeedbackTests.example
    for round in 0..<20_000 {
      let bytes = round.isMultiple(of: 4) ? random.bytes(upTo: 64) : random.mutated(whole)
      readAll(bytes.span.bytes)
    }
  }

  /// Reads everything that can be read.
  private func readAll(_ datagram: RawSpan) {
    guard var walk = RTCPCompound(datagram) else { return }
    while let packet = walk.next(in: datagram) {
      _ = SenderReport(packet, in: datagram)
      _ = ReceiverReport(packet, in: datagram)
      for index in 0..<Int(packet.count) {
        _ = SenderReport.block(index, of: packet, in: datagram)
        _ = ReceiverReport.block(index, of: packet, in: datagram)
      }
      _ = SourceDescription(packet, in: datagram)
      if let goodbye = Goodbye(packet, in: datagram) {
        for index in 0..<goodbye.count { _ = goodbye.ssrc(index, in: datagram) }
      }
      guard let feedback = Feedback(packet, in: datagram) else { continue }
      if var nack = NACK(feedback) { while nack.next(in: datagram) != nil {} }
      _ = PLI(feedback)
      if let request = FIR(feedback) {
        for index in 0..<request.count { _ = request.entry(index, in: datagram) }
      }
      if let estimate = REMB(feedback, in: datagram) {
        for index in 0..<estimate.count { _ = estimate.ssrc(index, in: datagram) }
      }
      if var transport = TransportFeedback(feedback, in: datagram) { while transport.next(in: datagram) != nil {} }
    }
  }
}

/// The first packet of a datagram made of `bytes`.
func firstPacket(of datagram: RawSpan) -> RTCPPacket? {
  guard var walk = RTCPCompound(datagram) else { return nil }
  return walk.next(in: datagram)
}

/// The first packet of a datagram, as feedback.
func firstFeedback(of datagram: RawSpan) -> Feedback? {
  firstPacket(of: datagram).flatMap { Feedback($0, in: datagram) }
}
