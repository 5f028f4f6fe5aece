import API
import Fetch
import Relay
import Testing

@testable import Web

/// RFC 9725 and draft-ietf-wish-whep-03 as far as HTTP goes; `docs/conformance/whip-whep.md` has the clauses. What needs
/// media is in `Tests/Peers`.
@Suite struct WHIPRoutesTests {
  private static let sdp = ["Content-Type": MediaTypes.sdp]
  private static let candidate = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
  private static let renewed = "a=ice-ufrag:zzzz\r\na=ice-pwd:0123456789abcdefghijklmn\r\n"

  private static func fragment(_ lines: String) -> String {
    "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" + lines
  }

  /// One publisher's session.
  private struct Session {
    let server: TestServer
    let resource: String
    let etag: String
    let answer: String

    init(_ server: TestServer, offer: String = TestOffer.publisher) async throws {
      self.server = server
      let response = try await server.fetch("POST", "/whip/studio", sdp, text: offer)
      try #require(response.status == 201, "\(response.text)")
      resource = try #require(response.header("Location"))
      etag = try #require(response.header("ETag"))
      answer = response.text
    }

    func patch(
      _ ifMatch: String?, _ text: String, type: String = MediaTypes.sdpFragment
    ) async throws -> FetchResponse {
      var headers = ["Content-Type": type]
      headers["If-Match"] = ifMatch
      return try await server.fetch("PATCH", resource, headers, text: text)
    }
  }

  // MARK: Setting up

  @Test("Interop 21: publishing gives 201 with the answer, Location, a strong ETag and Accept-Patch")
  func publish() async throws {
    try await TestServer.runRelay { server in
      let response = try await server.fetch("POST", "/whip/studio", Self.sdp, text: TestOffer.publisher)
      #expect(response.status == 201)
      #expect(response.header("Content-Type") == MediaTypes.sdp)
      #expect(response.header("Accept-Patch") == MediaTypes.sdpFragment)
      let etag = try #require(response.header("ETag"))
      #expect(etag.hasPrefix("\"") && etag.hasSuffix("\"") && etag.count > 2)
      let resource = try #require(response.header("Location"))
      #expect(resource.hasPrefix("/whip/studio/"))
      // 128 random bits: nobody guesses another's session.
      let secret = resource.dropFirst("/whip/studio/".count)
      #expect(secret.count == 32 && secret.allSatisfy(\.isHexDigit))
      let other = try await Session(server)
      #expect(other.resource != resource && other.etag != etag)
    }
  }

  @Test("Interop 21: the answer only receives, is passive and bundled, and lists every candidate")
  func answer() async throws {
    try await TestServer.runRelay { server in
      let offer = TestOffer.publisher.replacing("a=rtcp-mux\r\n", with: "a=rtcp-mux\r\na=rtcp-mux-only\r\n")
      let lines = try await Session(server, offer: offer).answer.split(separator: "\r\n")
      func count(_ line: String) -> Int { lines.count { $0 == line } }
      #expect(count("a=recvonly") == 2)
      #expect(count("a=setup:passive") == 2)
      #expect(count("a=rtcp-mux-only") == 2)
      #expect(count("a=group:BUNDLE 0 1") == 1)
      #expect(count("a=ice-lite") == 1)
      #expect(lines.contains { $0.hasPrefix("a=candidate:") && $0.contains(" 127.0.0.1 ") })
      #expect(count("a=end-of-candidates") >= 1)
      #expect(!lines.contains { $0.hasPrefix("a=simulcast") || $0.hasPrefix("a=rid") })
    }
  }

  @Test("Interop 21: a publisher that only speaks of sendrecv, or is always the DTLS client, is taken")
  func lenient() async throws {
    try await TestServer.runRelay { server in
      let both = try await Session(server, offer: TestOffer.publisher.replacing("a=sendonly", with: "a=sendrecv"))
      #expect(both.answer.contains("a=recvonly\r\n") && !both.answer.contains("a=sendrecv"))
      let active = try await Session(
        server, offer: TestOffer.publisher.replacing("setup:actpass", with: "setup:active"))
      #expect(active.answer.contains("a=setup:passive\r\n"))
    }
  }

