import Testing
import Wire

@Suite("Spans in network byte order")
struct RawSpanBigEndianTests {
  @Test("What is stored is read at the same offset")
  func roundTrip() {
    var bytes = [UInt8](repeating: 0, count: 20)
    var span = bytes.mutableSpan
    var out = span.mutableBytes
    out.store(u8: 0x01, at: 0)
    out.store(u16: 0x0203, at: 1)
    out.store(u24: 0xff04_0506, at: 3)
    out.store(u32: 0x0708_090a, at: 6)
    out.store(u64: 0x0b0c_0d0e_0f10_1112, at: 10)
    #expect(bytes == Array(1...18) + [0, 0])
    let raw = bytes.span.bytes
    let read = [
      UInt64(raw.u8(at: 0)), UInt64(raw.u16(at: 1)), UInt64(raw.u24(at: 3)), UInt64(raw.u32(at: 6)), raw.u64(at: 10),
    ]
    #expect(read == [0x01, 0x0203, 0x04_0506, 0x0708_090a, 0x0b0c_0d0e_0f10_1112])
  }

  @Test("Bytes are copied to where they belong, to the very end")
  func copy() {
    let source: [UInt8] = [7, 8]
    let nothing: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 4)
    var span = bytes.mutableSpan
    var out = span.mutableBytes
    out.store(source.span.bytes, at: 2)
    out.store(nothing.span.bytes, at: 4)
    #expect(bytes == [0, 0, 7, 8])
    let copied = bytes.span.bytes.bytes()
    #expect(copied == bytes)
  }
}
