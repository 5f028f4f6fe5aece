import Measurement
import Synchronization
import Transport

/// A thread that measures paths by STAMP until its time is over or it is stopped.
public final class STAMPRun: Sendable {
  private let signal: StopSignal
  private let thread: NamedThread
  private let outcome = SharedOutcome()

  /// What is known at the end.
  private final class SharedOutcome: Sendable {
    let value = Mutex(
      (lateness: Distribution(), priority: ThreadPriority.ordinary, views: [STAMPView]()))
  }

  /// Starts at once; throws when the sockets cannot be made.
  /// - Parameters:
  ///   - duration: how long to send; `nil` is until `stop`.
  ///   - sink: gets each record when its interval is sealed, on the measuring thread: it must not block.
  public init(
    _ jobs: [STAMPJob], lasting duration: Duration? = nil, sink: @escaping @Sendable ([PathRecord]) -> Void
  ) throws {
    let signal = try StopSignal()
    let startup = try Startup<Void>()
    self.signal = signal
    let outcome = outcome
    thread = try NamedThread("stamp-sender") {
      do {
        var sessions = try STAMPSessions(jobs, lasting: duration, wakeup: signal.wakeup)
        startup.report(.success(()))
        sessions.raisePriority()
        var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
        var records: [PathRecord] = []
        while !signal.isStopped, !sessions.isDone {
          sessions.turn(outgoing: &outgoing, records: &records)
          if !records.isEmpty { sink(records) }
          records.removeAll(keepingCapacity: true)
        }
        sessions.finish(records: &records)
        if !records.isEmpty { sink(records) }
        let result = (sessions.lateness, sessions.priority, sessions.views())
        outcome.value.withLock { $0 = result }
      } catch {
        startup.report(.failure(error))
      }
    }
    try startup.wait()
  }

  deinit {
    signal.stop()
  }

  /// Waits for the end of a measurement that has one.
  public func join() {
    thread.join()
  }

  /// How much later than its time each packet left, in nanoseconds; complete at the end.
  public var lateness: Distribution { outcome.value.withLock { $0.lateness } }

  /// What the measuring thread was allowed to have; known at the end.
  public var priority: ThreadPriority { outcome.value.withLock { $0.priority } }

  /// How each job's reflector sees us, in the jobs' order; known at the end.
  var views: [STAMPView] { outcome.value.withLock { $0.views } }

  /// Ends the measurement and returns when the last records were given out.
  public func stop() {
    signal.stop()
    thread.join()
  }
}
