import Testing
import Wire

@testable import STAMP

@Suite struct PacketAuthenticationTests {
  private static let authenticated = StampVectors.requests.filter(\.authenticated)

  @Test("The base HMAC of the vectors is right, and no other", arguments: authenticated)
  func base(vector: StampVectors.Request) throws {
    let key = try #require(StampVectors.sessionKeys[vector.ssid])
    var bytes = vector.bytes
    #expect(key.authenticatesBase(of: bytes))
    for place in [0, 20, 95, 96, 111] {
      bytes[place] ^= 1
      #expect(!key.authenticatesBase(of: bytes))
      bytes[place] ^= 1
    }
    let other = try #require(StampVectors.sessionKeys[vector.ssid &+ 100])
    #expect(!other.authenticatesBase(of: bytes))
  }

  @Test("The TLV HMAC of the vectors is right, and no other", arguments: StampVectors.requests)
  func tlv(vector: StampVectors.Request) throws {
    let key = try #require(StampVectors.sessionKeys[vector.ssid])
    var bytes = vector.bytes
    let tlv = try #require(try TLV.all(in: bytes, mode: vector.mode).first)
    #expect(key.authenticates(tlv, of: bytes, mode: vector.mode))
    for place in [3, bytes.count - 1] {
      bytes[place] ^= 1
      #expect(!key.authenticates(tlv, of: bytes, mode: vector.mode))
      bytes[place] ^= 1
    }
    var short = tlv
    short.length = 12
    #expect(!key.authenticates(short, of: bytes, mode: vector.mode))
  }

  @Test("Sealing gives the vectors' HMACs", arguments: StampVectors.requests)
  func seals(vector: StampVectors.Request) throws {
    let key = try #require(StampVectors.sessionKeys[vector.ssid])
    var bytes = vector.bytes
    let tlv = try #require(try TLV.all(in: bytes, mode: vector.mode).first)
    for place in tlv.value { bytes[place] = 0 }
    bytes.write { key.seal(tlv, of: &$0, mode: vector.mode) }
    #expect(bytes == vector.bytes)
  }
}
