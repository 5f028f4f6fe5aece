/// A session description (RFC 8866): its session part and its media sections, as values.
///
/// Reading is strict about what the relay depends on and lenient about the rest: unknown lines are left out, unknown
/// attributes kept.
public struct SessionDescription: Sendable {
  /// The value of the `o=` line.
  public var origin: String
  /// The value of the `s=` line.
  public var name: String
  public var attributes: Attributes
  public var media: [MediaDescription]

  public init(origin: String, name: String = "-", attributes: Attributes = [], media: [MediaDescription] = []) {
    self.origin = origin
    self.name = name
    self.attributes = attributes
    self.media = media
  }

  /// Reads a description. Lines end with CRLF or LF.
  public init(parsing text: String, limits: SDPLimits = SDPLimits()) throws(SDPError) {
    guard text.utf8.count <= limits.bytes else {
      throw SDPError(line: 0, .tooLarge(bytes: text.utf8.count, limit: limits.bytes))
    }
    self.init(origin: "")
    var lines = SDPLines(text, limit: limits.lines)
    guard let first = try lines.next(), first.type == "v", first.value == "0" else {
      throw SDPError(line: 1, .wrongVersion)
    }
    var seen: Set<Unicode.Scalar> = []
    while let line = try lines.next() {
      switch line.type {
      case "m":
        guard media.count < limits.sections else {
          throw SDPError(line: line.number, .tooManySections(limit: limits.sections))
        }
        media.append(try MediaDescription(mediaLine: line.value, line: line.number))
      case "a":
        let attribute = try line.attribute()
        if media.isEmpty { attributes.append(attribute) } else { media[media.count - 1].attributes.append(attribute) }
      case "c" where !media.isEmpty:
        media[media.count - 1].connection = line.value
      case "o" where media.isEmpty:
        guard line.value.fields().count == 6 else {
          throw SDPError(line: line.number, .malformed(line: "o"))
        }
        origin = line.value
      case "s" where media.isEmpty:
        name = line.value
      default: break
      }
      if media.isEmpty { seen.insert(line.type) }
    }
    for type: Unicode.Scalar in ["o", "s", "t"] where !seen.contains(type) {
      throw SDPError(line: 0, .missing(line: Character(type)))
    }
  }

  /// The description as text, its lines ended by CRLF.
  public func serialized() -> String {
    var text = "v=0\r\no=\(origin)\r\ns=\(name)\r\nt=0 0\r\n"
    Self.append(attributes, to: &text)
    for section in media {
      text += "m=\(section.media) \(section.port) \(section.proto) \(section.formats.joined(separator: " "))\r\n"
      if let connection = section.connection { text += "c=\(connection)\r\n" }
      Self.append(section.attributes, to: &text)
    }
    return text
  }

  static func append(_ attributes: Attributes, to text: inout String) {
    for attribute in attributes {
      text += "a=\(attribute.name)"
      if let value = attribute.value { text += ":\(value)" }
      text += "\r\n"
    }
  }
}
