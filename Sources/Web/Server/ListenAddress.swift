import Glibc

/// Asks the kernel whether an address can be listened on, before anything else of the process starts.
enum ListenAddress {
  static func check(host: String, port: Int) throws(WebStartError) {
    guard (0...65_535).contains(port) else {
      throw WebStartError(message: "\(port) is not a port: choose one from 1 to 65535 for HTTPS.")
    }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let failure = getaddrinfo(host, String(port), &hints, &found)
    guard failure == 0, let address = found?.pointee else {
      throw WebStartError(
        message: "\(host) is no host name or address to listen on: \(String(cString: gai_strerror(failure))).")
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.ai_family, address.ai_socktype, 0)
    guard descriptor >= 0 else { throw WebStartError(listening: host, port: port, errno: errno) }
    defer { close(descriptor) }
    // As the server itself does: connections of the last run that are still dying do not hold the port.
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
      throw WebStartError(listening: host, port: port, errno: errno)
    }
  }
}
