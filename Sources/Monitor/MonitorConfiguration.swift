import Measurement
import Wire

/// Everything the monitor is told: who is where, what must be heard from, and whom to tell.
public struct MonitorConfiguration: Sendable {
  public var sites: [Site]
  /// Paths that must report: one that falls silent becomes unknown. Paths heard of beside these (calls) may come and go.
  public var paths: [ExpectedPath]
  /// How many judged intervals of each path are kept at hand for sparklines.
  public var samplesPerPath = 60
  /// How long records are kept.
  public var rawRetention: Duration = .seconds(14 * 86_400)

  public init(sites: [Site], paths: [ExpectedPath]) {
    self.sites = sites
    self.paths = paths
  }
}

/// A place people meet from.
public struct Site: Sendable, Hashable {
  public var id: String
  public var japaneseName: String
  public var englishName: String

  /// A name that is not given falls back to the other, then to the id.
  public init(id: String, japaneseName: String? = nil, englishName: String? = nil) {
    self.id = id
    self.japaneseName = japaneseName ?? englishName ?? id
    self.englishName = englishName ?? japaneseName ?? id
  }
}

/// A path that an agent measures all the time.
public struct ExpectedPath: Sendable, Hashable {
  public var path: Path
  public var origin: PathRecord.Origin
  /// Length of its judging interval.
  public var interval: Duration

  public init(path: Path, origin: PathRecord.Origin, interval: Duration) {
    self.path = path
    self.origin = origin
    self.interval = interval
  }
}