  @Test("Interop 21: what is no SDP is refused by 415 or 400", arguments: ["/whip/studio", "/whep/studio"])
  func malformed(endpoint: String) async throws {
    try await TestServer.runRelay { server in
      #expect(try await server.fetch("POST", endpoint, text: TestOffer.publisher).status == 415)
      let json = try await server.fetch("POST", endpoint, ["Content-Type": "application/json"], text: "{}")
      #expect(json.status == 415)
      #expect(try await server.fetch("POST", endpoint, Self.sdp, text: "hello").status == 400)
      #expect(try await server.fetch("POST", endpoint, Self.sdp, text: "").status == 400)
    }
  }

  @Test(
    "Interop 21: an offer that cannot be taken whole is refused by 422, never taken in part",
    arguments: [
      // A section that goes the other way, or nowhere.
      TestOffer.viewer, TestOffer.meeting, TestOffer.text([("audio", "sendonly"), ("video", "inactive")]),
      // Two tracks of a kind.
      TestOffer.text([("video", "sendonly"), ("video", "sendonly")]),
      // Not bundled, not multiplexed, no codec in common, no media at all.
      TestOffer.publisher.replacing("BUNDLE 0 1", with: "BUNDLE 0"),
      TestOffer.publisher.replacing("a=rtcp-mux\r\n", with: ""),
      TestOffer.publisher.replacing("VP8/90000", with: "theora/90000"),
      TestOffer.publisher + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n",
      // Both sides would wait for the other's ClientHello.
      TestOffer.publisher.replacing("setup:actpass", with: "setup:passive"),
    ])
  func unacceptable(offer: String) async throws {
    try await TestServer.runRelay { server in
      let response = try await server.fetch("POST", "/whip/studio", Self.sdp, text: offer)
      #expect(response.status == 422)
      #expect(response.errorCode == .unsupportedOffer)
      #expect(response.header("Location") == nil)
    }
  }

  @Test("Interop 21: a full room and a full relay are 503 with Retry-After, and never a redirection")
  func overload() async throws {
    var bounds = RelayBounds()
    bounds.participantsPerRoom = 1
    bounds.rooms = 1
    try await TestServer.runRelay(bounds: bounds) { server in
      _ = try await Session(server)
      for room in ["studio", "other"] {
        let response = try await server.fetch("POST", "/whip/\(room)", Self.sdp, text: TestOffer.publisher)
        #expect(response.status == 503)
        #expect(response.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
        #expect(response.header("Access-Control-Expose-Headers")?.contains("Retry-After") == true)
      }
    }
  }

  // MARK: A session

  @Test("Interop 21: GET and HEAD succeed without content, at the endpoint and at the session")
  func look() async throws {
    try await TestServer.runRelay { server in
      let session = try await Session(server)
      for address in ["/whip/studio", session.resource] {
        for method in ["GET", "HEAD"] {
          let response = try await server.fetch(method, address)
          #expect(response.status == 204)
          #expect(response.body.isEmpty)
        }
      }
      #expect(try await server.fetch("GET", session.resource).header("ETag") == session.etag)
    }
  }

  @Test("Interop 21: trickled candidates are 204 without body and ETag, whatever kind they are")
  func trickle() async throws {
    try await TestServer.runRelay { server in
      let session = try await Session(server)
      let candidates = [
        Self.candidate, "a=candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\n",
        "a=candidate:3 1 udp 1 0b7e2f6c-6f0e-4b1f-9a63-1f7a2d0a4c3e.local 9 typ host\r\n", "a=end-of-candidates\r\n",
      ]
      let own = "a=ice-ufrag:a1b2\r\na=ice-pwd:0123456789abcdefghijklmn\r\n"
      for lines in [own + candidates.joined(), candidates.joined()] {
        let response = try await session.patch(session.etag, Self.fragment(lines))
        #expect(response.status == 204)
        #expect(response.body.isEmpty)
        #expect(response.header("ETag") == nil)
      }
      #expect(try await server.fetch("GET", session.resource).header("ETag") == session.etag)
    }
  }

