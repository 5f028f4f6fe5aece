import CSRTP

/// A libsrtp2 session in one direction: what our own clients speak, so that every call of theirs checks the relay's
/// transforms against an independent implementation. Too slow for the relay itself.
public struct LibSRTPSession: ~Copyable {
  public enum Direction: Sendable {
    case inbound, outbound
  }

  /// libsrtp2's status.
  public struct Failure: Error, Equatable, Sendable {
    public let status: UInt32

    public static let authentication = Failure(status: srtp_err_status_auth_fail.rawValue)
    public static let replay = Failure(status: srtp_err_status_replay_fail.rawValue)
    /// Older than the window, so that nobody can tell.
    public static let tooOld = Failure(status: srtp_err_status_replay_old.rawValue)
  }

  private let session: srtp_t
  /// What protection may add.
  private static let trailerByteCount = Int(SRTP_MAX_TRAILER_LEN) + 4
  /// libsrtp2 wants this before anything else, once in a process.
  private static let initialisation = srtp_init()

  /// A session for all SSRCs of one direction.
  public init(_ master: SRTPMasterKey, _ direction: Direction) throws(Failure) {
    try Self.check(Self.initialisation)
    var policy = srtp_policy_t()
    let profile = srtp_profile_t(UInt32(master.profile.rawValue))
    try Self.check(srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile))
    try Self.check(srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile))
    policy.ssrc.type = direction == .inbound ? ssrc_any_inbound : ssrc_any_outbound
    policy.window_size = 1024
    var created: srtp_t?
    var secret = master.key + master.salt
    let status = secret.withUnsafeMutableBufferPointer { secret in
      policy.key = secret.baseAddress
      return srtp_create(&created, &policy)
    }
    try Self.check(status)
    guard let created else { throw Failure(status: srtp_err_status_alloc_fail.rawValue) }
    session = created
  }

  deinit { srtp_dealloc(session) }

  /// Turns an RTP packet into an SRTP packet.
  public mutating func protect(_ packet: [UInt8]) throws(Failure) -> [UInt8] {
    try transformed(packet, room: Self.trailerByteCount) { srtp_protect($0, $1, $2) }
  }

  /// Turns an SRTP packet into an RTP packet.
  public mutating func unprotect(_ packet: [UInt8]) throws(Failure) -> [UInt8] {
    try transformed(packet, room: 0) { srtp_unprotect($0, $1, $2) }
  }

  /// Turns a compound RTCP packet into an SRTCP packet.
  public mutating func protectRTCP(_ packet: [UInt8]) throws(Failure) -> [UInt8] {
    try transformed(packet, room: Self.trailerByteCount) { srtp_protect_rtcp($0, $1, $2) }
  }

  /// Turns an SRTCP packet into a compound RTCP packet.
  public mutating func unprotectRTCP(_ packet: [UInt8]) throws(Failure) -> [UInt8] {
    try transformed(packet, room: 0) { srtp_unprotect_rtcp($0, $1, $2) }
  }

  /// libsrtp2 works in place, on memory aligned as an array of bytes from the allocator is.
  private mutating func transformed(
    _ packet: [UInt8], room: Int,
    _ transform: (srtp_t, UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> srtp_err_status_t
  ) throws(Failure) -> [UInt8] {
    guard packet.count >= 8 else { throw Failure(status: srtp_err_status_bad_param.rawValue) }
    var status = srtp_err_status_ok
    let session = session
    let result = [UInt8](unsafeUninitializedCapacity: packet.count + room) { buffer, count in
      _ = buffer.initialize(from: packet)
      var length = Int32(packet.count)
      if let base = buffer.baseAddress { status = transform(session, base, &length) }
      count = Int(length)
    }
    try Self.check(status)
    return result
  }

  private static func check(_ status: srtp_err_status_t) throws(Failure) {
    guard status == srtp_err_status_ok else { throw Failure(status: status.rawValue) }
  }
}

/// Its only owner holds it, whatever thread that is on.
extension LibSRTPSession: @unchecked Sendable {}
