import API
import Association
import Fetch
import Foundation
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
      """,
    limitations: """
      What other people's lines do: both participants are here, so the delay is the way to the relay and back. The
        E-model's rating is an estimate under the assumptions printed beside it; it is shown and never judged.
      """,
    example: "https://kaigi.example:8443 --token probe.token", unit: "packets", delay: "to the relay and back",
    metrics: [.loss, .jitter, .latency], limits: ProbeLimits(), options: [.seconds, .ip, .authority, .token, .room],
    cadence: .repeated(every: .seconds(300), atLeast: .seconds(60)),
    streams: { _ in ["voice", "video"].map { ProbeStream(route: .relay, label: $0) } }
  ) { request throws(ProbeError) in
    guard request.duration > .zero, request.duration <= .seconds(600) else {
      throw ProbeError("A call lasts up to ten minutes.")
    }
    guard let url = HTTPSProbe.url(request.target) else {
      throw ProbeError("\(request.target) is not an address that starts with https:// or http://.")
    }
    let name = request.room ?? "probe-\(String(UInt32(truncatingIfNeeded: Entropy().next()), radix: 16))"
    guard let room = RoomName(name) else { throw ProbeError("\(name) cannot be a room's name.") }
    return try await CallProbe(relay: url.hasSuffix("/") ? String(url.dropLast()) : url, room: room, request: request)
      .measure()
  }
}

/// One call between two participants of this process.
struct CallProbe {
  /// For ICE and DTLS, after which a person gives up.
  static let connecting = Duration.seconds(10)
  /// For the first packets of everything to arrive: who speaks is found out, and a keyframe asked for.
  static let settling = Duration.seconds(3)
  private static let step = Duration.milliseconds(20)

  let relay: String
  let room: RoomName
  let request: ProbeRequest

  /// What both participants' threads tell.
  private final class Ledger: Sendable {
    let meter = Mutex(CallMeter())
  }

  private struct Seat {
    var client: MeetingClient
    var joined: JoinedBody
  }

  func measure() async throws(ProbeError) -> [ProbeMeasurement] {
    let fetcher = Fetcher()
    defer { fetcher.shutdown() }
    let ledger = Ledger()
    var seats: [Seat] = []
    let began = SystemClock.wallTime
    let outcome: Result<[ProbeMeasurement], any Error>
    do {
      let associations = try AssociationService()
      for index in 0..<2 { seats.append(try await sit(index, associations, ledger, fetcher)) }
      outcome = .success(try await talk(seats, ledger, began))
    } catch {
      outcome = .failure(error)
    }
    for seat in seats {
      seat.client.leave()
      _ = try? await fetcher.fetch(exchange("DELETE", seat.joined.resource, token: seat.joined.token))
    }
    switch outcome {
    case .success(let measurements): return measurements
    case .failure(let error as ProbeError): throw error
    case .failure(let error): return [impossible(began, "\(error)")]
    }
  }

  private func sit(
    _ index: Int, _ associations: AssociationService, _ ledger: Ledger, _ fetcher: Fetcher
  ) async throws -> Seat {
    var shape = ClientShape()
    shape.speaks = true
    (shape.audioSlots, shape.videoSlots) = (1, 1)
    let witness = Witness(
      sent: { packet in ledger.meter.withLock { $0.sent(packet, by: index) } },
      received: { packet in ledger.meter.withLock { $0.received(packet, by: index) } })
    let client = try MeetingClient(
      shape: shape, local: request.families.first == .v6 ? .anyV6 : .anyV4, associations: associations,
      witness: witness)
    var joined: JoinedBody?
    try await client.join { offer in
      let body = try JSONEncoder().encode(JoinBody(name: "Kakehashi probe \(index + 1)", offer: offer))
      let response = try await fetcher.fetch(
        exchange("POST", Paths.participants(of: room), token: request.token, body: Array(body)))
      switch response.status {
      case 201: break
      case 401, 403:
        throw ProbeError("\(relay) wants a token that lets the probe join \(room): kakehashi token makes one.")
      default: throw ProbeError("\(relay) answered the join with status \(response.status).")
      }
      let answer = try JSONDecoder().decode(JoinedBody.self, from: Data(response.body))
      joined = answer
      return answer.answer
    }
    guard let joined else { throw ProbeError("\(relay) did not answer the join.") }
    return Seat(client: client, joined: joined)
  }

  private func exchange(_ method: String, _ path: String, token: String?, body: [UInt8]? = nil) -> FetchRequest {
    var headers = [FetchRequest.Header("Content-Type", "application/json")]
    if let token { headers.append(.init("Authorization", "Bearer \(token)")) }
    return FetchRequest(method, relay + path, headers: headers, body: body, trust: request.trust, timeout: .seconds(10))
  }

  private func talk(_ seats: [Seat], _ ledger: Ledger, _ began: WallTime) async throws -> [ProbeMeasurement] {
    let deadline = SystemClock.now + Self.connecting
    while !seats.allSatisfy({ $0.client.statistics.state == .connected }) {
      for seat in seats {
        if case .failed(let reason) = seat.client.statistics.state { return [impossible(began, reason)] }
      }
      guard SystemClock.now < deadline else {
        return [impossible(began, "The participants did not connect within 10 s of joining: is UDP let through?")]
      }
      try await Task.sleep(for: Self.step)
    }
    let settled = SystemClock.now + Self.settling
    while !ledger.meter.withLock({ $0.isFlowing }), SystemClock.now < settled { try await Task.sleep(for: Self.step) }
    let start = SystemClock.reading()
    ledger.meter.withLock { $0.start(at: start.monotonic) }
    try await Task.sleep(for: request.duration)
    ledger.meter.withLock { $0.stop(at: SystemClock.now) }
    // What is under way may still come.
    for seat in seats { seat.client.send(voice: false, picture: false) }
    try await Task.sleep(for: .milliseconds(500))
    let meter = ledger.meter.withLock { $0 }
    return meter.records(from: start.wall, to: request.target).map { record in
      ProbeMeasurement(record: record, place: "", remarks: Self.remarks(on: record))
    }
  }

  /// No meeting: as bad as losing everything.
  private func impossible(_ began: WallTime, _ reason: String) -> ProbeMeasurement {
    let path = Path(site: "", target: request.target, route: .relay, label: "voice")
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
