import Measurement
import Testing

@testable import Alerting

@Suite("Where a fault lies, by what all paths say together")
struct FaultPlaceTests {
  private static let ring = ["ise", "kumano", "tsu", "owase"]

  /// Four sites that measure the hub and their neighbours along the ring; what touches one of `bad` is bad, and what one of
  /// `unheard` measures is unknown.
  private func mesh(bad: (Path) -> Bool, unheard: Set<String> = []) -> PathVerdicts {
    var verdicts: [(path: Path, verdict: Verdict)] = []
    for (place, site) in Self.ring.enumerated() {
      var paths = [Path(site: site, target: "hq", route: .direct, label: "voice")]
      for neighbour in [Self.ring[(place + 1) % 4], Self.ring[(place + 3) % 4]] {
        paths.append(Path(site: site, target: neighbour, route: .direct, label: PathVerdicts.ringLabel))
      }
      for path in paths { verdicts.append((path, unheard.contains(site) ? .unknown : bad(path) ? .bad : .good)) }
    }
    return PathVerdicts(verdicts)
  }

  private func toHub(_ site: String) -> Path { Path(site: site, target: "hq", route: .direct, label: "voice") }

  private func edge(_ site: String, _ target: String) -> Path {
    Path(site: site, target: target, route: .direct, label: PathVerdicts.ringLabel)
  }

  @Test("A path to the hub and both edges of the ring bad: the site's line")
  func siteCut() {
    let verdicts = mesh { $0.site == "tsu" || $0.target == "tsu" }
    #expect(verdicts.place(of: toHub("tsu")) == .site)
    #expect(verdicts.place(of: edge("tsu", "owase")) == .site)
    // Its neighbours' paths to it are its own fault, and theirs is none.
    #expect(verdicts.place(of: edge("owase", "tsu")) == .target)
    #expect(verdicts.place(of: edge("kumano", "tsu")) == .target)
  }

  @Test("Paths to the hub bad while the ring is good: the hub, or where it is one path, what lies between")
  func hubCut() {
    let hub = mesh { $0.target == "hq" }
    for site in Self.ring { #expect(hub.place(of: toHub(site)) == .target) }
    let one = mesh { $0.target == "hq" && $0.site == "tsu" }
    #expect(one.place(of: toHub("tsu")) == .path)
  }

  @Test("A site that is not heard of is cut off where its neighbours do not reach it, else it is the measurement")
  func unheard() {
    let cut = mesh(bad: { $0.target == "tsu" }, unheard: ["tsu"])
    #expect(cut.place(of: toHub("tsu"), isUnmeasured: true) == .site)
    #expect(cut.place(of: edge("owase", "tsu")) == .target)
    let stopped = mesh(bad: { _ in false }, unheard: ["tsu"])
    #expect(stopped.place(of: toHub("tsu"), isUnmeasured: true) == .measurement)
  }

  @Test("Two neighbours that are cut off are both told, and the edge between them blames nobody else")
  func twoCut() {
    let cut: Set = ["tsu", "owase"]
    let verdicts = mesh { cut.contains($0.site) || cut.contains($0.target) }
    #expect(verdicts.place(of: toHub("tsu")) == .site)
    #expect(verdicts.place(of: toHub("owase")) == .site)
    #expect(verdicts.place(of: edge("kumano", "tsu")) == .target)
    #expect(verdicts.place(of: edge("ise", "owase")) == .target)
  }

  @Test("One edge of the ring alone: what lies between the two")
  func oneEdge() {
    let verdicts = mesh { $0 == edge("tsu", "owase") || $0 == edge("owase", "tsu") }
    #expect(verdicts.place(of: edge("tsu", "owase")) == .path)
    #expect(verdicts.place(of: edge("owase", "tsu")) == .path)
  }

  @Test("A site that reaches something else is not cut off, whatever its neighbours say")
  func twoSites() {
    let verdicts = PathVerdicts([
      (path: toHub("ise"), verdict: .good), (path: toHub("tsu"), verdict: .bad),
      (path: edge("ise", "tsu"), verdict: .bad), (path: edge("tsu", "ise"), verdict: .bad),
    ])
    #expect(verdicts.place(of: toHub("tsu")) == .site)
    #expect(verdicts.place(of: edge("ise", "tsu")) == .target)
  }

  /// Were all looked through for each, these would take eight hundred million looks.
  @Test(
    "Thousands of bad paths of one site, some along a ring of its own making, are each told at once",
    .timeLimit(.minutes(1)))
  func many() {
    let paths = (0..<10_000).map { Path(site: "tsu", target: "made-up-\($0)", route: .direct, label: "voice") }
    let edges = (0..<10_000).map { edge("tsu", "made-up-\($0)") }
    let verdicts = PathVerdicts(
      (paths + edges).map { (path: $0, verdict: .bad) } + [(path: toHub("tsu"), verdict: .good)])
    #expect((paths + edges).allSatisfy { verdicts.place(of: $0) == .path })
    // Nor does it change what is told of others.
    #expect(verdicts.place(of: toHub("ise")) == .path)
  }

  @Test("What is planned or unknown says nothing, and the worst of a path measured twice counts")
  func others() {
    let verdicts = PathVerdicts([
      (path: toHub("tsu"), verdict: .bad), (path: toHub("tsu"), verdict: .good),
      (path: Path(site: "tsu", target: "cloud", route: .direct), verdict: .planned),
      (path: toHub("ise"), verdict: .unknown),
    ])
    #expect(verdicts.place(of: toHub("tsu")) == .path)
  }
}
