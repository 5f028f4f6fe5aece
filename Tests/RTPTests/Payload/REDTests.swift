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

  @Test("Headers are written with another payload type, and only those of blocks that are young enough")
  func headers() throws {
    let payload = hex("ef 1e0002 ef 0f0003 6f aaaa bbbbbb cc")
    let cases: [(reach: UInt16, headers: String, offset: Int)] = [
      (2000, "ed 1e0002 ed 0f0003 6d", 9), (1920, "ed 1e0002 ed 0f0003 6d", 9), (1919, "ed 0f0003 6d", 11),
      (959, "6d", 14),
    ]
    for expected in cases {
      var offset: Int?
      let headers = written { out in
        let result = RED.writeHeaders(
          of: payload.span.bytes, reach: expected.reach, payloadType: 109, into: &out, at: 0)
        offset = result?.dataOffset
        return result?.length
      }
      #expect(headers == hex(expected.headers))
      #expect(offset == expected.offset)
    }
    let cramped = written(capacity: 8) {
      RED.writeHeaders(of: payload.span.bytes, reach: 2000, payloadType: 109, into: &$0, at: 0)?.length
    }
    #expect(cramped == nil)
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
