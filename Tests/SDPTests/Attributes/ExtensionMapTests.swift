import SDP
import Testing

@Suite("a=extmap")
struct ExtensionMapTests {
  @Test(
    "An extension with and without direction is read and written again", arguments: ["4 urn:a", "8/sendonly urn:b"])
  func roundTrip(value: String) throws {
    #expect("\(try #require(ExtensionMap(value)))" == value)
  }

  @Test("An answer mirrors the direction")
  func mirrored() throws {
    #expect("\(try #require(ExtensionMap("8/sendonly urn:b")).mirrored)" == "8/recvonly urn:b")
    #expect("\(try #require(ExtensionMap("4 urn:a")).mirrored)" == "4 urn:a")
  }

  @Test("Attributes after the URI are not kept")
  func attributes() {
    #expect(ExtensionMap("4 urn:a x y") == ExtensionMap(id: 4, uri: "urn:a"))
  }

  @Test(
    "What is not an extension is refused",
    arguments: ["", "4", "0 urn:a", "256 urn:a", "4/up urn:a", "/sendonly urn:a"])
  func refused(value: String) {
    #expect(ExtensionMap(value) == nil)
  }
}
