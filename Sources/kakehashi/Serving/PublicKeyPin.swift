import Foundation

/// A public key's SHA-256 as it is printed and typed: `sha256//` and Base64, as curl writes it.
enum PublicKeyPin {
  private static let prefix = "sha256//"

  static func text(_ digest: [UInt8]) -> String {
    prefix + Data(digest).base64EncodedString()
  }

  static func digest(_ text: String) -> [UInt8]? {
    guard text.hasPrefix(prefix), let data = Data(base64Encoded: String(text.dropFirst(prefix.count))), data.count == 32
    else { return nil }
    return Array(data)
  }
}
