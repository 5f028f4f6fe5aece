import SDP
import Testing

@Suite("Attributes")
struct AttributeTests {
  private let attributes: Attributes = [
    Attribute("rtcp-mux"), Attribute("ssrc", "1 cname:a"), Attribute("ssrc", "2 cname:a", line: 9),
    Attribute("empty", ""),
  ]

  @Test("The first of a name is found, and all values of a name in their order")
  func lookUp() {
    #expect(attributes["ssrc"]?.value == "1 cname:a")
    #expect(attributes.values("ssrc") == ["1 cname:a", "2 cname:a"])
    #expect(attributes["absent"] == nil)
    #expect(attributes[2].line == 9)
  }

  @Test("A flag has no value, an empty value is one")
  func flags() {
    #expect(attributes.has("rtcp-mux"))
    #expect(attributes["rtcp-mux"]?.value == nil)
    #expect(attributes["empty"]?.value == "")
    #expect(attributes.values("rtcp-mux").isEmpty)
  }
}
