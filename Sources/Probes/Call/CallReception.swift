import LoadTest
import Measurement
import Wire

/// What one place hears of a participant at another. The packets themselves say when they were sent and, in their marks, how
/// many were: a value in virtual time.
///
/// It counts what was sent between two marks that came, the second as long after the first as was asked for. What comes to
/// nothing before that, with the other still there, is lost: reckoned at the rates of a call.
struct CallReception: Sendable {
  /// More packets of one flow are not followed, nor more taken for lost: half an hour of video.
  static let capacity = 120_000
  /// Packets further from the first by their own clock are made up: no call takes as long.
  private static let longestSeconds: Int64 = 1_800
  /// Of a call's voice and picture, for what is not known otherwise.
  private static let voicesPerSecond: Int64 = 50
  private static let picturePacketsPerSecond: Int64 = 60

  private struct Heard: Sendable {
    /// Voice: by the line's sequence numbers. Picture: by the sender's own count.
    var number: Int64
    /// In 2^-32 s, since the first packet heard was sent.
    var departure: Int64
    var arrival: MonotonicTime
    /// In nanoseconds, with whatever the clocks differ by.
    var delay: Int64
    var startsFrame: Bool
    var payload: [UInt8]
  }

  private struct Mark: Sendable {
    var departure: Int64
    var arrival: MonotonicTime
    var voices: UInt32
    /// The picture packet's number.
    var number: Int64
    var roundTrip: Int64?
    var errorNanoseconds: UInt64?
  }

  private var voices: [Heard] = []
  private var pictures: [Heard] = []
  private var marks: [Mark] = []
  private var sequence = SequenceUnwrapper()
  private var origin: UInt32?
  private var epoch: NTPTime?
  private var begin = MonotonicTime.never

  /// Takes a packet in the order of arrival.
  mutating func receive(_ packet: Witness.Packet) {
    guard let departure = packet.departure, voices.count < Self.capacity, pictures.count < Self.capacity else { return }
    let epoch = epoch ?? departure
    self.epoch = epoch
    let elapsed = Int64(bitPattern: departure.bits &- epoch.bits)
    guard abs(elapsed >> 32) <= Self.longestSeconds else { return }
    var heard = Heard(
      number: 0, departure: elapsed, arrival: packet.time,
      delay: packet.wall.nanoseconds(since: departure.wallTime(near: packet.wall)), startsFrame: packet.startsFrame,
      payload: packet.isAudio ? packet.payload : [])
    if packet.isAudio {
      heard.number = sequence.unwrap(packet.sequenceNumber)
      voices.append(heard)
      return
    }
    // One who left and came again counts anew, and is another.
    let from = UInt32(truncatingIfNeeded: packet.content >> 32)
    if let origin, origin != from { return }
    origin = from
    heard.number = Int64(packet.content & 0xffff_ffff)
    pictures.append(heard)
    if let mark = packet.mark { note(mark, heard, packet.wall) }
  }

  private mutating func note(_ mark: CallMark, _ heard: Heard, _ wall: WallTime) {
    let roundTrip = mark.echo.map {
      wall.nanoseconds(since: $0.wallTime(near: wall)) - Int64(mark.heldNanoseconds)
    }
    marks.append(
      Mark(
        departure: heard.departure, arrival: heard.arrival, voices: mark.voices, number: heard.number,
        roundTrip: roundTrip.flatMap { $0 >= 0 ? $0 : nil },
        errorNanoseconds: mark.clockErrorMicroseconds.map { UInt64($0) * 1_000 }))
  }

  /// Voice and picture have come.
  var isFlowing: Bool { !voices.isEmpty && !marks.isEmpty }

  var isSilent: Bool { voices.isEmpty && pictures.isEmpty }

  /// Counts what comes from now on.
  mutating func start(at now: MonotonicTime) {
    begin = now
  }

  /// Everything sent within `duration` has had its time to come.
  func isComplete(_ duration: Duration) -> Bool {
    guard let first = marks.first(where: { $0.arrival >= begin }), let last = marks.last else { return false }
    return last.departure >= first.departure + Self.units(duration)
  }

  // MARK: What was measured

  /// What was sent within it is counted: `after` exclusive, `through` inclusive, as a mark counts the voices before it.
  private struct Window {
    var after: Int64
    var through: Int64
    var first: Mark?
    var last: Mark?
    /// Nothing came any more for so long, though the other was there.
    var missing: Duration

