import Testing

@testable import Probes

@Suite("The registry of probe kinds")
struct ProbeKindTests {
  @Test("Names are unique and find their kind")
  func names() {
    #expect(Set(ProbeKind.all.map(\.name)).count == ProbeKind.all.count)
    for kind in ProbeKind.all { #expect(ProbeKind.named(kind.name)?.name == kind.name) }
    #expect(ProbeKind.named("nothing")?.name == nil)
  }
}
