import API
import Foundation
import Testing

@testable import Web

/// The HTTP port and people who mean it ill. Whatever they send is answered by a sentence or closed at a stated bound,
/// and the others are served meanwhile.
@Suite struct HostileTests {
  private static func head(_ method: String, _ path: String, _ headers: [String] = [], close: Bool = true) -> String {
    let lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + headers + (close ? ["Connection: close"] : [])
    return lines.map { $0 + "\r\n" }.joined() + "\r\n"
  }

  private static func sdp(_ path: String, _ body: String) -> String {
    head("POST", path, ["Content-Type: application/sdp", "Content-Length: \(body.utf8.count)"]) + body
  }

  /// Two meetings' worth of proof that the server goes on: it is alive, and somebody can join.
  private static func goesOn(_ server: TestServer) async throws {
    #expect(try await server.fetch("GET", Paths.health).status == 200)
    _ = try await server.join("still-there", as: "A")
  }

  // MARK: Slow and silent

  @Test(
    "A connection that brings no request is closed after its time, whatever it does instead",
    arguments: [
      ("nothing at all", RawClient.Security.none, [UInt8]()),
      ("half a handshake", .none, [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
      ("TLS and silence", .tls("http/1.1"), []),
      ("half a head", .tls("http/1.1"), Array("GET / HTTP/1.1\r\nHost: l".utf8)),
      ("HTTP/2 without a request", .tls("h2"), HTTP2Bytes.preface),
    ])
  func silence(what: String, security: RawClient.Security, bytes: [UInt8]) async throws {
    try await TestServer.runRelay(configure: { $0.requestTime = .seconds(15) }) { server in
      let client = try await RawClient(port: server.port, security)
      try await client.send(bytes)
      _ = await client.rest()
      try await Self.goesOn(server)
    }
  }

  @Test("A head that comes a byte at a time is closed too")
  func slowHead() async throws {
    try await TestServer.runRelay(configure: { $0.requestTime = .seconds(15) }) { server in
      let client = try await RawClient(port: server.port, .tls("http/1.1"))
      let trickle = Task {
        for byte in Self.head("GET", "/", ["X-Long: " + String(repeating: "a", count: 10_000)]).utf8 {
          try await client.send([byte])
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      #expect(await client.rest().isEmpty)
      trickle.cancel()
      try await Self.goesOn(server)
    }
  }

  @Test("A body that does not end is answered 408 after its time", arguments: ["http/1.1", "h2"])
  func slowBody(version: String) async throws {
    try await TestServer.runRelay(configure: { $0.bodyTime = .seconds(15) }) { server in
      let client = try await RawClient(port: server.port, .tls(version))
      let path = "/v1/rooms/a/participants"
      let headers = ["Content-Type: application/sdp", "Content-Length: 1000"]
      try await client.send(
        version == "h2"
          ? HTTP2Bytes.preface + HTTP2Bytes.request(1, "POST", path, [("content-type", "application/sdp")], ends: false)
          : Array((Self.head("POST", path, headers, close: false) + "v=0").utf8))
      // An HTTP/2 connection stays, so it is not waited for.
      let answer = await client.until("\"message\"")
      #expect(answer.contains("request_timeout"))
      client.close()
      try await Self.goesOn(server)
    }
  }

  @Test("A client that closes its half after the request still gets its answer")
  func halfClosed() async throws {
    try await TestServer.runRelay { server in
      let client = try await RawClient(port: server.port, .tls("http/1.1"))
      try await client.send(Self.head("GET", Paths.health, close: false))
      try await client.channel.close(mode: .output)
      let answer = String(decoding: await client.rest(), as: UTF8.self)
      #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains("\"status\""))
      // TLS's goodbye in the middle of a body: the request can never be whole.
      let other = try await RawClient(port: server.port, .tls("http/1.1"))
      try await other.send(Self.head("POST", "/v1/rooms/a/participants", ["Content-Length: 10"], close: false))
      other.close()
      _ = await other.rest()
      try await Self.goesOn(server)
    }
  }

  @Test("HTTP without TLS gets no answer on the TLS port")
  func plain() async throws {
    try await TestServer.runRelay { server in
      let client = try await RawClient(port: server.port, .none)
      try await client.send(Self.head("GET", "/"))
      let answer = String(decoding: await client.rest(), as: UTF8.self)
      #expect(!answer.contains("HTTP"))
      try await Self.goesOn(server)
    }
  }

  // MARK: Large and many

  @Test("A body over the bound is refused before it is read, and a stream of bytes without end is cut off")
  func oversized() async throws {
    try await TestServer.runRelay(configure: {
      $0.maximumBodyBytes = 65_536
      $0.bodyTime = .seconds(15)
    }) { server in
      let path = "/v1/rooms/a/participants"
      let declared = try await RawClient.ask(
        server.port, Self.head("POST", path, ["Content-Type: application/sdp", "Content-Length: 65537"]))
      #expect(declared.status == 413)
      #expect(declared.text.contains("The body is larger than 65536 bytes."))

      let client = try await RawClient(port: server.port, .tls("http/1.1"))
      let headers = ["Content-Type: application/sdp", "Transfer-Encoding: chunked"]
      try await client.send(Self.head("POST", path, headers, close: false))
      let flood = Task {
        let chunk = "2000\r\n" + String(repeating: "v", count: 8_192) + "\r\n"
        while !Task.isCancelled { try await client.send(chunk) }
      }
      let answer = String(decoding: await client.rest(), as: UTF8.self)
      flood.cancel()
      #expect(answer.hasPrefix("HTTP/1.1 413"))
      try await Self.goesOn(server)
    }
  }

  @Test("Too many headers, too long ones and an address without end are refused and closed")
  func headerFloods() async throws {
    try await TestServer.runRelay { server in
      let many = (0..<200).map { "X-\($0): a" }
      let long = ["X-Long: " + String(repeating: "a", count: 20_000)]
      for request in [
        Self.head("GET", "/", many, close: false), Self.head("GET", "/", long, close: false),
        Self.head("GET", "/" + String(repeating: "a", count: 100_000), close: false),
      ] {
        #expect(try await RawClient.ask(server.port, request).status == 400)
      }
      try await Self.goesOn(server)
    }
  }

  @Test(
    "Connections over the bound of their address are closed at once, those there go on, and places come back",
    .timeLimit(.minutes(1)))
  func connections() async throws {
    try await TestServer.runRelay(configure: { $0.maximumConnectionsPerAddress = 3 }) { server in
      var held: [RawClient] = []
      for _ in 0..<3 {
        let client = try await RawClient(port: server.port, .tls("http/1.1"))
        try await client.send(Self.head("GET", Paths.health, close: false))
        #expect(await client.until("\"status\"").contains("200 OK"))
        held.append(client)
      }
      let refused = try await RawClient(port: server.port, .tls("http/1.1"))
      #expect(await refused.rest().isEmpty)
      try await held[0].send(Self.head("GET", Paths.health, close: false))
      #expect(await held[0].until("\"status\"").contains("200 OK"))
      for client in held { client.close() }
      for client in held { _ = await client.rest() }
      // The server learns of it in its own time, and ends each connection that comes too early.
      var status = 0
      while status != 200 {
        status = (try? await RawClient.ask(server.port, Self.head("GET", Paths.health)).status) ?? 0
      }
    }
  }

  @Test("Idle dashboards are bounded in all and for each address, and participants are told of their room all the same")
  func eventStreams() async throws {
    try await TestServer.runRelay(configure: { $0.maximumDashboardsPerAddress = 2 }) { server in
      var first = server.events(Paths.events).makeAsyncIterator()
      var second = server.events(Paths.events).makeAsyncIterator()
      _ = try await (first.next(), second.next())
      let refused = try await server.fetch("GET", Paths.events)
      #expect(refused.status == 503)
      #expect(refused.header("Retry-After") == "60")
      #expect(refused.errorCode == .tooManyListeners)
      let joined = try await server.join("a", as: "A")
      var room = server.events(of: joined).makeAsyncIterator()
      #expect(try await room.next()?.name == RoomEventName.roster.rawValue)
    }
  }

  @Test("One participant's new stream ends its oldest one, and takes nobody else's place")
  func ownStreams() async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.join("a", as: "A")
      var oldest = server.events(of: joined).makeAsyncIterator()
      _ = try await oldest.next(named: .roster)
      var others: [AsyncThrowingStream<ServerSentEvent, any Error>.Iterator] = []
      for _ in 0..<4 {
        var iterator = server.events(of: joined).makeAsyncIterator()
        _ = try await iterator.next(named: .roster)
        others.append(iterator)
      }
      while try await oldest.next() != nil {}
      #expect(others.count == 4)
    }
  }

  // MARK: HTTP/2

  @Test("Streams that are reset as soon as they are made end the connection, and nobody else's")
  func rapidReset() async throws {
    try await TestServer.runRelay { server in
      let client = try await RawClient(port: server.port, .tls("h2"))
      try await client.send(HTTP2Bytes.preface)
      let flood = Task {
        for stream in stride(from: UInt32(1), to: 20_001, by: 2) {
          try await client.send(HTTP2Bytes.request(stream, "GET", Paths.health) + HTTP2Bytes.reset(stream))
        }
      }
      _ = await client.rest()
      flood.cancel()
      try await Self.goesOn(server)
    }
  }

  @Test("Headers that never end, frames without content and floods of pings end the connection")
  func floods() async throws {
    try await TestServer.runRelay { server in
      let floods: [[UInt8]] = [
        HTTP2Bytes.frame(1, flags: 0, 1, HTTP2Bytes.headers("GET", "/"))
          + (0..<100).flatMap { _ in HTTP2Bytes.frame(9, flags: 0, 1, [0x40, 1, 0x61, 1, 0x62]) },
        HTTP2Bytes.request(1, "POST", "/whip/a", ends: false)
          + (0..<100).flatMap { _ in HTTP2Bytes.frame(0, flags: 0, 1, []) },
        (0..<1_000).flatMap { _ in HTTP2Bytes.frame(6, flags: 0, 0, [UInt8](repeating: 0, count: 8)) },
        (0..<1_000).flatMap { _ in HTTP2Bytes.frame(4, flags: 0, 0, []) },
        HTTP2Bytes.frame(0, flags: 0, 0, [1, 2, 3]),
        [0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01],
      ]
      for flood in floods {
        let client = try await RawClient(port: server.port, .tls("h2"))
        // It may be over before all is said.
        try? await client.send(HTTP2Bytes.preface + flood)
        _ = await client.rest()
      }
      try await Self.goesOn(server)
    }
  }

  @Test("A method nobody knows is said to be none, on HTTP/2, which lets it through")
  func unknownMethod() async throws {
    try await TestServer.runRelay { server in
      let client = try await RawClient(port: server.port, .tls("h2"))
      try await client.send(HTTP2Bytes.preface + HTTP2Bytes.request(1, "BREW", Paths.overview))
      #expect(await client.until("message").contains("This server does not know the request's method."))
      client.close()
    }
  }

  // MARK: Wrong

  @Test(
    "A method that an address does not have is a 405 that says which it has",
    arguments: [
      ("PUT", "/v1/rooms/a/participants", "OPTIONS, POST"),
      ("GET", "/v1/rooms/a/participants/1", "DELETE, OPTIONS, PATCH"),
      ("POST", Paths.overview, "GET, HEAD, OPTIONS"), ("TRACE", "/", "GET, HEAD, OPTIONS"),
      ("DELETE", "/whip/a", "GET, HEAD, OPTIONS, POST"), ("PUT", "/whep/a/b", "DELETE, GET, HEAD, OPTIONS, PATCH"),
      ("PATCH", "/pages/main.js", "GET, HEAD, OPTIONS"),
    ])
  func methods(method: String, path: String, allowed: String) async throws {
    try await TestServer.runRelay { server in
      let answer = try await RawClient.ask(server.port, Self.head(method, path))
      #expect(answer.status == 405)
      #expect(answer.text.lowercased().contains("\r\nallow: \(allowed.lowercased())\r\n"), "\(answer.text)")
      #expect(answer.text.contains("method_not_allowed"))
    }
  }

  @Test("No trick with the address reaches anything, and none is an error of the server")
  func paths() async throws {
    try await TestServer.runRelay { server in
      for (path, status) in [
        ("/pages/../main.js", 404), ("/pages/%2e%2e/index.html", 404), ("/pages/..%2f..%2f..%2fetc%2fpasswd", 404),
        ("/../../../../etc/passwd", 404), ("/pages/main.js%00.css", 404), ("/.git/config", 404),
      ] {
        let answer = try await RawClient.ask(server.port, Self.head("GET", path))
        #expect(answer.status == status, "\(path): \(answer.text)")
      }
      for room in [
        "%2e%2e", "..", "a%00b", "%c0%af", "%ff%fe", "%ed%a0%80", "%f8%88%80%80%80", "a%2fb", "%5c", "%e2%80%ae",
        String(repeating: "a", count: 65), String(repeating: "%e4%bc%9a", count: 400), "%", "%zz", "%20",
      ] {
        let answer = try await RawClient.ask(
          server.port, Self.sdp("/v1/rooms/\(room)/participants?name=A", TestOffer.meeting))
        #expect(answer.status == 400, "\(room): \(answer.text)")
        #expect(answer.text.contains("bad_room_name"), "\(room): \(answer.text)")
      }
      let absolute = try await RawClient.ask(server.port, Self.head("GET", "http://evil.example/v1/health"))
      #expect([200, 404].contains(absolute.status))
      try await Self.goesOn(server)
    }
  }

  @Test("An offer that cannot be read is a 400 and one that cannot be taken a 422, each with a sentence")
  func offers() async throws {
    try await TestServer.runRelay { server in
      let foreign = TestOffer.meeting.replacing("opus/48000/2", with: "G729/8000").replacing(
        "VP8/90000", with: "H265/90000")
      for (path, body, status) in [
        ("/v1/rooms/a/participants?name=A", "", 400), ("/v1/rooms/a/participants?name=A", "v=0\r\n", 400),
        ("/v1/rooms/a/participants?name=A", TestOffer.meeting.replacing("a=mid:0", with: "a=mid:0\u{0}"), 400),
        ("/v1/rooms/a/participants?name=A", foreign, 422),
        ("/v1/rooms/a/participants?name=A", TestOffer.meeting.replacing("a=ice-pwd", with: "a=x"), 422),
        ("/whip/a", TestOffer.viewer, 422), ("/whip/a", "\u{feff}" + TestOffer.publisher, 400),
      ] {
        let answer = try await RawClient.ask(server.port, Self.sdp(path, body))
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.text.contains("\"message\":\"The offer c"), "\(answer.text)")
      }
    }
  }

  @Test("A body of another type is a 415 that says which is wanted")
  func contentTypes() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.runRelay { server in
      for type in [
        "", "text/plain", "application/sdp2", "multipart/form-data; boundary=x", ";",
      ] {
        let answer = try await server.fetch(
          "POST", "/v1/rooms/a/participants?name=A", ["Content-Type": type], text: TestOffer.meeting)
        #expect(answer.status == 415, "\(type)")
        #expect(answer.text.contains("Send a body of type "))
      }
    }
    try await TestServer.run(monitor: monitor.service) { server in
      let answer = try await server.fetch("POST", Paths.records, ["Content-Type": "application/json"], text: "{}")
      #expect(answer.status == 415)
    }
  }

