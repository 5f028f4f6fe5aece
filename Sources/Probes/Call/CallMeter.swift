import LoadTest
import Measurement
import Wire

/// Follows each media packet of two participants from one through the relay to the other: a value in virtual time, both
/// ends on one clock.
struct CallMeter: Sendable {
  /// Held so long by a listener before it is played; what comes later is of no use.
  static let buffer = Duration.milliseconds(60)
  /// What comes after this is late, and lost.
  static let timeout = Duration.seconds(2)
  /// More packets of one flow are not followed: twenty minutes of video.
  static let capacity = 100_000

  /// One participant's voice or picture on its way to the other.
  private struct Flow: Sendable {
    struct Arrival: Sendable {
      var time: MonotonicTime
      var payload: [UInt8]
    }
    var sent: [(time: MonotonicTime, startsFrame: Bool)] = []
    var numbers: [UInt64: Int] = [:]
    var arrivals: [Int: Arrival] = [:]
    /// In order of arrival, duplicates too.
    var order: [Int] = []

    mutating func send(_ packet: Witness.Packet) {
      guard sent.count < CallMeter.capacity else { return }
      numbers[packet.content] = sent.count
      sent.append((packet.time, packet.startsFrame))
    }

    mutating func receive(_ packet: Witness.Packet) {
      guard let number = numbers[packet.content], order.count < 2 * CallMeter.capacity else { return }
      order.append(number)
      if arrivals[number] == nil { arrivals[number] = Arrival(time: packet.time, payload: packet.payload) }
    }
  }

  /// By sender: first the voice, then the picture.
  private var flows = [[Flow(), Flow()], [Flow(), Flow()]]
  private var begin = MonotonicTime.never
  private var end = MonotonicTime.never

  mutating func sent(_ packet: Witness.Packet, by participant: Int) {
    flows[participant][packet.isAudio ? 0 : 1].send(packet)
  }

  mutating func received(_ packet: Witness.Packet, by participant: Int) {
    flows[1 - participant][packet.isAudio ? 0 : 1].receive(packet)
  }

  /// Everything flows: something of each has arrived.
  var isFlowing: Bool { flows.joined().allSatisfy { !$0.order.isEmpty } }

  /// Counts what is sent from now on, and until `stop`.
  mutating func start(at now: MonotonicTime) {
    begin = now
  }

  mutating func stop(at now: MonotonicTime) {
    end = now
  }

  /// Voice and video, each both ways together.
  func records(from start: WallTime, to target: String) -> [PathRecord] {
    [(0, "voice"), (1, "video")].compactMap { kind, label in
      let path = Path(site: "", target: target, route: .relay, label: label)
      return PathRecord.merged(
        (0..<2).map { sender in
          var record = PathRecord(probe: "call", path: path, start: start)
          // Merged are parts of one measurement, not revisions of one part.
          record.id.boot = UInt64(sender)
          record.length = max(end - begin, .nanoseconds(1))
          measure(flows[sender][kind], isVoice: kind == 0, into: &record)
          return record
        })
    }
  }

  private func measure(_ flow: Flow, isVoice: Bool, into record: inout PathRecord) {
    let counted = flow.sent.indices.filter { flow.sent[$0].time >= begin && flow.sent[$0].time < end }
    let delays = counted.map { number -> Int64? in
      guard let arrival = flow.arrivals[number] else { return nil }
      return max(arrival.time.nanoseconds(since: flow.sent[number].time), 0)
    }
    let inTime = delays.map { delay in delay.flatMap { $0 <= Self.timeout.nanoseconds ? $0 : nil } }
    let least = inTime.compactMap { $0 }.min() ?? 0
    record.loss.sent = UInt64(counted.count)
    var burst: UInt64 = 0
    for (index, delay) in inTime.enumerated() {
      guard let delay else {
        if delays[index] != nil { record.loss.late += 1 }
        burst += 1
        continue
      }
      record.loss.bursts.record(length: burst)
      burst = 0
      record.loss.received += 1
      record.roundTrip.record(UInt64(delay))
      record.forwardDelay.record(UInt64(delay))
      if delay - least > Self.buffer.nanoseconds { record.loss.discarded += 1 }
    }
    record.loss.bursts.record(length: burst)
    record.loss.roundTripLost = record.loss.lost
    followOrder(of: flow, Set(counted), into: &record)
    record.clock = ClockQuality(isSynchronized: true, errorNanoseconds: 0)
    record.timestamps = .kernelArrivals
    if isVoice { listen(to: flow, counted, inTime, least, into: &record) }
  }

  private func followOrder(of flow: Flow, _ counted: Set<Int>, into record: inout PathRecord) {
    var variation = DelayVariation()
    var seen: Set<Int> = []
    var highest = -1
    for number in flow.order where counted.contains(number) {
      guard seen.insert(number).inserted, let arrival = flow.arrivals[number] else {
        record.loss.duplicates += 1
        continue
      }
      if number < highest { record.loss.reordered += 1 }
      highest = max(highest, number)
      // The rest of a picture leaves when its first packet does: its way takes longer.
      guard flow.sent[number].startsFrame else { continue }
      let departure = flow.sent[number].time.nanoseconds
      if let difference = variation.record(departure: departure, arrival: arrival.time.nanoseconds) {
        record.delayVariation.record(difference)
      }
    }
    record.rfc3550Jitter = record.delayVariation.isEmpty ? nil : UInt64(variation.jitter)
  }

  private func listen(
    to flow: Flow, _ counted: [Int], _ inTime: [Int64?], _ least: Int64, into record: inout PathRecord
  ) {
    guard var listener = Listener() else { return }
    for (index, number) in counted.enumerated() {
      let isThere = inTime[index].map { $0 - least <= Self.buffer.nanoseconds } ?? false
      listener.play(isThere ? flow.arrivals[number]?.payload : nil)
    }
    record.playout = listener.playout
  }
}
