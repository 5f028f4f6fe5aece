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
  private let notifier: Notifier
  let clock: @Sendable () -> ClockReading
  private let logger: Logger
  private let damages: DamageLog
  var situation: Situation
  /// Both clocks when they were compared last.
  private var lastReading: ClockReading
  /// Of the history: what was committed to an earlier one has to be committed again.
  private var generation: Int
  /// Why the last step could not be committed, `nil` once one was.
  private var storing: Trouble?
  /// Of records that came too late; `nil` when the last such is a day ago.
  private var late: (trouble: Trouble, count: Int, at: MonotonicTime)?
  private var crowded = CrowdedSites()
  private var ring: EventRing
  private var listeners = Listeners()
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
    try await history.rollUp(at: now, timeZone: situation.configuration.timeZone)
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

  /// Ticks each second, delivers notifications, rolls up each half minute, prunes each hour and looks for damage each day until the task is
  /// cancelled; then ends all streams.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.notifier.run() }
      group.addTask { await self.followAgents() }
      // A step says itself why it could not be made.
      group.addTask { await self.every(.seconds(1)) { try? await self.tick() } }
      group.addTask { await self.every(Notifier.restateInterval) { await self.restate() } }
      group.addTask { await self.every(.seconds(30)) { try await self.rollUp(self.clock().wall) } }
      group.addTask { await self.every(.seconds(3_600)) { try await self.prune(self.clock().wall) } }
      group.addTask { await self.every(.seconds(86_400)) { try await self.history.check() } }
    }
    listeners.removeAll()
  }

  // MARK: How it is done

  /// Expects what the agents are to measure, whenever that has changed.
  private func followAgents() async {
    for await _ in await agents.isChanged {
      let (sites, paths) = await agents.expectation
      do {
        try await inTurn { () async throws(HistoryError) in situation.expect(sites: sites, paths: paths) }
      } catch {
        logger.error("The monitor is too busy to take up a change of sites or jobs", metadata: ["reason": "\(error)"])
      }
    }
  }

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

  /// Makes a step durable, then true, then known.
  private func commit(
    _ step: Situation.Step, of next: inout Situation, records: [PathRecord], at now: WallTime
  ) async throws(HistoryError) {
    var step = step
    var batch = HistoryBatch()
    batch.records = records
    batch.judgements = step.judgements.map(next.judged)
    let anew = try await judgeAnew(step.late, with: records, in: next)
    next.replace(anew, in: &step)
    batch.judgements += anew
    // A history that was begun anew in the meantime knows of nothing that is going on.
    let generation = history.generation
    let isNew = generation != self.generation
    batch.trackers = (isNew ? next.states.keys.sorted() : step.changed.sorted()).flatMap { series in
      let before = isNew ? [] : situation.states[series]?.trackers ?? []
      return (next.states[series]?.trackers ?? []).filter { tracker in
        !before.contains { $0.kind == tracker.kind && $0.state.isSame(as: tracker.state) }
      }.map { StoredTracker(series: series, $0) }
    }
    batch.abandoned = step.forgotten.sorted()
    let told = isNew ? next.openIncidents.filter { $0.phase == .firing } : []
    batch.incidents = told + step.incidents.filter { $0.phase != .pending }
    do {
      batch.notifications = try next.notifications(of: told.map(IncidentAction.raise) + step.actions).flatMap {
        try Self.entries($0, next)
      }
    } catch {
      preconditionFailure("a notification is always JSON: \(error)")
    }
    if !batch.isEmpty {
      for (channel, count) in try await history.commit(batch, at: now) {
        logger.error(
          "Notifications were given up: too many wait for their channel",
          metadata: ["channel": "\(channel)", "count": "\(count)"])
      }
      self.generation = generation
    }
    let before = situation
    situation = next
    for trouble in crowded.note(step.left, at: clock()) {
      logger.warning("A site sends more than is judged", metadata: ["reason": "\(trouble.reason)"])
    }
    publish(step, before: before)
    if !batch.notifications.isEmpty { await notifier.wake() }
  }

  private func judgeAnew(
    _ late: Set<Situation.JudgedStart>, with news: [PathRecord], in next: Situation
  ) async throws(HistoryError) -> [JudgedInterval] {
    guard !late.isEmpty else { return [] }
    // A backlog is late as a whole: it is gone through once, not once for each of its intervals.
    let fresh = Dictionary(grouping: news, by: next.interval)
    var judged: [JudgedInterval] = []
    for interval in late {
      let end = interval.start + next.rules(of: interval.series).length
      let stored = try await history.records(judgedAs: interval.series, starting: interval.start..<end)
      if let anew = next.judge(interval, stored + (fresh[interval] ?? [])) { judged.append(anew) }
    }
    return judged
  }

  private static func entries(_ notification: Notification, _ situation: Situation) throws -> [OutboxEntry] {
    let body = try notification.encoded()
    return situation.configuration.routing.channels(for: notification).map {
      OutboxEntry(key: notification.key, channel: $0, topic: notification.incident, body: body)
    }
  }

  private func publish(_ step: Situation.Step, before: Situation) {
    for series in step.changed.sorted() {
      if let state = situation.states[series] { send(.path(state.pathState)) }
    }
    for state in situation.states(of: step.incidents) { send(.incident(state)) }
    for incident in step.withdrawn { send(.withdrawn(incident: incident.id)) }
    for series in step.forgotten.sorted() {
      if let state = before.states[series] { send(.forgotten(state.pathState)) }
    }
  }

  private func send(_ change: MonitorEvent.Change) {
    listeners.send(ring.append(change))
  }

  private func remove(listener id: UInt64) {
    listeners.remove(id)
  }

  private func restate() async {
    await notifier.restate(situation.firingNotifications)
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

  private nonisolated func every(_ period: Duration, _ body: @Sendable () async throws -> Void) async {
    while !Task.isCancelled {
      do {
        try await body()
      } catch {
        logger.error("The monitor could not do its rounds", metadata: ["reason": "\(error)"])
      }
      try? await Task.sleep(for: period)
    }
  }
}
