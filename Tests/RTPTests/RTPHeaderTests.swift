import RTP
import Testing
import Wire

@Suite("RTP header")
struct RTPHeaderTests {
  @Test("Every field of a packet made elsewhere is read")
  func fields() throws {
    let bytes = Vectors.rtpPacket
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    let csrc = header.csrc(0, in: packet)
    let payload = header.payload(in: packet)?.bytes()
    #expect(header.marker)
    #expect(!header.hasPadding)
    #expect(header.payloadType == 111)
    #expect(header.sequenceNumber == 65535)
    #expect(header.timestamp == 0xffff_fff0)
    #expect(header.ssrc == 0xdeca_fbad)
    #expect(header.csrcCount == 1)
    #expect(csrc == 0x0102_0304)
    #expect(header.extensionProfile == 0xbede)
    #expect(header.extensionOffset == 20)
    #expect(header.extensionLength == 8)
    #expect(header.payloadOffset == 28)
    #expect(payload == [0xf8, 0xff, 0xfe])
  }

  @Test("Padding is left out of the payload")
  func padding() throws {
    let bytes = Vectors.paddedRTPPacket
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    let payload = header.payload(in: packet)?.bytes()
    #expect(header.hasPadding)
    #expect(payload == [0xf8, 0xff, 0xfe])
  }

  @Test("A packet of padding only has an empty payload")
  func paddingOnly() throws {
    let bytes = hex("a060 0001 00000000 00000001 00000004")
    let header = try required(RTPHeader(bytes.span.bytes))
    let length = header.payloadLength(in: bytes.span.bytes)
    #expect(length == 0)
  }

  @Test("Padding of no bytes, or longer than what follows the header, is refused", arguments: ["00", "05"])
  func wrongPadding(last: String) throws {
    let bytes = hex("a060 0001 00000000 00000001 000000" + last)
    let header = try required(RTPHeader(bytes.span.bytes))
    let length = header.payloadLength(in: bytes.span.bytes)
    #expect(length == nil)
  }

  @Test("A padding bit on a packet without payload is refused")
  func paddingWithoutPayload() throws {
    let bytes = hex("a060 0001 00000000 00000001")
    let header = try required(RTPHeader(bytes.span.bytes))
    let length = header.payloadLength(in: bytes.span.bytes)
    #expect(length == nil)
  }

  @Test("Every cut of the header is refused")
  func truncation() {
    for length in 0..<28 {
      let cut = Array(Vectors.rtpPacket.prefix(length))
      let header = RTPHeader(cut.span.bytes)
      #expect(header == nil, "\(length) bytes")
    }
  }

  @Test("Another version is refused", arguments: [0, 1, 3] as [UInt8])
  func version(_ version: UInt8) {
    var bytes = Vectors.rtpPacket
    bytes[0] = version << 6 | bytes[0] & 0x3f
    let header = RTPHeader(bytes.span.bytes)
    #expect(header == nil)
  }

  @Test("Packet types 192–223 are RTCP, all others RTP")
  func demultiplexing() {
    for second in UInt8.min...UInt8.max {
      let bytes: [UInt8] = [0x80, second]
      let isRTCP = RTPHeader.isRTCP(bytes.span.bytes)
      #expect(isRTCP == (192...223).contains(second))
    }
    let tooShort: [UInt8] = [0x80]
    let isRTCP = RTPHeader.isRTCP(tooShort.span.bytes)
    #expect(!isRTCP)
  }

  @Test("No bytes make reading trap")
  func arbitraryBytes() {
    var random = SplitMix64(seed: 1)
    for round in 0..<20_000 {
      let bytes = round.isMultiple(of: 2) ? random.mutated(Vectors.paddedRTPPacket) : random.bytes(upTo: 64)
      let packet = bytes.span.bytes
      guard let header = RTPHeader(packet) else { continue }
      for index in 0..<header.csrcCount { _ = header.csrc(index, in: packet) }
      var elements = HeaderExtensions(header)
      while elements.next(in: packet) != nil {}
      _ = header.payload(in: packet)
    }
  }
}
