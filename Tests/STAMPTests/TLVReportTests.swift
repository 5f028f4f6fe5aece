import Cipher
import Testing
import Wire

@testable import STAMP

@Suite struct TLVReportTests {
  private let key = HMACSHA256(key: [1, 2, 3].span.bytes)

  /// A packet whose tail has, at `H`, an HMAC TLV that is right.
  private func packet(_ tail: String, mode: PacketMode = .unauthenticated) -> [UInt8] {
    let parts = tail.split(separator: "H", maxSplits: 1, omittingEmptySubsequences: false)
    var bytes = [UInt8](repeating: 7, count: mode.baseByteCount) + [UInt8](hex: String(parts[0]))
    guard parts.count == 2 else { return bytes }
    let tlv = TLV(flags: .unrecognized, type: TLV.Kind.hmac, offset: bytes.count, length: 16)
    bytes += [UInt8](repeating: 0, count: 20)
    bytes.write {
      tlv.write(into: &$0)
      key.seal(tlv, of: &$0, mode: mode)
    }
    return bytes + [UInt8](hex: String(parts[1]))
  }

  private func report(_ tail: String, mode: PacketMode = .unauthenticated, key: HMACSHA256?) -> TLVReport {
    let bytes = packet(tail, mode: mode)
    return TLVReport(of: bytes.span.bytes, mode: mode, key: key)
  }

  @Test("Without a key an HMAC cannot be right, and TLVs without one need none")
  func noKey() {
    #expect(report("800500010a H", key: nil).integrity == .failed)
    #expect(report("800500010a", key: nil).integrity == .unchecked)
  }

  @Test(
    "A right HMAC after the TLVs is verified; padding may follow", arguments: ["H", "800500010aH", "80f00000H80010000"])
  func verified(tail: String) {
    #expect(report(tail, key: key).integrity == .verified)
  }

  @Test("Anything but padding after the HMAC makes it fail", arguments: ["H80050000", "H8001000080080000"])
  func misplaced(tail: String) {
    #expect(report(tail, key: key).integrity == .failed)
  }

  @Test("In authenticated mode TLVs need an HMAC, padding alone does not")
  func needed() {
    #expect(report("80050000", mode: .authenticated, key: key).integrity == .failed)
    #expect(report("80010000", mode: .authenticated, key: key).integrity == .unchecked)
    #expect(report("80050000", key: key).integrity == .unchecked)
  }

  @Test("Where the walk ends early is told")
  func malformed() {
    let report = report("8005000080ff0009", key: key)
    #expect(report.malformedOffset == 48)
    #expect(report.hmac == nil)
  }

  @Test("An HMAC of another length fails")
  func wrongLength() {
    #expect(report("800800040badc0de", key: key).integrity == .failed)
  }
}
