/// The session keys of one direction, for RTP or for RTCP.
struct SessionKeys {
  var encryption: [UInt8]
  /// Used by AES-CM alone: GCM authenticates with the encryption key.
  var authentication: [UInt8]
  var salt: [UInt8]

}

extension SessionKeys {
  static func rtp(_ master: SRTPMasterKey) -> SessionKeys {
    SessionKeys(master, .rtpEncryption, .rtpAuthentication, .rtpSalt)
  }

  static func rtcp(_ master: SRTPMasterKey) -> SessionKeys {
    SessionKeys(master, .rtcpEncryption, .rtcpAuthentication, .rtcpSalt)
  }

  private init(
    _ master: SRTPMasterKey, _ encryption: KeyDerivation.Label, _ authentication: KeyDerivation.Label,
    _ salt: KeyDerivation.Label
  ) {
    let derivation = KeyDerivation(master)
    self.encryption = derivation.derive(encryption, count: master.profile.masterKeyByteCount)
    self.authentication = derivation.derive(authentication, count: 20)
    self.salt = derivation.derive(salt, count: master.profile.masterSaltByteCount)
  }
}
