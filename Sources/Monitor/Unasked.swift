/// What is judged of a site though nobody configured it: calls, and jobs of its agent's own. The agent names their paths, so
/// there are so many for each site: one that makes up paths leaves the others', and what is configured, their room.
struct Unasked: Sendable, Equatable {
  var series = 0
  /// Pending and firing ones.
  var incidents = 0

  /// A site has tens. Records of more are kept and not judged.
  static let seriesLimit = 500
  /// No more begin, until one of them is over.
  static let incidentLimit = 100
}
