import API
import Foundation
import Wire

@testable import Web

/// A server's keys, and tokens signed with them.
enum TestKeys {
  static let keys: AccessKeys = {
    let old = AccessKey(id: "old", secret: Array("an older secret of forty characters: 0123".utf8))
    let new = AccessKey(id: "new", secret: Array("a newer secret of forty characters: 4567".utf8))
    guard let keys = AccessKeys([new, old].compactMap(\.self)) else { preconditionFailure("both are long enough") }
    return keys
  }()

  static var now: WallTime { WallTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) }

  static func token(
    _ scopes: Set<AccessScope>, room: String? = nil, site: String? = nil, name: String? = nil,
    validFor: Duration = .seconds(600)
  ) -> String {
    let claims = AccessClaims(scopes, room: room, site: site, name: name, expires: now + validFor)
    return AccessToken.signed(claims, by: keys, at: now)
  }
}
