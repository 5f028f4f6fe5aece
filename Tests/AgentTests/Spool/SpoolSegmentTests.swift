import Testing

@testable import Agent

@Suite("A spool segment")
struct SpoolSegmentTests {
  @Test("Entries are found one after the other")
  func entries() {
    let bytes = SpoolSegment.entry([1, 2, 3]) + SpoolSegment.entry([4])
    #expect(SpoolSegment.payload(in: bytes, at: 0) == 8..<11)
    #expect(SpoolSegment.payload(in: bytes, at: 11) == 19..<20)
    #expect(SpoolSegment.payload(in: bytes, at: 20) == nil)
  }

  @Test("What is no entry is skipped: zeros as a disk leaves them, and any other bytes")
  func skipped() {
    let entry = SpoolSegment.entry([4])
    let gaps: [[UInt8]] = [
      Array(repeating: 0, count: 64), Array(0..<64), Array(SpoolSegment.entry([1, 2, 3]).dropLast()),
    ]
    for gap in gaps {
      #expect(SpoolSegment.nextPayload(in: gap + entry, from: 0) == gap.count + 8..<gap.count + 9)
      #expect(SpoolSegment.nextPayload(in: gap, from: 0) == nil)
    }
  }

  @Test("Cut short anywhere, or with any bit changed, an entry is none")
  func damage() {
    let entry = SpoolSegment.entry([1, 2, 3])
    for length in 0..<entry.count { #expect(SpoolSegment.payload(in: Array(entry.prefix(length)), at: 0) == nil) }
    for index in entry.indices {
      for bit in 0..<8 {
        var changed = entry
        changed[index] ^= 1 << UInt8(bit)
        #expect(SpoolSegment.payload(in: changed, at: 0) == nil)
      }
    }
  }

  @Test("A file's name sorts by its number")
  func names() {
    #expect(SpoolSegment.path(7, in: "/s") == "/s/00000000000000000007.spool")
    #expect(SpoolSegment.path(.max, in: "/s") == "/s/18446744073709551615.spool")
  }
}
