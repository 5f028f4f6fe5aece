import RTP
import Testing
import Wire

@testable import SFU

@Suite("Forwarder")
struct ForwarderTests {
  private static func packet(_ sequence: Int64, timestamp: UInt32, picture: UInt16? = nil) -> StoredPacket {
    var packet = StoredPacket(
      sequence: sequence, timestamp: timestamp, arrival: .zero, codec: 0, marker: false, isRecovered: false,
      payloadOffset: 12, payloadLength: 8)
    if let picture {
      packet.indices = PictureIndices(
        fields: [.pictureID, .tl0PicIdx, .keyIndex], pictureID: picture, tl0PicIdx: UInt8(truncatingIfNeeded: picture),
        keyIndex: 7)
    }
    return packet
  }

  @Test("The first packet has the slot's first number, and its timestamp lies on the slot's line")
  func first() {
    var forwarder = Forwarder(firstSequenceNumber: 65_535)
    let hadSent = forwarder.hasSent
    forwarder.begin(with: Self.packet(500, timestamp: 7), timestamp: 1000, step: 960)
    let first = forwarder.rewrite(Self.packet(500, timestamp: 7))
    let second = forwarder.rewrite(Self.packet(501, timestamp: 967))
    #expect(!hadSent)
    #expect(first?.sequenceNumber == 65_535 && first?.timestamp == 1000)
    #expect(second?.sequenceNumber == 0 && second?.timestamp == 1960)
  }

  @Test("A switch continues numbers, timestamps, picture ids and layer indices")
  func switching() {
    var forwarder = Forwarder(firstSequenceNumber: 10)
    forwarder.begin(with: Self.packet(500, timestamp: 0, picture: 0x7ffe), timestamp: 1000, step: 90)
    let first = forwarder.rewrite(Self.packet(500, timestamp: 0, picture: 0x7ffe))
    let second = forwarder.rewrite(Self.packet(501, timestamp: 3000, picture: 0x7fff))
    forwarder.begin(with: Self.packet(9, timestamp: 77, picture: 5), timestamp: 9000, step: 90)
    let third = forwarder.rewrite(Self.packet(9, timestamp: 77, picture: 5))
    let sent = [first, second, third].compactMap { $0 }
    #expect(sent.map(\.sequenceNumber) == [10, 11, 12])
    #expect(sent.map(\.timestamp) == [1000, 4000, 9000])
    let ids = sent.map(\.indices.pictureID)
    #expect(ids == [ids[0], (ids[0] + 1) & 0x7fff, (ids[0] + 2) & 0x7fff])
    let layers = sent.map(\.indices.tl0PicIdx)
    #expect(layers == [layers[0], layers[0] &+ 1, layers[0] &+ 2])
    #expect(sent[2].indices.keyIndex == (sent[1].indices.keyIndex &+ 1) & 0x1f)
  }

  @Test("A timestamp that would go back is held above the last one sent")
  func clamped() {
    var forwarder = Forwarder(firstSequenceNumber: 10)
    forwarder.begin(with: Self.packet(0, timestamp: 0), timestamp: 5000, step: 960)
    _ = forwarder.rewrite(Self.packet(0, timestamp: 0))
    forwarder.begin(with: Self.packet(0, timestamp: 0), timestamp: 4000, step: 960)
    let next = forwarder.rewrite(Self.packet(0, timestamp: 0))
    #expect(next?.timestamp == 5960)
  }

  @Test("A late packet finds its own number; the same packet is never written twice")
  func once() {
    var forwarder = Forwarder(firstSequenceNumber: 10)
    forwarder.begin(with: Self.packet(0, timestamp: 0), timestamp: 0, step: 960)
    let numbers = [0, 2, 1, 2, 0].map {
      forwarder.rewrite(Self.packet($0, timestamp: UInt32($0) * 960))?.sequenceNumber
    }
    #expect(numbers == [10, 12, 11, nil, nil])
  }

  @Test("What lies before the switch is not written, and after the end nothing is")
  func tenure() {
    var forwarder = Forwarder(firstSequenceNumber: 10)
    let early = forwarder.rewrite(Self.packet(0, timestamp: 0))?.sequenceNumber
    forwarder.begin(with: Self.packet(5, timestamp: 0), timestamp: 0, step: 960)
    let numbers = [4, 5, 6].map { forwarder.rewrite(Self.packet($0, timestamp: 0))?.sequenceNumber }
    forwarder.end()
    let late = forwarder.rewrite(Self.packet(7, timestamp: 0))?.sequenceNumber
    let answer = forwarder.sourceSequence(of: 10)
    #expect(early == nil && numbers == [nil, 10, 11] && late == nil && answer == nil)
  }

  @Test("A number sent in this tenure leads back to its packet, and no other does")
  func backwards() {
    var forwarder = Forwarder(firstSequenceNumber: 65_535)
    forwarder.begin(with: Self.packet(100, timestamp: 0), timestamp: 0, step: 960)
    for sequence in [100, 101, 103] { _ = forwarder.rewrite(Self.packet(Int64(sequence), timestamp: 0)) }
    let packets = [65_534, 65_535, 0, 1, 2, 3].map { forwarder.sourceSequence(of: $0) }
    #expect(packets == [nil, 100, 101, nil, 103, nil])
    let holes = forwarder.holes(in: (forwarder.highest - 3)..<(forwarder.highest + 1))
    #expect(holes == 1)
  }

  @Test("Silence follows as packets of its own")
  func silence() {
    var forwarder = Forwarder(firstSequenceNumber: 10)
    forwarder.begin(with: Self.packet(0, timestamp: 0), timestamp: 100, step: 960)
    _ = forwarder.rewrite(Self.packet(0, timestamp: 0))
    forwarder.end()
    let silent = (0..<3).map { _ in forwarder.append(step: 960) }
    #expect(silent.map(\.sequenceNumber) == [11, 12, 13])
    #expect(silent.map(\.timestamp) == [1060, 2020, 2980])
  }
}
