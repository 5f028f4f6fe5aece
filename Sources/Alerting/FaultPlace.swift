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

  private var departures: [String: Departures] = [:]
  /// The sites from which a target is bad, the ring apart.
  private var badFrom: [String: Set<String>] = [:]
  /// Sites that no neighbour reaches, nor they any, and of which nothing else says that their line carries.
  private var cutOff: Set<String> = []

  /// What is known of the paths that start at a site.
  private struct Departures: Sendable {
    var targets: Set<String> = []
    var isAllBad = true
    /// Of a path that is none of the ring.
    var isOneGood = false
  }

  /// Paths measured in several ways are as bad as the worst of them. All is summed up here once, so that `place` takes as
  /// long for a thousand paths as for one.
  public init(_ verdicts: some Sequence<(path: Path, verdict: Verdict)>) {
    let verdicts = Dictionary(verdicts.map { ($0.path, $0.verdict) }) { $0 == .bad || $1 == .bad ? .bad : $0 }
    // The ring's edges of a site, from either end, by neighbour: as bad as the worse end.
    var isBadEdge: [String: [String: Bool]] = [:]
    for (path, verdict) in verdicts where verdict == .good || verdict == .bad {
      let isBad = verdict == .bad
      departures[path.site, default: Departures()].targets.insert(path.target)
      if !isBad { departures[path.site]?.isAllBad = false }
      if path.label == Self.ringLabel {
        for (site, neighbour) in [(path.site, path.target), (path.target, path.site)] {
          isBadEdge[site, default: [:]][neighbour] = isBad || isBadEdge[site]?[neighbour] == true
        }
      } else if isBad {
        badFrom[path.target, default: []].insert(path.site)
      } else {
        departures[path.site]?.isOneGood = true
      }
    }
    let badEdges = isBadEdge.mapValues { $0.values.count { $0 } }
    for (site, edges) in isBadEdge where departures[site]?.isOneGood != true && edges.values.allSatisfy(\.self) {
      // An edge to a neighbour that is cut off itself says nothing.
      if edges.keys.contains(where: { badEdges[$0] == 1 }) { cutOff.insert(site) }
    }
  }

  /// Where the fault of an incident lies.
  public func place(of incident: Incident) -> FaultPlace {
    place(of: incident.series.path, isUnmeasured: incident.kind == .unmeasured)
  }

  /// Where the fault of a path lies that is in breach or, where `isUnmeasured`, silent.
  public func place(of path: Path, isUnmeasured: Bool = false) -> FaultPlace {
    // Its agent is not heard; whether its line is cut, its neighbours tell.
    if isUnmeasured { return cutOff.contains(path.site) ? .site : .measurement }
    if cutOff.contains(path.site) { return .site }
    if path.label == Self.ringLabel, cutOff.contains(path.target) { return .target }
    if let own = departures[path.site], own.targets.count > 1, own.isAllBad { return .site }
    // A target that is bad from elsewhere too explains more than a site of which only these paths are known.
    return badFrom[path.target]?.contains { $0 != path.site } == true ? .target : .path
  }
}
