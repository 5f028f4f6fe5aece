import Cipher
import Testing
import Wire

@testable import ICE

@Suite struct STUNWriterTests {
  private func written(
    _ messageClass: STUNMessage.Class, _ append: (inout STUNWriter, inout MutableRawSpan) -> Void
  ) -> [UInt8] {
    // Dirty memory, as a reused send buffer is.
    var bytes = [UInt8](repeating: 0xee, count: 256)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    var writer = STUNWriter(
      messageClass, STUNTransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae), into: &output)
    append(&writer, &output)
    return Array(bytes.prefix(writer.byteCount))
  }

  private var key: HMACSHA1 {
    let password = Array(RFC5769.password.utf8)
    return HMACSHA1(key: password.span.bytes)
  }

  @Test("A request reads back as it was written, padding zero")
  func request() throws {
    let username = Array(RFC5769.username.utf8)
    let bytes = written(.request) { writer, output in
      writer.append(username: username.span.bytes, into: &output)
      writer.append(priority: 0x6e00_01ff, into: &output)
      writer.append(controlling: 77, into: &output)
      writer.appendUseCandidate(into: &output)
      writer.appendIntegrity(key, into: &output)
      writer.appendFingerprint(into: &output)
    }
    let reading = try #require(STUNMessageTests.read(bytes))
    #expect(reading.username == username)
    #expect(Array(bytes[33..<36]) == [0, 0, 0])
    #expect(reading.message.priority == 0x6e00_01ff)
    #expect(reading.message.controlling == 77)
    #expect(reading.message.usesCandidate)
    #expect(reading.integrityIsRight)
    #expect(reading.fingerprintIsRight)
  }

  @Test("Mapped addresses are written as RFC 5769 sections 2.2 and 2.3 print them")
  func mappedAddresses() throws {
    let transactionID = STUNTransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)
    let v4 = try #require(Endpoint("192.0.2.1:32853"))
    let v6 = try #require(Endpoint("[2001:db8:1234:5678:11:2233:4455:6677]:32853"))
    let first = written(.successResponse) { $0.append(mappedAddress: v4, of: transactionID, into: &$1) }
    #expect(Array(first.dropFirst(20)) == Array(RFC5769.responseV4[36..<48]))
    let second = written(.successResponse) { $0.append(mappedAddress: v6, of: transactionID, into: &$1) }
    #expect(Array(second.dropFirst(20)) == Array(RFC5769.responseV6[36..<60]))
  }

  @Test("Errors and unknown attributes read back")
  func errors() throws {
    let bytes = written(.errorResponse) { writer, output in
      writer.append(errorCode: 487, into: &output)
      writer.append(unknownAttributes: [1, 2, 3, 0], count: 3, into: &output)
    }
    let reading = try #require(STUNMessageTests.read(bytes))
    #expect(reading.message.messageClass == .errorResponse)
    #expect(reading.message.errorCode == 487)
    #expect(Array(bytes.suffix(12)) == hex("000a 0006 0001 0002 0003 0000"))
  }
}
