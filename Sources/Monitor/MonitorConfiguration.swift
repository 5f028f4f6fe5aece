import API
import Alerting
import Foundation
import History
import Measurement
import Notify
import Wire

/// Everything the monitor is told: who is where, what must be heard from, what is good, and whom to tell.
public struct MonitorConfiguration: Sendable {
  public var sites: [Site]
  /// Paths that must report: one that falls silent becomes unknown.
  public var paths: [ExpectedPath]
  /// How series that come and go (calls) are judged.
  public var otherRules = PathJudge.Rules(isExpected: false)
  /// When a breach is told, and when it is over.
  public var incidentRules = IncidentRules()
  public var routing = Routing()
  public var retries = RetrySchedule()
  public var retention = Retention()
  /// What sites are to reach in a month.
  public var serviceLevel = ServiceLevel()
  /// Whose midnights part the days of the history.
  public var timeZone = TimeZone.current
  /// How many judged intervals of each path are kept at hand for sparklines.
  public var samplesPerPath = 60
  /// After a start, silent paths are given so long: agents, which retry each minute, come back with what they kept.
  public var startGrace: Duration = .seconds(90)
  /// A series that need not report and did not for so long is forgotten, and its incidents are over.
  public var forgetAfter: Duration = .seconds(1_800)
  /// A path whose measuring was ended, by its job being taken back, is forgotten after so much silence: its agent has
  /// then heard of it, and what it had measured has come.
  public var forgetWithdrawnAfter: Duration = .seconds(150)
  /// The site whose reflector agents try their network with when they join.
  public var hub: String?
  /// Reads job sets that are published for agents; without a reader none can be.
  public var readJobs: JobReader = { files throws(JobError) in
    throw JobError([JobProblem(file: files.first?.name ?? "", message: "This monitor reads no jobs.")])
  }

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
  public var networks: [AddressBlock]
  /// Where its agent answers STAMP.
  public var reflector: Endpoint?
  public var uplinkKilobitsPerSecond: Int?
  /// What is measured instead where no agent is.
  public var router: Endpoint?

  /// A name that is not given falls back to the other, then to the id.
  public init(
    id: String, japaneseName: String? = nil, englishName: String? = nil, networks: [AddressBlock] = [],
    reflector: Endpoint? = nil, uplinkKilobitsPerSecond: Int? = nil, router: Endpoint? = nil
  ) {
    self.id = id
    self.japaneseName = japaneseName ?? englishName ?? id
    self.englishName = englishName ?? japaneseName ?? id
    self.networks = networks
    self.reflector = reflector
    self.uplinkKilobitsPerSecond = uplinkKilobitsPerSecond
    self.router = router
  }

  init(_ body: SiteBody) {
    self.init(
      id: body.id, japaneseName: body.name.ja, englishName: body.name.en,
      networks: body.networks.compactMap(AddressBlock.init), reflector: body.reflector.flatMap(Endpoint.init),
      uplinkKilobitsPerSecond: body.uplinkKilobitsPerSecond, router: body.router.flatMap(Endpoint.init))
  }
}

extension SiteBody {
  init(_ site: Site) {
    self.init(
      id: site.id, name: LocalizedName(ja: site.japaneseName, en: site.englishName),
      networks: site.networks.map(\.description), reflector: site.reflector?.description,
      uplinkKilobitsPerSecond: site.uplinkKilobitsPerSecond, router: site.router?.description)
  }
}

/// A path that an agent measures all the time, and how it is judged.
public struct ExpectedPath: Sendable, Hashable {
  public var series: PathRecord.Series
  public var rules: PathJudge.Rules
  /// Whether a breach pages somebody; else it makes a ticket.
  public var pages: Bool
  /// Its records go two hours after they came, once they are rolled up; those around its incidents stay. For pairs of
  /// sites that measure each other, of which there are many: `monitor.retention` says how long the roll-ups stay.
  public var isKeptAsRollUpsOnly: Bool

  /// - Parameter isExpected: silence is unknown; not so where nobody can say when a record comes.
  public init(
    path: Path, origin: PathRecord.Origin, rules: PathJudge.Rules = PathJudge.Rules(), isExpected: Bool = true,
    pages: Bool = true, isKeptAsRollUpsOnly: Bool = false
  ) {
    series = PathRecord.Series(path: path, origin: origin)
    self.isKeptAsRollUpsOnly = isKeptAsRollUpsOnly
    self.rules = rules
    self.rules.isExpected = isExpected
    self.pages = pages
  }
}