    var length: Duration { .nanoseconds(CallReception.nanoseconds(through - after)) }
  }

  /// - Parameters:
  ///   - hasLeft: the other left before the end, so that what is missing then was not sent.
  ///   - clock: this machine's; the other's stands in the marks.
  func records(
    of duration: Duration, hasLeft: Bool, clock: ClockQuality, from start: WallTime, site: String, target: String
  ) -> [PathRecord] {
    let window = window(of: duration, hasLeft: hasLeft)
    let marks = marks.filter { $0.departure > window.after && $0.departure <= window.through }
    return [(true, "voice"), (false, "video")].map { isVoice, label in
      let path = Path(site: site, target: target, route: .relay, label: label)
      var record = PathRecord(probe: "call", path: path, start: start)
      record.length = max(window.length + window.missing, .nanoseconds(1))
      record.timestamps = .kernelArrivals
      for mark in marks { if let roundTrip = mark.roundTrip { record.roundTrip.record(UInt64(roundTrip)) } }
      record.clock = quality(marks, clock)
      measure(isVoice: isVoice, window, into: &record)
      return record
    }
  }

  private func window(of duration: Duration, hasLeft: Bool) -> Window {
    let length = Self.units(duration)
    let counted = marks.filter { $0.arrival >= begin }.sorted { $0.departure < $1.departure }
    var window = Window(after: 0, through: 0, missing: duration)
    if let first = counted.first, let newest = counted.last {
      let last = counted.first { $0.departure >= first.departure + length } ?? newest
      window = Window(
        after: first.departure, through: last.departure, first: first, last: last, missing: .zero)
    } else {
      // Voice alone: pictures do not get through.
      let departures = voices.filter { $0.arrival >= begin }.map(\.departure)
      if let first = departures.min(), let last = departures.max() {
        (window.after, window.through) = (first - 1, min(last, first - 1 + length))
      }
    }
    window.missing = hasLeft ? .zero : max(duration - window.length, .zero)
    return window
  }

  private func quality(_ marks: [Mark], _ clock: ClockQuality) -> ClockQuality {
    guard clock.isSynchronized, let own = clock.errorNanoseconds, !marks.isEmpty else { return ClockQuality() }
    var worst: UInt64 = 0
    for mark in marks {
      guard let error = mark.errorNanoseconds else { return ClockQuality() }
      worst = max(worst, error)
    }
    return ClockQuality(isSynchronized: true, errorNanoseconds: own + worst)
  }

  private func measure(isVoice: Bool, _ window: Window, into record: inout PathRecord) {
    let flow = (isVoice ? voices : pictures).filter { packet in
      if !isVoice, let first = window.first, let last = window.last {
        // The packets of the first mark's picture, not those of the last's.
        return packet.number >= first.number && packet.number < last.number
      }
      return packet.departure > window.after && packet.departure <= window.through
    }
    let least = flow.map(\.delay).min() ?? 0
    var highest = Int64.min
    var heard: [Int64: Heard] = [:]
    var variation = DelayVariation()
    for packet in flow {
      guard heard[packet.number] == nil else {
        record.loss.duplicates += 1
        continue
      }
      if packet.delay - least > CallMeter.timeout.nanoseconds {
        record.loss.late += 1
        continue
      }
      heard[packet.number] = packet
      if packet.number < highest { record.loss.reordered += 1 }
      highest = max(highest, packet.number)
      guard packet.startsFrame else { continue }
      let departure = Self.nanoseconds(packet.departure)
      if let difference = variation.record(departure: departure, arrival: packet.arrival.nanoseconds) {
        record.reverseDelayVariation.record(difference)
      }
    }
    record.rfc3550Jitter = record.reverseDelayVariation.isEmpty ? nil : UInt64(variation.jitter)
    let packets = heard.values.sorted { $0.number < $1.number }
    let rate = isVoice ? Self.voicesPerSecond : Self.picturePacketsPerSecond
    // Without a mark nothing tells how many pictures there were.
    let silence = !isVoice && window.first == nil ? window.missing + window.length : window.missing
    let missing = Int((silence.nanoseconds * rate + 500_000_000) / 1_000_000_000)
    let gaps = gaps(between: packets, isVoice: isVoice, window, missing: missing)
    count(packets, gaps, least, into: &record)
    if isVoice { listen(to: packets, gaps, least, into: &record) }
  }

