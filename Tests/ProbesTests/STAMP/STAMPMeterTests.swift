import Measurement
import Testing
import Wire

@testable import Probes
@testable import STAMP

/// A stream of a packet every 20 ms in virtual time, whose replies are made by hand.
struct MeteredStream {
  static let start = WallTime(seconds: 1_800_000_000)
  var meter: STAMPMeter
  var now = MonotonicTime(nanoseconds: 1_000_000_000)
  var records: [PathRecord] = []
  /// What the reflector counts.
  var answers: UInt32 = 0
  var restarts: UInt32 = 0
  var next: UInt64 = 0

  init(recordLength: Duration = .seconds(15), boot: UInt64 = 9) {
    meter = STAMPMeter(
      configuration: STAMPMeter.Configuration(
        agent: "agent", path: Path(site: "hq", target: "tsu", route: .direct, label: "voice"),
        stream: STAMPStream(label: "voice", packetBytes: 172, interval: .milliseconds(20), dscp: 46),
        recordLength: recordLength),
      boot: boot)
  }

  var wall: WallTime { Self.start.advanced(byNanoseconds: now.nanoseconds - 1_000_000_000) }

  /// How a packet fares.
  enum Fate: Sendable {
    case answered(roundTrip: Duration = .milliseconds(10))
    case lostThere
    case lostBack
  }

  /// Sends a packet, decides its fate, and goes on by 20 ms.
  mutating func send(_ fate: Fate = .answered(), lateness: Duration = .zero) {
    let sequence = next
    next += 1
    meter.sent(SessionSender.Sent(sequence: sequence, byteCount: 172, lateness: lateness), now: now, wall: wall)
    switch fate {
    case .answered(let roundTrip):
      reply(to: sequence, after: roundTrip, number: answers)
      answers += 1
    case .lostBack: answers += 1
    case .lostThere: break
    }
    pass(.milliseconds(20))
  }

  /// A reply to a packet sent `now`, as the meter sees it later.
  mutating func reply(
    to sequence: UInt64, after roundTrip: Duration, number: UInt32, isStateful: Bool = true,
    isSynchronized: Bool = true,
    offset: Duration = .zero, sent: (MonotonicTime, WallTime)? = nil, stamped: TimestampSource = .kernel
  ) {
    let (sentAt, t1) = sent ?? (now, wall)
    let t2 = t1 + roundTrip / 2 + offset
    meter.received(
      SessionSender.Reply(
        sequence: sequence, reflectorSequence: number, isStateful: isStateful,
        reflectorRestarts: restarts, sent: sentAt,
        isDepartureStamped: stamped == .kernel, arrived: sentAt + roundTrip,
        t1: t1, t2: t2, t3: t2, t4: t1 + roundTrip,
        errorEstimate: ErrorEstimate(isSynchronized: isSynchronized, errorNanoseconds: 1_000_000), senderTTL: 255,
        arrivedDSCP: 46),
      isKernelStamped: stamped != .userSpace, clock: (true, 2_000_000))
  }

  mutating func pass(_ duration: Duration) {
    now = now + duration
    meter.seal(now: now, into: &records)
  }

  mutating func finish() {
    pass(.seconds(3))
    meter.finish(now: now, into: &records)
  }
}

@Suite("A STAMP meter")
struct STAMPMeterTests {
  @Test("A packet belongs to the interval it was sent in, sealed two seconds after its end")
  func intervals() throws {
    var stream = MeteredStream()
    for _ in 0..<751 { stream.send() }
    #expect(stream.records.isEmpty)
    #expect(stream.meter.nextSeal == MonotonicTime(nanoseconds: 18_000_000_000))
    stream.pass(.seconds(2))
    let record = try #require(stream.records.first)
    #expect(stream.records.count == 1)
    #expect(record.id.agent == "agent")
    #expect(record.id.boot == 9)
    #expect(record.id.intervalStart == MeteredStream.start)
    #expect(record.origin == .probe(kind: "stamp"))
    #expect(record.length == .seconds(15))
    #expect(record.loss.sent == 750)
    #expect(record.loss.received == 750)
    #expect(record.packetBytes == 172)
    #expect(record.dscp == DSCPSeen(sent: 46, arrived: [46: 750]))
    #expect(record.timestamps == .kernel)
    #expect(record.condition == .measured)
    stream.finish()
    #expect(stream.records.count == 2)
    #expect(stream.records[1].loss.sent == 1)
    #expect(stream.records[1].id.intervalStart == MeteredStream.start + .seconds(15))
  }

