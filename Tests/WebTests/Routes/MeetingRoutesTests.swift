import API
import Fetch
import Foundation
import Relay
import Testing
import Wire

@testable import Web

extension TestServer {
  /// Runs with a real relay on a loopback port.
  static func runRelay<Result: Sendable>(
    bounds: RelayBounds = RelayBounds(), configure: (inout WebConfiguration) -> Void = { _ in },
    _ test: @escaping @Sendable (TestServer) async throws -> Result
  ) async throws -> Result {
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    configuration.bounds = bounds
    let relay = try RelayService(configuration: configuration)
    do {
      let result = try await run(relay: relay, configure: configure, test)
      await relay.shutdown()
      return result
    } catch {
      await relay.shutdown()
      throw error
    }
  }

  func join(_ room: String, as name: String, microphone: Bool? = nil, camera: Bool? = nil) async throws -> JoinedBody {
    let body = JoinBody(name: name, offer: TestOffer.meeting, microphone: microphone, camera: camera)
    let response = try await fetch(
      "POST", "/v1/rooms/\(room)/participants", ["Content-Type": "application/json"],
      body: Array(try JSONEncoder().encode(body)))
    try #require(response.status == 201, "\(response.text)")
    return try response.json(JoinedBody.self)
  }

  func events(of joined: JoinedBody, after id: String? = nil) -> AsyncThrowingStream<ServerSentEvent, any Error> {
    var headers = ["Authorization": "Bearer \(joined.token)"]
    headers["Last-Event-ID"] = id
    return events(joined.resource + "/events", headers)
  }
}

@Suite struct MeetingRoutesTests {
  @Test("Joining gives an answer, a place, and a secret that stands in no address")
  func join() async throws {
    try await TestServer.runRelay { server in
      let body = JoinBody(name: "山田 太郎", offer: TestOffer.meeting)
      let response = try await server.fetch(
        "POST", "/v1/rooms/%E4%BC%9A%E8%AD%B0/participants", ["Content-Type": "application/json"],
        body: Array(try JSONEncoder().encode(body)))
      let joined = try response.json(JoinedBody.self)
      #expect(response.status == 201)
      #expect(response.header("Location") == joined.resource)
      #expect(response.header("ETag") == joined.etag)
      #expect(response.header("Cache-Control") == "no-store")
      #expect(joined.resource == "/v1/rooms/%E4%BC%9A%E8%AD%B0/participants/\(joined.participant)")
      #expect(!joined.resource.contains(joined.token))
      #expect(joined.answer.contains("a=ice-lite\r\n"))
    }
  }

  @Test("An offer as SDP alone is answered as SDP, with place and secret in headers")
  func joinWithSDP() async throws {
    try await TestServer.runRelay { server in
      let response = try await server.fetch(
        "POST", "/v1/rooms/a/participants?name=Bot", ["Content-Type": "application/sdp"], text: TestOffer.meeting)
      #expect(response.status == 201)
      #expect(response.header("Content-Type") == MediaTypes.sdp)
      #expect(response.text.hasPrefix("v=0\r\n"))
      let token = try #require(response.header("Kakehashi-Token"))
      let location = try #require(response.header("Location"))
      #expect(location.hasSuffix(try #require(response.header("Kakehashi-Participant"))))
      let left = try await server.fetch("DELETE", location, ["Authorization": "Bearer \(token)"])
      #expect(left.status == 204)
    }
  }

  @Test("What cannot be a meeting is refused with a code and a sentence")
  func refusals() async throws {
    try await TestServer.runRelay(configure: { $0.maximumBodyBytes = 8_000 }) { server in
      let json = ["Content-Type": "application/json"]
      func post(_ room: String, _ headers: [String: String], _ text: String) async throws -> FetchResponse {
        try await server.fetch("POST", "/v1/rooms/\(room)/participants", headers, text: text)
      }
      let offer = try String(
        decoding: JSONEncoder().encode(JoinBody(name: "A", offer: TestOffer.meeting)), as: UTF8.self)
      let cases: [(FetchResponse, Int, ErrorCode)] = [
        (try await post("a%2Fb", json, offer), 400, .badRoomName),
        (try await post("%20", json, offer), 400, .badRoomName),
        (try await post("a", ["Content-Type": "text/plain"], offer), 415, .unsupportedMediaType),
        (try await post("a", json, "{\"name\": \"A\"}"), 400, .badRequest),
        (try await post("a", json, "{\"name\": \" \", \"offer\": \"v=0\"}"), 400, .badDisplayName),
        (try await post("a", json, "{\"name\": \"A\", \"offer\": \"hello\"}"), 400, .badOffer),
        (try await post("a", json, String(repeating: " ", count: 8_001)), 413, .bodyTooLarge),
      ]
      for (response, status, code) in cases {
        #expect(response.status == status)
        #expect(response.errorCode == code)
      }
    }
  }

