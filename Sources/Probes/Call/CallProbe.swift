import API
import Association
import Fetch
import LoadTest
import Measurement
import Synchronization
import Transport
import Wire

extension ProbeKind {
  /// Whether a meeting would work now: two participants meet on the relay and send as browsers do.
  public static let call = ProbeKind(
    name: "call", summary: "whether a meeting would work now: two participants meet on the relay",
    measures: """
      Two participants join a room of their own as a browser would (offer and answer over HTTPS, ICE, DTLS, SRTP by
        libsrtp2) and send each other speech in Opus, 50 packets a second, and a picture like a camera's. Each packet is
        followed from one through the relay to the other: loss, jitter, delay, and the audio that a listener's decoder
        had to make up. A relay that cannot be joined is a breach.
        With --as, one of them is here and the other wherever the same is run with --as and --with the other way round,
        within --wait of each other. Each end tells of what it hears. The latency is one way where both clocks are known
        to be right, with its error; else half of the way there and back. Nobody there is not a measurement.
      """,
    limitations: """
      Without --as, what other people's lines do: both participants are here, so the delay is the way to the relay and
        back. The E-model's rating is an estimate under the assumptions printed beside it; it is shown and never judged.
      """,
    example: "https://kaigi.example:8443 --token probe.token --as hq --with tsu", unit: "packets",
    delay: "through the relay", metrics: [.loss, .jitter, .latency], limits: ProbeLimits(),
    options: [.seconds, .ip, .authority, .token, .room, .as, .with, .wait],
    cadence: .repeated(every: .seconds(300), atLeast: .seconds(60)),
    streams: { _ in ["voice", "video"].map { ProbeStream(route: .relay, label: $0) } }
  ) { request throws(ProbeError) in
    guard request.duration > .zero, request.duration <= .seconds(600) else {
      throw ProbeError("A call lasts up to ten minutes.")
    }
    guard let url = HTTPSProbe.url(request.target) else {
      throw ProbeError("\(request.target) is not an address that starts with https:// or http://.")
    }
    let name = request.room ?? request.place?.roomName ?? CallProbe.ownRoomName
    guard let room = RoomName(name) else { throw ProbeError("\(name) cannot be a room's name.") }
    let fetcher = Fetcher()
    defer { fetcher.shutdown() }
    let meeting = CallRoom(
      relay: url.hasSuffix("/") ? String(url.dropLast()) : url, room: room, request: request, fetcher: fetcher)
    if let place = request.place { return try await PlacedCall(room: meeting, place: place).measure() }
    return try await CallProbe(room: meeting).measure()
  }
}

/// One call between two participants of this process.
struct CallProbe {
  /// For ICE and DTLS, after which a person gives up.
  static let connecting = Duration.seconds(10)
  /// For the first packets of everything to arrive: who speaks is found out, and a keyframe asked for.
  static let settling = Duration.seconds(3)
  static let step = Duration.milliseconds(20)

  static var ownRoomName: String { "probe-\(String(UInt32(truncatingIfNeeded: Entropy().next()), radix: 16))" }

  let room: CallRoom

  /// What both participants' threads tell.
  private final class Ledger: Sendable {
    let meter = Mutex(CallMeter())
  }

  func measure() async throws(ProbeError) -> [ProbeMeasurement] {
    let ledger = Ledger()
    var seats: [CallSeat] = []
    let began = SystemClock.wallTime
    let outcome: Result<[ProbeMeasurement], any Error>
    do {
      let associations = try AssociationService()
      for index in 0..<2 {
        let witness = Witness(
          sent: { packet in ledger.meter.withLock { $0.sent(packet, by: index) } },
          received: { packet in ledger.meter.withLock { $0.received(packet, by: index) } })
        seats.append(
          try await CallSeat(in: room, as: "Kakehashi probe \(index + 1)", associations, witness: witness))
      }
      outcome = .success(try await talk(seats, ledger, began))
    } catch {
      outcome = .failure(error)
    }
    for seat in seats { await seat.leave() }
    return try Self.result(outcome, of: room, site: "", target: room.request.target, began)
  }

