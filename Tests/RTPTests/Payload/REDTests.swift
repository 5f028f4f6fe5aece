import RTP
import Testing
import Wire

@Suite("RED payload")
struct REDTests {
  private func blocks(_ bytes: [UInt8]) -> [REDBlock]? {
    let payload = bytes.span.bytes
    guard var walk = RED(payload) else { return nil }
    var blocks: [REDBlock] = []
    while let block = walk.next(in: payload) { blocks.append(block) }
    return blocks
  }

  @Test("Redundant blocks come first, the primary last")
  func blocks() throws {
    // Two blocks of Opus (111), 1,920 and 960 ticks old, of 2 and 3 bytes; the primary has 1.
    let found = try required(blocks(hex("ef 1e0002 ef 0f0003 6f aaaa bbbbbb cc")))
    #expect(found.map(\.payloadType) == [111, 111, 111])
    #expect(found.map(\.timestampOffset) == [1920, 960, 0])
    #expect(found.map(\.isPrimary) == [false, false, true])
    #expect(found.map(\.headerOffset) == [0, 4, 8])
    #expect(found.map(\.offset) == [9, 11, 14])
    #expect(found.map(\.length) == [2, 3, 1])
  }

  @Test("A primary alone may be empty")
  func primaryAlone() throws {
    let found = try required(blocks([111]))
    #expect(found.count == 1)
    #expect(found[0].length == 0)
  }

  @Test(
    "Headers that do not end and blocks that do not fit are refused",
    arguments: ["", "ef", "ef1e0002", "ef1e0002 6f aa"])
  func malformed(payload: String) {
    #expect(blocks(hex(payload)) == nil)
  }

  @Test("No bytes make it trap, and every block lies in the payload")
  func arbitraryBytes() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<20_000 {
      let payload = random.bytes(upTo: 40).map { Int.random(in: 0..<3, using: &random) == 0 ? $0 & 3 : $0 }
      for block in blocks(payload) ?? [] {
        #expect(block.offset >= 0 && block.length >= 0 && block.offset + block.length <= payload.count)
      }
    }
  }
}
