import Testing
import Wire

@Suite("Address block")
struct AddressBlockTests {
  private func block(_ text: String) throws -> AddressBlock {
    try #require(AddressBlock(text))
  }

  private func address(_ text: String) throws -> IPAddress {
    try #require(IPAddress(text))
  }

  @Test(
    "A block holds what its prefix says and nothing else",
    arguments: [
      ("10.7.0.0/16", "10.7.255.255", true), ("10.7.0.0/16", "10.8.0.0", false), ("10.7.0.0/16", "::a07:0", false),
      ("10.7.0.5", "10.7.0.5", true), ("10.7.0.5", "10.7.0.4", false), ("0.0.0.0/0", "203.0.113.9", true),
      ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
      ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
      ("2001:db8:0:1::/64", "2001:db8:0:1::ffff", true), ("2001:db8:0:1::/64", "2001:db8:0:2::", false),
      ("2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1", true), ("2001:db8::8000:0:0:0/65", "2001:db8::1", false),
      ("10.0.0.1/32", "10.0.0.1", true), ("2001:db8::1/128", "2001:db8::2", false),
    ])
  func contains(text: String, other: String, expected: Bool) throws {
    #expect(try block(text).contains(address(other)) == expected)
  }

  @Test(
    "Bits after the prefix, lengths beyond the address and other text are refused",
    arguments: [
      "10.7.0.1/16", "2001:db8::1/32", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "", "/8",
    ])
  func refused(text: String) {
    #expect(AddressBlock(text) == nil)
  }

  @Test(
    "Blocks overlap when one holds the other",
    arguments: [
      ("10.0.0.0/8", "10.7.0.0/16", true), ("10.0.0.0/9", "10.128.0.0/9", false), ("0.0.0.0/0", "::/0", false),
    ])
  func overlaps(one: String, other: String, expected: Bool) throws {
    #expect(try block(one).overlaps(block(other)) == expected)
    #expect(try block(other).overlaps(block(one)) == expected)
  }

  @Test("A block is written as it was read", arguments: ["10.7.0.0/16", "2001:db8::/32"])
  func description(text: String) throws {
    #expect("\(try block(text))" == text)
  }
}
