@testable import Association

extension FuzzTarget {
  /// Datagrams of a stranger to the server's side of a handshake: each two bytes of length and then so many of content.
  static let dtlsSession = FuzzTarget("DTLSSession") { input in
    guard let identity, var session = try? DTLSSession(identity, .server, fingerprints: [identity.fingerprint]) else {
      preconditionFailure("OpenSSL gives a session")
    }
    var rest = input[...]
    while rest.count >= 2 {
      let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
      guard case .waiting = session.receive(Array(rest.prefix(count))) else { return }
      for datagram in session.takeOutput() {
        precondition(datagram.count <= Int(DTLSSession.mtu), "a datagram passes every path")
      }
      rest = rest.dropFirst(count)
    }
  }
}

private let identity = try? Identity()
