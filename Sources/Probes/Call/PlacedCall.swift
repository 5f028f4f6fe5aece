import Association
import LoadTest
import Measurement
import Synchronization
import Transport
import Wire

/// Which of two places this is, and whom it waits for.
public struct CallPlace: Sendable, Hashable {
  /// What this end is called in the room.
  public var name: String
  /// What the other end is called; `nil` takes whoever comes.
  public var other: String?
  /// How long to wait for the other.
  public var wait: Duration

  public init(name: String, other: String?, wait: Duration = .seconds(60)) {
    self.name = name
    self.other = other
    self.wait = wait
  }

  /// The same from both ends; `nil` where the other has no name.
  public var roomName: String? {
    other.map { "probe-\(min(name, $0))-\(max(name, $0))" }
  }
}

/// One end of a call between two places.
struct PlacedCall {
  /// After its own measurement an end goes on sending for so long, since the other may have begun later.
  static let lingering = CallProbe.settling + .seconds(2)

  let room: CallRoom
  let place: CallPlace

  /// What this end's threads tell.
  private final class Ledger: Sendable {
    let reception = Mutex(CallReception())
    /// Everybody in the room but this end; `nil` before the room has told.
    let others = Mutex<[String]?>(nil)
  }

  func measure() async throws(ProbeError) -> [ProbeMeasurement] {
    let began = SystemClock.wallTime
    let ledger = Ledger()
    var seat: CallSeat?
    var listening: Task<Void, Never>?
    let outcome: Result<[ProbeMeasurement], any Error>
    do {
      let witness = Witness(sent: { _ in }, received: { packet in ledger.reception.withLock { $0.receive(packet) } })
      let taken = try await CallSeat(in: room, as: place.name, try AssociationService(), witness: witness)
      seat = taken
      listening = Task {
        do {
          for try await names in taken.roster() {
            let others = names.filter { $0.key != taken.joined.participant }.map(\.value)
            ledger.others.withLock { $0 = others }
          }
        } catch {
          // Without the stream the packets alone say who is here.
        }
      }
      try await CallProbe.connect(taken)
      outcome = .success(try await meet(taken, ledger, began))
    } catch {
      outcome = .failure(error)
    }
    listening?.cancel()
    await seat?.leave()
    return try CallProbe.result(outcome, of: room, site: place.name, target: target, began)
  }

  private var target: String { place.other ?? room.request.target }

  private func meet(_ seat: CallSeat, _ ledger: Ledger, _ began: WallTime) async throws -> [ProbeMeasurement] {
    let deadline = SystemClock.now + place.wait
    while try !isHere(ledger) {
      guard SystemClock.now < deadline else {
        let seconds = place.wait.nanoseconds / 1_000_000_000
        return [unmeasured(began, "nobody came: \(other) did not join \(room.room) within \(seconds) s")]
      }
      try await Task.sleep(for: CallProbe.step)
    }
    let settled = SystemClock.now + CallProbe.settling
    while !ledger.reception.withLock({ $0.isFlowing }), SystemClock.now < settled, try isHere(ledger) {
      try await Task.sleep(for: CallProbe.step)
    }
    let start = SystemClock.reading()
    if try !isHere(ledger), ledger.reception.withLock({ $0.isSilent }) {
      return [unmeasured(began, "\(other) left before anything could be measured")]
    }
    ledger.reception.withLock { $0.start(at: start.monotonic) }
    let end = start.monotonic + room.request.duration + CallMeter.timeout
    var hasLeft = false
    while SystemClock.now < end, !ledger.reception.withLock({ $0.isComplete(room.request.duration) }) {
      hasLeft = try !isHere(ledger)
      if hasLeft { break }
      try await Task.sleep(for: CallProbe.step)
    }
    // What was sent before the last mark may still come.
    try await Task.sleep(for: .milliseconds(500))
    let measurements = tell(ledger, from: start.wall, hasLeft: hasLeft)
    let lingered = SystemClock.now + Self.lingering
    while SystemClock.now < lingered, try isHere(ledger) { try await Task.sleep(for: CallProbe.step) }
    return measurements
  }

  /// Whether the other is in the room. Anybody else makes it another meeting, whose voices would be taken for the other's.
  private func isHere(_ ledger: Ledger) throws(ProbeError) -> Bool {
    guard let others = ledger.others.withLock({ $0 }) else { return !ledger.reception.withLock { $0.isSilent } }
    let names = Set(others).subtracting([place.name])
    if let stranger = names.first(where: { $0 != place.other }), place.other != nil || names.count > 1 {
      throw ProbeError("\(stranger) is in the room \(room.room), where only the ends of the call may be.")
    }
    return !names.isEmpty
  }

  private var other: String { place.other ?? "the other end" }

  private func unmeasured(_ began: WallTime, _ obstacle: String) -> ProbeMeasurement {
    let path = Path(site: place.name, target: target, route: .relay, label: "voice")
    return ProbeMeasurement(record: PathRecord(probe: "call", path: path, start: began), place: "", obstacle: obstacle)
  }

  private func tell(_ ledger: Ledger, from start: WallTime, hasLeft: Bool) -> [ProbeMeasurement] {
    let clock = SystemClock.synchronization
    let quality = ClockQuality(
      isSynchronized: clock.isSynchronized,
      errorNanoseconds: clock.isSynchronized ? clock.maximumErrorNanoseconds : nil)
    let reception = ledger.reception.withLock { $0 }
    let records = reception.records(
      of: room.request.duration, hasLeft: hasLeft, clock: quality, from: start, site: place.name, target: target)
    return records.map { record in
      ProbeMeasurement(
        record: record, place: "", remarks: remarks(on: record, hasLeft: hasLeft), isBetweenPlaces: true)
    }
  }

  private func remarks(on record: PathRecord, hasLeft: Bool) -> [String] {
    var remarks = ["what \(place.name) hears of \(other)"]
    if hasLeft { remarks.append("\(other) left before the end") }
    if record.loss.sent > 0, record.loss.received == 0 {
      remarks.append("\(other) is in the room, and nothing that it sends arrives")
    }
    if !record.roundTrip.isEmpty, !record.clock.isSynchronized {
      remarks.append("latency estimated as half of the way there and back, since the clocks are not known to be right")
    }
    return remarks + CallProbe.remarks(on: record)
  }
}
