/// Why a session description could not be read or taken, and on which line.
public struct SDPError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Counted from 1; 0 when it concerns the whole description.
  public let line: Int
  public let reason: Reason

  public enum Reason: Equatable, Sendable {
    // What cannot be read.
    case tooLarge(bytes: Int, limit: Int)
    case tooManyLines(limit: Int)
    case tooManySections(limit: Int)
    case notALine
    case controlCharacter
    case wrongVersion
    case missing(line: Character)
    case malformed(line: Character)
    case malformedAttribute(String)
    // What can be read but not taken.
    case noSections
    case noMediaIdentification
    case repeatedMediaIdentification(String)
    case noSectionTaken
    case noCredentials
    case noFingerprint
    case peerIsLite
    case unsupportedSetup(String)
  }

  public init(line: Int, _ reason: Reason) {
    self.line = line
    self.reason = reason
  }

  /// A sentence that says what to do.
  public var description: String {
    line == 0 ? "\(sentence)" : "line \(line): \(sentence)"
  }

  private var sentence: String {
    switch reason {
    case .tooLarge(let bytes, let limit):
      "the description has \(bytes) bytes; offer fewer sections or codecs, at most \(limit) bytes are read"
    case .tooManyLines(let limit): "the description has too many lines; at most \(limit) are read"
    case .tooManySections(let limit): "the description has too many media sections; offer at most \(limit)"
    case .notALine: "each line must be a letter, '=' and a value"
    case .controlCharacter: "a control character is in the line; remove it"
    case .wrongVersion: "the first line must be 'v=0'"
    case .missing(let type): "a line '\(type)=' is wanted here"
    case .malformed(let type): "the line '\(type)=' is not as RFC 8866 has it"
    case .malformedAttribute(let name): "the attribute '\(name)' is not as its RFC has it"
    case .noSections: "the offer has no media section; offer audio or video"
    case .noMediaIdentification: "the media section has no 'a=mid'; the offer must follow RFC 8829"
    case .repeatedMediaIdentification(let mid): "two media sections are called '\(mid)'"
    case .noSectionTaken:
      "no media section can be taken; offer Opus, VP8, VP9, H.264 or AV1 over DTLS-SRTP, bundled and with rtcp-mux"
    case .noCredentials: "the offer has no 'a=ice-ufrag' of 4 or more and 'a=ice-pwd' of 22 or more characters"
    case .noFingerprint: "the offer has no 'a=fingerprint' by SHA-256, SHA-384 or SHA-512"
    case .peerIsLite: "both sides are ICE-lite; the client must be a full ICE agent"
    case .unsupportedSetup(let role): "the offer says 'a=setup:\(role)'; it must be actpass or active"
    }
  }
}
