import Testing
import Wire

@testable import SFU

@Suite("Section name")
struct SectionNameTests {
  @Test("A mid of 1 to 16 bytes is kept; none and longer ones are not")
  func length() throws {
    let name = try #require(SectionName("audio-0"))
    let bytes = name.bytes.bytes()
    #expect(bytes == Array("audio-0".utf8))
    #expect(SectionName("") == nil)
    #expect(SectionName("0123456789abcdef") != nil)
    #expect(SectionName("0123456789abcdefg") == nil)
  }

  @Test("It matches exactly itself, inside the packet")
  func matching() throws {
    let name = try #require(SectionName("ab"))
    let packet = Array("xabc".utf8)
    let span = packet.span.bytes
    let matches = [
      name.matches(span, at: 1, length: 2), name.matches(span, at: 0, length: 2), name.matches(span, at: 1, length: 3),
      name.matches(span, at: 3, length: 2), name.matches(span, at: -1, length: 2),
    ]
    #expect(matches == [true, false, false, false, false])
  }
}
