import STAMP
import Synchronization
import Transport
import Wire

public struct ReflectorConfiguration: Sendable {
  public var listen: Endpoint
  /// Keys, rate limits for each source, and how many sessions are counted for.
  public var sessions: SessionReflector.Configuration

  public init(
    listen: Endpoint, sessions: SessionReflector.Configuration = SessionReflector.Configuration()
  ) {
    self.listen = listen
    self.sessions = sessions
  }
}

/// A stateful STAMP session-reflector on a thread of its own.
public final class Reflector: Sendable {
  /// What it did so far.
  public struct Counts: Sendable, Equatable {
    public var answered: UInt64 = 0
    public var drops = DropCounters()

    public init() {}
  }

  /// Where it listens, with the port the system chose where 0 was asked for.
  public let endpoint: Endpoint
  private let shared = SharedCounts()
  private let signal: StopSignal
  private let thread: NamedThread

  final class SharedCounts: Sendable {
    let counts = Mutex(Counts())
  }

  /// Listens at once; throws when it cannot, a port in use above all.
  public init(_ configuration: ReflectorConfiguration) throws {
    let startup = try Startup<Endpoint>()
    let signal = try StopSignal()
    let shared = shared
    self.signal = signal
    thread = try NamedThread("stamp-reflector") {
      do {
        var loop = try ReflectorLoop(configuration, wakeup: signal.wakeup)
        startup.report(.success(loop.endpoint))
        var answers = SendBatch(datagrams: ReflectorLoop.answersPerFlush, bytes: ReflectorLoop.answersPerFlush * 9_216)
        var timed = SendBatch(datagrams: 1, bytes: 9_216)
        while !signal.isStopped {
          loop.turn(&answers, timed: &timed)
          let counts = loop.counts
          shared.counts.withLock { $0 = counts }
        }
      } catch {
        startup.report(.failure(error))
      }
    }
    endpoint = try startup.wait()
  }

  deinit {
    signal.stop()
  }

  public var counts: Counts { shared.counts.withLock { $0 } }

  public func stop() {
    signal.stop()
    thread.join()
  }
}

/// The reflector's socket and state, for the thread that owns them.
struct ReflectorLoop: ~Copyable {
  /// T3 is taken when an answer is written: few answers to a flush keep it true.
  static let answersPerFlush = 16

  private let loop: EventLoop
  private var socket: UDPSocket
  private var reflector: SessionReflector
  private var received = ReceiveBatch(messages: 64, bytesPerMessage: 9_216)
  private var estimate: ErrorEstimate
  private var nextClockCheck: MonotonicTime
  private(set) var counts = Reflector.Counts()
  /// The last answer whose session wants to know when it left, its place in the kernel's count, and its T3.
  private var awaited: (answer: AwaitedDeparture, number: UInt32, written: WallTime)?
  private var nextDeparture: UInt32 = 0
  /// A report that says otherwise speaks of another answer.
  private static let longestDelay: Int64 = 1_000_000_000

  var endpoint: Endpoint { socket.localEndpoint }

  init(_ configuration: ReflectorConfiguration, wakeup: Wakeup) throws {
    var options = UDPSocket.Options()
    // What comes while the thread waits for a processor is answered late, not lost: T2 is the kernel's.
    options.receiveBufferBytes = 32 << 20
    options.tellsTrafficClass = true
    options.tellsHopLimit = true
    // RFC 8762 section 4.1.
    options.hopLimit = 255
    let loop = try EventLoop()
    let socket = try UDPSocket(bindingTo: configuration.listen, options: options)
    try loop.watch(socket.descriptor, token: 0)
    try loop.watch(wakeup.descriptor, token: 1)
    self.loop = loop
    self.socket = socket
    var sessions = configuration.sessions
    sessions.seed = Entropy().next()
    reflector = SessionReflector(configuration: sessions)
    estimate = Self.currentEstimate
    nextClockCheck = SystemClock.now + .seconds(1)
  }

