/// The profiles that `profile-level-id` can name (RFC 6184 section 8.1, table 5).
public enum H264Profile: UInt8, Sendable, CaseIterable {
  case constrainedBaseline, baseline, main, constrainedHigh, high

  /// What a missing `profile-level-id` means: baseline, level 1.
  static let defaultLevelID = "420010"

  /// Six hexadecimal digits: profile_idc, the constraint flags (profile-iop) and the level, which is not kept.
  public init?(levelID: String) {
    guard levelID.utf8.count == 6, let bits = UInt32(levelID, radix: 16) else { return nil }
    let constraints = UInt8(truncatingIfNeeded: bits >> 8)
    switch bits >> 16 {
    case 0x42 where constraints & 0x4f == 0x40: self = .constrainedBaseline
    case 0x4d where constraints & 0x8f == 0x80: self = .constrainedBaseline
    case 0x58 where constraints & 0xcf == 0xc0: self = .constrainedBaseline
    case 0x42 where constraints & 0x4f == 0: self = .baseline
    case 0x58 where constraints & 0xcf == 0x80: self = .baseline
    case 0x4d where constraints & 0xaf == 0: self = .main
    case 0x64 where constraints == 0: self = .high
    case 0x64 where constraints == 0x0c: self = .constrainedHigh
    default: return nil
    }
  }
}
