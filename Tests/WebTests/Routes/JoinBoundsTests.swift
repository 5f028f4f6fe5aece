import API
import Fetch
import Foundation
import Relay
import Testing

@testable import Web

/// What one client, one address and one offer may ask of the relay, and what they are told that ask more.
@Suite struct JoinBoundsTests {
  private func join(
    _ server: TestServer, room: String = "a", _ offer: String = TestOffer.meeting
  ) async throws -> FetchResponse {
    try await server.fetch(
      "POST", "/v1/rooms/\(room)/participants?name=A", ["Content-Type": "application/sdp"], text: offer)
  }

  private func expect(
    _ response: FetchResponse, _ status: Int, _ code: ErrorCode, saying words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(response.status == status, sourceLocation: sourceLocation)
    let error = try response.json(ErrorBody.self).error
    #expect(error.code == code, sourceLocation: sourceLocation)
    #expect(error.message.contains(words), "\(error.message)", sourceLocation: sourceLocation)
    #expect(error.messageJa.contains { $0 >= "\u{3040}" }, sourceLocation: sourceLocation)
  }

  @Test("An offer with too many bytes, lines or sections is refused, each by its own sentence")
  func offers() async throws {
    try await TestServer.runRelay { server in
      try expect(
        try await join(server, String(repeating: "a", count: 128 * 1_024 + 1)), 413, .bodyTooLarge,
        saying: "larger than 131072 bytes")
      let lines = TestOffer.meeting + String(repeating: "a=x\r\n", count: 10_000)
      try expect(try await join(server, lines), 400, .badOffer, saying: "too many lines; at most 10000 are read")
      let sections = TestOffer.text(Array(repeating: ("audio", "recvonly"), count: 65))
      try expect(try await join(server, sections), 400, .badOffer, saying: "too many media sections; offer at most 64")
      let sources = TestOffer.text(Array(repeating: ("audio", "sendonly"), count: 5))
      try expect(
        try await join(server, sources), 422, .unsupportedOffer, saying: "more media sections than a room takes")
      #expect(try await join(server).status == 201)
    }
  }

  @Test("One room more than there may be is refused, and told when to try again")
  func rooms() async throws {
    var bounds = RelayBounds()
    bounds.rooms = 1
    try await TestServer.runRelay(bounds: bounds) { server in
      #expect(try await join(server).status == 201)
      let refused = try await join(server, room: "b")
      try expect(refused, 503, .relayBusy, saying: "holds 1 rooms")
      #expect(refused.header("Retry-After") == "30")
    }
  }

  @Test("An address from which many have joined and not connected is asked to wait")
  func pendingJoins() async throws {
    var bounds = RelayBounds()
    bounds.pendingJoinsPerAddress = 2
    try await TestServer.runRelay(bounds: bounds) { server in
      #expect(try await join(server).status == 201)
      #expect(try await join(server, room: "b").status == 201)
      let refused = try await join(server)
      try expect(refused, 429, .tooManyPendingJoins, saying: "2 participants from your network address")
      #expect(refused.header("Retry-After") == "5")
    }
  }
}
