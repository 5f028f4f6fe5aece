import API
import Foundation
import Logging
import Measurement
import Testing
import Wire

@testable import Web

@Suite struct WebServerTests {
  private func start(
    host: String = "127.0.0.1", port: Int = 0, certificate: String = TestServer.certificate,
    key: String = TestServer.key
  ) throws(WebStartError) {
    _ = try WebServer(
      configuration: WebConfiguration(host: host, port: port, certificatePath: certificate, privateKeyPath: key),
      relay: nil, monitor: nil, logger: Logger(label: "web"))
  }

  @Test("A port in use is said in a sentence before anything runs")
  func portInUse() async throws {
    try await TestServer.run { server in
      let port = try #require(server.base.split(separator: ":").last.flatMap { Int($0) })
      let error = #expect(throws: WebStartError.self) { try start(host: "localhost", port: port) }
      #expect(
        error?.message
          == "Another program already listens on localhost:\(port): stop it, or choose another port for HTTPS.")
    }
  }

  @Test("An address of another machine, an impossible host and an impossible port are said in a sentence")
  func badAddresses() {
    let other = #expect(throws: WebStartError.self) { try start(host: "192.0.2.77") }
    #expect(other?.message == "192.0.2.77 is not an address of this machine: choose one that is, or 0.0.0.0 for all.")
    let noHost = #expect(throws: WebStartError.self) { try start(host: "no such host") }
    #expect(noHost?.message.hasPrefix("no such host is no host name or address to listen on: ") == true)
    let noPort = #expect(throws: WebStartError.self) { try start(port: 70_000) }
    #expect(noPort?.message == "70000 is not a port: choose one from 1 to 65535 for HTTPS.")
  }

  @Test("A certificate or key that is missing, of another form or of another pair is said by its file")
  func badCertificates() {
    let missing = #expect(throws: WebStartError.self) { try start(certificate: "/nonexistent/cert.pem") }
    #expect(missing?.message == "The certificate /nonexistent/cert.pem cannot be read: No such file or directory.")
    let swapped = #expect(throws: WebStartError.self) { try start(certificate: TestServer.key) }
    #expect(swapped?.message == "The certificate \(TestServer.key) holds no certificate in PEM form.")
    let noKey = #expect(throws: WebStartError.self) { try start(key: TestServer.certificate) }
    #expect(noKey?.message.hasPrefix("The private key \(TestServer.certificate) holds no private key") == true)
    let other = TestServer.vectors + "/other.key.pem"
    let wrongPair = #expect(throws: WebStartError.self) { try start(key: other) }
    #expect(
      wrongPair?.message == "The private key \(other) does not belong to the certificate \(TestServer.certificate).")
  }

  @Test("Every answer, an error too, tells browsers to run our own files alone")
  func securityHeaders() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      for (path, status) in [(Paths.health, 200), ("/nowhere", 404)] {
        let response = try await server.fetch("GET", path)
        #expect(response.status == status)
        #expect(response.header("Content-Security-Policy") == SecurityHeaders.contentSecurityPolicy)
        #expect(response.header("X-Content-Type-Options") == "nosniff")
        #expect(response.header("X-Frame-Options") == "DENY")
        #expect(response.header("Referrer-Policy") == "no-referrer")
        #expect(response.header("Cross-Origin-Resource-Policy") == "same-origin")
      }
      #expect(!SecurityHeaders.contentSecurityPolicy.contains("unsafe"))
    }
  }

  @Test("What is not there is a 404 and what is not allowed a 405, both with a sentence in both languages")
  func errors() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      let nowhere = try await server.fetch("GET", "/nowhere")
      let body = try nowhere.json(ErrorBody.self).error
      #expect(nowhere.status == 404)
      #expect(body.code == .notFound)
      #expect(!body.message.isEmpty && !body.messageJa.isEmpty)
      let wrongMethod = try await server.fetch("DELETE", Paths.overview)
      #expect(wrongMethod.status == 405)
      #expect(wrongMethod.errorCode == .methodNotAllowed)
      #expect(wrongMethod.header("Allow") == "GET, HEAD, OPTIONS")
      let options = try await server.fetch("OPTIONS", Paths.overview)
      #expect(options.status == 204)
      #expect(options.header("Allow") == "GET, HEAD, OPTIONS")
      let head = try await server.fetch("HEAD", Paths.overview)
      #expect(head.status == 200)
      #expect(head.body.isEmpty)
    }
  }

  @Test("A client that asks and delivers all day does so on one connection, which is never ended on it")
  func manyRequests() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      let record = PathRecord(
        id: PathRecord.ID(
          agent: "tsu", boot: 7, path: TestMonitor.path, origin: .probe(kind: "stamp"),
          intervalStart: WallTime(seconds: 1_799_999_000)), length: .seconds(15))
      let body = PathRecordCodec.encode(record)
      var handshakes = 0
      for number in 0..<600 {
        // What dashboards do, with an answer, and what agents do, with a body.
        let (response, status) =
          number % 2 == 0
          ? (try await server.fetch("GET", Paths.overview), 200)
          : (try await server.fetch("POST", Paths.records, ["Content-Type": MediaTypes.records], body: body), 204)
        #expect(response.status == status, "request \(number)")
        if response.timings.tlsHandshake > .zero { handshakes += 1 }
      }
      #expect(handshakes == 1)
    }
  }

  @Test("A role that the process does not have has no addresses")
  func rolesAlone() async throws {
    try await TestServer.run { server async throws in
      #expect(try await server.fetch("GET", "/").status == 404)
      #expect(try await server.fetch("POST", Paths.records).status == 404)
      #expect(try await server.fetch("GET", Paths.health).json(HealthStatus.self).roles == [])
    }
  }
}
