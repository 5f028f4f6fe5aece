import Foundation
import Testing

@testable import Fetch

@Suite("A fetcher")
struct FetcherTests {
  private let fetcher = Fetcher()

  /// The error a request ends with.
  private func failure(_ request: FetchRequest) async -> FetchError? {
    do {
      _ = try await fetcher.fetch(request)
      return nil
    } catch {
      return error
    }
  }

  @Test("A request carries method, headers and body, and the answer its status, headers and timings")
  func exchange() async throws {
    let server = try TestServer()
    let response = try await fetcher.fetch(
      FetchRequest(
        "POST", server.url("/echo"), headers: [.init("X-Key", "value"), .init("Content-Type", "text/plain")],
        body: Array("hello".utf8)))
    #expect(response.status == 200)
    #expect(response.header("x-one") == "spaced")
    #expect(response.remoteAddress == "127.0.0.1")
    let json = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
    let seen = try #require(json)
    #expect(seen["method"] as? String == "POST")
    #expect(seen["body"] as? String == "hello")
    #expect((seen["headers"] as? [String: String])?["X-Key"] == "value")
    let timings = response.timings
    #expect(timings.total > .zero)
    #expect(timings.tlsHandshake == .zero)
    #expect(timings.nameLookup + timings.connect + timings.firstByte + timings.transfer <= timings.total)
  }

  @Test("An answer of any status is an answer")
  func notFound() async throws {
    let server = try TestServer()
    let response = try await fetcher.fetch(FetchRequest("DELETE", server.url("/nowhere")))
    #expect(response.status == 404)
    #expect(response.body == Array("no such page".utf8))
    #expect(try await fetcher.fetch(FetchRequest("HEAD", server.url("/nowhere"))).body.isEmpty)
  }

  @Test("A port where nothing listens is refused, an unknown name not found, a bad address invalid")
  func noServer() async throws {
    // No server is ever given this port; one that was just closed may be another test's by now.
    let url = "http://127.0.0.1:1/"
    #expect(await failure(FetchRequest("GET", url)) == .refused(url: url))
    let unknown = "http://no-such-host.invalid/"
    #expect(await failure(FetchRequest("GET", unknown)) == .nameNotFound(url: unknown))
    #expect(await failure(FetchRequest("GET", "ftp://127.0.0.1/")) == .invalidURL("ftp://127.0.0.1/"))
    #expect(await failure(FetchRequest("GET", "http://[::1")) == .invalidURL("http://[::1"))
    let injected = FetchRequest("GET", url, headers: [.init("X-A", "b\r\nX-C: d")])
    #expect(await failure(injected) == .invalidURL(url))
  }

  @Test("A server that does not answer times out")
  func timeout() async throws {
    let server = try TestServer()
    let url = server.url("/silent")
    #expect(await failure(FetchRequest("GET", url, timeout: .milliseconds(200))) == .timedOut(url: url))
  }

  @Test("A longer body than allowed is an error, and so is one cut short")
  func bodies() async throws {
    let server = try TestServer()
    let big = server.url("/big")
    let error = await failure(FetchRequest("GET", big, maximumBodyBytes: 99_999))
    #expect(error == .bodyTooLarge(url: big, limitBytes: 99_999))
    #expect(try await fetcher.fetch(FetchRequest("GET", big, maximumBodyBytes: 100_000)).body.count == 100_000)
    guard case .connectionLost = await failure(FetchRequest("GET", server.url("/cut"))) else {
      Issue.record("the cut was not noticed")
      return
    }
  }

  @Test("A self-signed certificate is believed by its authority's file and name, or by its key, and not otherwise")
  func trust() async throws {
    let certificate = try TestCertificate()
    let server = try TestServer(certificate: certificate)
    let named = server.url("/echo", scheme: "https", host: "localhost")
    let numbered = server.url("/echo", scheme: "https")
    let authority = Trust.authorities(file: certificate.certificateFile)

    let response = try await fetcher.fetch(FetchRequest("GET", named, trust: authority))
    #expect(response.status == 200)
    #expect(response.timings.tlsHandshake > .zero)
    #expect(response.certificateExpiry == nil)
    #expect(
      try await fetcher.fetch(FetchRequest("GET", numbered, trust: .publicKey(sha256: certificate.pin))).status == 200)

