import Alerting
import Measurement
import Testing
import Wire

@testable import Monitor

struct RoutesTests {
  let bench: Bench

  init() throws {
    bench = try Bench()
  }

  /// The route that was followed in interval 0 because `target` was no longer well.
  func route(_ site: String, _ target: String) -> PathRecord {
    var record = bench.record(
      0,
      series: PathRecord.Series(
        path: Path(site: site, target: target, route: .direct, label: Path.incidentRouteLabel),
        origin: .probe(kind: "trace")))
    record.hops = [RouteHop(distance: 1)]
    return record
  }

  @Test("A route told in one delivery with many others reaches its incident")
  func reaches() {
    var situation = Situation(configuration: bench.configuration, startedAt: Bench.start)
    for number in Int64(0)..<3 {
      _ = situation.take([bench.record(number, lost: 30)], now: Bench.start + .seconds(15 * number))
    }
    #expect(situation.openIncidents.map { $0.route == nil } == [true])
    let step = situation.take([route("ise", "hq"), route("tsu", "hq")], now: Bench.start + .seconds(45))
    #expect(step.changed == [Bench.series])
    #expect(step.incidents.map { $0.route?.hops.count } == [1])
    #expect(situation.openIncidents.map { $0.route?.hops.count } == [1])
    // The first is the one that tells.
    #expect(situation.take([route("tsu", "hq")], now: Bench.start + .seconds(45)).incidents == [])
  }

  @Test("A site that makes up routes fills its own room, and leaves other sites theirs")
  func bound() throws {
    var routes = Routes()
    var record = route("tsu", "made-up")
    for target in 0..<Routes.siteLimit {
      record.id.path.target = "made-up-\(target)"
      routes.take(record)
    }
    routes.take(route("tsu", "hq"))
    routes.take(route("ise", "hq"))
    func isKnown(_ site: String, _ target: String) throws -> Bool {
      let path = Path(site: site, target: target, route: .direct)
      let series = PathRecord.Series(path: path, origin: Bench.series.origin)
      let judgement = try #require(Objective().judge(bench.record(0, lost: 30, series: series), basis: .roundTrip))
      var tracker = IncidentTracker(rules: IncidentRules(raiseCount: 1, raiseTotal: 1))
      let action = tracker.observe(judgement)
      return routes.change(for: try #require(action).incident) != nil
    }
    #expect(try isKnown("tsu", "made-up-0"))
    #expect(try !isKnown("tsu", "hq"))
    #expect(try isKnown("ise", "hq"))
  }
}
