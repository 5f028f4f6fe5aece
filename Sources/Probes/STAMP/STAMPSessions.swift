import Glibc
import Measurement
import STAMP
import Transport
import Wire

/// The session-senders of all paths on one pair of sockets, for the thread that runs them.
///
/// Each packet leaves by itself right after its timestamp was taken. The kernel says when it really left and when its
/// answer came, so it matters neither what came between the timestamp and the interface nor how late an answer is read.
struct STAMPSessions: ~Copyable {
  /// One stream on its way to one target.
  struct Session {
    var target: Endpoint
    var sender: SessionSender
    var meter: STAMPMeter
    /// How long after their T3 the reflector's answers left, where it told.
    var reflectorDelay = Distribution()
    /// The next session with the same target, or -1: they share the answers.
    var next: Int
    /// When to send no more.
    var end: MonotonicTime
  }

  /// What `run` waits for beside its sockets.
  static let wakeupToken: UInt64 = 2

  private(set) var sessions: [Session] = []
  private var firstByTarget: [Endpoint: Int] = [:]
  private let loop: EventLoop
  private var v4: UDPSocket?
  private var v6: UDPSocket?
  private var departuresV4 = DepartureLog()
  private var departuresV6 = DepartureLog()
  private var received = ReceiveBatch(messages: 64, bytesPerMessage: 9_216)
  private var clock: ClockReading
  private var clockState: ClockSynchronization
  private var nextClockCheck: MonotonicTime
  private(set) var drops = DropCounters()
  /// How much later than its time each packet was written.
  private(set) var lateness = Distribution()
  private(set) var priority = ThreadPriority.ordinary
  /// Datagrams that were no answers, since the clock was last checked.
  private var strangers = 0
  /// More of them in a second, and the thread has no right to run before others: somebody else sets its pace.
  private static let tolerableStrangers = 10_000

  /// - Parameter jobs: what to measure; the streams' first packets are spread over their interval.
  init(_ jobs: [STAMPJob], lasting duration: Duration?, wakeup: Wakeup) throws {
    let loop = try EventLoop()
    try loop.watch(wakeup.descriptor, token: Self.wakeupToken)
    let v4 = try Self.socket(.anyV4, for: jobs, token: 0, loop)
    let v6 = try Self.socket(.anyV6, for: jobs, token: 1, loop)
    self.loop = loop
    self.v4 = v4
    self.v6 = v6
    clock = SystemClock.reading()
    clockState = SystemClock.synchronization
    nextClockCheck = clock.monotonic + .seconds(1)
    for (index, job) in jobs.enumerated() {
      add(job, start: clock.monotonic + job.meter.stream.interval * index / jobs.count, lasting: duration)
    }
  }

  private static func socket(
    _ address: IPAddress, for jobs: [STAMPJob], token: UInt64, _ loop: borrowing EventLoop
  ) throws -> UDPSocket? {
    guard jobs.contains(where: { $0.target.address.isV4 == address.isV4 }) else { return nil }
    var options = UDPSocket.Options()
    options.reportsUnreachable = true
    options.reportsDepartures = true
    // RFC 8762 section 4.1.
    options.hopLimit = 255
    let socket = try UDPSocket(bindingTo: Endpoint(address: address, port: 0), options: options)
    try loop.watch(socket.descriptor, token: token)
    return socket
  }

  private mutating func add(_ job: STAMPJob, start: MonotonicTime, lasting duration: Duration?) {
    var entropy = Entropy()
    let isAuthenticated = job.options.key != nil && job.options.protection == .packets
    let sender = SessionSender(
      configuration: SessionSender.Configuration(
        interval: job.meter.stream.interval, packetBytes: job.meter.stream.packetBytes,
        ssid: job.options.ssid ?? UInt16.random(in: 1...UInt16.max, using: &entropy),
        mode: isAuthenticated ? .authenticated : .unauthenticated, key: job.options.key,
        dscp: job.meter.stream.dscp, paddingSeed: entropy.next(), stopsWithoutSSID: job.options.stopsWithoutSSID,
        asksForDepartures: job.options.asksForDepartures),
      start: start)
    // A packet that is too short for what it carries is made longer.
    var meter = job.meter
    meter.stream.packetBytes = sender.byteCount
    let end = duration.map { start + $0 } ?? .never
    sessions.append(
      Session(
        target: job.target, sender: sender, meter: STAMPMeter(configuration: meter, boot: job.boot),
        next: firstByTarget[job.target] ?? -1, end: end))
    firstByTarget[job.target] = sessions.count - 1
  }

