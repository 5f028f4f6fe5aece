/// An `application/trickle-ice-sdpfrag` body (RFC 8840 section 9): candidates, or new credentials for an ICE restart.
public struct SessionFragment: Equatable, Sendable {
  public var usernameFragment: String?
  public var password: String?
  /// Values of `a=candidate` lines, in their order.
  public var candidates: [String] = []
  public var isEndOfCandidates = false

  public init() {}

  /// Reads a fragment. Credentials may stand at the session's or at a section's level.
  public init(parsing text: String, limits: SDPLimits = SDPLimits()) throws(SDPError) {
    guard text.utf8.count <= limits.bytes else {
      throw SDPError(line: 0, .tooLarge(bytes: text.utf8.count, limit: limits.bytes))
    }
    var lines = SDPLines(text, limit: limits.lines)
    while let line = try lines.next() {
      guard line.type == "a" else { continue }
      let attribute = try line.attribute()
      switch attribute.name {
      case "ice-ufrag": usernameFragment = usernameFragment ?? attribute.value
      case "ice-pwd": password = password ?? attribute.value
      case "candidate": if let value = attribute.value { candidates.append(value) }
      case "end-of-candidates": isEndOfCandidates = true
      default: break
      }
    }
  }

  /// The fragment as text for the section `mid`: what answers an ICE restart (RFC 9725 section 4.3.3).
  public func serialized(media: String, mid: String) -> String {
    var attributes: Attributes = []
    if let usernameFragment { attributes.append("ice-ufrag", usernameFragment) }
    if let password { attributes.append("ice-pwd", password) }
    var text = "a=ice-lite\r\n"
    SessionDescription.append(attributes, to: &text)
    text += "m=\(media) 9 UDP/TLS/RTP/SAVPF 0\r\n"
    attributes = [Attribute("mid", mid)]
    for candidate in candidates { attributes.append("candidate", candidate) }
    if isEndOfCandidates { attributes.append("end-of-candidates") }
    SessionDescription.append(attributes, to: &text)
    return text
  }
}
