import Foundation
import Wire

/// Tokens are JSON Web Tokens in compact form, signed by HMAC-SHA256 (RFC 7519, RFC 7515 section 7.1), so that other
/// systems can make and read them. Nothing in a token is read before one of our keys has been found to have signed it.
public enum AccessToken {
  /// Longer texts are no tokens of ours and cost no hashing.
  public static let maximumBytes = 2_048
  /// How far the clocks of who signs and who checks may be apart.
  public static let clockTolerance: Duration = .seconds(30)

  enum Rejection: Error, Equatable {
    /// Not of the form, or not signed by a key of ours.
    case untrusted
    case expired
    case notYetValid
  }

  public static func signed(_ claims: AccessClaims, by keys: AccessKeys, at now: WallTime) -> String {
    let key = keys.signing
    let header = #"{"alg":"HS256","kid":"\#(key.id)","typ":"JWT"}"#
    let text = "\(Base64URL.text(header.utf8)).\(Base64URL.text(claims.json(issuedAt: now)))"
    return "\(text).\(Base64URL.text(key.signature(of: text)))"
  }

  static func claims(of token: String, keys: AccessKeys, at now: WallTime) throws(Rejection) -> AccessClaims {
    guard token.utf8.count <= maximumBytes else { throw .untrusted }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let signature = Base64URL.bytes(parts[2]) else { throw .untrusted }
    let signed = token[parts[0].startIndex..<parts[1].endIndex]
    guard keys.all.contains(where: { $0.hasSigned(signed, as: signature) }) else { throw .untrusted }
    guard let header = Base64URL.bytes(parts[0]), isOurs(header), let payload = Base64URL.bytes(parts[1]),
      let claims = AccessClaims(json: payload)
    else { throw .untrusted }
    guard now < claims.expires + clockTolerance else { throw .expired }
    if let notBefore = claims.notBefore, now + clockTolerance < notBefore { throw .notYetValid }
    return claims
  }

  /// The one algorithm, and no extension that would have to be understood (RFC 7515 section 4.1.11).
  private static func isOurs(_ header: [UInt8]) -> Bool {
    struct Header: Decodable {
      var alg: String
      var crit: [String]?
    }
    guard let header = try? JSONDecoder().decode(Header.self, from: Data(header)) else { return false }
    return header.alg == "HS256" && header.crit == nil
  }
}