  /// How many were lost before each packet and, last, after all of them.
  private func gaps(between packets: [Heard], isVoice: Bool, _ window: Window, missing: Int) -> [Int] {
    var gaps = [Int](repeating: 0, count: packets.count + 1)
    for index in packets.indices.dropFirst() {
      gaps[index] = Int(packets[index].number - packets[index - 1].number - 1)
    }
    if let first = window.first, let last = window.last {
      if isVoice {
        let sent = Int(last.voices &- first.voices)
        reconcile(&gaps, packets, window, unexplained: sent - packets.count - gaps.reduce(0, +))
      } else if let earliest = packets.first, let latest = packets.last {
        gaps[0] = Int(earliest.number - first.number)
        gaps[packets.count] += Int(last.number - 1 - latest.number)
      } else {
        gaps[0] = Int(last.number - first.number)
      }
    }
    gaps[packets.count] += missing
    // Numbers and marks are what the other end says: what it makes up is bounded.
    var rest = Self.capacity
    return gaps.map { gap in
      let believed = min(max(gap, 0), rest)
      rest -= believed
      return believed
    }
  }

  /// A voice's numbers are the line's, which a relay begins anew once it has heard nothing for a while: how many were sent is
  /// what the marks say. What the numbers do not explain lies before the first, after the last, or where nothing came for
  /// longest.
  private func reconcile(_ gaps: inout [Int], _ packets: [Heard], _ window: Window, unexplained: Int) {
    guard let first = packets.first, let last = packets.last else {
      gaps[0] = max(unexplained, 0)
      return
    }
    var rest = unexplained
    func take(_ units: Int64, at index: Int) {
      let part = min(max(rest, 0), Int(max(Self.nanoseconds(units), 0) * Self.voicesPerSecond / 1_000_000_000))
      gaps[index] += part
      rest -= part
    }
    // The mark counts the voice that was sent with it: the next was sent 20 ms later at the latest, the last less than 20 ms
    // before the window's end. A millisecond is the sender's punctuality.
    take(first.departure - window.after - Self.units(.milliseconds(1)), at: 0)
    take(window.through - last.departure + Self.units(.milliseconds(1)), at: packets.count)
    let longest = packets.indices.dropFirst().max {
      packets[$0].departure - packets[$0 - 1].departure < packets[$1].departure - packets[$1 - 1].departure
    }
    let place = longest ?? packets.count
    gaps[place] = max(gaps[place] + rest, 0)
  }

  private func count(_ packets: [Heard], _ gaps: [Int], _ least: Int64, into record: inout PathRecord) {
    let lost = UInt64(gaps.reduce(0, +))
    record.loss.received = UInt64(packets.count)
    record.loss.sent = record.loss.received + lost
    record.loss.reverseLost = lost
    for gap in gaps { record.loss.bursts.record(length: UInt64(gap)) }
    // A leg that seems to go back in time says that one of the clocks is wrong.
    if least < 0 { record.clock = ClockQuality() }
    for packet in packets {
      let excess = packet.delay - least
      record.excessDelay.record(UInt64(excess))
      if excess > CallMeter.buffer.nanoseconds { record.loss.discarded += 1 }
      if record.clock.isSynchronized { record.reverseDelay.record(UInt64(packet.delay)) }
    }
  }

  private func listen(to packets: [Heard], _ gaps: [Int], _ least: Int64, into record: inout PathRecord) {
    guard var listener = Listener() else { return }
    for (packet, gap) in zip(packets, gaps) {
      for _ in 0..<gap { listener.play(nil) }
      listener.play(packet.delay - least <= CallMeter.buffer.nanoseconds ? packet.payload : nil)
    }
    for _ in 0..<(gaps.last ?? 0) { listener.play(nil) }
    record.playout = listener.playout
  }

  // MARK: Units

  private static func units(_ duration: Duration) -> Int64 {
    let (seconds, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return seconds << 32 + rest << 32 / 1_000_000_000
  }

  private static func nanoseconds(_ units: Int64) -> Int64 {
    (units >> 32) * 1_000_000_000 + ((units & 0xffff_ffff) * 1_000_000_000 + 0x8000_0000) >> 32
  }
}
