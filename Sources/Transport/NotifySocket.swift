import Glibc

/// Tells the service manager how this process fares (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names.
public struct NotifySocket: Sendable {
  public enum State: Sendable, Equatable {
    /// All is bound and served; the text shows in `systemctl status`.
    case ready(String)
    case stopping
    /// The proof of life that a watchdog asks for.
    case alive

    var message: String {
      switch self {
      case .ready(let status): "READY=1\nSTATUS=" + status.filter { !$0.isNewline }
      case .stopping: "STOPPING=1"
      case .alive: "WATCHDOG=1"
      }
    }
  }

  /// How often `alive` is to be said, half of what the watchdog allows; `nil` when nothing watches this process.
  public let aliveInterval: Duration?
  private let address: sockaddr_un
  private let addressLength: socklen_t

  /// `nil` where no service manager asked to be told, or by a kind of socket other than AF_UNIX.
  public init?(environment: [String: String], process: Int32 = getpid()) {
    var name = Array((environment["NOTIFY_SOCKET"] ?? "").utf8)
    var address = sockaddr_un()
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard let first = name.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), name.count < capacity
    else { return nil }
    // A name in the abstract namespace begins with a zero byte and has no end but its length.
    if first == UInt8(ascii: "@") { name[0] = 0 }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    self.address = address
    addressLength = socklen_t(MemoryLayout<sockaddr_un>.size - capacity + name.count)
    let isWatched = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
    let allowed = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
    aliveInterval = isWatched && allowed > 0 ? .microseconds(max(allowed / 2, 1)) : nil
  }

  /// Sends it. A service manager that is not there any more is no reason to fail.
  public func say(_ state: State) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let message = Array(state.message.utf8)
    withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, addressLength)
      }
    }
  }
}
