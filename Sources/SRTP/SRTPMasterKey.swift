/// The master key and salt of one direction.
public struct SRTPMasterKey: Sendable, Equatable {
  public let profile: SRTPProfile
  public let key: [UInt8]
  public let salt: [UInt8]

  /// `nil` when the lengths are not the profile's.
  public init?(profile: SRTPProfile, key: [UInt8], salt: [UInt8]) {
    guard key.count == profile.masterKeyByteCount, salt.count == profile.masterSaltByteCount else { return nil }
    self.profile = profile
    self.key = key
    self.salt = salt
  }
}

/// A key is never printed.
extension SRTPMasterKey: CustomStringConvertible {
  public var description: String { "SRTPMasterKey(\(profile))" }
}
