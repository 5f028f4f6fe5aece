import Testing

@testable import SRTP

@Suite struct StreamTableTests {
  @Test("Streams keep their numbers, also those that meet in one place, until the table is full")
  func numbers() {
    var table = StreamTable(capacity: 64)
    // Zero is a stream like any other, and these all hash to few places.
    let ssrcs = (0..<64).map { UInt32($0) << 26 }
    for (number, ssrc) in ssrcs.enumerated() {
      let found = table.find(ssrc)
      #expect(found == nil)
      let inserted = table.findOrInsert(ssrc)
      #expect(inserted == number)
    }
    for (number, ssrc) in ssrcs.enumerated() {
      let found = table.find(ssrc)
      let again = table.findOrInsert(ssrc)
      #expect(found == number)
      #expect(again == number)
    }
    let isFull = table.isFull
    let further = table.findOrInsert(1)
    let unknown = table.find(1)
    #expect(isFull)
    #expect(further == nil)
    #expect(unknown == nil)
  }
}
