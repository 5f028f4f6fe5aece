import Testing

@testable import Settings

@Suite("Public key pins")
struct PublicKeyPinTests {
  private let text = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

  @Test("A pin is read as it is printed")
  func roundTrip() throws {
    let digest = try #require(PublicKeyPin.digest(text))
    #expect(digest.count == 32)
    #expect(PublicKeyPin.text(digest) == text)
  }

  @Test(
    "Anything else is no pin",
    arguments: [
      "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256//", "sha256//47DEQpj8",
      "sha1//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF!=",
    ])
  func wrong(_ text: String) {
    #expect(PublicKeyPin.digest(text) == nil)
  }

  @Test("An agent's monitor can be known by it")
  func agent() throws {
    let files = SettingsFiles([
      "/c/k.yaml": "site: hq\nsites:\n  - {id: hq}\nagent: {monitor: \"https://10.1.0.5:8443\", pin: \"\(text)\"}\n"
    ])
    let settings = try Settings(file: "/c/k.yaml", files: files)
    #expect(settings.agent.pin == PublicKeyPin.digest(text))
    #expect(settings.effective.first { $0.key == "agent.pin" }?.value == text)
  }
}
