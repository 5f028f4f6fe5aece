import Measurement
import Wire

/// When a breach is worth telling somebody, and when it is over.
public struct IncidentRules: Sendable, Hashable {
  /// Raised when so many
  public var raiseCount: Int
  /// of so many intervals are bad.
  public var raiseTotal: Int
  /// Cleared when so many
  public var clearCount: Int
  /// of so many intervals since are good.
  public var clearTotal: Int
  /// Not cleared before it has fired for so long.
  public var keepFiring: Duration

  public init(
    raiseCount: Int = 6, raiseTotal: Int = 8, clearCount: Int = 8, clearTotal: Int = 8,
    keepFiring: Duration = .seconds(300)
  ) {
    self.raiseTotal = max(raiseTotal, 1)
    self.raiseCount = min(max(raiseCount, 1), self.raiseTotal)
    self.clearTotal = max(clearTotal, 1)
    self.clearCount = min(max(clearCount, 1), self.clearTotal)
    self.keepFiring = keepFiring
  }
}

/// What is to be told of an incident.
public enum IncidentAction: Sendable, Equatable {
  case raise(Incident)
  /// A firing incident broke another limit, or its likely cause changed.
  case update(Incident)
  case resolve(Incident)

  public var incident: Incident {
    get {
      switch self {
      case .raise(let incident), .update(let incident), .resolve(let incident): incident
      }
    }
    set {
      switch self {
      case .raise: self = .raise(newValue)
      case .update: self = .update(newValue)
      case .resolve: self = .resolve(newValue)
      }
    }
  }
}

/// Follows one series' judgements: nothing → pending → firing → resolved.
///
/// Unknown intervals hold the state of a breach; a tracker of kind `unmeasured` follows them instead. Those of planned
/// work hold the state of both. A judgement handed in twice changes nothing.
public struct IncidentTracker: Sendable {
  /// All that must outlive a restart.
  public struct State: Sendable, Equatable, Codable {
    /// The newest intervals that counted, oldest first: was it bad? Since the incident was raised, if it was.
    var outcomes: [Bool] = []
    /// End of the newest interval taken.
    var judgedUntil: WallTime?
    /// Pending or firing.
    public internal(set) var incident: Incident?
    /// A likely cause seen once: seen twice in a row it is told.
    var candidate: Evidence?
    /// How far the wall clock was set altogether, in nanoseconds; absent while it never was.
    var clockShift: Int64?

    public init() {}

    /// Nothing but the time until which was judged tells them apart, and that is known from the judgements themselves:
    /// of a path that is well there is nothing to keep.
    public func isSame(as other: State) -> Bool {
      var own = self
      own.judgedUntil = other.judgedUntil
      return own == other
    }

    /// The newest judgement that is known ends here.
    public mutating func judged(until end: WallTime) {
      judgedUntil = max(judgedUntil ?? end, end)
    }
  }

  public let kind: Incident.Kind
  public let rules: IncidentRules
  public private(set) var state: State

  public init(kind: Incident.Kind = .breach, rules: IncidentRules = IncidentRules(), state: State = State()) {
    self.kind = kind
    self.rules = rules
    self.state = state
  }

  /// Pending or firing.
  public var incident: Incident? { state.incident }

  /// Takes the next judgement.
  public mutating func observe(_ judgement: Judgement) -> IncidentAction? {
    guard judgement.interval.end > state.judgedUntil ?? WallTime(nanoseconds: .min) else { return nil }
    state.judgedUntil = judgement.interval.end
    guard let isBad = isBad(judgement) else { return tick(judgement.interval.end) }
    state.outcomes.append(isBad)
    let memory = max(rules.raiseTotal, rules.clearTotal)
    if state.outcomes.count > memory { state.outcomes.removeFirst(state.outcomes.count - memory) }
    guard state.incident?.phase == .firing else { return pend(judgement, isBad: isBad) }
    return isBad ? worsen(judgement) : tick(judgement.interval.end)
  }

  /// Adds the route to what is known of the incident.
  public mutating func note(_ route: RouteChange) {
    state.incident?.route = route
  }

  /// Keeps where the fault of the incident lies, if it fires and this kind of interval was the last: of one that is getting
  /// over, other paths speak of what comes after it.
  public mutating func note(_ place: FaultPlace) {
    guard state.incident?.phase == .firing, state.incident?.causes == nil || state.outcomes.last ?? true else { return }
    state.incident?.note(place)
  }

  /// Lets time pass: what is clear is resolved as soon as it has fired long enough.
  public mutating func tick(_ now: WallTime) -> IncidentAction? {
    guard var incident = state.incident, let raisedAt = incident.raisedAt, now >= raisedAt + rules.keepFiring,
      state.outcomes.suffix(rules.clearTotal).count(where: { !$0 }) >= rules.clearCount
    else { return nil }
    incident.phase = .resolved
    incident.resolvedAt = now
    state.incident = nil
    state.candidate = nil
    state.outcomes = []
    return .resolve(incident)
  }

  /// The wall clock was set by `step` nanoseconds: all instants are moved along, so that what has lasted for so long goes
  /// on having lasted for so long.
  public mutating func clockStepped(by step: Int64) {
    state.judgedUntil = state.judgedUntil?.advanced(byNanoseconds: step)
    state.clockShift = (state.clockShift ?? 0) &+ step
    state.incident?.clockStepped(by: step)
  }

  private func isBad(_ judgement: Judgement) -> Bool? {
    switch (kind, judgement.verdict) {
    case (.breach, .unknown), (_, .planned): nil
    case (.breach, let verdict): verdict == .bad
    case (.unmeasured, let verdict): verdict == .unknown
    }
  }

  private mutating func pend(_ judgement: Judgement, isBad: Bool) -> IncidentAction? {
    if isBad {
      var incident = state.incident ?? Incident(judgement, kind: kind, clockShift: state.clockShift ?? 0)
      incident.include(judgement)
      incident.evidence = judgement.evidence
      state.incident = incident
    }
    guard var incident = state.incident else { return nil }
    if isBad, state.outcomes.suffix(rules.raiseTotal).count(where: { $0 }) >= rules.raiseCount {
      incident.phase = .firing
      incident.raisedAt = judgement.interval.end
      state.incident = incident
      state.outcomes = []
      return .raise(incident)
    }
    // After so many good ones no window can hold enough bad ones together with those before.
    if state.outcomes.suffix(rules.raiseTotal - rules.raiseCount + 1).allSatisfy({ !$0 }) { state.incident = nil }
    return nil
  }

  private mutating func worsen(_ judgement: Judgement) -> IncidentAction? {
    guard var incident = state.incident else { return nil }
    let metrics = incident.worst.map(\.metric)
    incident.include(judgement)
    var isNews = incident.worst.map(\.metric) != metrics
    if judgement.evidence.cause == incident.evidence.cause {
      incident.evidence = judgement.evidence
      state.candidate = nil
    } else if isNews || state.candidate == judgement.evidence.cause {
      incident.evidence = judgement.evidence
      state.candidate = nil
      isNews = true
    } else {
      state.candidate = judgement.evidence.cause
    }
    state.incident = incident
    return isNews ? .update(incident) : nil
  }
}