  // MARK: Turns

  /// Lets the calling thread, which takes the turns, run before others: late packets measure nothing.
  mutating func raisePriority() {
    priority = .raise()
  }

  /// One turn: waits, sends what is due, takes what came, gives out what can be sealed.
  /// - Parameter outgoing: room for one packet, in the hands of the thread as the compiler wants it.
  mutating func turn(outgoing: inout SendBatch, records: inout [PathRecord]) {
    let events = loop.wait(until: nextTimeout)
    // Sending comes first: it is what is late when it waits.
    sendDue(&outgoing)
    for index in 0..<events {
      switch loop.event(at: index).token {
      case 0: v4 = takeAnswers(v4.take())
      case 1: v6 = takeAnswers(v6.take())
      default: break
      }
    }
    let now = SystemClock.now
    if now >= nextClockCheck { checkClock(now) }
    for index in sessions.indices { sessions[index].meter.seal(now: now, into: &records) }
  }

  /// All packets were sent, and none of them can be answered in time any more or all have been.
  var isDone: Bool {
    let now = SystemClock.now
    for index in sessions.indices {
      guard sessions[index].sender.nextSend >= sessions[index].end, sessions[index].meter.isSettled(now: now) else {
        return false
      }
    }
    return true
  }

  /// Of each session, in the jobs' order.
  mutating func views() -> [STAMPView] {
    let addresses = InterfaceAddresses.routable()
    let (portV4, portV6) = (v4?.localEndpoint.port ?? 0, v6?.localEndpoint.port ?? 0)
    var views: [STAMPView] = []
    for index in sessions.indices {
      let port = sessions[index].target.address.isV4 ? portV4 : portV6
      views.append(
        STAMPView(
          sessions[index].sender.view, port: port, addresses: addresses,
          reflectorDelay: sessions[index].reflectorDelay))
    }
    return views
  }

  mutating func finish(records: inout [PathRecord]) {
    let now = SystemClock.now
    for index in sessions.indices { sessions[index].meter.finish(now: now, into: &records) }
  }

  private var nextTimeout: MonotonicTime {
    var earliest = nextClockCheck
    // By index: a copy of a session would retain all its tables.
    for index in sessions.indices {
      let nextSend = sessions[index].sender.nextSend
      if nextSend < sessions[index].end { earliest = min(earliest, nextSend) }
      earliest = min(earliest, sessions[index].meter.nextSeal)
    }
    return earliest
  }

  // MARK: Sending

  private mutating func sendDue(_ outgoing: inout SendBatch) {
    let estimate = ErrorEstimate(
      isSynchronized: clockState.isSynchronized, errorNanoseconds: clockState.maximumErrorNanoseconds)
    var now = SystemClock.now
    for index in sessions.indices where sessions[index].sender.nextSend < sessions[index].end {
      guard sessions[index].sender.nextSend <= now else { continue }
      send(index, estimate, &outgoing)
      now = SystemClock.now
    }
  }

  private mutating func send(_ index: Int, _ estimate: ErrorEstimate, _ outgoing: inout SendBatch) {
    let target = sessions[index].target
    let dscp = sessions[index].meter.configuration.stream.dscp
    guard var packet = outgoing.reserve(sessions[index].sender.byteCount) else { return }
    let reading = SystemClock.reading()
    guard
      let sent = sessions[index].sender.poll(
        now: reading.monotonic, wall: reading.wall, errorEstimate: estimate, into: &packet)
    else { return }
    outgoing.commit(sent.byteCount, to: target, trafficClass: dscp << 2)
    let summary = target.address.isV4 ? v4?.flush(&outgoing) : v6?.flush(&outgoing)
    lateness.record(UInt64(max(sent.lateness.nanoseconds, 0)))
    sessions[index].meter.sent(sent, now: reading.monotonic, wall: reading.wall)
    if summary?.sent == 1 {
      let packet = DepartureLog.Packet(session: index, sequence: sent.sequence, written: reading.wall)
      if target.address.isV4 { departuresV4.sent(packet) } else { departuresV6.sent(packet) }
      // Most interfaces take a datagram at once.
      if target.address.isV4 { v4 = takeReports(v4.take()) } else { v6 = takeReports(v6.take()) }
      return
    }
    drops.count(summary?.wouldBlock == 1 ? .sendWouldBlock : .sendFailed)
    // Where the network cannot be reached the path is down, and the packet lost on it.
    let code = outgoing.failures.first?.code ?? 0
    if ![ENETUNREACH, EHOSTUNREACH, ENETDOWN].contains(code) { sessions[index].meter.unsent(sent.sequence) }
  }

