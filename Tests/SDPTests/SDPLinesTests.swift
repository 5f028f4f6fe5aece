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
}

extension SDPLine: Equatable {
  public static func == (left: SDPLine, right: SDPLine) -> Bool {
    left.number == right.number && left.type == right.type && left.value == right.value
  }
}