    guard case .untrusted = await failure(FetchRequest("GET", named)) else {
      Issue.record("the system's authorities do not know it")
      return
    }
    guard case .untrusted = await failure(FetchRequest("GET", numbered, trust: authority)) else {
      Issue.record("the certificate bears another name")
      return
    }
    let wrong = FetchRequest("GET", numbered, trust: .publicKey(sha256: Array(repeating: 7, count: 32)))
    #expect(await failure(wrong) == .wrongPublicKey(url: numbered))
    let unreadable = FetchRequest("GET", named, trust: .authorities(file: "/nonexistent.pem"))
    #expect(await failure(unreadable) == .authoritiesUnreadable(file: "/nonexistent.pem"))
  }

  @Test("A measurement makes each connection anew and tells when the certificate expires")
  func measurement() async throws {
    let certificate = try TestCertificate()
    let server = try TestServer(certificate: certificate)
    let request = FetchRequest(
      "GET", server.url("/echo", scheme: "https", host: "localhost"),
      trust: .authorities(file: certificate.certificateFile), isMeasurement: true)
    for _ in 0..<2 {
      let response = try await fetcher.fetch(request)
      #expect(response.timings.tlsHandshake > .zero)
      let expiry = try #require(response.certificateExpiry)
      // Made for two days.
      #expect(abs(Double(expiry) - Date.now.timeIntervalSince1970 - 2 * 86_400) < 3_600)
    }
  }

  @Test("A proxy that is not there is what could not be reached; its answer other than yes is a refusal")
  func proxies() async throws {
    let server = try TestServer()
    let gone = Proxy(url: "http://127.0.0.1:1")
    let url = "https://kaigi.invalid/"
    #expect(await failure(FetchRequest("GET", url, proxy: gone)) == .refused(url: gone.url))
    // It knows no CONNECT.
    let unwilling = Proxy(url: server.url(""), credentials: Proxy.Credentials(user: "a", password: "b"))
    #expect(
      await failure(FetchRequest("GET", url, proxy: unwilling)) == .proxyRefused(proxy: unwilling.url, status: 501))
  }

  @Test("The address of a version that the server does not have is not found")
  func families() async throws {
    let server = try TestServer()
    let url = server.url("/echo")
    #expect(try await fetcher.fetch(FetchRequest("GET", url, family: .v4)).remoteAddress == "127.0.0.1")
    #expect(await failure(FetchRequest("GET", url, family: .v6)) != nil)
  }

  @Test("A server is known by its certificate's file under any name, and by the file as it is when the request is made")
  func certificateFile() async throws {
    let own = try TestCertificate()
    let other = try TestCertificate()
    let server = try TestServer(certificate: own)
    let numbered = server.url("/echo", scheme: "https")
    let request = FetchRequest("GET", numbered, trust: .certificate(file: own.certificateFile))
    #expect(try await fetcher.fetch(request).status == 200)
    try FileManager.default.removeItem(atPath: own.certificateFile)
    guard case .certificateUnusable = await failure(request) else {
      Issue.record("without the file there is nothing to know the server by")
      return
    }
    try FileManager.default.copyItem(atPath: other.certificateFile, toPath: own.certificateFile)
    #expect(await failure(request) == .wrongPublicKey(url: numbered))
  }

  @Test("A stream gives its pieces as they come, and ends")
  func stream() async throws {
    let server = try TestServer()
    var received: [UInt8] = []
    for try await piece in fetcher.stream(FetchRequest("GET", server.url("/events"), timeout: nil)) {
      received += piece
    }
    let events = (0..<3).map { "id: \($0)\nevent: tick\ndata: \($0)\n\n" }.joined()
    #expect(String(decoding: received, as: UTF8.self) == events)
  }

  @Test("A stream that is refused throws the status")
  func refusedStream() async throws {
    let server = try TestServer()
    let url = server.url("/nowhere")
    await #expect(throws: FetchError.status(url: url, 404)) {
      for try await _ in fetcher.stream(FetchRequest("GET", url)) {}
    }
  }

  @Test("A stream that falls silent ends after its idle time")
  func idleStream() async throws {
    let server = try TestServer()
    let url = server.url("/endless")
    var received: [UInt8] = []
    await #expect(throws: FetchError.timedOut(url: url)) {
      for try await piece in fetcher.stream(FetchRequest("GET", url, timeout: nil, idleTimeout: .seconds(1))) {
        received += piece
      }
    }
    #expect(received == Array(": hello\n\n".utf8))
  }

  @Test("Cancelling the task ends the exchange")
  func cancellation() async throws {
    let server = try TestServer()
    let request = FetchRequest("GET", server.url("/silent"))
    let task = Task { await failure(request) }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  @Test("After shutdown every request is cancelled")
  func shutdown() async throws {
    let server = try TestServer()
    let request = FetchRequest("GET", server.url("/silent"))
    async let underWay = failure(request)
    fetcher.shutdown()
    #expect(await underWay == .cancelled)
    #expect(await failure(request) == .cancelled)
  }

  @Test(
    "Errors are sentences that name the address",
    arguments: [
      FetchError.refused(url: "https://a/"), .nameNotFound(url: "https://a/"), .timedOut(url: "https://a/"),
      .untrusted(url: "https://a/", reason: "self-signed"), .wrongPublicKey(url: "https://a/"),
      .status(url: "https://a/", 503), .proxyRefused(proxy: "https://a/", status: 407),
      .proxyRefused(proxy: "https://a/", status: 403),
    ])
  func sentences(error: FetchError) {
    #expect(error.description.contains("https://a/"))
    #expect(error.description.hasSuffix("."))
  }
}
