import Glibc
import Wire

/// How long a datagram may be that reaches a reflector and comes back without being cut in pieces.
public enum PathMTU {
  /// Tries each size, longest first, with fragmentation forbidden on the way there (RFC 8899's search without the
  /// bisection: the sizes that networks have are few). Blocks for `patience` at every size that gets no answer.
  ///
  /// - Parameters:
  ///   - sizes: UDP payloads in bytes.
  ///   - request: makes a datagram of a size that is answered with one as long.
  /// - Returns: the largest size that was answered in full; `nil` when none was.
  public static func largestAnswered(
    by endpoint: Endpoint, of sizes: [Int], patience: Duration = .milliseconds(700), request: (Int) -> [UInt8]
  ) -> Int? {
    let descriptor = connected(to: endpoint)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    forbidFragments(descriptor, isV4: endpoint.address.isV4)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for size in sizes.sorted(by: >) {
      // One may be lost for other reasons.
      for _ in 0..<2 {
        let bytes = request(size)
        guard send(descriptor, bytes, bytes.count, 0) == bytes.count else { break }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, Int32(patience.nanoseconds / 1_000_000)) == 1 else { continue }
        if recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= size { return size }
      }
    }
    return nil
  }

  private static func connected(to endpoint: Endpoint) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(endpoint.address.description, String(endpoint.port), &hints, &found) == 0, let found else {
      return -1
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(found.pointee.ai_family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0, connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      return -1
    }
    return descriptor
  }

  private static func forbidFragments(_ descriptor: Int32, isV4: Bool) {
    // Probing: the bit is set, and what the kernel has learnt of the path does not stop a longer one.
    var mode = isV4 ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE
    let (level, option) = isV4 ? (Int32(IPPROTO_IP), IP_MTU_DISCOVER) : (Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER)
    setsockopt(descriptor, level, option, &mode, socklen_t(MemoryLayout<Int32>.size))
  }
}
