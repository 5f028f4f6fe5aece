import Testing

@testable import SDP

@Suite("SDP lines")
struct SDPLinesTests {
  @Test("Lines are numbered as an editor shows them, blank ones counted")
  func numbers() throws {
    var lines = SDPLines("a=x\r\n\r\nb=é:1\nc=", limit: 10)
    let first = try #require(try lines.next())
    let second = try #require(try lines.next())
    let third = try #require(try lines.next())
    #expect([first.number, second.number, third.number] == [1, 3, 4])
    #expect(second.value == "é:1")
    #expect(third.value.isEmpty)
    #expect(try lines.next() == nil)
  }

  @Test("An attribute's name is a token, its value anything", arguments: ["a=:x", "a=", "a=é:x", "a=b c:x"])
  func names(line: String) throws {
    var lines = SDPLines("a=x:é:y\n\(line)", limit: 10)
    let good = try #require(try lines.next()).attribute()
    #expect(good.name == "x" && good.value == "é:y")
    let bad = try #require(try lines.next())
    #expect(throws: SDPError(line: 2, .malformed(line: "a"))) { try bad.attribute() }
  }
}

extension SDPLine: Equatable {
  public static func == (left: SDPLine, right: SDPLine) -> Bool {
    left.number == right.number && left.type == right.type && left.value == right.value
  }
}
