import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Web

@Suite struct BodiesTests {
  private struct BrokeOff: Error {}

  private static func request(_ body: RequestBody, coding: String? = nil) -> Request {
    var head = HTTPRequest(method: .post, scheme: "https", authority: "localhost", path: "/")
    head.headerFields[.contentEncoding] = coding
    return Request(head: head, body: body)
  }

  @Test("A body that breaks off is refused, and is no failure of the server's")
  func brokenOff() async throws {
    let (body, source) = RequestBody.makeStream()
    source.finish(BrokeOff())
    let refusal = await #expect(throws: Refusal.self) { try await Self.request(body).bytes(upTo: 10) }
    #expect(refusal?.status == .badRequest)
  }

  @Test("A body of the limit is read, a byte more is refused")
  func limit() async throws {
    let whole = RequestBody(buffer: ByteBuffer(string: "0123456789"))
    #expect(try await Self.request(whole).text(upTo: 10) == "0123456789")
    let refusal = await #expect(throws: Refusal.self) { try await Self.request(whole).bytes(upTo: 9) }
    #expect(refusal?.status == .contentTooLarge)
  }

  @Test(
    "A body in a coding that is not read is refused with the one that is", arguments: ["gzip", "br", "identity, x"])
  func contentCoding(_ coding: String) async throws {
    let request = Self.request(RequestBody(buffer: ByteBuffer(string: "0123456789")), coding: coding)
    let refusal = await #expect(throws: Refusal.self) { try await request.bytes(upTo: 10) }
    #expect(refusal?.status == .unsupportedMediaType)
    #expect(refusal?.headers[.acceptEncoding] == "identity")
  }

  @Test("A body that is said to be in no coding is read", arguments: ["identity", "Identity", ""])
  func noContentCoding(_ coding: String) async throws {
    let request = Self.request(RequestBody(buffer: ByteBuffer(string: "0123456789")), coding: coding)
    #expect(try await request.text(upTo: 10) == "0123456789")
  }
}
