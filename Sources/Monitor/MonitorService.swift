import History
import Measurement
import Wire

/// The centre: takes records, judges them, keeps them, tells people, and shows where everything stands.
public actor MonitorService {
  private let configuration: MonitorConfiguration
  private let clock: @Sendable () -> WallTime

  /// Opens the history in `folder` and takes up every incident and notification where the last run left them.
  public init(
    configuration: MonitorConfiguration, folder: DataFolder, clock: @escaping @Sendable () -> WallTime
  ) async throws(HistoryError) {
    self.configuration = configuration
    self.clock = clock
  }

  /// Judges and stores records; returns when they are committed. A record sent twice is stored once.
  public func ingest(_ records: [PathRecord]) async throws(HistoryError) {}

  /// Lets time pass: silent paths become unknown, incidents clear, old records go.
  public func tick(_ now: WallTime) async throws(HistoryError) {}

  /// Where everything stands.
  public func snapshot() -> MonitorSnapshot {
    MonitorSnapshot(
      position: EventID(epoch: 0, sequence: 0), madeAt: clock(), sites: [], paths: [], incidents: [])
  }

  /// Changes from `position` on; where that cannot be resumed (too old, or of another run), a snapshot first.
  ///
  /// A listener that falls 256 updates behind has its stream ended: it comes back with its last id.
  public func events(after position: EventID?) -> AsyncStream<MonitorUpdate> {
    AsyncStream { $0.finish() }
  }

  /// The newest incidents, closed ones too, newest first.
  public func incidents(limit: Int) async throws(HistoryError) -> [IncidentState] { [] }

  /// Ticks and delivers notifications until the task is cancelled.
  public func run() async {}
}
