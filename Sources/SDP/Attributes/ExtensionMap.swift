/// `a=extmap` (RFC 8285 section 8): `4 urn:ietf:params:rtp-hdrext:sdes:mid`, `8/sendonly urn:…`.
public struct ExtensionMap: Equatable, Sendable, CustomStringConvertible {
  /// 1–255; above 14 only the two-byte form can carry it.
  public let id: UInt8
  /// From the side that wrote it; `nil` when not said.
  public let direction: Direction?
  public let uri: String

  public static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
  public static let audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
  public static let dependencyDescriptor =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
  public static let colorSpace = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
  public static let playoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
  public static let absoluteCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"

  public init(id: UInt8, direction: Direction? = nil, uri: String) {
    self.id = id
    self.direction = direction
    self.uri = uri
  }

  /// Attributes after the URI are not kept.
  public init?(_ value: String) {
    let fields = value.fields()
    guard fields.count >= 2 else { return nil }
    let entry = fields[0].fields("/", maxSplits: 1, keepsEmpty: true)
    guard let id = UInt8(entry[0]), id > 0 else { return nil }
    var direction: Direction?
    if entry.count == 2 {
      direction = Direction(rawValue: String(entry[1]))
      if direction == nil { return nil }
    }
    self.init(id: id, direction: direction, uri: String(fields[1]))
  }

  /// What an answer says to it.
  public var mirrored: ExtensionMap {
    ExtensionMap(id: id, direction: direction?.mirrored, uri: uri)
  }

  public var description: String {
    "\(id)" + (direction.map { "/\($0.rawValue)" } ?? "") + " \(uri)"
  }
}