  private static var currentEstimate: ErrorEstimate {
    let state = SystemClock.synchronization
    return ErrorEstimate(isSynchronized: state.isSynchronized, errorNanoseconds: state.maximumErrorNanoseconds)
  }

  /// Waits and answers all that came.
  /// - Parameter timed: room for one answer whose departure is awaited.
  mutating func turn(_ answers: inout SendBatch, timed: inout SendBatch) {
    for index in 0..<loop.wait(until: .never) where loop.event(at: index).hasFailed { takeDepartures() }
    while socket.receive(into: &received) {
      let now = received.clock.monotonic
      if now >= nextClockCheck {
        estimate = Self.currentEstimate
        nextClockCheck = now + .seconds(1)
      }
      while let datagram = received.next() {
        answer(datagram, &answers, timed: &timed)
        if answers.count == Self.answersPerFlush { flush(&answers) }
      }
      flush(&answers)
    }
  }

  private mutating func answer(
    _ datagram: ReceivedDatagram, _ answers: inout SendBatch, timed: inout SendBatch
  ) {
    guard datagram.isUnicast else { return counts.drops.count(.stampForbiddenSource) }
    guard !datagram.isTruncated else { return counts.drops.count(.tooLarge) }
    // Room for the longest base packet, which short requests are filled up to.
    guard var answer = answers.reserve(max(datagram.byteCount, 112)) else { return counts.drops.count(.sendQueueFull) }
    let arrival = SessionReflector.Arrival(
      source: datagram.source, destination: Endpoint(address: datagram.localAddress, port: socket.localEndpoint.port),
      now: received.clock.monotonic, received: received.clock.wallTime(at: datagram.arrival),
      transmitted: SystemClock.wallTime, errorEstimate: estimate, hopLimit: datagram.hopLimit,
      trafficClass: datagram.trafficClass)
    switch reflector.reflect(received.bytes(of: datagram), arrival, into: &answer) {
    case .dropped(let reason):
      counts.drops.count(reason)
    case .answered(let byteCount, let dscp, nil):
      answers.commit(byteCount, to: datagram.source, from: datagram.localAddress, trafficClass: dscp << 2)
    case .answered(let byteCount, let dscp, .some(let awaited)):
      _ = timed.append(
        answer.bytes.extracting(0..<byteCount), to: datagram.source, from: datagram.localAddress,
        trafficClass: dscp << 2)
      // Behind what its session was answered before.
      flush(&answers)
      send(&timed, awaited, written: arrival.transmitted)
    }
  }

  /// Sends one answer and takes the time: the kernel's, else ours of just before, which its T3 is older than by what the
  /// batch before it took.
  private mutating func send(_ timed: inout SendBatch, _ answer: AwaitedDeparture, written: WallTime) {
    let now = SystemClock.wallTime
    let summary = socket.flushReportingDepartures(&timed)
    count(summary)
    guard summary.sent == 1 else { return }
    reflector.departed(answer, at: now, method: TimestampInformation.Method.software)
    awaited = (answer, nextDeparture, written)
    nextDeparture &+= 1
    // Most interfaces take a datagram at once.
    takeDepartures()
  }

  private mutating func takeDepartures() {
    while case .departed(let number, let time) = socket.nextReport() {
      if let awaited, awaited.number == number,
        (0...Self.longestDelay).contains(time.nanoseconds(since: awaited.written))
      {
        reflector.departed(awaited.answer, at: time, method: TimestampInformation.Method.software)
      }
      // The kernel may have counted one that it refused.
      if number &- nextDeparture < 1 << 31 { nextDeparture = number &+ 1 }
    }
  }

  private mutating func flush(_ answers: inout SendBatch) {
    count(socket.flush(&answers))
  }

  private mutating func count(_ summary: SendSummary) {
    counts.answered += UInt64(summary.sent)
    counts.drops.count(.sendWouldBlock, summary.wouldBlock)
    counts.drops.count(.sendTooLarge, summary.tooLarge)
    counts.drops.count(.sendFailed, summary.failed)
  }
}
