import Alerting
import History
import Logging
import Measurement
import Notify
import Wire

/// The centre: takes records, judges them, keeps them, tells people, and shows where everything stands.
///
/// Each step is worked out on a copy of the situation; the copy becomes the situation when all that follows from the
/// step has been committed. A step that cannot be committed has not happened.
public actor MonitorService {
  let history: HistoryStore
  /// Sites that were added, agents' identities and their jobs.
  public nonisolated let agents: AgentRegistry
  let notifier: Notifier
  let clock: @Sendable () -> ClockReading
  let logger: Logger
  private let damages: DamageLog
  var situation: Situation
  /// Both clocks when they were compared last.
  private var lastReading: ClockReading
  /// Of the history: what was committed to an earlier one has to be committed again.
  var generation: Int
  /// Why the last step could not be committed, `nil` once one was.
  private var storing: Trouble?
  /// Of records that came too late; `nil` when the last such is a day ago.
  private var late: (trouble: Trouble, count: Int, at: MonotonicTime)?
  var crowded = CrowdedSites()
  var ring: EventRing
  var listeners = Listeners()
  private var isStepping = false
  /// Waits for its turn, and takes more until then.
  private var delivery: Delivery?
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// So many events are kept for listeners that come back.
  static let ringCapacity = 1_024
  /// So many steps wait for their turn; more are refused.
  static let waitingLimit = 256
  /// So many records are committed at once; one delivery can hold more.
  static let deliveryLimit = 5_000
  /// Unjudged records of the last run are looked for so far back.
  static let resumeWindow: Duration = .seconds(3_600)
  /// The last good routes are looked for so far back: agents follow them each hour.
  static let routeWindow: Duration = .seconds(2 * 3_600)
  /// The wall clock may run so far from the monotonic one, between two looks, before it counts as set.
  static let clockTolerance: Duration = .seconds(1)

  /// Opens the history in `folder` and takes up every incident and notification where the last run left them.
  public init(
    configuration: MonitorConfiguration, folder: DataFolder, logger: Logger,
    clock: @escaping @Sendable () -> ClockReading
  ) async throws(HistoryError) {
    let damages = DamageLog(logger, clock)
    let history = try HistoryStore(folder: folder) { damages.note($0) }
    let reading = clock()
    let agents = try await AgentRegistry(history: history, configuration: configuration) { clock().wall }
    await agents.readStoredSets()
    var expected = configuration
    (expected.sites, expected.paths) = await agents.expectation
    var situation = Situation(configuration: expected, startedAt: reading.wall)
    do {
      try await Self.restore(&situation, from: history)
    } catch .replaced {
      // Damage that shows in what is read now: the new file has what could be saved.
      situation = Situation(configuration: expected, startedAt: reading.wall)
      try await Self.restore(&situation, from: history)
    }
    self.history = history
    self.agents = agents
    self.clock = clock
    self.logger = logger
    self.damages = damages
    self.situation = situation
    lastReading = reading
    generation = history.generation
    ring = EventRing(epoch: .random(in: 1 ... .max), capacity: Self.ringCapacity)
    notifier = Notifier(
      routing: configuration.routing, outbox: StoredOutbox(history: history),
      schedule: configuration.retries, logger: logger, clock: clock)
    do {
      try await resume(at: reading.wall)
    } catch .replaced {
      try await resume(at: reading.wall)
    }
  }

  private static func restore(_ situation: inout Situation, from history: HistoryStore) async throws(HistoryError) {
    situation.restore(
      trackers: try await history.trackers(),
      judgements: try await history.judgements(limit: situation.configuration.samplesPerPath),
      closed: try await history.incidents(limit: Situation.closedLimit).filter { $0.phase == .resolved })
    situation.plannedWorks = try await history.plannedWorks()
    let since = situation.startedAt.advanced(byNanoseconds: -routeWindow.nanoseconds)
    let ends = Set(situation.configured.keys.map { Path(site: $0.path.site, target: $0.path.target, route: .direct) })
    for path in ends {
      let series = PathRecord.Series(path: path, origin: .probe(kind: "trace"))
      situation.restore(
        routes: try await history.records(judgedAs: series, starting: since..<situation.startedAt))
    }
  }

  // MARK: Steps

  /// Judges and stores records that the agent of `site` delivers under its own key: those of a clock that is off by more
  /// than a second are set right first, and marked.
  public func ingest(_ records: [PathRecord], ofAgentAt site: String) async throws(HistoryError) {
    try await ingest(await agents.restamped(records, from: site))
  }

  /// Judges and stores records; returns when they are committed. A record sent twice is stored once.
  ///
  /// What comes while a step is under way waits and is committed together: the disk is waited for once for all of it.
  public func ingest(_ records: [PathRecord]) async throws(HistoryError) {
    if let delivery, delivery.records.count + records.count <= Self.deliveryLimit {
      delivery.records += records
      return try await withCheckedContinuation { delivery.waiting.append($0) }.get()
    }
    let own = Delivery(records)
    delivery = own
    let result: Result<Void, HistoryError>
    do {
      try await inTurn { () async throws(HistoryError) in
        if delivery === own { delivery = nil }
        let news = try await history.news(in: own.records)
        guard !news.isEmpty else { return }
        let now = try await followClock()
        var next = situation
        let step = next.take(news, now: now)
        try await commit(step, of: &next, records: news, at: now)
        noteLate(news, at: now)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    // It may have been refused its turn.
    if delivery === own { delivery = nil }
    for each in own.waiting { each.resume(returning: result) }
    try result.get()
  }

  /// Records whose time of being kept is over are committed as all are, and go at the next round.
  private func noteLate(_ records: [PathRecord], at now: WallTime) {
    let first = now.advanced(byNanoseconds: -situation.configuration.retention.records.nanoseconds)
    let count = records.count { $0.id.intervalStart < first }
    guard count > 0 else { return }
    let all = count + (late?.count ?? 0)
    let reason =
      "\(all) records came after the time that records are kept (monitor.retention.records): they are in the roll-ups of "
      + "windows of which nothing was known, and are not kept one by one."
    late = (
      Trouble(kind: .late(records: all), since: late?.trouble.since ?? now, reason: reason), all, clock().monotonic
    )
    logger.warning("Records came too late", metadata: ["count": "\(count)", "reason": "\(reason)"])
  }

  /// What several have delivered and wait for together.
  private final class Delivery {
    var records: [PathRecord]
    var waiting: [CheckedContinuation<Result<Void, HistoryError>, Never>] = []

    init(_ records: [PathRecord]) {
      self.records = records
    }
  }

  /// Lets time pass: silent paths become unknown and incidents clear.
  public func tick() async throws(HistoryError) {
    try await inTurn { () async throws(HistoryError) in
      let now = try await followClock()
      var next = situation
      let step = next.advance(to: now)
      try await commit(step, of: &next, records: [], at: now)
    }
  }

  /// Closes months that are over, and deletes what is older than the configuration keeps.
  public func prune(_ now: WallTime) async throws(HistoryError) {
    let configuration = situation.configuration
    try await history.closeMonths(at: now, configuration.serviceLevel, timeZone: configuration.timeZone)
    let rollUpsOnly = configuration.paths.filter(\.isKeptAsRollUpsOnly).map(\.series.judged)
    try await history.prune(at: now, keeping: configuration.retention, rollUpsOnly: Set(rollUpsOnly))
  }

  /// Makes the roll-ups that are due.
  public func rollUp(_ now: WallTime) async throws(HistoryError) {
    try await history.rollUp(at: now, timeZone: situation.configuration.timeZone, bases: situation.bases)
  }

  /// Tries once every notification that is due. `run` does it at the right times.
  public func deliverDue() async {
    await notifier.deliverDue()
  }

  // MARK: What is shown

  /// Where everything stands.
  public func snapshot() -> MonitorSnapshot {
    situation.snapshot(at: clock().wall, position: ring.position)
  }

  /// What is wrong with the monitoring itself, if anything.
  public func troubles() async -> [Trouble] {
    let channels = await notifier.troubles.map {
      Trouble(kind: .delivery(channel: $0.channel, waiting: $0.waiting), since: $0.since, reason: $0.reason)
    }
    if let at = late?.at, clock().monotonic > at + DamageLog.shown { late = nil }
    return [storing, late?.trouble].compactMap(\.self) + crowded.troubles(at: clock().monotonic) + damages.troubles
      + channels
  }

  /// Changes from `position` on; where that cannot be resumed (too old, or of another run), a snapshot first.
  ///
  /// A listener that falls 256 updates behind has its stream ended: it comes back with its last id.
  public func events(after position: EventID?) -> AsyncStream<MonitorUpdate> {
    let missed = position.flatMap { ring.events(after: $0) }
    return listeners.add(first: missed?.map { .event($0) } ?? [.snapshot(snapshot())]) { [weak self] id in
      Task { await self?.remove(listener: id) }
    }
  }

  /// The newest incidents, closed ones too, newest first; pending ones are those of the snapshot.
  public func incidents(limit: Int) async throws(HistoryError) -> [IncidentState] {
    let pending = situation.openIncidents.filter { $0.phase == .pending }
    let told = try await history.incidents(limit: limit)
    return situation.states(of: Array((pending + told).sorted { $0.startedAt > $1.startedAt }.prefix(limit)))
  }

  // MARK: How it is done

  /// Hands in again what the last run had taken and not judged yet.
  private func resume(at now: WallTime) async throws(HistoryError) {
    try await inTurn { () async throws(HistoryError) in
      let earliest = now.advanced(byNanoseconds: -Self.resumeWindow.nanoseconds)
      var records: [PathRecord] = []
      for state in situation.states.values {
        let unjudged = max(state.recent.last?.interval.end ?? earliest, earliest)
        guard unjudged < now else { continue }
        records += try await history.records(judgedAs: state.series, starting: unjudged..<now)
      }
      var next = situation
      let step = next.take(records, now: now, isResumed: true)
      try await commit(step, of: &next, records: [], at: now)
    }
  }

  /// The time. Where the wall clock was set since the last look, everything moves along first: a clock set forward is
  /// no silence, and one set back must not keep anything waiting.
  private func followClock() async throws(HistoryError) -> WallTime {
    let reading = clock()
    let stepped = reading.wallClockStep(since: lastReading)
    if abs(stepped) > Self.clockTolerance.nanoseconds {
      logger.warning(
        "The wall clock was set",
        metadata: ["by": "\(Duration.nanoseconds(stepped))", "effect": "what was going on goes on from the new time"])
      var next = situation
      let step = next.clockStepped(by: stepped, to: reading.wall)
      try await commit(step, of: &next, records: [], at: reading.wall)
    }
    lastReading = reading
    return reading.wall
  }

  private func remove(listener id: UInt64) {
    listeners.remove(id)
  }

  /// Lets one step at a time through, in the order they came: each builds on what the one before committed.
  func inTurn(_ step: () async throws(HistoryError) -> Void) async throws(HistoryError) {
    if isStepping {
      guard waiting.count < Self.waitingLimit else { throw .busy(file: history.file) }
      // Whoever ends a step hands its turn over.
      await withCheckedContinuation { waiting.append($0) }
    }
    isStepping = true
    defer {
      if waiting.isEmpty { isStepping = false } else { waiting.removeFirst().resume() }
    }
    do {
      try await step()
    } catch {
      fail(error)
      throw error
    }
    recover()
  }

  /// Says once why nothing can be kept, and that it can be again.
  private func fail(_ error: HistoryError) {
    guard storing?.reason != error.description else { return }
    storing = Trouble(kind: .history, since: storing?.since ?? clock().wall, reason: error.description)
    logger.error("The history cannot be kept", metadata: ["reason": "\(error)"])
  }

  private func recover() {
    guard storing != nil else { return }
    storing = nil
    logger.notice("The history is kept again")
  }
}
