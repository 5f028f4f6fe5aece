import Measurement
import Transport
import Wire

@testable import Probes
@testable import STAMP

/// A session-sender, a stateful reflector and a meter in virtual time, with an impairment each way, and a book of what
/// really became of each packet.
struct ImpairedPath {
  static let start = WallTime(seconds: 1_800_000_000)
  static let interval = Duration.milliseconds(20)

  /// What really became of a packet.
  struct Truth {
    var sent: MonotonicTime
    var reachedReflector = false
    /// Round trips of all its answers, in the order of their arrival.
    var roundTrips: [Int64] = []

    var isInTime: Bool { roundTrips.first.map { $0 <= 2_000_000_000 } ?? false }
  }

  let recordLength: Duration
  var forward: Impairment
  var reverse: Impairment
  private(set) var truths: [Truth] = []
  private(set) var records: [PathRecord] = []
  /// In-time first answers as they came: sequence number, T1 to T4 by one clock.
  private(set) var arrivals: [(sequence: Int, t1: Int64, t2: Int64, t4: Int64)] = []
  private var reflector = SessionReflector(configuration: Self.unlimited)

  private var sender = SessionSender(
    configuration: SessionSender.Configuration(interval: interval, ssid: 7), start: .zero)
  private var meter: STAMPMeter
  private var events: [Event] = []
  private var order = 0
  private(set) var now = MonotonicTime.zero

  private struct Event {
    var time: MonotonicTime
    var order: Int
    var isAtReflector: Bool
    var sequence: Int
    var bytes: [UInt8]
    /// T2 of an answer.
    var reflected: MonotonicTime
  }

  init(
    seed: UInt64, forward: Impairment.Conditions = .none, reverse: Impairment.Conditions = .none,
    recordLength: Duration = .seconds(2)
  ) {
    self.recordLength = recordLength
    self.forward = Impairment(seed: seed, conditions: forward)
    self.reverse = Impairment(seed: seed ^ 0x5eed, conditions: reverse)
    meter = STAMPMeter(
      configuration: STAMPMeter.Configuration(
        agent: "agent", path: Path(site: "tsu", target: "hq", route: .direct),
        stream: STAMPStream(label: "", packetBytes: 172, interval: Self.interval, dscp: 0),
        recordLength: recordLength),
      boot: 1)
  }

  /// Lets `duration` pass.
  mutating func run(_ duration: Duration, isSending: Bool = true) {
    let end = now + duration
    while true {
      let event = events.indices.min { (events[$0].time, events[$0].order) < (events[$1].time, events[$1].order) }
      let nextEvent = event.map { events[$0].time } ?? .never
      let nextSend = isSending ? sender.nextSend : .never
      guard min(nextEvent, nextSend) < end else { break }
      if let event, nextEvent <= nextSend {
        let event = events.remove(at: event)
        pass(to: event.time)
        event.isAtReflector ? reflect(event) : receive(event)
      } else {
        pass(to: nextSend)
        send()
      }
    }
    pass(to: end)
  }

  /// Half a second without impairment, so that answers follow on the last losses.
  mutating func recover() {
    forward.conditions = .none
    reverse.conditions = .none
    run(.milliseconds(500))
  }

  /// The reflector's process starts anew.
  mutating func replaceReflector() {
    reflector = SessionReflector(configuration: Self.unlimited)
  }

  private static let unlimited = SessionReflector.Configuration(sourceRate: 1_000_000, sourceBurst: 1_000_000)

  /// Waits for the last answers and ends the measurement.
  mutating func finish() {
    run(.seconds(5), isSending: false)
    meter.finish(now: now, into: &records)
  }

  private mutating func pass(to time: MonotonicTime) {
    now = time
    meter.seal(now: now, into: &records)
  }

  private func wall(_ time: MonotonicTime) -> WallTime { Self.start + (time - .zero) }