  @Test("The first interval is partial, and so is one that was cut off")
  func partial() {
    var stream = MeteredStream(recordLength: .seconds(1))
    for _ in 0..<110 { stream.send() }
    stream.meter.finish(now: stream.now, into: &stream.records)
    #expect(stream.records.map { $0.degradations.contains(.partial) } == [true, false, true])
  }

  @Test("Losses are told apart by the reflector's numbers")
  func directions() throws {
    var stream = MeteredStream()
    for index in 0..<100 {
      switch index {
      case 10, 11, 50: stream.send(.lostThere)
      case 20, 51, 52, 53: stream.send(.lostBack)
      default: stream.send()
      }
    }
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.sent == 100)
    #expect(loss.received == 93)
    #expect(loss.forwardLost == 3)
    #expect(loss.reverseLost == 4)
    #expect(loss.roundTripLost == 0)
    #expect(loss.bursts.counts == [1, 1, 0, 1, 0, 0])
    #expect(loss.bursts.longest == 4)
  }

  @Test("Losses before the first answer are told apart too, as the reflector counts from 0")
  func leadingLosses() throws {
    var stream = MeteredStream()
    for _ in 0..<3 { stream.send(.lostThere) }
    for _ in 0..<2 { stream.send(.lostBack) }
    stream.send()
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.forwardLost == 3)
    #expect(loss.reverseLost == 2)
  }

  @Test(
    "A run of losses over the boundary of two intervals is counted once, its direction where there is only one",
    arguments: [
      (MeteredStream.Fate.lostThere, MeteredStream.Fate.lostThere, [5, 7], [0, 0]),
      (.lostBack, .lostBack, [0, 0], [5, 7]),
      // Nothing tells which of the twelve never arrived.
      (.lostBack, .lostThere, [0, 0], [0, 0]),
    ] as [(MeteredStream.Fate, MeteredStream.Fate, [UInt64], [UInt64])])
  func runOverBoundary(
    before: MeteredStream.Fate, after: MeteredStream.Fate, forward: [UInt64], reverse: [UInt64]
  ) throws {
    var stream = MeteredStream(recordLength: .seconds(1))
    for _ in 0..<45 { stream.send() }
    for _ in 0..<5 { stream.send(before) }
    for _ in 0..<7 { stream.send(after) }
    for _ in 0..<40 { stream.send() }
    stream.finish()
    let losses = stream.records.map(\.loss)
    #expect(losses.map(\.sent) == [50, 47])
    #expect(losses.map(\.lost) == [5, 7])
    #expect(losses.map(\.forwardLost) == forward)
    #expect(losses.map(\.reverseLost) == reverse)
    #expect(losses.map(\.bursts.longest) == [0, 12])
  }

  @Test("Losses at the end, with nothing after them, have no known direction")
  func trailingLosses() throws {
    var stream = MeteredStream()
    stream.send()
    for _ in 0..<4 { stream.send(.lostThere) }
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.forwardLost == 0)
    #expect(loss.reverseLost == 0)
    #expect(loss.roundTripLost == 4)
  }

  @Test("Without the reflector's own numbers losses are of the round trip")
  func stateless() throws {
    var stream = MeteredStream()
    for index in 0..<20 {
      stream.send(.lostThere)
      if index % 2 == 0 {
        let sent = (stream.now + .milliseconds(-20), stream.wall + .milliseconds(-20))
        stream.reply(
          to: UInt64(index), after: .milliseconds(5), number: UInt32(index), isStateful: false, sent: sent)
      }
    }
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.forwardLost == nil)
    #expect(loss.reverseLost == nil)
    #expect(loss.roundTripLost == 10)
    #expect(loss.worseDirection == (10, 20))
  }

  @Test("A restarted reflector counts from 0 again: what was lost meanwhile has no direction, and the interval is cut")
  func reflectorRestart() throws {
    var stream = MeteredStream()
    for _ in 0..<50 { stream.send() }
    stream.answers = 0
    stream.restarts = 1
    for _ in 0..<3 { stream.send(.lostThere) }
    for _ in 0..<47 { stream.send() }
    stream.send(.lostBack)
    stream.send()
    stream.finish()
    let record = try #require(stream.records.first)
    #expect(record.loss.lost == 4)
    #expect(record.loss.roundTripLost == 3)
    #expect(record.loss.forwardLost == 0)
    #expect(record.loss.reverseLost == 1)
    #expect(record.degradations.contains(.partial))
  }

  @Test("Duplicates are counted once each and change nothing else, in whichever direction they arose")
  func duplicates() throws {
    var stream = MeteredStream()
    stream.send()
    let sent = (stream.now + .milliseconds(-20), stream.wall + .milliseconds(-20))
    // Doubled on the way back: the same number. On the way there: a number of its own.
    stream.reply(to: 0, after: .milliseconds(11), number: 0, sent: sent)
    stream.reply(to: 0, after: .milliseconds(12), number: 1, sent: sent)
    stream.answers = 2
    stream.send(.lostThere)
    stream.send()
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.received == 2)
    #expect(loss.duplicates == 2)
    #expect(loss.forwardLost == 1)
    #expect(loss.reverseLost == 0)
  }

  @Test("An interval's times are as good as its worst packet's", arguments: TimestampSource.allCases)
  func timestamps(worst: TimestampSource) {
    var stream = MeteredStream()
    stream.send()
    stream.send(.lostThere)
    // It was not lost after all.
    stream.reply(to: 1, after: .milliseconds(10), number: 1, stamped: worst)
    stream.answers = 2
    stream.send()
    stream.finish()
    #expect(stream.records.first?.loss.received == 3)
    #expect(stream.records.first?.timestamps == worst)
  }

  @Test("A reply out of order is reordered, not lost")
  func reordering() throws {
    var stream = MeteredStream()
    let first = (stream.now, stream.wall)
    stream.send(.lostThere)
    stream.send()
    stream.reply(to: 0, after: .milliseconds(30), number: 1, sent: first)
    stream.answers = 2
    stream.send()
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.received == 3)
    #expect(loss.reordered == 1)
    #expect(loss.lost == 0)
    #expect(loss.forwardLost == 0)
    #expect(loss.reverseLost == 0)
  }

  @Test("A reply after two seconds is late, and its packet lost with no known direction")
  func late() throws {
    var stream = MeteredStream()
    stream.send()
    let sent = (stream.now, stream.wall)
    stream.send(.lostThere)
    stream.reply(to: 1, after: .milliseconds(2_001), number: 1, sent: sent)
    stream.answers = 2
    stream.send()
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.late == 1)
    #expect(loss.lost == 1)
    #expect(loss.roundTripLost == 1)
    #expect(stream.records[0].roundTrip.count == 2)
  }

  @Test("What comes more than 60 ms after the path's least is discarded, and received all the same")
  func discarded() throws {
    var stream = MeteredStream()
    for index in 0..<10 { stream.send(.answered(roundTrip: .milliseconds(index == 5 ? 71 : index == 6 ? 70 : 10))) }
    stream.finish()
    let loss = try #require(stream.records.first).loss
    #expect(loss.discarded == 1)
    #expect(loss.lost == 0)
  }

  @Test("Jitter is the mean of |D| each way, latency the mean of the round trip")
  func delays() throws {
    var stream = MeteredStream()
    for index in 0..<10 { stream.send(.answered(roundTrip: .milliseconds(index % 2 == 0 ? 10 : 30))) }
    stream.finish()
    let record = try #require(stream.records.first)
    #expect(record.roundTrip.mean == 20_000_000)
    #expect(record.delayVariation.count == 9)
    #expect(record.delayVariation.mean == 10_000_000)
    #expect(record.reverseDelayVariation.mean == 10_000_000)
    #expect((record.rfc3550Jitter ?? 0) > 4_000_000)
  }

  @Test("One-way delay is told only where both clocks are good, with the sum of their errors")
  func oneWay() throws {
    var good = MeteredStream()
    good.send(.answered(roundTrip: .milliseconds(40)))
    good.finish()
    let record = try #require(good.records.first)
    #expect(record.clock.isSynchronized)
    #expect(record.forwardDelay.mean == 20_000_000)
    #expect((3_000_000...3_100_000).contains(record.clock.errorNanoseconds ?? 0))

    var unsynchronized = MeteredStream()
    unsynchronized.send(.lostThere)
    unsynchronized.reply(to: 0, after: .milliseconds(40), number: 0, isSynchronized: false)
    unsynchronized.finish()
    #expect(unsynchronized.records.first?.clock.isSynchronized == false)
    #expect(unsynchronized.records.first?.forwardDelay.isEmpty == true)

    var negative = MeteredStream()
    negative.send()
    negative.send(.lostThere)
    negative.reply(to: 1, after: .milliseconds(40), number: 1, offset: .milliseconds(-30))
    negative.finish()
    #expect(negative.records.first?.clock.isSynchronized == false)
    #expect(negative.records.first?.forwardDelay.isEmpty == true)
    #expect(negative.records.first?.roundTrip.count == 2)
  }

  @Test("Nothing received is 100 % loss")
  func silence() throws {
    var stream = MeteredStream()
    for _ in 0..<20 { stream.send(.lostThere) }
    stream.finish()
    let record = try #require(stream.records.first)
    #expect(record.condition == .measured)
    #expect(record.loss.lost == 20)
    #expect(record.loss.worseDirection == (20, 20))
  }

  @Test("A host on which nothing listens is a target down, not loss, though it says so only now and then")
  func targetDown() throws {
    var stream = MeteredStream()
    for index in 0..<20 {
      stream.send(.lostThere)
      if index % 10 == 3 { stream.meter.refused(tag: UInt32(index)) }
    }
    stream.finish()
    let record = try #require(stream.records.first)
    #expect(record.condition == .targetDown)
    #expect(record.loss.sent == 0)
    #expect(record.loss.lost == 0)
    #expect(record.loss.refused == 20)
  }

  @Test("A reflector that is down for a while leaves the rest of the interval measured")
  func restartingTarget() throws {
    var stream = MeteredStream()
    for _ in 0..<10 { stream.send() }
    for _ in 0..<5 { stream.send(.lostThere) }
    stream.meter.refused(tag: nil)
    for _ in 0..<10 { stream.send() }
    stream.send(.lostThere)
    stream.send()
    stream.finish()
    let record = try #require(stream.records.first)
    #expect(record.condition == .measured)
    #expect(record.loss.sent == 22)
    #expect(record.loss.refused == 5)
    #expect(record.loss.lost == 1)
  }

  @Test("What never left the machine was not sent, and degrades the measurement; so does lateness over 5 ms")
  func ownFaults() throws {
    var stream = MeteredStream()
    stream.send(lateness: .milliseconds(5))
    stream.send(.lostThere)
    stream.meter.unsent(1)
    stream.meter.unsent(1)
    stream.finish()
    #expect(stream.records.first?.loss.sent == 1)
    #expect(stream.records.first?.loss.lost == 0)
    #expect(stream.records.first?.degradations == [.sendErrors, .partial])

    var late = MeteredStream()
    late.send(lateness: .microseconds(5_001))
    late.finish()
    #expect(late.records.first?.degradations == [.schedulerLate, .partial])
  }

  @Test("When it ends, packets that could still be answered were not sent")
  func finish() throws {
    var stream = MeteredStream()
    stream.send()
    stream.send(.lostThere)
    stream.pass(.seconds(1))
    stream.meter.finish(now: stream.now, into: &stream.records)
    #expect(stream.records.first?.loss.sent == 1)
  }

  @Test("A step of the clock starts intervals of another boot, so that none is reported twice under one identity")
  func clockStep() {
    var stream = MeteredStream()
    for _ in 0..<10 { stream.send() }
    stream.meter.clockStepped(boot: 10, now: stream.now)
    for _ in 0..<10 { stream.send() }
    stream.finish()
    #expect(stream.records.count == 2)
    #expect(stream.records.map(\.id.boot) == [9, 10])
    #expect(stream.records.map(\.loss.sent) == [10, 10])
    #expect(stream.records[0].degradations == [.clockStepped, .partial])
    #expect(Set(stream.records.map(\.id)).count == 2)
  }

  @Test("It is settled when all are answered, or none can be in time")
  func settled() {
    var stream = MeteredStream()
    stream.send()
    #expect(stream.meter.isSettled(now: stream.now))
    stream.send(.lostThere)
    #expect(!stream.meter.isSettled(now: stream.now))
    #expect(stream.meter.isSettled(now: stream.now + .seconds(3)))
  }
}
