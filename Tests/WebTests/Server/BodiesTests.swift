import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Web

@Suite struct BodiesTests {
  private struct BrokeOff: Error {}

  private static func request(_ body: RequestBody) -> Request {
    Request(head: HTTPRequest(method: .post, scheme: "https", authority: "localhost", path: "/"), body: body)
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
}
