import STAMP
import Testing

@Suite struct DSCPSetTests {
  @Test("A set has the code points it was made of and no others; what is no code point is in none")
  func contains() {
    let set = DSCPSet([0, 46, 63, 64, 255])
    #expect((UInt8(0)...UInt8.max).filter(set.contains) == [0, 46, 63])
    #expect((UInt8(0)...UInt8.max).filter(DSCPSet.all.contains) == Array(0..<64))
  }
}
