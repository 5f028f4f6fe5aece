import Fetch
import Measurement
import Synchronization
import Transport
import Wire

extension ProbeKind {
  /// What a provider says of its own service.
  public static let status = ProbeKind(
    name: "status", summary: "what a provider says of its own service, by its public status feed",
    measures: """
      Reads a provider's public status feed (Statuspage's /api/v2/summary.json, as Zoom and many others have it; Google
        Workspace's incidents.json), straight or through the proxy, and says whether the service is operational, under
        maintenance, degraded or out, with the provider's own words. An answer is kept for two minutes.
      """,
    limitations: """
      Whether the provider knows or tells: feeds lag behind faults. A feed that cannot be read is no measurement, and
        never "fine".
      """,
    example: "https://status.example/api/v2/summary.json", unit: "requests", delay: "whole request",
    metrics: [.service], limits: ProbeLimits(latencyNanoseconds: 10_000_000_000),
    options: [.ip, .proxy, .authority], cadence: .repeated(every: .seconds(300), atLeast: .seconds(120)),
    streams: { [ProbeStream(route: StatusProbe.way($0).route)] }
  ) { request throws(ProbeError) in
    guard let url = HTTPSProbe.url(request.target) else {
      throw ProbeError("\(request.target) is not an address that starts with https:// or http://.")
    }
    return [await StatusProbe.measure(url, request)]
  }
}

enum StatusProbe {
  /// Feeds are other people's: one request in two minutes for each feed and way, whoever asks.
  static let keeping = Duration.seconds(120)
  private static let cacheLimit = 64

  private struct Key: Hashable {
    var url: String
    var way: HTTPSProbe.Way
  }

  private struct Kept: Sendable {
    var at: MonotonicTime
    var measurement: ProbeMeasurement
  }

  private static let kept = Mutex<[Key: Kept]>([:])

  /// Through the proxy where there is one and it is not refused: the feed is the same.
  static func way(_ request: ProbeRequest) -> HTTPSProbe.Way {
    let isProxied = request.proxy != nil && request.routes.contains(.proxy)
    return HTTPSProbe.Way(
      route: isProxied ? .proxy : .direct, family: isProxied ? .any : request.families.first ?? .any,
      proxy: isProxied ? request.proxy : nil)
  }

  static func measure(_ url: String, _ request: ProbeRequest) async -> ProbeMeasurement {
    let key = Key(url: url, way: way(request))
    let now = SystemClock.now
    if let recent = kept.withLock({ $0[key] }), now - recent.at < keeping {
      var measurement = recent.measurement
      measurement.record.id.intervalStart = SystemClock.wallTime
      measurement.remarks.append("kept from \((now - recent.at).components.seconds) s ago")
      return measurement
    }
    let measurement = await ask(url, key.way, request)
    kept.withLock { kept in
      if kept.count >= cacheLimit { kept = kept.filter { now - $0.value.at < keeping } }
      if kept.count < cacheLimit { kept[key] = Kept(at: now, measurement: measurement) }
    }
    return measurement
  }

  private static func ask(_ url: String, _ way: HTTPSProbe.Way, _ request: ProbeRequest) async -> ProbeMeasurement {
    let path = Path(site: "", target: request.target, route: way.route)
    var measurement = ProbeMeasurement(record: PathRecord(probe: "status", path: path), place: "")
    let fetcher = Fetcher()
    defer { fetcher.shutdown() }
    measurement.record.loss.sent = 1
    do {
      let response = try await fetcher.fetch(
        FetchRequest(
          "GET", url, headers: [FetchRequest.Header("Accept", "application/json")], trust: request.trust,
          timeout: .seconds(10), proxy: way.proxy, family: way.family))
      measurement.place = response.remoteAddress
      measurement.record.length = max(response.timings.total, .nanoseconds(1))
      guard response.status == 200 else {
        throw StatusFeed.Unreadable(description: "It was answered with status \(response.status).")
      }
      let feed = try StatusFeed(response.body)
      measurement.record.loss.received = 1
      measurement.record.roundTrip.record(response.timings.total)
      measurement.record.service = feed.state
      measurement.remarks = feed.incidents
    } catch let error as StatusFeed.Unreadable {
      measurement.record.condition = .unreadable
      measurement.remarks = ["The feed cannot be read. \(error)"]
    } catch {
      measurement.record.condition = .unreadable
      measurement.remarks = ["\(error)"]
    }
    return measurement
  }
}
