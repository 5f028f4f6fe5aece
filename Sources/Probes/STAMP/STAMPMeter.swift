import Measurement
import STAMP
import Wire

/// Makes a stream's sent packets, replies and refusals into one record for each interval: a value in virtual time.
///
/// A packet belongs to the interval in which it was sent; an interval is sealed when its last packet can no longer
/// arrive. A reply after the timeout is late, and its packet lost. Nothing is allocated per packet.
public struct STAMPMeter: Sendable {
  public struct Configuration: Sendable {
    public var agent: String
    public var path: Path
    public var stream: STAMPStream
    /// Length of the tumbling intervals, aligned to the epoch; 1 s to 15 min.
    public var recordLength: Duration
    /// How long a reply is waited for.
    public var timeout: Duration

    public init(
      agent: String, path: Path, stream: STAMPStream, recordLength: Duration = .seconds(15),
      timeout: Duration = .seconds(2)
    ) {
      self.agent = agent
      self.path = path
      self.stream = stream
      self.recordLength = min(max(recordLength, .seconds(1)), .seconds(900))
      self.timeout = timeout
    }
  }

  /// A packet later than this after its time degrades the measurement.
  static let tolerableLateness = Duration.milliseconds(5)

  struct Packet: BitwiseCopyable {
    enum Fate: UInt8, BitwiseCopyable {
      case outstanding, answered, late, refused, unsent
    }
    var sequence: UInt64
    var sent: MonotonicTime
    var fate: Fate
    /// Of an answered packet: `reflectorNumber`.
    var reflectorNumber: Int64
    var roundTrip: Int64
  }

  /// An interval whose packets can still be answered.
  struct OpenInterval: Sendable {
    var start: WallTime
    /// By the monotonic clock: when its last packet can be sent, at the latest.
    var end: MonotonicTime
    var firstSequence: UInt64
    var record: PathRecord
    /// Nothing contradicted either clock, and both ends vouch for theirs.
    var clocksAreGood = true
  }

  let configuration: Configuration
  /// The newest packets, each at its sequence number modulo the count: all that open intervals can hold.
  var packets: [Packet]
  var nextSequence: UInt64 = 0
  var intervals: [OpenInterval] = []
  /// Which of the reflector's numbers were seen: each at itself modulo the count, plus one.
  var reflectorNumbers: [UInt64]
  var boot: UInt64
  private var highestAnswered: Int64 = -1
  private var outstanding = 0
  private var lastSent = MonotonicTime.zero
  private var forward = DelayVariation()
  private var reverse = DelayVariation()

  // Carried from one sealed interval to the next.
  /// The last answered packet of a sealed interval.
  var lastAnswer: Answer?
  /// How often the reflector has begun to count anew.
  var reflectorRestarts: Int64 = 0
  var previousMinimum: Int64?
  var isFirst = true

  /// - Parameter boot: drawn at random for each start, so that two starts never make the same identity.
  public init(configuration: Configuration, boot: UInt64) {
    self.configuration = configuration
    self.boot = boot
    let spacing = max(configuration.stream.interval.nanoseconds, 1_000_000)
    let remembered = (configuration.recordLength + configuration.timeout + .seconds(2)).nanoseconds / spacing + 16
    packets = Array(
      repeating: Packet(sequence: .max, sent: .zero, fate: .unsent, reflectorNumber: 0, roundTrip: 0),
      count: Int(remembered))
    reflectorNumbers = Array(repeating: 0, count: Int(remembered) * 2)
  }

  // MARK: What happens

  public mutating func sent(_ packet: SessionSender.Sent, now: MonotonicTime, wall: WallTime) {
    let place = openInterval(now: now, wall: wall, sequence: packet.sequence)
    intervals[place].record.loss.sent += 1
    if packet.lateness > Self.tolerableLateness { intervals[place].record.degradations.insert(.schedulerLate) }
    packets[index(of: packet.sequence)] = Packet(
      sequence: packet.sequence, sent: now, fate: .outstanding, reflectorNumber: 0, roundTrip: 0)
    nextSequence = packet.sequence + 1
    outstanding += 1
    lastSent = now
  }

  /// A packet never left this machine, for a reason that is not the path's.
  public mutating func unsent(_ sequence: UInt64) {
    guard let place = interval(of: sequence), packets[index(of: sequence)].fate == .outstanding else { return }
    packets[index(of: sequence)].fate = .unsent
    outstanding -= 1
    intervals[place].record.loss.sent -= 1
    intervals[place].record.degradations.insert(.sendErrors)
  }

  /// The host said that nothing listens there. `tag` is the packet's number on the wire where the report quotes it,
  /// else the newest packet is meant.
  public mutating func refused(tag: UInt32?) {
    guard nextSequence > 0 else { return }
    let newest = nextSequence - 1
    let distance = tag.map { UInt64(UInt32(truncatingIfNeeded: newest) &- $0) } ?? 0
    guard distance <= newest, interval(of: newest - distance) != nil else { return }
    let place = index(of: newest - distance)
    if packets[place].fate == .outstanding { packets[place].fate = .refused }
  }

