import Cipher
import Testing
import Wire

@testable import ICE

@Suite struct STUNMessageTests {
  /// What tests want to know of a message, as values that can leave the span's scope.
  struct Reading {
    var message: STUNMessage
    var username: [UInt8]
    var fragmentKey: UInt64?
    var fingerprintIsRight: Bool
    var integrityIsRight: Bool
  }

  static func read(_ bytes: [UInt8], key: [UInt8] = Array(RFC5769.password.utf8)) -> Reading? {
    let span = bytes.span.bytes
    guard let message = STUNMessage(span) else { return nil }
    return Reading(
      message: message, username: message.username(in: span).bytes(),
      fragmentKey: message.recipientFragmentKey(in: span),
      fingerprintIsRight: message.hasRightFingerprint(in: span),
      integrityIsRight: message.verifies(HMACSHA1(key: key.span.bytes), in: span))
  }

  @Test("RFC 5769 section 2.1: the request is read and proved")
  func request() throws {
    let reading = try #require(Self.read(RFC5769.request))
    #expect(reading.message.messageClass == .request)
    #expect(reading.message.method == STUNMessage.binding)
    #expect(reading.message.transactionID == STUNTransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae))
    #expect(reading.username == Array("evtj:h6vY".utf8))
    #expect(reading.message.priority == 0x6e00_01ff)
    #expect(reading.message.controlled == 0x932f_f9b1_5126_3b36)
    #expect(reading.message.controlling == nil)
    #expect(!reading.message.usesCandidate)
    #expect(reading.message.unknownAttributeCount == 0)
    #expect(reading.fingerprintIsRight)
    #expect(reading.integrityIsRight)
  }

  @Test("RFC 5769 section 2.2: the IPv4 response is read and proved")
  func responseV4() throws {
    let reading = try #require(Self.read(RFC5769.responseV4))
    #expect(reading.message.messageClass == .successResponse)
    #expect(reading.message.mappedAddress == Endpoint("192.0.2.1:32853"))
    #expect(reading.fingerprintIsRight)
    #expect(reading.integrityIsRight)
  }

  @Test("RFC 5769 section 2.3: the IPv6 response is read and proved")
  func responseV6() throws {
    let reading = try #require(Self.read(RFC5769.responseV6))
    #expect(reading.message.mappedAddress == Endpoint("[2001:db8:1234:5678:11:2233:4455:6677]:32853"))
    #expect(reading.fingerprintIsRight)
    #expect(reading.integrityIsRight)
  }

  @Test("RFC 5769 section 2.4: the request with long-term credentials is read and proved")
  func longTermRequest() throws {
    let reading = try #require(Self.read(RFC5769.longTermRequest, key: RFC5769.longTermKey))
    #expect(String(decoding: reading.username, as: UTF8.self) == "マトリックス")
    #expect(reading.message.unknownAttributeCount == 0)
    #expect(!reading.message.hasFingerprint)
    #expect(!reading.fingerprintIsRight)
    #expect(reading.integrityIsRight)
  }

  @Test("A single flipped bit anywhere breaks the proof or the message", arguments: 0..<RFC5769.request.count)
  func flippedBit(_ index: Int) {
    var bytes = RFC5769.request
    bytes[index] ^= 0x04
    let reading = Self.read(bytes)
    #expect(reading == nil || reading?.fingerprintIsRight == false)
    let integrityEnd = bytes.count - 8
    if index < integrityEnd { #expect(reading == nil || reading?.integrityIsRight == false) }
  }

  @Test("A message cut anywhere, or with more behind it, is no message")
  func truncation() {
    for count in 0..<RFC5769.request.count { #expect(Self.read(Array(RFC5769.request.prefix(count))) == nil) }
    #expect(Self.read(RFC5769.request + [0, 0, 0, 0]) == nil)
  }

  @Test("An attribute that says it is longer than the message is refused")
  func overlongAttribute() {
    for length in [5, 8, 0x7fff, 0xffff] {
      let bytes = hex("0001 0008 2112a442 000000000000000000000000 8022") + [UInt8(length >> 8), UInt8(length & 255)]
      #expect(Self.read(bytes + [0, 0, 0, 0]) == nil)
    }
  }

  @Test(
    "Attributes of a wrong length are refused",
    arguments: [
      "0024 0003 01020300", "8029 0004 01020304", "802a 000c 010203040506070801020304", "0020 0004 00010000",
      "0020 0008 00020000 00000000", "0008 0004 00000000", "8028 0008 0000000000000000", "0009 0004 00000200",
      "0009 0004 00000464",
    ])
  func wrongLength(attribute: String) {
    let value = hex(attribute)
    let bytes = hex("0001") + [0, UInt8(value.count)] + hex("2112a442 000000000000000000000000") + value
    #expect(Self.read(bytes) == nil)
  }

  @Test("What follows the integrity is not believed, and nothing follows the fingerprint")
  func trailingAttributes() throws {
    var bytes = RFC5769.request
    bytes.removeLast(8)
    bytes += hex("0025 0000")
    bytes[3] = UInt8(bytes.count - 20)
    let reading = try #require(Self.read(bytes))
    #expect(!reading.message.usesCandidate)

    bytes = RFC5769.request + hex("0025 0000")
    bytes[3] = UInt8(bytes.count - 20)
    #expect(Self.read(bytes) == nil)
  }

  @Test("Attributes that must be understood and are not are counted, optional ones are not")
  func unknownAttributes() throws {
    let value = hex("7001 0000 7002 0000 c057 0004 00000000 7003 0000 7004 0000 7005 0000")
    let bytes = hex("0001") + [0, UInt8(value.count)] + hex("2112a442 000000000000000000000000") + value
    let reading = try #require(Self.read(bytes))
    #expect(reading.message.unknownAttributeCount == 4)
    #expect(reading.message.unknownAttributes[3] == 0x7004)
  }

  @Test("The receiver's fragment is a key when it has eight characters")
  func fragmentKey() throws {
    func key(_ username: String) throws -> UInt64? {
      var bytes = [UInt8](repeating: 0, count: 80)
      let name = Array(username.utf8)
      var elements = bytes.mutableSpan
      var output = elements.mutableBytes
      var writer = STUNWriter(.request, STUNTransactionID(high: 1, low: 2), into: &output)
      writer.append(username: name.span.bytes, into: &output)
      return try #require(Self.read(Array(bytes.prefix(writer.byteCount)))).fragmentKey
    }
    #expect(try key("abcdefgh:peer") == 0x6162_6364_6566_6768)
    #expect(try key("abcdefgh:") == 0x6162_6364_6566_6768)
    #expect(try key("abcdefg:peer") == nil)
    #expect(try key("abcdefghi:peer") == nil)
    #expect(try key("abcdefgh") == nil)
  }
}
