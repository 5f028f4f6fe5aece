import Synchronization
import Wire

/// A bad network between real sockets: a UDP port that passes datagrams on to `target` and the answers back, through
/// one seeded `Impairment` each way, and logs exactly what it did to each datagram.
///
/// For tests and demonstrations. Up to 256 clients are kept apart, each with a port of its own towards the target.
public final class ImpairedLink: Sendable {
  public enum Direction: Sendable, Hashable {
    /// Towards the target.
    case forward
    case reverse
  }

  /// What happened to one datagram.
  public struct Passage: Sendable, Equatable {
    public var direction: Direction
    /// Its first four bytes as a number: the sequence number of a STAMP packet; 0 when it is shorter.
    public var tag: UInt32
    public var byteCount: Int
    /// The kernel's arrival time.
    public var arrival: MonotonicTime
    public var fate: Impairment.Fate
    /// When it really left, `nil` as long as it waits or when it was lost.
    public var departure: MonotonicTime?

    public var isLost: Bool {
      switch fate {
      case .lost, .queueFull: true
      case .departs, .departsTwice: false
      }
    }

    /// How long the link really held it, in nanoseconds.
    public var residence: Int64? { departure?.nanoseconds(since: arrival) }
  }

  /// Where clients send to.
  public let endpoint: Endpoint
  private let shared: Shared
  private let thread: NamedThread

  /// The conditions wanted and the log, shared between the link's thread and its owner.
  final class Shared: Sendable {
    struct State {
      var forward: Impairment.Conditions
      var reverse: Impairment.Conditions
      var passages: [Passage] = []
      var unlogged = 0
      var isStopped = false
    }
    let state: Mutex<State>
    let wakeup: Wakeup

    init(forward: Impairment.Conditions, reverse: Impairment.Conditions) throws(SystemError) {
      wakeup = try Wakeup()
      state = Mutex(State(forward: forward, reverse: reverse))
    }
  }

  /// The log's bound.
  static let loggedPassages = 1 << 20

  public init(
    listeningOn endpoint: Endpoint = Endpoint(address: .loopbackV4, port: 0), target: Endpoint, seed: UInt64,
    forward: Impairment.Conditions = .none, reverse: Impairment.Conditions = .none
  ) throws {
    let shared = try Shared(forward: forward, reverse: reverse)
    let startup = try Startup<Endpoint>()
    thread = try NamedThread("impaired-link") {
      do {
        var runner = try ImpairedLinkRunner(listeningOn: endpoint, target: target, seed: seed, shared: shared)
        startup.report(.success(runner.endpoint))
        runner.run()
      } catch {
        startup.report(.failure(error))
      }
    }
    self.shared = shared
    self.endpoint = try startup.wait()
  }

  deinit {
    stop()
  }

  /// Switches to other conditions from the next datagram on.
  public func switchConditions(forward: Impairment.Conditions, reverse: Impairment.Conditions = .none) {
    shared.state.withLock {
      $0.forward = forward
      $0.reverse = reverse
    }
    shared.wakeup.signal()
  }

  /// Everything that passed so far, in order of arrival; the first million of them.
  public var passages: [Passage] { shared.state.withLock { $0.passages } }

  /// Datagrams that were passed on but no longer logged.
  public var unloggedPassages: Int { shared.state.withLock { $0.unlogged } }

  /// Ends the link; datagrams still waiting are gone.
  public func stop() {
    shared.state.withLock { $0.isStopped = true }
    shared.wakeup.signal()
    thread.join()
  }
}
