import API
import Testing
import Wire

@testable import Web

@Suite struct AccessTokenTests {
  private let now = WallTime(seconds: 1_800_000_000)

  private func claims(
    _ token: String, keys: AccessKeys = TestKeys.keys, at time: WallTime? = nil
  ) -> Result<AccessClaims, AccessToken.Rejection> {
    do throws(AccessToken.Rejection) {
      return .success(try AccessToken.claims(of: token, keys: keys, at: time ?? now))
    } catch {
      return .failure(error)
    }
  }

  private func keys(_ secrets: String...) throws -> AccessKeys {
    try #require(
      AccessKeys(secrets.enumerated().compactMap { AccessKey(id: "\($0.offset)", secret: Array($0.element.utf8)) }))
  }

  @Test("The token of RFC 7515 appendix A.1 is verified, and expired since 2011")
  func example() throws {
    let secret = try #require(
      Base64URL.bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
    let key = try #require(AccessKey(id: "a1", secret: secret))
    let keys = try #require(AccessKeys([key]))
    let token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
      + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    let before = claims(token, keys: keys, at: WallTime(seconds: 1_300_819_379))
    #expect(before == .success(AccessClaims([], expires: WallTime(seconds: 1_300_819_380))))
    #expect(claims(token, keys: keys) == .failure(.expired))
  }

  @Test("What was signed comes back, in any script")
  func roundTrip() {
    let all = AccessClaims(
      Set(AccessScope.allCases), room: "朝会", site: "tsu", name: "山田 \"太郎\"", notBefore: now,
      expires: now + .seconds(60))
    #expect(claims(AccessToken.signed(all, by: TestKeys.keys, at: now)) == .success(all))
  }

  @Test("Every key of the ring is believed, a key that has left it no more")
  func rotation() throws {
    let (first, second) = ("first secret of forty characters: 012345", "second secret of forty characters: 01234")
    let wanted = AccessClaims([.operate], expires: now + .seconds(60))
    let token = AccessToken.signed(wanted, by: try keys(first), at: now)
    #expect(claims(token, keys: try keys(second, first)) == .success(wanted))
    #expect(claims(token, keys: try keys(second)) == .failure(.untrusted))
  }

  @Test("A token is good until its end and the tolerance, and from its beginning less the tolerance")
  func times() {
    let tolerance = AccessToken.clockTolerance
    let (begin, end) = (now + .seconds(100), now + .seconds(200))
    let token = AccessToken.signed(
      AccessClaims([.join], notBefore: begin, expires: end), by: TestKeys.keys, at: now)
    func rejection(at time: WallTime) -> AccessToken.Rejection? {
      guard case .failure(let rejection) = claims(token, at: time) else { return nil }
      return rejection
    }
    let earliest = begin.advanced(byNanoseconds: -tolerance.nanoseconds)
    #expect(rejection(at: earliest.advanced(byNanoseconds: -1)) == .notYetValid)
    #expect(rejection(at: earliest) == nil)
    #expect(rejection(at: (end + tolerance).advanced(byNanoseconds: -1)) == nil)
    #expect(rejection(at: end + tolerance) == .expired)
  }

  @Test("A bit changed anywhere makes it nobody's token")
  func changed() {
    let token = Array(
      AccessToken.signed(
        AccessClaims([.operate], expires: now + .seconds(60)), by: TestKeys.keys, at: now
      ).utf8)
    for index in token.indices {
      var other = token
      other[index] ^= 1
      #expect(claims(String(decoding: other, as: UTF8.self)) == .failure(.untrusted), "byte \(index)")
    }
  }

  @Test(
    "Texts that are no tokens are refused",
    arguments: [
      "", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "eyJhbGciOiJub25lIn0.e30.", String(repeating: "a", count: 3_000),
    ])
  func malformed(text: String) {
    #expect(claims(text) == .failure(.untrusted))
  }

  /// Signed by our own key, as somebody could who has it: still only what this server understands.
  private func signed(_ header: String, _ payload: String) -> String {
    let text = "\(Base64URL.text(header.utf8)).\(Base64URL.text(payload.utf8))"
    return "\(text).\(Base64URL.text(TestKeys.keys.signing.signature(of: text)))"
  }

  @Test("A signed token of another algorithm, with a critical extension, or without an end is refused")
  func otherForms() {
    let (header, payload) = (#"{"alg":"HS256"}"#, #"{"exp":1800000060,"scope":"operate later"}"#)
    #expect(claims(signed(header, payload)) == .success(AccessClaims([.operate], expires: now + .seconds(60))))
    for (header, payload) in [
      (#"{"alg":"none"}"#, payload), (#"{"alg":"hs256"}"#, payload), (#"{"alg":"HS256","crit":["b64"]}"#, payload),
      (#"{}"#, payload), (#"[]"#, payload), (header, #"{}"#), (header, #"{"exp":"1800000060"}"#),
      (header, #"{"exp":1e300}"#), (header, #"{"exp":-1}"#), (header, #"{"exp":1800000060,"nbf":1e300}"#),
      (header, #"{"exp":1800000060,"scope":7}"#), (header, "\u{0}"),
    ] {
      #expect(claims(signed(header, payload)) == .failure(.untrusted), "\(header) \(payload)")
    }
  }

  @Test("A secret shorter than the code it makes is no key")
  func shortSecret() {
    #expect(AccessKey(id: "a", secret: Array(repeating: 1, count: 31)) == nil)
    #expect(AccessKey(id: "a", secret: Array(repeating: 1, count: 32)) != nil)
    #expect(AccessKeys([]) == nil)
  }
}
