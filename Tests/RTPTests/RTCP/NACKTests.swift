import RTP
import Testing
import Wire

@Suite("NACK")
struct NACKTests {
  private func numbers(_ bytes: [UInt8]) -> [UInt16]? {
    let datagram = bytes.span.bytes
    guard let feedback = firstFeedback(of: datagram), var nack = NACK(feedback) else { return nil }
    var numbers: [UInt16] = []
    while let number = nack.next(in: datagram) { numbers.append(number) }
    return numbers
  }

  private func nack(_ numbers: [UInt16], capacity: Int = 256) -> [UInt8]? {
    written(capacity: capacity) { out in
      NACK.write(senderSSRC: 1, mediaSSRC: 2, numbers.span, into: &out, at: 0)
    }
  }

  private static let missing: [UInt16] = [13, 14, 15, 29, 30, 100]

  @Test("Numbers of a packet made elsewhere are read")
  func read() {
    #expect(numbers(Vectors.nack) == Self.missing)
  }

  @Test("A packet is the same as another implementation's, byte for byte")
  func write() {
    #expect(nack(Self.missing) == Vectors.nack)
  }

  @Test("Numbers across the wrap share an entry")
  func wrap() {
    let missing: [UInt16] = [65533, 65535, 0, 13, 14]
    let bytes = nack(missing)
    #expect(bytes?.count == 20)
    #expect(bytes.flatMap(numbers) == missing)
  }

  @Test("A number given twice is asked for once")
  func duplicates() {
    #expect(nack([5, 5, 6]).flatMap(numbers) == [5, 6])
  }

  @Test("Nothing missing, and nothing that fits, write nothing")
  func nothing() {
    #expect(nack([]) == nil)
    #expect(nack([1], capacity: 15) == nil)
    #expect(nack([1, 100], capacity: 16) == nil)
  }

  @Test("A packet without an entry is refused")
  func empty() {
    #expect(numbers(hex("81cd0002 00000001 00000002")) == nil)
  }
}
