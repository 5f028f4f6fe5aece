import Cipher
import Wire

/// What a packet's TLVs say as a whole, before any of their values is used (RFC 8972 sections 4 and 4.8).
struct TLVReport: BitwiseCopyable {
  /// Where the walk ended because a TLV did not fit.
  var malformedOffset: Int?
  /// The HMAC TLV, when there is one.
  var hmac: TLV?
  var integrity = Integrity.unchecked

  enum Integrity: BitwiseCopyable {
    /// There is no HMAC and nothing that would need one.
    case unchecked
    case verified
    case failed
  }

  /// An HMAC TLV must be right, last but for padding, and of a session we have a key for: nothing is used that could
  /// not be verified. In authenticated mode it must be there as soon as there is anything but padding.
  init(of packet: RawSpan, mode: PacketMode, key: HMACSHA256?) {
    var reader = TLVReader(mode: mode)
    var needsIntegrity = false
    var isMisplaced = false
    do {
      while let tlv = try reader.next(in: packet) {
        guard tlv.type != TLV.Kind.extraPadding else { continue }
        if hmac != nil {
          isMisplaced = true
        } else if tlv.type == TLV.Kind.hmac {
          hmac = tlv
        } else {
          needsIntegrity = true
        }
      }
    } catch {
      malformedOffset = error.offset
    }
    if let hmac {
      let isRight = !isMisplaced && key?.authenticates(hmac, of: packet, mode: mode) ?? false
      integrity = isRight ? .verified : .failed
    } else if mode == .authenticated, needsIntegrity {
      integrity = .failed
    }
  }
}