  @Test("Interop 21: a restart is 200 with a new ETag, new credentials and the candidates", arguments: ["*", "\"*\""])
  func restart(ifMatch: String) async throws {
    try await TestServer.runRelay { server in
      let session = try await Session(server)
      let response = try await session.patch(ifMatch, Self.fragment(Self.renewed + Self.candidate))
      #expect(response.status == 200)
      #expect(response.header("Content-Type") == MediaTypes.sdpFragment)
      let etag = try #require(response.header("ETag"))
      #expect(etag != session.etag)
      // ice-lite, as in the answer; ice-options are in neither.
      #expect(response.text.contains("a=ice-lite\r\n") && !response.text.contains("ice-options"))
      #expect(!session.answer.contains("ice-options"))
      for name in ["ice-ufrag", "ice-pwd"] {
        let value = try #require(response.text.firstMatch(of: try Regex("a=\(name):([^\r]+)\r\n"))?.output[1].substring)
        #expect(!session.answer.contains("a=\(name):\(value)\r\n"))
      }
      #expect(response.text.contains("a=candidate:") && response.text.contains("m=audio "))

      // The former session's name is outdated now.
      #expect(try await session.patch(session.etag, Self.fragment(Self.candidate)).status == 412)
      #expect(try await session.patch(etag, Self.fragment(Self.candidate)).status == 204)
    }
  }

  @Test("Interop 21: a PATCH without If-Match is 428, with another session's ETag 412 that names the right one")
  func preconditions() async throws {
    try await TestServer.runRelay { server in
      let session = try await Session(server)
      for lines in [Self.candidate, Self.renewed] {
        let missing = try await session.patch(nil, Self.fragment(lines))
        #expect(missing.status == 428)
        #expect(missing.errorCode == .preconditionRequired)
        let stale = try await session.patch("\"other\"", Self.fragment(lines))
        #expect(stale.status == 412)
        #expect(stale.header("ETag") == session.etag)
      }
    }
  }

  @Test("Interop 21: a PATCH of another type is 422, a fragment that cannot be read 400; the session stands")
  func refusedPatch() async throws {
    try await TestServer.runRelay { server in
      let session = try await Session(server)
      for type in ["text/plain", MediaTypes.sdp, "application/json"] {
        let response = try await session.patch("*", Self.fragment(Self.renewed), type: type)
        #expect(response.status == 422)
        #expect(response.header("Accept-Patch") == MediaTypes.sdpFragment)
      }
      for text in ["hello", "a=ice-ufrag:zzzz\r\n", "a=ice-ufrag:zzzz\r\na=ice-pwd:short\r\n"] {
        #expect(try await session.patch("*", text).status == 400)
      }
      let still = try await server.fetch("GET", session.resource)
      #expect(still.status == 204)
      #expect(still.header("ETag") == session.etag)
    }
  }

  @Test("Interop 21: DELETE is 200 whatever If-Match says, and then nothing is there")
  func leave() async throws {
    try await TestServer.runRelay { server in
      let session = try await Session(server)
      #expect(try await server.fetch("DELETE", session.resource, ["If-Match": "\"other\""]).status == 200)
      for method in ["GET", "DELETE"] {
        #expect(try await server.fetch(method, session.resource).status == 404)
      }
      #expect(try await session.patch("*", Self.fragment(Self.renewed)).status == 404)
    }
  }

  // MARK: Other origins

