import Cipher

/// An agent's own key: 256 random bits, which it shows as a bearer token. The monitor keeps the digest alone, and looks
/// a key up by it, so that no comparison tells anything of a key.
public struct AgentKey: Sendable, Hashable {
  /// Tells people and scanners what it is, and the server that it is no JSON Web Token.
  public static let prefix = "kakehashi-agent-"

  public let text: String

  init(_ random: [UInt8]) {
    text = Self.prefix + random.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  init(using generator: inout some RandomNumberGenerator) {
    self.init((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
  }

  static func digest(_ text: String) -> [UInt8] {
    let digest = SHA256Digest(of: Array(text.utf8).span.bytes).bytes
    return digest.indices.map { digest[$0] }
  }
}

/// Whose key was shown.
public enum AgentBearer: Sendable, Equatable {
  case active(site: String, key: [UInt8])
  /// It was one once.
  case ended(site: String, reason: String)
}
