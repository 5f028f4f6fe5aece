import Wire

/// Sites of which more came than is judged: told when it begins, and shown until a day after it came last.
struct CrowdedSites: Sendable {
  private var sites: [String: (count: Int, since: WallTime, at: MonotonicTime)] = [:]

  /// So many sites are shown.
  static let limit = 10
  static let shown: Duration = .seconds(86_400)

  /// Notes how much of which sites was left; returns what is news.
  mutating func note(_ left: [String: Int], at now: ClockReading) -> [Trouble] {
    guard !left.isEmpty else { return [] }
    sites = sites.filter { now.monotonic <= $0.value.at + Self.shown }
    var news: [Trouble] = []
    for (site, count) in left.sorted(by: { $0.key < $1.key }) {
      let before = sites[site]
      guard before != nil || sites.count < Self.limit else { continue }
      sites[site] = ((before?.count ?? 0) + count, before?.since ?? now.wall, now.monotonic)
      if before == nil { news += trouble(of: site) }
    }
    return news
  }

  func troubles(at now: MonotonicTime) -> [Trouble] {
    sites.filter { now <= $0.value.at + Self.shown }.keys.sorted().flatMap(trouble)
  }

  private func trouble(of site: String) -> [Trouble] {
    guard let left = sites[site] else { return [] }
    let reason =
      "Site \(site) sends more than is judged: \(left.count) of its records or bad intervals were kept, and nothing "
      + "follows from them. Of paths that nobody configured \(Unasked.seriesLimit) of a site are judged and \(Unasked.incidentLimit) "
      + "incidents are open at once, and \(Situation.seriesLimit) paths altogether. Look at what its agent measures; if that "
      + "is not known there, its key is in wrong hands: kakehashi agent revoke \(site)."
    return [Trouble(kind: .crowded(count: left.count), since: left.since, reason: reason)]
  }
}
