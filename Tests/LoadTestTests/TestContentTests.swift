import Testing
import Wire

@testable import LoadTest

@Suite struct TestContentTests {
  private func read(_ bytes: [UInt8]) -> TestContent? { TestContent(bytes.span.bytes) }

  @Test("Content is read back at every length, and no flipped bit is missed", arguments: [8, 9, 15, 16, 17, 80, 1100])
  func roundTrip(_ count: Int) {
    let content = TestContent(origin: 0xdead_beef, number: 77)
    let bytes = content.bytes(count)
    #expect(bytes.count == count)
    #expect(read(bytes) == content)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(read(changed) != content)
      if count > 8 { #expect(read(changed) == nil) }
    }
  }

  @Test("Less than the least is no content, and nothing is made shorter than that")
  func short() {
    #expect(read([]) == nil)
    #expect(read(Array(TestContent(origin: 1, number: 2).bytes(7).prefix(7))) == nil)
    #expect(TestContent(origin: 1, number: 2).bytes(0).count == 8)
  }
}
