import Glibc
import Testing

/// A TCP port of 127.0.0.1 where somebody listens and says nothing.
struct ListeningPort {
  let number: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listen(descriptor, 1) == 0)
    var name = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let found = withUnsafeMutablePointer(to: &name) { [descriptor] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    try #require(found == 0)
    number = UInt16(bigEndian: name.sin_port)
  }

  func close() {
    _ = Glibc.close(descriptor)
  }
}