  private func talk(_ seats: [CallSeat], _ ledger: Ledger, _ began: WallTime) async throws -> [ProbeMeasurement] {
    for seat in seats { try await Self.connect(seat) }
    let settled = SystemClock.now + Self.settling
    while !ledger.meter.withLock({ $0.isFlowing }), SystemClock.now < settled { try await Task.sleep(for: Self.step) }
    let start = SystemClock.reading()
    ledger.meter.withLock { $0.start(at: start.monotonic) }
    try await Task.sleep(for: room.request.duration)
    ledger.meter.withLock { $0.stop(at: SystemClock.now) }
    // What is under way may still come.
    for seat in seats { seat.client.send(voice: false, picture: false) }
    try await Task.sleep(for: .milliseconds(500))
    let meter = ledger.meter.withLock { $0 }
    return meter.records(from: start.wall, to: room.request.target).map { record in
      ProbeMeasurement(record: record, place: "", remarks: Self.remarks(on: record))
    }
  }

  /// Why there would be no meeting, as a sentence.
  struct Impossible: Error {
    let reason: String
  }

  /// Waits for connectivity and keys.
  static func connect(_ seat: CallSeat) async throws {
    let deadline = SystemClock.now + connecting
    while seat.client.statistics.state != .connected {
      if case .failed(let reason) = seat.client.statistics.state { throw Impossible(reason: reason) }
      guard SystemClock.now < deadline else {
        throw Impossible(
          reason: "The relay was joined, but no media connection to it came about within 10 s: is UDP let through?")
      }
      try await Task.sleep(for: step)
    }
  }

  /// What cannot be tried says nothing; a relay that people cannot reach is as bad as losing everything.
  static func result(
    _ outcome: Result<[ProbeMeasurement], any Error>, of room: CallRoom, site: String, target: String,
    _ began: WallTime
  ) throws(ProbeError) -> [ProbeMeasurement] {
    switch outcome {
    case .success(let measurements): return measurements
    case .failure(let error as ProbeError): throw error
    case .failure(let error as FetchError):
      if !error.isServersFault { throw ProbeError("\(error)") }
      return [impossible(site, target, began, "\(error)")]
    case .failure(let error as Impossible): return [impossible(site, target, began, error.reason)]
    case .failure(let error): throw ProbeError("The call could not be tried: \(error)")
    }
  }

  private static func impossible(
    _ site: String, _ target: String, _ began: WallTime, _ reason: String
  ) -> ProbeMeasurement {
    let path = Path(site: site, target: target, route: .relay, label: "voice")
    var record = PathRecord(probe: "call", path: path, start: began)
    record.loss.sent = 1
    record.loss.bursts.record(length: 1)
    return ProbeMeasurement(record: record, place: "", remarks: ["no meeting would work now: \(reason)"])
  }

  static func remarks(on record: PathRecord) -> [String] {
    guard let playout = record.playout else { return [] }
    var remarks = ["\(playout.concealedFrames) of \(playout.frames) frames of 20 ms of audio concealed"]
    let model = EModel()
    if let rating = record.rating(model) {
      let (r, score) = (Int(rating.r.rounded()), (rating.meanOpinionScore * 10).rounded() / 10)
      remarks.append(
        "E-model (estimated, not judged) R \(r) of 100, MOS \(score): \(model.codec.name), buffer of 60 ms, fullband scale"
      )
    }
    return remarks
  }
}

extension FetchError {
  /// Whether a browser at this place would have failed too; otherwise this program was told too little, or too much.
  fileprivate var isServersFault: Bool {
    switch self {
    case .nameNotFound, .refused, .unreachable, .timedOut, .tlsFailed, .connectionLost, .bodyTooLarge, .failed: true
    case .untrusted, .wrongPublicKey, .authoritiesUnreadable, .certificateUnusable, .invalidURL, .proxyRefused, .status,
      .readerTooSlow, .tooManyRequests, .cancelled:
      false
    }
  }
}
