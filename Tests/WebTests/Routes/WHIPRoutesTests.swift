import API
import Fetch
import Testing

@testable import Web

@Suite struct WHIPRoutesTests {
  private let sdp = ["Content-Type": MediaTypes.sdp]

  @Test("Publishing gives 201 with place, ETag and how to patch, readable from other origins")
  func publish() async throws {
    try await TestServer.runRelay { server in
      let response = try await server.fetch("POST", "/whip/studio", sdp, text: TestOffer.publisher)
      #expect(response.status == 201)
      #expect(response.header("Content-Type") == MediaTypes.sdp)
      #expect(response.header("Location")?.hasPrefix("/whip/studio/") == true)
      #expect(response.header("ETag")?.hasPrefix("\"") == true)
      #expect(response.header("Accept-Patch") == MediaTypes.sdpFragment)
      #expect(response.header("Access-Control-Allow-Origin") == "*")
      let exposed = response.header("Access-Control-Expose-Headers") ?? ""
      for name in ["Location", "ETag", "Link", "Accept-Patch"] { #expect(exposed.contains(name)) }
      let resource = try #require(response.header("Location"))
      let look = try await server.fetch("GET", resource)
      #expect(look.status == 204)
      #expect(look.header("ETag") == response.header("ETag"))
      #expect(try await server.fetch("DELETE", resource, ["If-Match": "\"other\""]).status == 200)
      #expect(try await server.fetch("GET", resource).status == 404)
    }
  }

  @Test("A viewer who comes before anything is published is told to come again")
  func watchTooEarly() async throws {
    try await TestServer.runRelay { server in
      let early = try await server.fetch("POST", "/whep/studio", sdp, text: TestOffer.viewer)
      #expect(early.status == 409)
      #expect(early.errorCode == .nothingPublished)
      #expect(early.header("Retry-After") == "3")
      #expect(early.header("Access-Control-Allow-Origin") == "*")
    }
  }

  @Test("A browser's preflight and a client's HEAD are answered")
  func preflight() async throws {
    try await TestServer.runRelay { server in
      let options = try await server.fetch(
        "OPTIONS", "/whip/studio",
        ["Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"])
      #expect(options.status == 204)
      #expect(options.header("Accept-Post") == MediaTypes.sdp)
      #expect(options.header("Access-Control-Allow-Methods")?.contains("POST") == true)
      #expect(options.header("Access-Control-Allow-Headers")?.contains("If-Match") == true)
      let head = try await server.fetch("HEAD", "/whep/studio")
      #expect(head.status == 200)
      #expect(head.header("Content-Type") == MediaTypes.sdp)
    }
  }

  @Test("Trickling is 204 without ETag, a restart 200 with a new one; both need the session's name")
  func patch() async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.fetch("POST", "/whip/studio", sdp, text: TestOffer.publisher)
      let resource = try #require(joined.header("Location"))
      let etag = try #require(joined.header("ETag"))
      func patch(_ ifMatch: String?, _ text: String) async throws -> FetchResponse {
        var headers = ["Content-Type": MediaTypes.sdpFragment]
        headers["If-Match"] = ifMatch
        return try await server.fetch("PATCH", resource, headers, text: text)
      }
      let candidate = "a=ice-ufrag:a1b2\r\nm=audio 9 X 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
      let trickled = try await patch(etag, candidate)
      #expect(trickled.status == 204)
      #expect(trickled.header("ETag") == nil)
      #expect(try await patch(nil, candidate).errorCode == .preconditionRequired)
      let stale = try await patch("\"other\"", candidate)
      #expect(stale.status == 412)
      #expect(stale.header("ETag") == etag)
      let restarted = try await patch("*", "a=ice-ufrag:zzzz\r\na=ice-pwd:0123456789abcdefghijklmn\r\n")
      #expect(restarted.status == 200)
      #expect(restarted.header("ETag") != etag)
      let other = try await server.fetch("PATCH", resource, ["Content-Type": "text/plain", "If-Match": "*"], text: "x")
      #expect(other.status == 422)
    }
  }

  @Test("An offer that cannot be taken whole is refused")
  func unacceptable() async throws {
    try await TestServer.runRelay { server in
      let nothingSent = try await server.fetch("POST", "/whip/studio", sdp, text: TestOffer.viewer)
      #expect(nothingSent.status == 422)
      #expect(nothingSent.errorCode == .unsupportedOffer)
      #expect(try await server.fetch("POST", "/whip/studio", sdp, text: "hello").status == 400)
      #expect(try await server.fetch("POST", "/whip/studio", text: TestOffer.publisher).status == 415)
    }
  }
}
