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
    /// There is no key, or nothing that would need one.
    case unchecked
    case verified
    case failed
  }

  /// Without a key nothing is checked. With one, an HMAC TLV must be right and last but for padding; in authenticated
  /// mode it must be there as soon as there is anything but padding.
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
    guard let key else { return }
    if let hmac {
      integrity = !isMisplaced && key.authenticates(hmac, of: packet, mode: mode) ? .verified : .failed
    } else if mode == .authenticated, needsIntegrity {
      integrity = .failed
    }
  }
}