  @Test(
    "Interop 21: OPTIONS is 200 with Accept-Post and lets other origins in",
    arguments: ["/whip/studio", "/whep/studio"])
  func preflight(endpoint: String) async throws {
    try await TestServer.runRelay { server in
      let options = try await server.fetch(
        "OPTIONS", endpoint,
        [
          "Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "authorization, content-type",
        ])
      #expect(options.status == 200)
      #expect(options.body.isEmpty)
      #expect(options.header("Accept-Post") == MediaTypes.sdp)
      #expect(options.header("Access-Control-Allow-Origin") == "*")
      #expect(options.header("Access-Control-Allow-Methods")?.contains("POST") == true)
      for name in ["Authorization", "Content-Type", "If-Match"] {
        #expect(options.header("Access-Control-Allow-Headers")?.contains(name) == true)
      }
      // No servers for NAT traversal are given: the relay is reached directly.
      #expect(options.header("Link") == nil)
      let resource = try await server.fetch("OPTIONS", endpoint + "/0123")
      for method in ["PATCH", "DELETE"] {
        #expect(resource.header("Access-Control-Allow-Methods")?.contains(method) == true)
      }
    }
  }

  @Test("Interop 21: pages of other origins can read Location, ETag, Link, Accept-Patch and every refusal")
  func exposed() async throws {
    try await TestServer.runRelay { server in
      let created = try await server.fetch("POST", "/whip/studio", Self.sdp, text: TestOffer.publisher)
      let resource = try #require(created.header("Location"))
      let answers = [
        created, try await server.fetch("POST", "/whip/studio", Self.sdp, text: "hello"),
        try await server.fetch("PATCH", resource, ["Content-Type": MediaTypes.sdpFragment], text: ""),
        try await server.fetch("DELETE", resource), try await server.fetch("GET", resource),
      ]
      #expect(answers.map(\.status) == [201, 400, 428, 200, 404])
      for answer in answers {
        #expect(answer.header("Access-Control-Allow-Origin") == "*")
        let exposed = answer.header("Access-Control-Expose-Headers") ?? ""
        for name in ["Location", "ETag", "Link", "Accept-Patch"] { #expect(exposed.contains(name)) }
      }
    }
  }

  // MARK: Viewers

  @Test("Interop 22: a viewer who comes before anything is published gets 409 with Retry-After")
  func watchTooEarly() async throws {
    try await TestServer.runRelay { server in
      let early = try await server.fetch("POST", "/whep/studio", Self.sdp, text: TestOffer.viewer)
      #expect(early.status == 409)
      #expect(early.errorCode == .nothingPublished)
      #expect(early.header("Retry-After") == "3")
      #expect(early.header("Access-Control-Expose-Headers")?.contains("Retry-After") == true)
    }
  }

  @Test("Interop 22: HEAD and GET succeed without content; HEAD says that the endpoint wants SDP")
  func lookAtEndpoint() async throws {
    try await TestServer.runRelay { server in
      for method in ["GET", "HEAD"] {
        let response = try await server.fetch(method, "/whep/studio")
        #expect(response.status == 200)
        #expect(response.header("Content-Type") == MediaTypes.sdp)
        #expect(response.body.isEmpty)
      }
    }
  }

  @Test(
    "Interop 22: a viewer's offer that cannot be taken whole is refused by 422",
    arguments: [
      TestOffer.publisher, TestOffer.text([("audio", "recvonly"), ("video", "sendonly")]),
      TestOffer.text([("audio", "recvonly"), ("video", "inactive")]),
      TestOffer.text([("audio", "recvonly"), ("video", "recvonly"), ("video", "recvonly")]),
      TestOffer.viewer.replacing("opus/48000/2", with: "PCMU/8000"),
    ])
  func unwatchable(offer: String) async throws {
    try await TestServer.runRelay { server in
      let response = try await server.fetch("POST", "/whep/studio", Self.sdp, text: offer)
      #expect(response.status == 422)
      #expect(response.errorCode == .unsupportedOffer)
    }
  }
}
