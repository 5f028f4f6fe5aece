import Testing
import Wire

@testable import STAMP

@Suite struct TLVTests {
  private func walk(_ tail: String) throws(TLVError) -> [TLV] {
    try TLV.all(in: [UInt8](repeating: 0, count: 44) + [UInt8](hex: tail))
  }

  @Test("A walk finds every TLV with its flags, type and place")
  func walks() throws {
    let found = try walk("80010000 20f80003aabbcc 00050001ff")
    #expect(
      found == [
        TLV(flags: .unrecognized, type: 1, offset: 44, length: 0),
        TLV(flags: .integrityFailed, type: 0xf8, offset: 48, length: 3),
        TLV(flags: [], type: 5, offset: 55, length: 1),
      ])
    #expect(found.last?.value == 59..<60)
    #expect(found.last?.end == 60)
  }

  @Test("A packet without TLVs has none")
  func none() throws {
    #expect(try walk("") == [])
  }

  @Test("A header cut short is an error at its offset", arguments: ["80", "8001", "800100"])
  func cutHeader(tail: String) {
    #expect(throws: TLVError(offset: 44)) { try walk(tail) }
    #expect(throws: TLVError(offset: 48)) { try walk("80010000" + tail) }
  }

  @Test("A value longer than the packet is an error at its header")
  func cutValue() {
    #expect(throws: TLVError(offset: 44)) { try walk("80010001") }
    #expect(throws: TLVError(offset: 44)) { try walk("8001ffff00") }
  }

  @Test("The vectors each carry one HMAC TLV", arguments: StampVectors.requests)
  func vectors(vector: StampVectors.Request) throws {
    #expect(
      try TLV.all(in: vector.bytes, mode: vector.mode)
        == [TLV(flags: .unrecognized, type: TLV.Kind.hmac, offset: vector.mode.baseByteCount, length: 16)])
  }
}
