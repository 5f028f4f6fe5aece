import RTP
import Testing
import Wire

@Suite("REMB")
struct REMBTests {
  private func bitRate(_ bytes: [UInt8]) -> UInt64? {
    let datagram = bytes.span.bytes
    return firstFeedback(of: datagram).flatMap { REMB($0, in: datagram) }?.bitsPerSecond
  }

  @Test("An estimate made elsewhere is read")
  func read() throws {
    let bytes = Vectors.remb
    let datagram = bytes.span.bytes
    let feedback = try required(firstFeedback(of: datagram))
    let estimate = try required(REMB(feedback, in: datagram))
    let sources = (0..<estimate.count).map { estimate.ssrc($0, in: datagram) }
    #expect(estimate.bitsPerSecond == 4_160_000)
    #expect(sources == [2_529_072_847, 7])
  }

  @Test("An estimate is the same as another implementation's, byte for byte")
  func write() {
    let sources: [UInt32] = [2_529_072_847, 7]
    let bytes = written { out in
      REMB.write(senderSSRC: 1, bitsPerSecond: 4_160_000, sources: sources.span, into: &out, at: 0)
    }
    #expect(bytes == Vectors.remb)
  }

  @Test("Estimates keep 18 significant bits", arguments: [0, 1, 262_143, 262_144, 262_145, 1 << 63, .max] as [UInt64])
  func precision(rate: UInt64) throws {
    let sources: [UInt32] = []
    let bytes = try required(
      written { out in REMB.write(senderSSRC: 1, bitsPerSecond: rate, sources: sources.span, into: &out, at: 0) })
    let read = try required(bitRate(bytes))
    #expect(read <= rate)
    #expect(rate - read <= rate >> 17)
  }

  @Test("An estimate above 64 bits is held at the end")
  func held() {
    #expect(bitRate(hex("8fce0004 00000001 00000000 52454d42 00ffffff")) == .max)
    #expect(bitRate(hex("8fce0004 00000001 00000000 52454d42 00fc0000")) == 0)
  }

  @Test("Another identifier, and fewer sources than counted, are refused")
  func refused() {
    #expect(bitRate(hex("8fce0004 00000001 00000000 52454d43 00ffffff")) == nil)
    #expect(bitRate(hex("8fce0004 00000001 00000000 52454d42 01000001")) == nil)
  }
}
