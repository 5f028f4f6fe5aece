import Foundation

/// A public key's SHA-256 as it is printed and typed: `sha256//` and Base64, as curl writes it.
public enum PublicKeyPin {
  private static let prefix = "sha256//"

  public static func text(_ digest: [UInt8]) -> String {
    prefix + Data(digest).base64EncodedString()
  }

  public static func digest(_ text: String) -> [UInt8]? {
    guard text.hasPrefix(prefix), let data = Data(base64Encoded: String(text.dropFirst(prefix.count))), data.count == 32
    else { return nil }
    return Array(data)
  }
}

extension SettingKind where Value == [UInt8]? {
  static var pinOrNone: Self {
    SettingKind<[UInt8]>(
      expected: "sha256// and a public key's digest, as `kakehashi up` prints it", parse: PublicKeyPin.digest,
      show: PublicKeyPin.text
    ).or("none")
  }
}
