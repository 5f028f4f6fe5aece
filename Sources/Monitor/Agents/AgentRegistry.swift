import API
import Foundation
import History
import Measurement
import Synchronization
import Wire

/// The sites that were added, the agents' identities, and which jobs are meant for whom.
///
/// Every change is committed before it holds. What each request needs is at hand without waiting: whose key it shows.
public actor AgentRegistry {
  let history: HistoryStore
  let clock: @Sendable () -> WallTime
  private let hub: String?
  let read: JobReader
  private var configuredPaths: [ExpectedPath]
  private let shown: Mutex<Shown>
  private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
  /// The newest change; each waits for the one before.
  private var last: Task<Void, Never>?

  // What follows from what is committed.
  public private(set) var sites: KnownSites
  private var agents: [StoredAgent]
  private var enrolments: [StoredEnrolment]
  private var reports: [String: Heard] = [:]
  private var corrections = ClockCorrections()
  var rollout: StoredRollout
  var sets: [Int: PublishedSet]

  private struct Shown: Sendable {
    var bearers: [[UInt8]: AgentBearer] = [:]
    var directory = SiteDirectory()
  }

  /// What a site's agent said last.
  struct Heard: Sendable {
    var report: AgentReport
    var version: ProgramVersion
    var at: WallTime
    /// When it was last written to disk.
    var keptAt: WallTime?
  }

  /// What is stored of a report.
  private struct KeptReport: Codable {
    var report: AgentReport
    var version: String
  }

  init(
    history: HistoryStore, configuration: MonitorConfiguration, clock: @escaping @Sendable () -> WallTime
  ) async throws(HistoryError) {
    self.history = history
    self.clock = clock
    hub = configuration.hub
    read = configuration.readJobs
    configuredPaths = configuration.paths
    sites = KnownSites(
      configured: configuration.sites.map(SiteBody.init),
      added: try await history.addedSites().compactMap { try? JSONDecoder().decode(SiteBody.self, from: Data($0)) })
    agents = try await history.agents()
    enrolments = try await history.enrolments()
    rollout = try await history.rollout()
    sets = Dictionary(
      try await history.jobSets().compactMap(PublishedSet.init).map { ($0.set.version, $0) }, uniquingKeysWith: { $1 })
    for agent in agents where agent.ended == nil {
      guard let seen = agent.seen, let body = agent.report,
        let kept = try? JSONDecoder().decode(KeptReport.self, from: Data(body)),
        let version = ProgramVersion(kept.version)
      else { continue }
      reports[agent.site] = Heard(report: kept.report.printable, version: version, at: seen, keptAt: seen)
    }
    shown = Mutex(Self.shown(agents, sites))
  }

  // MARK: At hand

  /// Whose key this is; `nil` for what never was one.
  public nonisolated func bearer(of key: String) -> AgentBearer? {
    guard key.hasPrefix(AgentKey.prefix), key.utf8.count <= 256 else { return nil }
    return shown.withLock { $0.bearers[AgentKey.digest(key)] }
  }

  /// Which site an address belongs to.
  public nonisolated func site(of address: IPAddress) -> String? {
    shown.withLock { $0.directory }.site(of: address)
  }

  private static func shown(_ agents: [StoredAgent], _ sites: KnownSites) -> Shown {
    var shown = Shown(directory: sites.directory)
    for agent in agents {
      shown.bearers[agent.key] =
        agent.ended == nil
        ? .active(site: agent.site, key: agent.key) : .ended(site: agent.site, reason: agent.reason ?? "")
    }
    return shown
  }

  // MARK: What the monitor expects

  /// Something that `expectation` is made of has changed.
  var isChanged: AsyncStream<Void> { changes.stream }

  /// All sites, and the paths that must report: of configured sites, and of added ones that have an agent.
  var expectation: (sites: [Site], paths: [ExpectedPath]) {
    let current = rollout.current.flatMap { sets[$0] }?.paths ?? configuredPaths
    let trial = rollout.trial.flatMap { sets[$0] }?.paths ?? []
    let active = Set(agents.filter { $0.ended == nil }.map(\.site))
    let paths =
      current.filter { !rollout.trialSites.contains($0.series.path.site) }
      + trial.filter { rollout.trialSites.contains($0.series.path.site) }
    return (
      sites.all.map(Site.init),
      paths.filter { sites.isConfigured($0.series.path.site) || active.contains($0.series.path.site) }
    )
  }

  /// The monitor's own configuration names these paths from now on: what agents measure to whom no jobs are published.
  public func configure(paths: [ExpectedPath]) {
    configuredPaths = paths
    told()
  }

  /// Job sets were read in `init`'s way: without the reader, which needs to be asked outside of it.
  func readStoredSets() {
    for (version, stored) in sets {
      sets[version]?.paths = (try? read(stored.set.files)) ?? []
    }
    told()
  }

  func told() {
    shown.withLock { $0 = Self.shown(agents, sites) }
    changes.continuation.yield()
  }

  /// Lets one change at a time through: each is checked against what the one before made true.
  func inTurn<Value: Sendable>(
    _ change: @escaping @Sendable (isolated AgentRegistry) async throws -> Value
  ) async throws(RegistryError) -> Value {
    let before = last
    let task = Task {
      await before?.value
      return try await change(self)
    }
    last = Task { _ = try? await task.value }
    do {
      return try await task.value
    } catch let error as RegistryError {
      throw error
    } catch let error as HistoryError {
      throw RegistryError(error)
    } catch {
      throw RegistryError(.unstored, "\(error)", ja: "\(error)")
    }
  }

  // MARK: Sites

  /// Adds and changes sites, all of them or none.
  public func put(_ change: [SiteBody]) async throws(RegistryError) {
    try await inTurn { registry in
      let problems = registry.sites.problems(of: change)
      guard problems.isEmpty else {
        let list = problems.map { (change.indices.contains($0.index) ? change[$0.index].id : "", $0.problem) }
        throw RegistryError(
          .badSites, list.map { "\($0): \($1.en)" }.joined(separator: "; ") + ".",
          ja: "拠点を追加できません: " + list.map { "\($0): \($1.ja)。" }.joined(separator: " "))
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      try await registry.history.putSites(try change.map { ($0.id, Array(try encoder.encode($0))) })
      registry.sites.put(change)
      registry.told()
      try await registry.followSites()
    }
  }

  // MARK: Codes and keys

  /// A new one-time code for a site, in place of an earlier one. A site that has an agent keeps it until the code is used.
  public func makeCode(for site: String, validFor: Duration) async throws(RegistryError) -> CodeBody {
    try await inTurn { registry in
      guard registry.sites[site] != nil else { throw RegistryError.unknownSite(site) }
      var random = SystemRandomNumberGenerator()
      let code = EnrolmentCode(using: &random)
      let stored = StoredEnrolment(
        code: AgentKey.digest(code.symbols), site: site, expires: registry.clock() + validFor)
      try await registry.history.put(stored)
      registry.enrolments = registry.enrolments.filter { $0.site != site } + [stored]
      return CodeBody(
        site: site, code: code.description, expiresAt: Double(stored.expires.nanoseconds / 1_000_000) / 1_000)
    }
  }

  /// What a code is for; uses it up unless it is a trial, and then gives its bearer a key.
  public func enrol(_ body: EnrolmentBody) async throws(RegistryError) -> EnrolledBody {
    try await inTurn { registry in
      let now = registry.clock()
      guard let code = EnrolmentCode(body.code),
        let enrolment = registry.enrolments.first(where: { $0.code == AgentKey.digest(code.symbols) }),
        now < enrolment.expires, let site = registry.sites[enrolment.site]
      else { throw Self.codeInvalid }
      let hub = registry.hub.flatMap { id in
        registry.sites[id]?.reflector.map { EnrolledBody.Hub(site: id, reflector: $0) }
      }
      guard !body.isTrial else { return EnrolledBody(site: site, hub: hub, key: nil) }
      var random = SystemRandomNumberGenerator()
      let key = AgentKey(using: &random)
      let digest = AgentKey.digest(key.text)
      guard
        try await registry.history.redeem(
          enrolment.code, for: digest, at: now, replacedBecause: EndReason.replaced.rawValue) != nil
      else { throw Self.codeInvalid }
      registry.agents = try await registry.history.agents()
      registry.enrolments.removeAll { $0.code == enrolment.code }
      registry.reports[enrolment.site] = nil
      registry.told()
      try await registry.followSites()
      return EnrolledBody(site: site, hub: hub, key: key.text)
    }
  }

  private static let codeInvalid = RegistryError(
    .codeInvalid,
    "This code is not valid: it was mistyped, has been used, or has expired. Ask for a new one (`kakehashi site code`).",
    ja: "このコードは使えません。入力の誤り、使用済み、または期限切れです。新しいコードを受け取ってください（`kakehashi site code`）。")

  /// From now on the agent of `site` is refused.
  public func revoke(_ site: String, because reason: String?) async throws(RegistryError) {
    try await inTurn { registry in
      let sentence = reason.map { String($0.prefix(200)).printable } ?? EndReason.revoked.rawValue
      guard try await registry.history.revoke(site, at: registry.clock(), because: sentence) else {
        throw RegistryError(
          .conflict, "The site \"\(site)\" has no agent and no code to revoke.",
          ja: "拠点「\(site)」には、取り消すエージェントもコードもありません。")
      }
      registry.agents = try await registry.history.agents()
      registry.enrolments = try await registry.history.enrolments()
      registry.told()
      try await registry.followSites()
    }
  }

  // MARK: Reports

  static let reportCapacity = 1_000

  /// So often what an agent says of itself is written down when nothing of note has changed.
  private static let keepInterval: Duration = .seconds(600)

  /// Takes an agent's report; the job set that it is to apply, unless it has, or has just said that it cannot.
  public func take(
    _ report: AgentReport, ofKey key: [UInt8]?, version: ProgramVersion
  ) async throws(RegistryError) -> JobSet? {
    let now = clock()
    let report = report.printable
    // Whoever bears the token of all sites may name any; only so many that nobody configured are remembered.
    guard sites[report.site] != nil || reports[report.site] != nil || reports.count < Self.reportCapacity else {
      throw .unknownSite(report.site)
    }
    var heard = Heard(report: report, version: version, at: now, keptAt: reports[report.site]?.keptAt)
    let isDue = heard.keptAt.map { now.nanoseconds(since: $0) > Self.keepInterval.nanoseconds } ?? true
    let isNews = reports[report.site].map { Self.isNews(heard, after: $0) } ?? true
    if key != nil, isDue || isNews { heard.keptAt = now }
    reports[report.site] = heard
    if let key, heard.keptAt == now {
      let kept = KeptReport(report: report, version: version.description)
      guard let body = try? JSONEncoder().encode(kept) else {
        preconditionFailure("a report that was decoded always encodes")
      }
      do {
        try await history.note(Array(body), ofKey: key, at: now)
      } catch {
        throw RegistryError(error)
      }
    }
    guard let wanted = wantedSet(of: report.site), report.appliedJobs != wanted.version,
      report.rejectedJobs != wanted.version
    else { return nil }
    return wanted
  }

  private static func isNews(_ new: Heard, after old: Heard) -> Bool {
    (new.report.appliedJobs, new.report.rejectedJobs, new.version)
      != (old.report.appliedJobs, old.report.rejectedJobs, old.version)
      || new.report.clock.isSynchronized != old.report.clock.isSynchronized
  }

  private func wantedSet(of site: String) -> JobSet? {
    let isTrial = rollout.trialSites.contains(site) && rollout.trial != nil
    return (isTrial ? rollout.trial : rollout.current).flatMap { sets[$0]?.set }
  }

  /// Whether a site's agent has said that it has applied a job set.
  func hasApplied(_ version: Int, _ site: String) -> Bool {
    reports[site]?.report.appliedJobs == version
  }

  /// Whether a site's agent has a key of its own that holds; `nil` where none ever had one.
  func hasKey(_ site: String) -> Bool? {
    let own = agents.filter { $0.site == site }
    return own.isEmpty ? nil : own.contains { $0.ended == nil }
  }

  /// Whether there is anybody at a site to do jobs.
  func hasAgent(_ site: String) -> Bool {
    agents.contains { $0.site == site && $0.ended == nil } || reports[site] != nil
  }

  /// The records with the times that they would have by the monitor's clock, where the agent's is off.
  func restamped(_ records: [PathRecord], from site: String) -> [PathRecord] {
    let clock = reports[site]?.report.clock ?? AgentClock()
    return records.map { corrections.applied(to: $0, by: clock) }
  }

  /// Every agent there is, was or is to be, by site.
  public func statuses() -> [AgentStatus] {
    let wanted = Set(agents.map(\.site) + enrolments.map(\.site) + reports.keys)
    return wanted.sorted().map(status)
  }

  private func status(of site: String) -> AgentStatus {
    let own = agents.last { $0.site == site && $0.ended == nil } ?? agents.last { $0.site == site }
    let isInvited = enrolments.contains { $0.site == site && clock() < $0.expires }
    let state: AgentStatus.State =
      if let own { own.ended == nil ? .active : isInvited ? .invited : .revoked } else {
        isInvited ? .invited : .unenrolled
      }
    var status = AgentStatus(
      site: site, state: state, joinedAt: own.map { Self.seconds($0.joined) },
      wantedJobs: wantedSet(of: site)?.version, reason: own?.reason?.printable)
    if let heard = reports[site] {
      status.seenAt = Self.seconds(heard.at)
      status.version = heard.version.description
      status.appliedJobs = heard.report.appliedJobs
      status.problems = heard.report.problems
      status.clock = heard.report.clock
      status.records = heard.report.records
    }
    return status
  }

  static func seconds(_ time: WallTime) -> Double {
    Double(time.nanoseconds / 1_000_000) / 1_000
  }
}