  @Test("A full room says so and when to try again")
  func roomFull() async throws {
    var bounds = RelayBounds()
    bounds.participantsPerRoom = 1
    try await TestServer.runRelay(bounds: bounds) { server in
      _ = try await server.join("a", as: "A")
      let second = try await server.fetch(
        "POST", "/v1/rooms/a/participants?name=B", ["Content-Type": "application/sdp"], text: TestOffer.meeting)
      #expect(second.status == 503)
      #expect(second.errorCode == .roomFull)
      #expect(second.header("Retry-After") == "10")
    }
  }

  @Test("Without its secret nobody changes, hears or removes a participant")
  func secrets() async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.join("a", as: "A")
      for (method, path) in [
        ("PATCH", joined.resource), ("DELETE", joined.resource), ("GET", joined.resource + "/events"),
      ] {
        let headers = ["Content-Type": "application/json"]
        let none = try await server.fetch(method, path, headers, text: "{}")
        #expect(none.status == 401)
        #expect(none.errorCode == .unauthorized)
        let wrong = try await server.fetch(
          method, path, headers.merging(["Authorization": "Bearer \(joined.participant)"]) { $1 }, text: "{}")
        #expect(wrong.status == 404)
        #expect(wrong.errorCode == .participantGone)
      }
      // A secret is good for its own participant alone.
      let other = try await server.join("a", as: "B")
      for (method, path) in [
        ("PATCH", other.resource), ("DELETE", other.resource), ("GET", other.resource + "/events"),
      ] {
        let headers = ["Content-Type": "application/json", "Authorization": "Bearer \(joined.token)"]
        #expect(try await server.fetch(method, path, headers, text: "{}").errorCode == .participantGone)
      }
    }
  }

  @Test("A stream that resumes gets what it missed, one from another start of the relay everything anew")
  func resume() async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.join("a", as: "A", camera: false)
      var events = server.events(of: joined).makeAsyncIterator()
      let roster = try #require(try await events.next())
      #expect(roster.name == RoomEventName.roster.rawValue)
      _ = try roster.decode(Roster.self)
      let id = try #require(roster.id)
      #expect(Relay.EventID(id) != nil)
      // Nothing was missed since, so what comes first is what concerns this listener alone.
      var resumed = server.events(of: joined, after: id).makeAsyncIterator()
      #expect(try await resumed.next()?.name == RoomEventName.speaking.rawValue)
      _ = try await resumed.next(named: .slots).decode(Slots.self)
      var renewed = server.events(of: joined, after: "1-1").makeAsyncIterator()
      #expect(try await renewed.next()?.name == RoomEventName.roster.rawValue)
    }
  }

  @Test("A participant who has left is told so as the last event")
  func ended() async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.join("a", as: "A")
      var events = server.events(of: joined).makeAsyncIterator()
      _ = try await events.next(named: .roster)
      _ = try await server.fetch("DELETE", joined.resource, ["Authorization": "Bearer \(joined.token)"])
      #expect(try await events.next(named: .ended).decode(Ended.self).reason == "left")
      #expect(try await events.next() == nil)
    }
  }

  @Test("A PATCH restarts ICE, trickles, or tells the switches")
  func change() async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.join("a", as: "A")
      var headers = [
        "Authorization": "Bearer \(joined.token)", "Content-Type": MediaTypes.sdpFragment, "If-Match": "*",
      ]
      let fragment = "a=ice-ufrag:zzzz\r\na=ice-pwd:0123456789abcdefghijklmn\r\nm=audio 9 X 0\r\na=mid:0\r\n"
      let restarted = try await server.fetch("PATCH", joined.resource, headers, text: fragment)
      #expect(restarted.status == 200)
      #expect(restarted.header("Content-Type") == MediaTypes.sdpFragment)
      #expect(restarted.text.contains("a=ice-ufrag:"))
      #expect(restarted.header("ETag") != joined.etag)
      headers["Content-Type"] = "application/json"
      let switched = try await server.fetch("PATCH", joined.resource, headers, text: #"{"microphone": false}"#)
      #expect(switched.status == 204)
      headers["Content-Type"] = "text/plain"
      #expect(try await server.fetch("PATCH", joined.resource, headers, text: "x").status == 415)
    }
  }
}

extension AsyncThrowingStream<ServerSentEvent, any Error>.Iterator {
  /// The next event of that name; others may come between.
  mutating func next(named name: RoomEventName) async throws -> ServerSentEvent {
    while let event = try await next() {
      if event.name == name.rawValue { return event }
    }
    throw CancellationError()
  }
}

extension ServerSentEvent {
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(data.utf8))
  }
}
