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

@Suite("The help of a probe kind")
struct ProbeKindHelpTests {
  @Test("Every kind says what it measures, what it cannot, its limits and its options")
  func help() throws {
    for kind in ProbeKind.all {
      let help = try #require(ProbeKind.help(for: ["probe", kind.name, "--help"]))
      #expect(help.hasPrefix("kakehashi probe \(kind.name) TARGET: "))
      #expect(help.contains(kind.measures) && help.contains(kind.limitations))
      for metric in kind.metrics { #expect(help.contains(metric.rawValue)) }
      for option in ProbeOption.allCases {
        #expect(help.contains("--\(option.rawValue) ") == kind.options.contains(option))
      }
      #expect(kind.metrics.contains(.loss) || kind == .status)
    }
    #expect(ProbeKind.help(for: ["probe", "--help"]) == nil)
    #expect(ProbeKind.help(for: ["probe", "stamp", "10.0.0.1"]) == nil)
  }
}
