/// A media section: an `m=` line and what follows it (RFC 8866 section 5.14).
public struct MediaDescription: Sendable {
  /// "audio", "video", "application", …
  public var media: String
  public var port: UInt16
  /// "UDP/TLS/RTP/SAVPF", …
  public var proto: String
  /// Payload types, for RTP.
  public var formats: [String]
  /// The value of its `c=` line.
  public var connection: String?
  public var attributes: Attributes
  /// Where the `m=` line was read, counted from 1; 0 when it was made here.
  public var line: Int

  public init(
    media: String, port: UInt16, proto: String, formats: [String], connection: String? = nil,
    attributes: Attributes = [], line: Int = 0
  ) {
    self.media = media
    self.port = port
    self.proto = proto
    self.formats = formats
    self.connection = connection
    self.attributes = attributes
    self.line = line
  }

  /// Reads the value of an `m=` line: `media port[/number] proto format …`.
  init(mediaLine value: String, line: Int) throws(SDPError) {
    let fields = value.fields()
    guard fields.count >= 4,
      let port = fields[1].fields("/", maxSplits: 1, keepsEmpty: true).first.flatMap({ UInt16($0) })
    else {
      throw SDPError(line: line, .malformed(line: "m"))
    }
    self.init(
      media: String(fields[0]), port: port, proto: String(fields[2]), formats: fields.dropFirst(3).map(String.init),
      line: line)
  }

  /// The section's identification (RFC 5888).
  public var mid: String? {
    attributes["mid"]?.value
  }

  /// Port 0 says that a section was rejected or stopped, except for one that is only ever bundled (RFC 8843 section 6).
  public var isStopped: Bool {
    port == 0 && !attributes.has("bundle-only")
  }
}
