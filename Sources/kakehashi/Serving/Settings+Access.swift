import API
import Association
import Foundation
import Settings
import Transport
import Web
import Wire

/// Keys, and the tokens made with them on this machine.
extension Settings {
  /// The keys of the configuration with their secrets; `nil` when there are none.
  func accessKeys() throws(Failure) -> AccessKeys? {
    let keys = try http.keys.map { key throws(Failure) in
      guard let made = AccessKey(id: key.id, secret: Array(try key.secret.secret().utf8)) else {
        throw .configuration(
          "\(key.secret.place) is too short for a key: it needs \(AccessKey.minimumBytes) characters or more; "
            + "make one with openssl rand -base64 48.")
      }
      return made
    }
    return AccessKeys(keys)
  }

  /// A token signed with the first key.
  func token(
    _ scopes: Set<AccessScope>, room: String? = nil, site: String? = nil, name: String? = nil, validFor: Duration
  ) throws(Failure) -> String {
    guard let keys = try accessKeys() else {
      throw .configuration(
        "\(file): http.keys: is empty, so no token is asked for and none can be made. Make a key, "
          + "(umask 077; openssl rand -base64 48 > web.key), and name it: keys: [{id: first, secret: web.key}].")
    }
    let now = SystemClock.wallTime
    return AccessToken.signed(
      AccessClaims(scopes, room: room, site: site, name: name, expires: now + validFor), by: keys, at: now)
  }

  /// Makes a token for this machine's own dashboard with each request; none while no keys are configured.
  func operatorToken() throws(Failure) -> @Sendable () -> String? {
    guard let keys = try accessKeys() else { return { nil } }
    return {
      let now = SystemClock.wallTime
      return AccessToken.signed(AccessClaims([.operate], expires: now + .seconds(12 * 3600)), by: keys, at: now)
    }
  }

  /// The server's public key in words to type; `nil` before its certificate was made.
  var publicKeyPin: String? {
    (try? CertificateFile(path: certificateFile)).map { PublicKeyPin.text($0.publicKeyDigest) }
  }

  /// Where people reach the server: what the configuration says, else this machine's first address.
  var publicAddress: String {
    if let address = http.address { return address.hasSuffix("/") ? String(address.dropLast()) : address }
    let listen = http.listen.address
    guard listen == .anyV4 || listen == .anyV6, let own = InterfaceAddresses.routable().first(where: \.isV4) else {
      return localMonitor
    }
    return "https://\(own):\(http.listen.port)"
  }
}

extension SecretSource {
  /// The secret, or the failure that ends the command.
  func secret() throws(Failure) -> String {
    do {
      return try read()
    } catch {
      throw .configuration(error)
    }
  }
}
