import Testing

@testable import Wire

@Suite("Byte reader")
struct ByteReaderTests {
  @Test("Numbers are read in network byte order, one after the other")
  func numbers() throws {
    var reader = ByteReader([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    #expect(try reader.u8() == 1)
    #expect(try reader.u16() == 0x0203)
    #expect(try reader.u32() == 0x0405_0607)
    #expect(try reader.u64() == 0x0809_0a0b_0c0d_0e0f)
    #expect(reader.remaining == 0)
  }

  @Test("Reading past the end says where and how much was wanted, and moves nothing")
  func end() throws {
    var reader = ByteReader([1, 2, 3].dropFirst())
    #expect(try reader.u8() == 2)
    #expect(throws: ByteReaderError(offset: 1, wanted: 4)) { try reader.u32() }
    #expect(throws: ByteReaderError(offset: 1, wanted: -1)) { try reader.read(-1) }
    #expect(reader.offset == 1)
    #expect(try reader.read(1) == [3])
  }

  @Test("What is appended is read again")
  func append() throws {
    var bytes: [UInt8] = []
    bytes.append(u16: 0x0102)
    bytes.append(u32: 0x0304_0506)
    bytes.append(u64: 0x0708_090a_0b0c_0d0e)
    #expect(bytes == Array(1...14))
  }
}
