import STAMP
import Testing

@Suite struct SessionKeysTests {
  @Test("A session without its own key has the fallback, or none")
  func keys() {
    #expect(SessionKeys()[1] == nil)
    #expect(SessionKeys(fallback: [1])[1] != nil)
    let keys = SessionKeys(fallback: nil, bySSID: [7: [1]])
    #expect(keys[7] != nil)
    #expect(keys[8] == nil)
  }
}
