import API
import Fetch
import Foundation
import Measurement

/// What the monitor said to a batch of records.
enum DeliveryOutcome: Sendable, Equatable {
  /// 204: committed.
  case committed
  /// These records will never be taken as they are: they are tried one by one, then set aside.
  case refused(String)
  /// It cannot take any now.
  case unavailable(String, retryAfter: Duration? = nil)

  init(_ response: FetchResponse, url: String) {
    switch response.status {
    case 204:
      self = .committed
    case 400, 413, 422:
      self = .refused("\(url) refused records with status \(response.status)")
    case 401, 403, 426:
      self = .unavailable(response.refusal(of: url))
    case 404, 405:
      self = .unavailable("\(url) does not take records (status \(response.status)); check the monitor's address")
    default:
      let seconds = response.header("Retry-After").flatMap { Int($0) }.map { min(max($0, 1), 600) }
      self = .unavailable("\(url) answered with status \(response.status)", retryAfter: seconds.map { .seconds($0) })
    }
  }
}

/// Posts batches of records and reads the answer.
struct RecordPost: Sendable {
  let monitor: AgentConfiguration.Monitor
  let fetcher: Fetcher

  func send(_ batch: Spool.Batch) async -> DeliveryOutcome {
    let headers = monitor.headers + [FetchRequest.Header("Content-Type", MediaTypes.records)]
    let request = FetchRequest(
      "POST", monitor.records, headers: headers, body: Array(batch.payloads.joined()), trust: monitor.trust,
      timeout: .seconds(30), maximumBodyBytes: 1 << 16)
    do {
      return DeliveryOutcome(try await fetcher.fetch(request), url: monitor.records)
    } catch {
      return .unavailable(error.description)
    }
  }
}

extension FetchResponse {
  /// What an answer says that is a refusal, in the monitor's own words where it has some.
  func refusal(of url: String) -> String {
    if let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(body)) {
      return "\(url) refuses this agent: \(body.error.message)"
    }
    guard [401, 403].contains(status) else { return "\(url) answered with status \(status)" }
    return "\(url) does not accept this agent's token (status \(status)); check the token on both sides"
  }
}

/// How long to wait before trying again: doubled each time, from a quarter of a second to a minute.
struct Backoff: Sendable {
  private var failures = 0

  mutating func next(atLeast minimum: Duration?) -> Duration {
    let wait = min(Duration.milliseconds(250) * (1 << min(failures, 8)), .seconds(60))
    failures += 1
    return max(wait, minimum ?? .zero)
  }

  mutating func reset() {
    failures = 0
  }
}
