import SDP
import Testing

@Suite("a=fmtp")
struct FormatParametersTests {
  @Test("Parameters are found by name, without case, with spaces between them")
  func lookUp() throws {
    let parameters = try #require(FormatParameters("102 level-asymmetry-allowed=1; Packetization-Mode=1 ;x=a=b"))
    #expect(parameters.format == "102")
    #expect(parameters["packetization-mode"] == "1")
    #expect(parameters["x"] == "a=b")
    #expect(parameters["absent"] == nil)
  }

  @Test("What is not name=value is kept", arguments: ["101 0-15", "63 111/111"])
  func lists(value: String) throws {
    #expect("\(try #require(FormatParameters(value)))" == value)
  }

  @Test("Only the parameters asked for are kept, in their order")
  func only() throws {
    let parameters = try #require(FormatParameters("1 c=3;a=1;b=2")).only(["a", "c"])
    #expect("\(parameters)" == "1 c=3;a=1")
  }

  @Test("Nothing at all is refused")
  func refused() {
    #expect(FormatParameters("") == nil)
  }
}