  @Test(
    "A Last-Event-ID that is none of ours begins the stream anew",
    arguments: [
      "x", "-", "--", "1", "ffffffffffffffffffff-1", "0-99999999999999999999", "-1--1", "会議",
      String(repeating: "9", count: 8_000),
    ])
  func lastEventID(id: String) async throws {
    try await TestServer.runRelay { server in
      let joined = try await server.join("a", as: "A")
      var events = server.events(of: joined, after: id).makeAsyncIterator()
      #expect(try await events.next()?.name == RoomEventName.roster.rawValue)
    }
  }
}

/// Frames of HTTP/2 (RFC 9113) as bytes, headers without compression.
enum HTTP2Bytes {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, flags: 0, 0, [])

  static func frame(_ type: UInt8, flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let count = payload.count
    let id = (0..<4).map { UInt8(truncatingIfNeeded: stream >> (24 - 8 * $0)) }
    return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags] + id + payload
  }

  static func request(
    _ stream: UInt32, _ method: String, _ path: String, _ further: [(String, String)] = [], ends: Bool = true
  ) -> [UInt8] {
    let block = headers(method, path) + further.flatMap { field($0, $1) }
    return frame(1, flags: ends ? 5 : 4, stream, block)
  }

  static func headers(_ method: String, _ path: String) -> [UInt8] {
    field(":method", method) + field(":scheme", "https") + field(":path", path) + field(":authority", "localhost")
  }

  static func reset(_ stream: UInt32) -> [UInt8] {
    frame(3, flags: 0, stream, [0, 0, 0, 8])
  }

  /// A literal that is not indexed (RFC 7541 section 6.2.2); name and value have fewer than 127 bytes.
  private static func field(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }
}
