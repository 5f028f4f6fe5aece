/// What a codec is, whatever number a section gives it: the identity under which sources and slots meet.
public struct Codec: Hashable, Sendable, BitwiseCopyable {
  public enum Name: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case opus, vp8, vp9, h264, av1

    /// As `a=rtpmap` spells it.
    public var encodingName: String {
      switch self {
      case .opus: "opus"
      case .vp8: "VP8"
      case .vp9: "VP9"
      case .h264: "H264"
      case .av1: "AV1"
      }
    }

    public var isAudio: Bool { self == .opus }
  }

  public let name: Name
  /// VP9's and AV1's profile number, H.264's as `H264Profile`; 0 for the others.
  public let profile: UInt8
  /// H.264's packetization mode, 0 or 1; 0 for the others.
  public let packetizationMode: UInt8

  public init(_ name: Name, profile: UInt8 = 0, packetizationMode: UInt8 = 0) {
    self.name = name
    self.profile = profile
    self.packetizationMode = packetizationMode
  }

  public static let opus = Codec(.opus)
  public static let vp8 = Codec(.vp8)

  /// A codec by its `a=rtpmap` and `a=fmtp`; `nil` when the relay does not carry it.
  public init?(_ map: RTPMap, _ parameters: FormatParameters) {
    guard let name = Name.allCases.first(where: { map.encodingName.isSpelled($0.encodingName) }),
      map.clockRate == (name.isAudio ? 48_000 : 90_000), map.channels == (name.isAudio ? 2 : 1)
    else { return nil }
    switch name {
    case .opus, .vp8: self.init(name)
    case .vp9:
      guard let profile = UInt8(parameters["profile-id"] ?? "0"), profile <= 3 else { return nil }
      self.init(name, profile: profile)
    case .av1:
      guard let profile = UInt8(parameters["profile"] ?? "0"), profile <= 2 else { return nil }
      self.init(name, profile: profile)
    case .h264:
      guard let mode = UInt8(parameters["packetization-mode"] ?? "0"), mode <= 1,
        let profile = H264Profile(levelID: parameters["profile-level-id"] ?? H264Profile.defaultLevelID)
      else { return nil }
      self.init(name, profile: profile.rawValue, packetizationMode: mode)
    }
  }

  public var isAudio: Bool { name.isAudio }
  /// Ticks a second.
  public var clockRate: UInt32 { isAudio ? 48_000 : 90_000 }
  public var channels: Int { isAudio ? 2 : 1 }

  /// Whether a stream of this codec may be sent where `other` was agreed on. Identity, but lenient on H.264's profile:
  /// encoders seldom send exactly the one they offered, and every decoder here takes what baseline, main and high share.
  public func isCompatible(with other: Codec) -> Bool {
    name == .h264 ? other.name == .h264 && other.packetizationMode == packetizationMode : self == other
  }

  /// Place in the order of an answer, lower first: VP8, VP9, H.264, AV1, each in the form most decoders have.
  var rank: Int {
    switch name {
    case .opus: 0
    case .vp8: 0
    case .vp9: profile == 0 ? 1 : 5
    case .h264: packetizationMode == 1 ? 2 : 3
    case .av1: profile == 0 ? 4 : 6
    }
  }
}
