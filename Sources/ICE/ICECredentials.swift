/// One side's username fragment and password for one generation of ICE (RFC 8445 section 5.3).
public struct ICECredentials: Hashable, Sendable {
  /// 4–256 ice-chars; eight in those made here.
  public let usernameFragment: String
  /// 22–256 ice-chars; 24 in those made here.
  public let password: String

  public init(usernameFragment: String, password: String) {
    self.usernameFragment = usernameFragment
    self.password = password
  }

  /// How many random bytes `init(random:)` takes: 48 bits of fragment and 144 of password.
  public static let randomByteCount = 24

  /// Credentials from `randomByteCount` random bytes, each six bits of which make one ice-char.
  public init(random: some Sequence<UInt8>) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var characters: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in random {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        characters.append(alphabet[Int(bits >> UInt32(count) & 63)])
      }
    }
    precondition(characters.count == 32, "credentials are made of 24 random bytes")
    usernameFragment = String(decoding: characters[..<8], as: UTF8.self)
    password = String(decoding: characters[8...], as: UTF8.self)
  }

  /// The fragment as a number, if it is eight characters long: the key under which a media thread finds a connection
  /// from `STUNMessage.recipientFragmentKey(in:)` without touching a string.
  public var fragmentKey: UInt64? {
    let bytes = usernameFragment.utf8
    return bytes.count == 8 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
  }
}

/// A password is never printed.
extension ICECredentials: CustomStringConvertible {
  public var description: String { "ICECredentials(\(usernameFragment))" }
}
