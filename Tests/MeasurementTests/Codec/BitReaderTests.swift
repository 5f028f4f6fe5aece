import Testing
import Wire

@testable import Measurement

@Suite struct BitReaderTests {
  @Test("What was written is read, in every order")
  func roundTrip() {
    var random = SplitMix64(seed: 5)
    let values = (0..<500).map { number in
      let width = UInt64(number % 65)
      let value = width == 0 ? 0 : UInt64.random(in: 0...UInt64.max, using: &random) >> (64 - width)
      return (value: value, order: number % 64)
    }
    var writer = BitWriter()
    for (value, order) in values { writer.write(value, order: order) }
    writer.write(.max, order: 0)
    writer.write(.max, order: 63)
    var bytes: [UInt8] = []
    writer.finish(into: &bytes)
    var reader = BitReader(bytes[...])
    for (value, order) in values { #expect(reader.read(order: order) == value) }
    #expect(reader.read(order: 0) == .max)
    #expect(reader.read(order: 63) == .max)
    let isAligned = reader.alignToByte()
    #expect(isAligned)
    #expect(reader.wholeBytes == bytes.count)
    #expect(!reader.isExhausted)
  }

  @Test("Fixed widths are read across bytes, of a slice that begins anywhere")
  func widths() {
    let bytes: [UInt8] = [0xff, 0b1010_0110, 0b0110_0001, 0x80]
    var reader = BitReader(bytes[1...])
    #expect(reader.read(3) == 0b101)
    #expect(reader.read(10) == 0b00_1100_1100)
    #expect(reader.wholeBytes == 2)
    let isAligned = reader.alignToByte()
    #expect(!isAligned)
    #expect(reader.read(8) == 0x80)
    #expect(reader.read(1) == nil)
    #expect(reader.isExhausted)
  }

  @Test("Zeros without end, and numbers of more than 64 bits, are no codes")
  func refused() {
    var zeros = BitReader([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(zeros.read(order: 0) == nil)
    #expect(zeros.isExhausted)
    var long = BitReader([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
    #expect(long.read(order: 0) == nil)
    #expect(!long.isExhausted)
    // 65 bits whose number is more than 64 hold.
    var great = BitReader([0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(great.read(order: 0) == nil)
  }
}
