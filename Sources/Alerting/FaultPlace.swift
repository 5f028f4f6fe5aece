import Measurement

/// Where a fault most likely lies.
public enum FaultPlace: String, Sendable, Hashable, Codable, CaseIterable {
  /// The line or the network of the path's site.
  case site
  /// What the path leads to.
  case target
  /// Somewhere between the two.
  case path
  /// The measurement itself: nothing valid was heard.
  case measurement
}

/// What all paths say at one moment, from which it follows where a fault lies: what is bad together has one cause.
///
/// A mesh's ring tells a site's line from the hub: each site is measured from its two neighbours, past the hub.
public struct PathVerdicts: Sendable {
  /// Of paths along the ring: `label` of all of them.
  public static let ringLabel = "mesh"

  private let verdicts: [Path: Verdict]

  /// Paths measured in several ways are as bad as the worst of them.
  public init(_ verdicts: some Sequence<(path: Path, verdict: Verdict)>) {
    self.verdicts = Dictionary(verdicts.map { ($0.path, $0.verdict) }) { $0 == .bad || $1 == .bad ? .bad : $0 }
  }

  /// Where the fault of a path lies that is in breach or, where `isUnmeasured`, silent.
  public func place(of path: Path, isUnmeasured: Bool = false) -> FaultPlace {
    // Its agent is not heard; whether its line is cut, its neighbours tell.
    if isUnmeasured { return isCutOff(path.site) ? .site : .measurement }
    if isCutOff(path.site) { return .site }
    if path.label == Self.ringLabel, isCutOff(path.target) { return .target }
    let isBadElsewhere = verdicts.contains {
      $0.key.target == path.target && $0.key.site != path.site && $0.key.label != Self.ringLabel && $0.value == .bad
    }
    let own = verdicts.filter { $0.key.site == path.site && ($0.value == .good || $0.value == .bad) }
    let isSiteBad = Set(own.keys.map(\.target)).count > 1 && own.values.allSatisfy { $0 == .bad }
    // A target that is bad from elsewhere too explains more than a site of which only these paths are known.
    return isSiteBad ? .site : isBadElsewhere ? .target : .path
  }

  /// Whether no neighbour reaches a site, nor it them, and nothing else says that its line carries.
  private func isCutOff(_ site: String) -> Bool {
    let edges = edges(of: site)
    let isReached =
      edges.contains { $0.value == .good }
      || verdicts.contains {
        $0.key.site == site && $0.key.label != Self.ringLabel && $0.value == .good
      }
    // An edge to a neighbour that is cut off itself says nothing.
    return !isReached
      && edges.contains { neighbour, verdict in
        verdict == .bad && !self.edges(of: neighbour).contains { $0.key != site && $0.value == .bad }
      }
  }

  /// What is known of the ring's edges of a site, from either end, by neighbour.
  private func edges(of site: String) -> [String: Verdict] {
    var edges: [String: Verdict] = [:]
    for (path, verdict) in verdicts where path.label == Self.ringLabel && (verdict == .good || verdict == .bad) {
      guard path.site == site || path.target == site else { continue }
      let neighbour = path.site == site ? path.target : path.site
      if edges[neighbour] != .bad { edges[neighbour] = verdict }
    }
    return edges
  }
}
