/// What a DTLS handshake exports for SRTP (RFC 5764 section 4.2): one master key for each direction.
public struct SRTPKeyingMaterial: Sendable, Equatable {
  /// What the DTLS client, the side with `a=setup:active`, sends with.
  public let client: SRTPMasterKey
  /// What the DTLS server sends with.
  public let server: SRTPMasterKey

  /// Cuts `exported` as the RFC lays it out: client's key, server's key, client's salt, server's salt. `nil` when its
  /// length is not the profile's.
  public init?(profile: SRTPProfile, exported: [UInt8]) {
    let keyCount = profile.masterKeyByteCount
    guard exported.count == 2 * (keyCount + profile.masterSaltByteCount) else { return nil }
    let keys = exported.prefix(2 * keyCount)
    let salts = exported.dropFirst(2 * keyCount)
    guard
      let client = SRTPMasterKey(
        profile: profile, key: Array(keys.prefix(keyCount)), salt: Array(salts.prefix(profile.masterSaltByteCount))),
      let server = SRTPMasterKey(
        profile: profile, key: Array(keys.suffix(keyCount)), salt: Array(salts.suffix(profile.masterSaltByteCount)))
    else { return nil }
    self.client = client
    self.server = server
  }
}
