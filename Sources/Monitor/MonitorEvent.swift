/// One change, numbered.
public struct MonitorEvent: Sendable, Equatable {
  public var id: EventID
  public var change: Change

  public enum Change: Sendable, Equatable {
    /// The path has a newer judged interval (the last of `recent`) or another of its intervals was judged anew.
    case path(PathState)
    case incident(IncidentState)
    /// A pending incident came to nothing: it was never told.
    case withdrawn(incident: String)
    /// Nothing was heard of a call's path for long: it is not shown any more.
    case forgotten(PathState)
  }
}

/// Where in the stream of events a listener stands. Written as `epoch-sequence`, as in `Last-Event-ID`.
public struct EventID: Sendable, Hashable, LosslessStringConvertible {
  /// Differs for each start of the monitor.
  public var epoch: UInt64
  /// Counts up by one for each event; 0 is before the first.
  public var sequence: UInt64

  public init(epoch: UInt64, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  public init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let epoch = UInt64(parts[0], radix: 16), let sequence = UInt64(parts[1]) else { return nil }
    self.init(epoch: epoch, sequence: sequence)
  }

  public var description: String {
    "\(String(epoch, radix: 16))-\(sequence)"
  }
}

/// What a listener is handed.
public enum MonitorUpdate: Sendable, Equatable {
  /// Where everything stands: the first update of a listener that cannot be resumed.
  case snapshot(MonitorSnapshot)
  case event(MonitorEvent)
}
