import Measurement
import Testing

@Suite struct PathTests {
  @Test("Paths sort by site, target, route and label")
  func order() {
    let paths = [
      Path(site: "a", target: "b", route: .direct), Path(site: "a", target: "b", route: .direct, label: "x"),
      Path(site: "a", target: "b", route: .relay), Path(site: "a", target: "c", route: .direct),
      Path(site: "b", target: "a", route: .direct),
    ]
    #expect(paths.reversed().sorted() == paths)
  }
}
