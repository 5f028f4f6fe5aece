import Testing
import Wire

@testable import Probes

@Suite("DNS messages of a probe")
struct DNSMessageTests {
  private func question(_ name: String) throws -> [UInt8] {
    try #require(DNSMessage.question(name, type: DNSMessage.address))
  }

  @Test("A question is the name in labels, its type and the class (RFC 1035 section 4.1.2)")
  func questionBytes() throws {
    let bytes: [UInt8] = [5, 107, 97, 105, 103, 105, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1]
    #expect(try question("kaigi.example") == bytes)
    #expect(try question("kaigi.example.") == bytes)
  }

  @Test(
    "What is no host name has no question",
    arguments: ["", ".", "a..b", String(repeating: "a", count: 64), "a b", "会議.example"])
  func noNames(name: String) {
    #expect(DNSMessage.question(name, type: 1) == nil)
  }

  @Test("A name of 255 bytes is one, a longer one is not")
  func longestName() {
    let label = String(repeating: "a", count: 63)
    let name = [label, label, label].joined(separator: ".")
    #expect(DNSMessage.question(name + "." + String(repeating: "b", count: 61), type: 1) != nil)
    #expect(DNSMessage.question(name + "." + String(repeating: "b", count: 62), type: 1) == nil)
  }

  private func answer(_ question: [UInt8], flags: UInt16, answers: UInt16 = 1, id: UInt16 = 77) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in [id, flags, 1, answers, 0, 0] { bytes.append(u16: value) }
    return bytes + question + (0..<answers).flatMap { _ in record(DNSMessage.address) }
  }

  /// An answer of four bytes; the name is a pointer to the question's.
  private func record(_ type: UInt16) -> [UInt8] {
    var bytes: [UInt8] = [0xc0, 12]
    for value in [type, 1, 0, 60, 4] { bytes.append(u16: value) }
    return bytes + [192, 0, 2, 1]
  }

  @Test("Answers of another type are none, and one that is cut short ends the count")
  func answerCounts() throws {
    let question = try question("kaigi.example")
    let head = Array(answer(question, flags: 0x8180, answers: 3).prefix(DNSMessage.headerByteCount + question.count))
    let alias = record(5)
    let address = record(DNSMessage.address)
    let labels = [3] + Array("abc".utf8) + [0] + address.dropFirst(2)
    #expect(read(head + alias, question)?.answerCount == 0)
    #expect(read(head + alias + address + address, question)?.answerCount == 2)
    #expect(read(head + alias + labels, question)?.answerCount == 1)
    let whole = head + alias + labels + address
    for length in head.count..<whole.count {
      let count = try #require(read(Array(whole.prefix(length)), question)).answerCount
      #expect(count == (length >= head.count + alias.count + labels.count ? 1 : 0))
    }
  }

  private func read(_ bytes: [UInt8], _ question: [UInt8]) -> DNSMessage? {
    DNSMessage(bytes.span.bytes, answering: question)
  }

  @Test("An answer to our question is read, whatever case its letters come back in")
  func reading() throws {
    let question = try question("Kaigi.example")
    let lower = try self.question("kaigi.EXAMPLE")
    let message = try #require(read(answer(lower, flags: 0x8183, answers: 2), question))
    #expect((message.id, message.responseCode, message.answerCount) == (77, 3, 2))
    #expect(!message.isTruncated)
    #expect(try #require(read(answer(lower, flags: 0x8200), question)).isTruncated)
  }

  @Test("A query, another question's answer, other operations and what is cut short are no answers")
  func notAnswers() throws {
    let question = try question("kaigi.example")
    let other = try self.question("kaigo.example")
    #expect(read(answer(question, flags: 0x0100), question) == nil)
    #expect(read(answer(other, flags: 0x8180), question) == nil)
    #expect(read(answer(question, flags: 0x8980), question) == nil)
    let whole = answer(question, flags: 0x8180, answers: 0)
    for length in whole.indices {
      #expect(read(Array(whole.prefix(length)), question) == nil)
    }
  }

  @Test("A query asks for recursion, and its own echo is no answer")
  func query() throws {
    let question = try question("kaigi.example")
    let query = DNSMessage.query(id: 0x1234, question: question)
    #expect(query.prefix(12) == [0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0])
    #expect(read(query, question) == nil)
  }
}