  // MARK: Answers

  private mutating func takeAnswers(_ socket: consuming UDPSocket?) -> UDPSocket? {
    guard var socket = socket.take() else { return nil }
    while socket.receive(into: &received) {
      if received.clockStepped { restartIntervals() }
      while let datagram = received.next() { take(datagram) }
    }
    return takeReports(socket)
  }

  private mutating func takeReports(_ socket: consuming UDPSocket?) -> UDPSocket? {
    guard let socket = socket.take() else { return nil }
    let isV4 = socket.localEndpoint.address.isV4
    while let report = socket.nextReport() {
      switch report {
      case .unreachable(let report):
        guard report.isRefused else { continue }
        var index = firstByTarget[report.destination] ?? -1
        while index >= 0 {
          sessions[index].meter.refused(tag: report.tag)
          index = sessions[index].next
        }
      case .departed(let number, let time):
        let departure =
          isV4 ? departuresV4.departed(number: number, at: time) : departuresV6.departed(number: number, at: time)
        guard let (packet, delay) = departure else { continue }
        sessions[packet.session].sender.departed(packet.sequence, after: delay)
      }
    }
    if isV4 ? departuresV4.isOutOfStep : departuresV6.isOutOfStep {
      socket.restartDepartures()
      if isV4 { departuresV4.restart() } else { departuresV6.restart() }
    }
    return socket
  }

  /// Sessions with one target tell their answers apart by the timestamp each must quote.
  private mutating func take(_ datagram: ReceivedDatagram) {
    var index = firstByTarget[datagram.source] ?? -1
    if index < 0 {
      strangers += 1
      return drops.count(.unknownPeer)
    }
    var reason = DropReason.stampUnmatched
    while index >= 0 {
      switch sessions[index].sender.receive(received.bytes(of: datagram), arrived: datagram.arrival) {
      case .reply(let reply):
        if let delay = reply.previousDelay { sessions[index].reflectorDelay.record(UInt64(max(delay, 0))) }
        let error = clockState.isSynchronized ? clockState.maximumErrorNanoseconds : nil
        sessions[index].meter.received(
          reply, isKernelStamped: datagram.isKernelStamped, clock: (clockState.isSynchronized, error))
        return
      case .dropped(let dropped):
        reason = dropped
      }
      index = sessions[index].next
    }
    strangers += 1
    drops.count(reason)
  }

  // MARK: Clock

  private mutating func checkClock(_ now: MonotonicTime) {
    nextClockCheck = now + .seconds(1)
    if strangers > Self.tolerableStrangers, priority != .ordinary {
      ThreadPriority.lower()
      priority = .ordinary
    }
    strangers = 0
    clockState = SystemClock.synchronization
    let reading = SystemClock.reading()
    if abs(reading.wallClockStep(since: clock)) > 1_000_000 { restartIntervals() }
    clock = reading
  }

  private mutating func restartIntervals() {
    let now = SystemClock.now
    clock = SystemClock.reading()
    let boot = Entropy().next()
    for index in sessions.indices { sessions[index].meter.clockStepped(boot: boot, now: now) }
  }
}

/// One stream to measure.
public struct STAMPJob: Sendable {
  public var target: Endpoint
  public var meter: STAMPMeter.Configuration
  /// Drawn at random at each start of the agent.
  public var boot: UInt64
  public var options: STAMPSessionOptions

  public init(
    target: Endpoint, meter: STAMPMeter.Configuration, boot: UInt64, options: STAMPSessionOptions = .init()
  ) {
    self.target = target
    self.meter = meter
    self.boot = boot
    self.options = options
  }
}
