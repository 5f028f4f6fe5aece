import Testing
import Wire

@testable import STAMP

@Suite struct LocationTests {
  private func answer(
    _ value: String, source: String = "192.0.2.1:40000", destination: String = "192.0.2.2:862", isTold: Bool = true
  ) throws -> (isRight: Bool, value: [UInt8]) {
    var packet = [UInt8](hex: value)
    packet.insert(contentsOf: [0x80, 2, 0, UInt8(packet.count)], at: 0)
    let tlv = TLV(flags: .unrecognized, type: TLV.Kind.location, offset: 0, length: packet.count - 4)
    let (from, to) = (try #require(Endpoint(source)), try #require(Endpoint(destination)))
    #expect(Location.isWellFormed(tlv, in: packet))
    let isRight = packet.write { Location.answer(tlv, in: &$0, source: from, destination: to, isTold: isTold) }
    return (isRight, Array(packet.dropFirst(4)))
  }

  private static let zeros = String(repeating: "0", count: 32)

  @Test("The ports are those of the packet, the destination's first")
  func ports() throws {
    #expect(try answer("00000000").value == [UInt8](hex: "035e9c40"))
    #expect(try answer("ffffffff").value == [UInt8](hex: "035e9c40"))
  }

  @Test("A request for an address is answered in the family's type, at its own length")
  func addresses() throws {
    let request = "00000000" + "80040010" + Self.zeros + "80070010" + Self.zeros
    #expect(
      try answer(request).value
        == [UInt8](
          hex: "035e9c40" + "00050010c0000202" + "000000000000000000000000"
            + "00080010c0000201" + "000000000000000000000000"))
    #expect(
      try answer(request, source: "[2001:db8::1]:40000", destination: "[2001:db8::2]:862").value
        == [UInt8](
          hex: "035e9c40" + "00060010" + "20010db8000000000000000000000002"
            + "00090010" + "20010db8000000000000000000000001"))
  }

  @Test("What must be zero in a request is not looked at, nor is a flag of the integrity's")
  func reserved() throws {
    let dirty = String(repeating: "ff", count: 16)
    #expect(
      try answer("00000000" + "a0070010" + dirty).value
        == [UInt8](hex: "035e9c40" + "00080010c0000201" + "000000000000000000000000"))
  }

  @Test("A hardware address, which a socket does not see, is an EUI-64 of zeros")
  func hardwareAddress() throws {
    #expect(
      try answer("00000000" + "80010008" + "1122334455667788").value
        == [UInt8](hex: "035e9c40" + "00030008" + "0000000000000000"))
  }

  @Test("What is not told is zero, its type all the same")
  func untold() throws {
    #expect(
      try answer("00000000" + "80070010" + Self.zeros, isTold: false).value
        == [UInt8](hex: "00000000" + "00080010" + Self.zeros))
  }

  @Test("A sub-TLV nobody knows comes back with U, those behind it are answered")
  func unknown() throws {
    #expect(
      try answer("00000000" + "80c80002abcd" + "80070010" + Self.zeros).value
        == [UInt8](hex: "035e9c40" + "80c80002abcd" + "00080010c0000201" + "000000000000000000000000"))
  }

  @Test("A sub-TLV whose length its type cannot have is marked M, and what follows is left as it was")
  func malformedPart() throws {
    let (isRight, value) = try answer("00000000" + "80070004" + "00000000" + "80040010" + Self.zeros)
    #expect(!isRight)
    #expect(value == [UInt8](hex: "035e9c40" + "40070004" + "00000000" + "80040010" + Self.zeros))
  }

  @Test(
    "Ports cut short and sub-TLVs that do not fit are not well formed",
    arguments: ["", "000000", "0000000080", "000000008007001000"])
  func malformed(value: String) {
    let packet = [0x80, 2, 0, 0] + [UInt8](hex: value)
    let tlv = TLV(flags: .unrecognized, type: TLV.Kind.location, offset: 0, length: packet.count - 4)
    #expect(!Location.isWellFormed(tlv, in: packet))
  }

  @Test("The sender reads where it was seen from, and nothing from a request that came back as it was")
  func source() throws {
    func seen(_ value: [UInt8]) -> Endpoint? {
      let packet = [0, 2, 0, UInt8(value.count)] + value
      let tlv = TLV(flags: [], type: TLV.Kind.location, offset: 0, length: value.count)
      return Location.source(tlv, in: packet.span.bytes)
    }
    let request = "00000000" + "80070010" + Self.zeros
    #expect(seen([UInt8](hex: request)) == nil)
    #expect(seen(try answer(request).value) == Endpoint("192.0.2.1:40000"))
    #expect(
      seen(try answer(request, source: "[2001:db8::1]:40000").value) == Endpoint("[2001:db8::1]:40000"))
    #expect(seen(try answer(request, isTold: false).value) == nil)
    #expect(seen(try Array(answer(request).value.dropLast())) == nil)
  }
}
