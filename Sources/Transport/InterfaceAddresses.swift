import CLinuxNet
import Glibc
import Wire

/// The addresses of this machine's interfaces, as others reach it.
public enum InterfaceAddresses {
  /// Unicast addresses of interfaces that are up: no loopback, no link-local. Falls back to IPv4's loopback on a
  /// machine that has nothing else.
  public static func routable() -> [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [.loopbackV4] }
    defer { freeifaddrs(first) }
    var found: [IPAddress] = []
    var next = first
    while let interface = next {
      next = interface.pointee.ifa_next
      let flags = interface.pointee.ifa_flags
      guard flags & UInt32(IFF_UP) != 0, flags & UInt32(IFF_LOOPBACK) == 0,
        let raw = interface.pointee.ifa_addr, let address = address(of: raw), !address.isLinkLocal,
        !found.contains(address)
      else { continue }
      found.append(address)
    }
    return found.isEmpty ? [.loopbackV4] : found
  }

  private static func address(of raw: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    switch Int32(raw.pointee.sa_family) {
    case AF_INET:
      raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        IPAddress(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
        withUnsafeBytes(of: address.pointee.sin6_addr) { bytes in
          IPAddress(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
      }
    default: nil
    }
  }
}

extension IPAddress {
  /// 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291): of no use without naming an interface.
  fileprivate var isLinkLocal: Bool {
    if let v4 { return v4 >> 16 == 0xa9fe }
    return high >> 54 == 0xfe80 >> 6
  }
}