  public mutating func received(
    _ reply: SessionSender.Reply, isKernelStamped: Bool, clock: (isSynchronized: Bool, errorNanoseconds: UInt64?)
  ) {
    // Every answer's number counts, duplicates' too: what is missing between them was lost on the way back.
    let number = UInt64(Self.reflectorNumber(reply))
    reflectorNumbers[Int(number % UInt64(reflectorNumbers.count))] = number + 1
    guard let place = interval(of: reply.sequence) else { return }
    let packet = index(of: reply.sequence)
    switch packets[packet].fate {
    case .answered, .late:
      intervals[place].record.loss.duplicates += 1
      return
    case .unsent: return
    case .outstanding, .refused: break
    }
    guard reply.arrived.nanoseconds(since: reply.sent) <= configuration.timeout.nanoseconds else {
      packets[packet].fate = .late
      intervals[place].record.loss.late += 1
      return
    }
    packets[packet].fate = .answered
    outstanding -= 1
    packets[packet].reflectorNumber = Self.reflectorNumber(reply)
    packets[packet].roundTrip = reply.roundTrip
    intervals[place].count(reply, isKernelStamped: isKernelStamped, clock: clock)
    if reply.isStateful, intervals[place].record.loss.forwardLost == nil {
      intervals[place].record.loss.forwardLost = 0
      intervals[place].record.loss.reverseLost = 0
    }
    if Int64(reply.sequence) < highestAnswered { intervals[place].record.loss.reordered += 1 }
    highestAnswered = max(highestAnswered, Int64(reply.sequence))
    // Both packets were answered within the timeout: neither way took longer.
    let limit = configuration.timeout.nanoseconds
    if let difference = forward.record(departure: reply.t1.nanoseconds, arrival: reply.t2.nanoseconds, limit: limit) {
      intervals[place].record.delayVariation.record(difference)
    }
    if let difference = reverse.record(departure: reply.t3.nanoseconds, arrival: reply.t4.nanoseconds, limit: limit) {
      intervals[place].record.reverseDelayVariation.record(difference)
    }
    intervals[place].record.rfc3550Jitter = UInt64(forward.jitter)
  }

  /// The wall clock was set. Intervals go on by the clock as it is now, under a new boot, since a clock set back would
  /// give an interval the identity of one that was reported.
  public mutating func clockStepped(boot: UInt64, now: MonotonicTime) {
    self.boot = boot
    for place in intervals.indices {
      intervals[place].record.degradations.formUnion([.clockStepped, .partial])
      intervals[place].end = min(intervals[place].end, now)
    }
    isFirst = true
    forward.restart()
    reverse.restart()
  }

  /// All packets were answered, or none can be in time any more.
  public func isSettled(now: MonotonicTime) -> Bool {
    outstanding == 0 || lastSent + configuration.timeout < now
  }

  // MARK: Places

  /// The reflector's number of its answer, with the count of its restarts above it: it only grows.
  static func reflectorNumber(_ reply: SessionSender.Reply) -> Int64 {
    Int64(reply.reflectorRestarts) << 32 | Int64(reply.reflectorSequence)
  }

  func index(of sequence: UInt64) -> Int {
    Int(sequence % UInt64(packets.count))
  }

  /// The open interval a remembered packet was sent in.
  private func interval(of sequence: UInt64) -> Int? {
    guard packets[index(of: sequence)].sequence == sequence else { return nil }
    return intervals.lastIndex { $0.firstSequence <= sequence }
  }

  private mutating func openInterval(now: MonotonicTime, wall: WallTime, sequence: UInt64) -> Int {
    if let last = intervals.indices.last, now < intervals[last].end { return last }
    let start = wall.floored(to: configuration.recordLength)
    let left = (start + configuration.recordLength).nanoseconds(since: wall)
    var record = PathRecord(
      id: PathRecord.ID(
        agent: configuration.agent, boot: boot, path: configuration.path, origin: .probe(kind: "stamp"),
        intervalStart: start),
      length: configuration.recordLength)
    record.packetBytes = UInt16(clamping: configuration.stream.packetBytes)
    record.dscp.sent = configuration.stream.dscp
    record.timestamps = .kernel
    if isFirst { record.degradations.insert(.partial) }
    isFirst = false
    intervals.append(
      OpenInterval(start: start, end: now.advanced(byNanoseconds: left), firstSequence: sequence, record: record))
    return intervals.count - 1
  }
}

extension STAMPMeter.OpenInterval {
  fileprivate mutating func count(
    _ reply: SessionSender.Reply, isKernelStamped: Bool, clock: (isSynchronized: Bool, errorNanoseconds: UInt64?)
  ) {
    record.loss.received += 1
    record.roundTrip.record(UInt64(max(reply.roundTrip, 0)))
    let source: TimestampSource = !isKernelStamped ? .userSpace : reply.isDepartureStamped ? .kernel : .kernelArrivals
    record.timestamps = record.timestamps.merged(with: source)
    if let dscp = reply.arrivedDSCP { record.dscp.arrived[dscp, default: 0] += 1 }
    let forward = reply.t2.nanoseconds(since: reply.t1)
    let reverse = reply.t4.nanoseconds(since: reply.t3)
    if let own = clock.errorNanoseconds, let theirs = reply.errorEstimate.nanoseconds {
      record.clock.errorNanoseconds = max(record.clock.errorNanoseconds ?? 0, own &+ theirs)
    }
    guard clock.isSynchronized, reply.errorEstimate.isSynchronized, forward >= 0, reverse >= 0 else {
      clocksAreGood = false
      return
    }
    record.forwardDelay.record(UInt64(forward))
    record.reverseDelay.record(UInt64(reverse))
  }
}
