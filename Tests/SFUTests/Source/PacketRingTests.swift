import Testing
import Wire

@testable import SFU

@Suite("Packet ring")
struct PacketRingTests {
  private static func keep(_ sequence: Int64, _ byte: UInt8, in ring: inout PacketRing) {
    var place = ring.spareBytes()
    place.store(u8: byte, at: 0)
    ring.keep(
      StoredPacket(
        sequence: sequence, timestamp: 0, arrival: .zero, codec: 0, marker: false, isRecovered: false,
        payloadOffset: 0, payloadLength: 1))
  }

  private static func firstByte(_ sequence: Int64, in ring: borrowing PacketRing) -> UInt8? {
    ring[sequence].map { ring.stored($0, 0..<1)[0] }
  }

  @Test("A packet is found by its number until the next one of its place comes")
  func overwriting() {
    var ring = PacketRing(capacity: 8)
    for sequence in 0..<8 { Self.keep(Int64(sequence), UInt8(sequence), in: &ring) }
    for sequence in 0..<8 {
      let byte = Self.firstByte(Int64(sequence), in: ring)
      #expect(byte == UInt8(sequence))
    }
    Self.keep(8, 88, in: &ring)
    let places = (ring[0] == nil, ring.isOverwritten(0), ring.isOverwritten(8))
    #expect(places == (true, true, false))
    let bytes = (Self.firstByte(8, in: ring), Self.firstByte(7, in: ring))
    #expect(bytes.0 == 88 && bytes.1 == 7)
  }

  @Test("A datagram that is decrypted but not kept spoils nothing")
  func rejected() {
    var ring = PacketRing(capacity: 8)
    for sequence in 0..<8 { Self.keep(Int64(sequence), UInt8(sequence), in: &ring) }
    var place = ring.spareBytes()
    place.store(u64: .max, at: 0)
    for sequence in 0..<8 {
      let byte = Self.firstByte(Int64(sequence), in: ring)
      #expect(byte == UInt8(sequence))
    }
  }

  @Test("What was decrypted is read back before it is kept, as far as it reaches")
  func decrypted() {
    var ring = PacketRing(capacity: 8)
    var place = ring.spareBytes()
    place.store(u16: 0x1234, at: Room.packetBytes - 2)
    place.store(u16: 0x5678, at: 0)
    let first = ring.decrypted(2).bytes()
    #expect(first == [0x56, 0x78])
    let whole = ring.decrypted(9999).bytes()
    #expect(whole.count == Room.packetBytes && whole.suffix(2) == [0x12, 0x34])
    let nothing = ring.decrypted(-1).byteCount
    #expect(nothing == 0)
  }
}
