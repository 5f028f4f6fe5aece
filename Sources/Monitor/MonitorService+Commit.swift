import Alerting
import History
import Measurement
import Notify
import Wire

extension MonitorService {
  /// Makes a step durable, then true, then known.
  func commit(
    _ step: Situation.Step, of next: inout Situation, records: [PathRecord], at now: WallTime
  ) async throws(HistoryError) {
    var step = step
    var batch = HistoryBatch()
    batch.records = records
    batch.judgements = step.judgements.map(next.judged)
    let anew = try await judgeAnew(step.late, with: records, in: next)
    next.replace(anew, in: &step)
    batch.judgements += anew
    next.noteCauses(in: &step)
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
}
