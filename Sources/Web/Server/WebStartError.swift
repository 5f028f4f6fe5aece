import Glibc

/// Why the HTTPS server could not start, as a sentence that says what to do.
public struct WebStartError: Error, Sendable, CustomStringConvertible {
  public var message: String
  public var description: String { message }

  init(message: String) {
    self.message = message
  }

  /// What the kernel's refusal to listen means.
  init(listening host: String, port: Int, errno code: Int32) {
    let address = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    switch code {
    case EADDRINUSE:
      message = "Another program already listens on \(address): stop it, or choose another port for HTTPS."
    case EACCES:
      message = "Listening on \(address) is not permitted: choose a port from 1024 up, or grant the permission."
    case EADDRNOTAVAIL:
      message = "\(host) is not an address of this machine: choose one that is, or 0.0.0.0 for all."
    default:
      message = "Listening on \(address) failed: \(String(cString: strerror(code)))."
    }
  }
}
