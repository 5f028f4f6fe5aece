import API
import Fetch
import Foundation
import History
import Logging
import Measurement
import Monitor
import Relay
import ServiceLifecycle
import Wire

@testable import Web

/// A real server on a loopback port of the kernel's choice, with a real client, for as long as a test needs it.
struct TestServer: Sendable {
  let base: String
  let fetcher: Fetcher
  let group: ServiceGroup

  static let vectors = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors").path
  static let certificate = vectors + "/localhost.pem"
  static let key = vectors + "/localhost.key.pem"

  static func run<Result: Sendable>(
    relay: RelayService? = nil, monitor: MonitorService? = nil, closesClient: Bool = true,
    configure: (inout WebConfiguration) -> Void = { _ in },
    _ test: @escaping @Sendable (TestServer) async throws -> Result
  ) async throws -> Result {
    var configuration = WebConfiguration(
      host: "localhost", port: 0, certificatePath: certificate, privateKeyPath: key)
    configure(&configuration)
    var logger = Logger(label: "web")
    logger.logLevel = .error
    let (ports, port) = AsyncStream<Int>.makeStream()
    let server = try WebServer(configuration: configuration, relay: relay, monitor: monitor, logger: logger) {
      port.yield($0)
    }
    let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
    let fetcher = Fetcher()
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      guard let bound = await iterator.next() else { throw CancellationError() }
      let running = TestServer(base: "https://localhost:\(bound)", fetcher: fetcher, group: group)
      do {
        let result = try await test(running)
        if closesClient { fetcher.shutdown() }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return result
      } catch {
        fetcher.shutdown()
        await group.triggerGracefulShutdown()
        throw error
      }
    }
  }

  func request(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
  ) -> FetchRequest {
    FetchRequest(
      method, base + path, headers: headers.map { .init($0.key, $0.value) }, body: body,
      trust: .authorities(file: Self.certificate), timeout: .seconds(20))
  }

  func fetch(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
  ) async throws -> FetchResponse {
    try await fetcher.fetch(request(method, path, headers, body: body))
  }

  func fetch(
    _ method: String, _ path: String, _ headers: [String: String] = [:], text: String
  ) async throws -> FetchResponse {
    try await fetch(method, path, headers, body: Array(text.utf8))
  }

  /// Events as they come, until the stream ends.
  func events(_ path: String, _ headers: [String: String] = [:]) -> AsyncThrowingStream<ServerSentEvent, any Error> {
    var wanted = request("GET", path, headers)
    wanted.timeout = nil
    let pieces = fetcher.stream(wanted)
    return AsyncThrowingStream { continuation in
      let reading = Task {
        var reader = ServerSentEventReader()
        do {
          for try await piece in pieces { for event in reader.read(piece) { continuation.yield(event) } }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in reading.cancel() }
    }
  }
}

extension FetchResponse {
  var text: String { String(decoding: body, as: UTF8.self) }

  func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(body))
  }

  var errorCode: ErrorCode? { try? json(ErrorBody.self).error.code }
}

/// A monitor on a folder of its own, which goes with it.
final class TestMonitor: Sendable {
  let service: MonitorService
  private let path: String
  static let path = Path(site: "tsu", target: "hq", route: .direct)

  init() async throws {
    path = FileManager.default.temporaryDirectory.appending(path: "kakehashi-web-\(UUID().uuidString)").path
    service = try await MonitorService(
      configuration: MonitorConfiguration(
        sites: [Site(id: "hq", japaneseName: "県庁", englishName: "Headquarters"), Site(id: "tsu")],
        paths: [ExpectedPath(path: Self.path, origin: .probe(kind: "stamp"))]),
      folder: try DataFolder(path: path), logger: Logger(label: "monitor") { _ in SwiftLogNoOpLogHandler() },
      clock: { ClockReading(monotonic: .zero, wall: WallTime(seconds: 1_800_000_000)) })
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
