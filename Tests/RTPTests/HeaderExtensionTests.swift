import RTP
import Testing
import Wire

@Suite("RTP header extension")
struct HeaderExtensionTests {
  /// The elements of a packet whose extension has `profile` and `words`.
  private func elements(profile: String, _ words: String) throws -> [(id: UInt8, data: [UInt8])] {
    let data = hex(words)
    let bytes = hex("9060 0001 00000000 00000001" + profile) + [0, UInt8(data.count / 4)] + data
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    var walk = HeaderExtensions(header)
    var found: [(id: UInt8, data: [UInt8])] = []
    while let element = walk.next(in: packet) {
      found.append((element.id, packet.extracting(element.offset..<(element.offset + element.length)).bytes()))
    }
    return found
  }

  @Test("One-byte elements are found with padding between and after them")
  func oneByte() throws {
    let found = try elements(profile: "bede", "10 aa 00 00 31 bb bc 00")
    #expect(found.map(\.id) == [1, 3])
    #expect(found.map(\.data) == [[0xaa], [0xbb, 0xbc]])
  }

  @Test("Two-byte elements may be empty, and their profile's last four bits are the application's")
  func twoByte() throws {
    let found = try elements(profile: "1005", "01 00 c8 02 aa bb 00 00")
    #expect(found.map(\.id) == [1, 200])
    #expect(found.map(\.data) == [[], [0xaa, 0xbb]])
  }

  @Test("Id 15 of the one-byte form ends the walk")
  func reservedID() throws {
    let found = try elements(profile: "bede", "10 aa f0 bb 20 cc 00 00")
    #expect(found.map(\.id) == [1])
  }

  @Test("Id 0 with a length ends the walk")
  func paddingWithLength() throws {
    let found = try elements(profile: "bede", "10 aa 01 bb 20 cc 00 00")
    #expect(found.map(\.id) == [1])
  }

  @Test("An element that does not fit ends the walk", arguments: [("bede", "10 aa 2f 00"), ("1000", "01 01 aa 02")])
  func truncation(profile: String, words: String) throws {
    let found = try elements(profile: profile, words)
    #expect(found.map(\.id) == [1])
  }

  @Test("Another profile has no elements")
  func unknownProfile() throws {
    let found = try elements(profile: "1234", "10 aa 10 bb")
    #expect(found.isEmpty)
  }

  @Test("An element is found by its id, and one that is not there is not")
  func byID() throws {
    let bytes = Vectors.rtpPacket
    let packet = bytes.span.bytes
    let header = try required(RTPHeader(packet))
    let mid = header.headerExtension(4, in: packet)
    let absent = header.headerExtension(9, in: packet)
    let text = mid.map { Array(Vectors.rtpPacket[$0.offset..<($0.offset + $0.length)]) }
    #expect(text == Array("12".utf8))
    #expect(absent == nil)
  }
}
