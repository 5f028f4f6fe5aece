import Glibc
import Wire

/// Where a host named by a person is: `10.7.0.5`, `10.7.0.5:862`, `[2001:db8::1]:862`, `reflector.example:862`.
public struct HostAddress: Sendable, Hashable {
  public var host: String
  public var port: UInt16

  /// `nil` when the text has no such form. Without a port `defaultPort` is taken.
  public init?(_ text: String, defaultPort: UInt16) {
    if let endpoint = Endpoint(text) {
      (host, port) = (endpoint.address.description, endpoint.port)
      return
    }
    if let address = IPAddress(text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text)
    {
      (host, port) = (address.description, defaultPort)
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, parts.count <= 2, name.utf8.count <= 253,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") })
    else { return nil }
    host = String(name)
    port = defaultPort
    if parts.count == 2 {
      guard let given = UInt16(parts[1]) else { return nil }
      port = given
    }
  }

  /// Asks the system's resolver, which may take seconds: not on a thread that has a clock to keep.
  public func resolve(_ family: AddressFamily = .any) throws(HostAddressError) -> Endpoint {
    if let address = IPAddress(host) {
      guard family.holds(address) else { throw HostAddressError(host: host, reason: "it is of the other IP version") }
      return Endpoint(address: address, port: port)
    }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &found)
    guard code == 0 else { throw HostAddressError(host: host, reason: String(cString: gai_strerror(code))) }
    defer { freeaddrinfo(found) }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var next = found
    while let entry = next {
      let name = entry.pointee
      if getnameinfo(name.ai_addr, name.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0,
        let address = IPAddress(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)),
        family.holds(address)
      {
        return Endpoint(address: address, port: port)
      }
      next = name.ai_next
    }
    throw HostAddressError(host: host, reason: "it has no address this machine can use")
  }
}

public struct HostAddressError: Error, Equatable, Sendable, CustomStringConvertible {
  public let host: String
  public let reason: String

  public var description: String {
    "The host name \(host) cannot be resolved: \(reason)."
  }
}