  private static let goodClock = ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000)

  private mutating func send() {
    var packet = [UInt8](repeating: 0, count: sender.byteCount)
    var span = packet.mutableSpan
    var bytes = span.mutableBytes
    guard let sent = sender.poll(now: now, wall: wall(now), errorEstimate: Self.goodClock, into: &bytes) else { return }
    meter.sent(sent, now: now, wall: wall(now))
    truths.append(Truth(sent: now))
    queue(packet, sequence: truths.count - 1, fate: forward.decide(bytes: packet.count, now: now), isAtReflector: true)
  }

  private mutating func queue(_ bytes: [UInt8], sequence: Int, fate: Impairment.Fate, isAtReflector: Bool) {
    let (copies, time): (Int, MonotonicTime) =
      switch fate {
      case .lost, .queueFull: (0, .never)
      case .departs(let time): (1, time)
      case .departsTwice(let time): (2, time)
      }
    for _ in 0..<copies {
      order += 1
      events.append(
        Event(
          time: time, order: order, isAtReflector: isAtReflector, sequence: sequence, bytes: bytes, reflected: now))
    }
  }

  private mutating func reflect(_ event: Event) {
    let arrival = SessionReflector.Arrival(
      source: Endpoint(address: IPAddress(v4: 0xc000_0201), port: 40_000),
      destination: Endpoint(address: IPAddress(v4: 0xc000_0202), port: 862), now: now, received: wall(now),
      transmitted: wall(now), errorEstimate: Self.goodClock, hopLimit: 64, trafficClass: 0)
    var answer = event.bytes
    var span = answer.mutableSpan
    var bytes = span.mutableBytes
    guard case .answered = reflector.reflect(event.bytes.span.bytes, arrival, into: &bytes) else { return }
    truths[event.sequence].reachedReflector = true
    queue(
      answer, sequence: event.sequence, fate: reverse.decide(bytes: answer.count, now: now), isAtReflector: false)
  }

  private mutating func receive(_ event: Event) {
    guard case .reply(let reply) = sender.receive(event.bytes.span.bytes, arrived: now) else { return }
    meter.received(reply, isKernelStamped: true, clock: (true, 1_000))
    let sent = truths[event.sequence].sent
    let roundTrip = now.nanoseconds(since: sent)
    if truths[event.sequence].roundTrips.isEmpty, roundTrip <= 2_000_000_000 {
      arrivals.append((event.sequence, sent.nanoseconds, event.reflected.nanoseconds, now.nanoseconds))
    }
    truths[event.sequence].roundTrips.append(roundTrip)
  }

  // MARK: The book

  /// What an honest record of the packets says that were sent in an interval.
  struct Expected: Equatable {
    var sent: UInt64 = 0
    var received: UInt64 = 0
    var forwardLost: UInt64 = 0
    var reverseLost: UInt64 = 0
    var late: UInt64 = 0
    var duplicates: UInt64 = 0
    var reordered: UInt64 = 0
    var roundTripSum: UInt64 = 0
    var variationSum: UInt64 = 0
    var reverseVariationSum: UInt64 = 0
    var bursts = BurstCounts()
  }

  /// By the interval's number.
  func expected() -> [Int: Expected] {
    var book: [Int: Expected] = [:]
    func number(_ time: Int64) -> Int { Int(time / recordLength.nanoseconds) }
    var burst: UInt64 = 0
    for truth in truths {
      var entry = book[number(truth.sent.nanoseconds), default: Expected()]
      entry.sent += 1
      entry.duplicates += UInt64(max(0, truth.roundTrips.count - 1))
      if truth.isInTime {
        entry.received += 1
        entry.roundTripSum += UInt64(truth.roundTrips[0])
      } else if !truth.roundTrips.isEmpty {
        entry.late += 1
      } else if truth.reachedReflector {
        entry.reverseLost += 1
      } else {
        entry.forwardLost += 1
      }
      burst = truth.isInTime ? burst : burst + 1
      if truth.isInTime {
        entry.bursts.record(length: burst)
        burst = 0
      }
      book[number(truth.sent.nanoseconds)] = entry
    }
    // The last burst ends with the last interval.
    if let last = truths.last { book[number(last.sent.nanoseconds)]?.bursts.record(length: burst) }
    var highest = -1
    for (index, arrival) in arrivals.enumerated() {
      if arrival.sequence < highest { book[number(arrival.t1)]?.reordered += 1 }
      highest = max(highest, arrival.sequence)
      guard index > 0 else { continue }
      let previous = arrivals[index - 1]
      let there = (arrival.t2 - previous.t2) - (arrival.t1 - previous.t1)
      let back = (arrival.t4 - previous.t4) - (arrival.t2 - previous.t2)
      book[number(arrival.t1)]?.variationSum += there.magnitude
      book[number(arrival.t1)]?.reverseVariationSum += back.magnitude
    }
    return book
  }

  /// What the records say.
  func reported() -> [Int: Expected] {
    var book: [Int: Expected] = [:]
    for record in records {
      let number = record.id.intervalStart.nanoseconds(since: Self.start) / recordLength.nanoseconds
      book[Int(number)] = Expected(
        sent: record.loss.sent, received: record.loss.received, forwardLost: record.loss.forwardLost ?? 0,
        reverseLost: record.loss.reverseLost ?? 0, late: record.loss.late, duplicates: record.loss.duplicates,
        reordered: record.loss.reordered, roundTripSum: record.roundTrip.sum,
        variationSum: record.delayVariation.sum, reverseVariationSum: record.reverseDelayVariation.sum,
        bursts: record.loss.bursts)
    }
    return book
  }
}
