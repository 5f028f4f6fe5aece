import Cipher

/// A secret that signs access tokens by HMAC-SHA256 (RFC 7515 calls that HS256).
public struct AccessKey: Sendable {
  /// Named in a token's header, so that one can see which key signed it.
  public let id: String
  private let code: HMACSHA256

  /// As long as the code it makes (RFC 7518 section 3.2).
  public static let minimumBytes = HMACSHA256.codeByteCount

  /// Fails when the secret is shorter than `minimumBytes`.
  public init?(id: String, secret: [UInt8]) {
    guard secret.count >= Self.minimumBytes else { return nil }
    self.id = id
    code = HMACSHA256(key: secret.span.bytes)
  }

  func signature(of text: some StringProtocol) -> [UInt8] {
    let code = code.code(for: Array(text.utf8).span.bytes)
    return code.indices.map { code[$0] }
  }

  /// In a time that says nothing of where two signatures differ.
  func hasSigned(_ text: some StringProtocol, as signature: [UInt8]) -> Bool {
    constantTimeEqual(self.signature(of: text).span.bytes, signature.span.bytes)
  }
}

/// The keys of a server: the first signs, every one is believed, so that they can be changed one after another.
public struct AccessKeys: Sendable {
  public static let maximumCount = 8

  let signing: AccessKey
  let all: [AccessKey]

  /// Fails when there is none or there are more than `maximumCount`.
  public init?(_ keys: [AccessKey]) {
    guard let first = keys.first, keys.count <= Self.maximumCount else { return nil }
    signing = first
    all = keys
  }
}
