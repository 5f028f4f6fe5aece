import Foundation
import Glibc
import Synchronization

/// A real HTTP server on loopback that keeps what is posted to it, one connection at a time.
final class HTTPReceiver: Sendable {
  struct Request: Sendable, Equatable {
    var method: String
    var path: String
    /// By lower-case name.
    var headers: [String: String]
    var body: [UInt8]

    /// The body as a JSON object (or, `[0]` of a list of one).
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(body))
      return (value as? [String: Any]) ?? (value as? [[String: Any]])?.first ?? [:]
    }
  }

  let port: UInt16
  /// Each request as it was answered.
  let requests: AsyncStream<Request>
  private let listening: Listening

  /// Whether the listening socket is still ours: once it is closed its number belongs to somebody else.
  private final class Listening: Sendable {
    let socket: CInt
    private let isOpen = Mutex(true)

    init(_ socket: CInt) {
      self.socket = socket
    }

    func shutDown() {
      isOpen.withLock { if $0 { _ = shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    func close() {
      isOpen.withLock {
        $0 = false
        _ = Glibc.close(socket)
      }
    }
  }

  /// Listens on 127.0.0.1; `answer` gives the status for each request.
  init(port: UInt16 = 0, answer: @escaping @Sendable (Request) -> Int = { _ in 200 }) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: CInt = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    self.port = address.sin_port.bigEndian
    let listening = Listening(listener)
    self.listening = listening
    let (requests, continuation) = AsyncStream.makeStream(of: Request.self)
    self.requests = requests
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        if let request = Self.read(connection) {
          let status = answer(request)
          let text = "HTTP/1.1 \(status) Answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          _ = write(connection, text, text.utf8.count)
          continuation.yield(request)
        }
        close(connection)
      }
      listening.close()
      continuation.finish()
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  /// Ends the server; its port refuses connections when `requests` has ended.
  func stop() {
    listening.shutDown()
  }

  deinit {
    stop()
  }

  private static func read(_ connection: CInt) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var head: (request: Request, bodyStart: Int, length: Int)?
    while true {
      if head == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
          if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
        }
        let request = Request(method: words[0], path: words[1], headers: headers, body: [])
        head = (request, end.upperBound, headers["content-length"].flatMap { Int($0) } ?? 0)
      }
      if var head, bytes.count >= head.bodyStart + head.length {
        head.request.body = Array(bytes[head.bodyStart..<head.bodyStart + head.length])
        return head.request
      }
      let count = Glibc.read(connection, &buffer, buffer.count)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }
}
