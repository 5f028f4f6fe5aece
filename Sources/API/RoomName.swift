/// The name of a room as people write it: 1 to 64 characters in any script, spaces inside allowed.
///
/// Surrounding spaces are cut off. Control characters and those that have a meaning in an address
/// (`/ \ ? # %`) are refused, as are `.`, `..` and `*`, which in a token stands for every room.
public struct RoomName: Sendable, Hashable, LosslessStringConvertible {
  public let description: String

  /// Longest name, in characters and, four bytes each, in UTF-8 bytes.
  public static let maximumCharacters = 64

  public init?(_ text: String) {
    guard let name = text.asDisplayedName(maximumCharacters: Self.maximumCharacters) else { return nil }
    guard !name.unicodeScalars.contains(where: Self.reserved.contains), ![".", "..", "*"].contains(name) else {
      return nil
    }
    description = name
  }

  private static let reserved: Set<Unicode.Scalar> = ["/", "\\", "?", "#", "%"]

  /// The name as one component of an address: everything outside RFC 3986's unreserved set percent-encoded.
  public var pathComponent: String {
    var encoded = ""
    for byte in description.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }
}

/// What a participant is called: 1 to 64 characters in any script, without control characters.
public struct DisplayName: Sendable, Hashable, LosslessStringConvertible {
  public let description: String

  public static let maximumCharacters = 64

  public init?(_ text: String) {
    guard let name = text.asDisplayedName(maximumCharacters: Self.maximumCharacters) else { return nil }
    description = name
  }
}

extension String {
  /// The text without surrounding spaces; `nil` when nothing is left, it is too long (four UTF-8 bytes per character
  /// at most, so that combining marks cannot pile up) or it holds a control or direction-changing character.
  fileprivate func asDisplayedName(maximumCharacters: Int) -> String? {
    guard utf8.count <= 8 * maximumCharacters else { return nil }
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return nil }
    let trimmed = String(scalars[first...last])
    guard trimmed.count <= maximumCharacters, trimmed.utf8.count <= 4 * maximumCharacters else { return nil }
    for scalar in trimmed.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return nil
      case .format where scalar.properties.isBidiControl: return nil
      default: continue
      }
    }
    return trimmed
  }
}
