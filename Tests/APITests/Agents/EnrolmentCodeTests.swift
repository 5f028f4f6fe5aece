import Testing

@testable import API

@Suite("One-time codes")
struct EnrolmentCodeTests {
  /// SplitMix64, so that the same codes come every time.
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var value = state
      value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
      value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
      return value ^ (value >> 31)
    }
  }

  private func codes(_ count: Int) -> [EnrolmentCode] {
    var random = Seeded(state: 7)
    return (0..<count).map { _ in EnrolmentCode(using: &random) }
  }

  @Test("A code is read as it is printed, and as people type it: small, spaced, full-width")
  func forms() throws {
    for code in codes(100) {
      #expect(EnrolmentCode(code.description) == code)
      #expect(EnrolmentCode(code.description.lowercased()) == code)
      #expect(EnrolmentCode(" \(code.symbols) ") == code)
      let wide = String(
        String.UnicodeScalarView(
          code.description.unicodeScalars.map { $0 == "-" ? "ー" : Unicode.Scalar($0.value + 0xfee0) ?? $0 }))
      #expect(EnrolmentCode(wide) == code)
    }
  }

  @Test("Every wrong symbol is found, and every two that changed places")
  func slips() {
    for code in codes(20) {
      let typed = Array(code.symbols.utf8)
      for place in typed.indices {
        for other in EnrolmentCode.symbols where other != typed[place] {
          var wrong = typed
          wrong[place] = other
          #expect(EnrolmentCode(String(decoding: wrong, as: UTF8.self)) == nil)
        }
        for later in typed.indices where later > place && later < typed.count - 1 && typed[place] != typed[later] {
          var wrong = typed
          wrong.swapAt(place, later)
          #expect(EnrolmentCode(String(decoding: wrong, as: UTF8.self)) == nil)
        }
      }
    }
  }

  @Test("What has another length or letters that are easily taken for others is no code")
  func others() {
    let code = codes(1)[0].symbols
    for text in [
      "", "-", String(code.dropLast()), code + "2", "O" + code.dropFirst(), "1" + code.dropFirst(), code + "é",
    ] {
      #expect(EnrolmentCode(text) == nil)
    }
    #expect(EnrolmentCode(String(repeating: "A", count: 100_000)) == nil)
  }

  @Test("Codes are in groups of four and differ")
  func shape() throws {
    let all = codes(1_000)
    #expect(Set(all).count == all.count)
    for code in all { #expect(code.description.wholeMatch(of: /[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}/) != nil) }
  }
}
