import SDP
import Testing

@Suite("a=fingerprint")
struct FingerprintTests {
  @Test("A fingerprint is read and written again, digits in capitals")
  func roundTrip() throws {
    let octets = (0..<32).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
    let fingerprint = try #require(Fingerprint("SHA-256 " + octets.joined(separator: ":")))
    #expect(fingerprint.digest == Array(0..<32))
    #expect("\(fingerprint)" == "sha-256 " + octets.joined(separator: ":").uppercased())
  }

  @Test("Weak hashes, wrong lengths and wrong digits are refused")
  func refused() {
    let digest = [String](repeating: "ab", count: 31).joined(separator: ":")
    for value in [
      "", "sha-256", "sha-256 " + digest, "sha-1 " + digest, "sha-256 \(digest):xy", "sha-256 \(digest):+a",
      "sha-256 \(digest):a",
    ] {
      #expect(Fingerprint(value) == nil, "\(value)")
    }
    #expect(Fingerprint(hash: .sha512, digest: [1]) == nil)
  }
}
