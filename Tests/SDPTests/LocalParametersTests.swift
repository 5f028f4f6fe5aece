import SDP
import Testing

@Suite("Local parameters")
struct LocalParametersTests {
  @Test("A slot that is left out becomes inactive in the answer")
  func missingSlot() throws {
    let negotiation = try negotiation(smallOffer())
    var local = try localParameters(for: negotiation)
    local.slots = [:]
    let answer = negotiation.answer(local)
    #expect(answer.media[0].attributes.has("inactive"))
    #expect(!answer.media[0].attributes.has("ssrc"))
  }
}
