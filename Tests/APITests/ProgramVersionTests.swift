import Testing

@testable import API

@Suite("Versions")
struct ProgramVersionTests {
  @Test("A version is three numbers, and nothing else is one")
  func form() {
    #expect(ProgramVersion("0.12.3") == ProgramVersion(major: 0, minor: 12, patch: 3))
    #expect(ProgramVersion("0.12.3")?.description == "0.12.3")
    for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "1.-2.3", "1.2.3 ", "9999999.0.0", "1..2"] {
      #expect(ProgramVersion(text) == nil, "\(text)")
    }
  }

  @Test("A monitor takes agents of its own and of the two previous minor versions, and newer ones of its major")
  func accepted() {
    let monitor = ProgramVersion(major: 1, minor: 4, patch: 0)
    let agents: [(String, Bool)] = [
      ("1.4.9", true), ("1.3.0", true), ("1.2.7", true), ("1.1.9", false), ("1.0.0", false), ("0.4.0", false),
      ("1.5.0", true), ("2.4.0", false),
    ]
    for (agent, isAccepted) in agents {
      #expect(ProgramVersion(agent).map(monitor.accepts) == isAccepted, "\(agent)")
    }
  }
}
