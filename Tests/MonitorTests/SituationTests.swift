import Alerting
import Foundation
import History
import Measurement
import Notify
import Testing
import Wire

@testable import Monitor

struct SituationTests {
  let bench: Bench

  init() throws {
    bench = try Bench()
  }

  func series(_ site: String, _ target: String) -> PathRecord.Series {
    PathRecord.Series(path: Path(site: site, target: target, route: .direct), origin: .probe(kind: "stamp"))
  }

  /// Paths that lost 30 of 750 packets (`true`) or none in interval 0.
  func situation(_ paths: [(site: String, target: String, isBad: Bool)]) -> Situation {
    var configuration = bench.configuration
    configuration.paths = paths.map {
      ExpectedPath(path: series($0.site, $0.target).path, origin: .probe(kind: "stamp"))
    }
    var situation = Situation(configuration: configuration, startedAt: Bench.start)
    for path in paths {
      _ = situation.take(
        [bench.record(0, lost: path.isBad ? 30 : 0, series: series(path.site, path.target))], now: Bench.start)
    }
    _ = situation.advance(to: Bench.start + .seconds(30))
    return situation
  }

  func cause(_ situation: Situation, _ site: String, _ target: String) throws -> Notify.Notification.Cause {
    let incident = try #require(situation.openIncidents.first { $0.series == series(site, target) })
    return try #require(situation.notifications(of: [.raise(incident)]).first).cause
  }

  @Test("Every path of a site bad: the site")
  func site() throws {
    let situation = situation([("tsu", "hq", true), ("tsu", "cloud", true), ("ise", "hq", false)])
    #expect(try cause(situation, "tsu", "hq") == .site)
  }

  @Test("One target bad from several sites: the target")
  func target() throws {
    let situation = situation([("tsu", "hq", true), ("ise", "hq", true), ("tsu", "cloud", false)])
    #expect(try cause(situation, "tsu", "hq") == .target)
  }

  @Test("One path bad among good ones, or alone: the path")
  func path() throws {
    let situation = situation([("tsu", "hq", true), ("tsu", "cloud", false), ("ise", "hq", false)])
    #expect(try cause(situation, "tsu", "hq") == .path)
    #expect(try cause(self.situation([("tsu", "hq", true)]), "tsu", "hq") == .path)
  }

  @Test("A site is as bad as its worst path, and unknown where none starts")
  func siteVerdict() {
    func verdict(_ paths: [(site: String, target: String, isBad: Bool)]) -> [Verdict] {
      situation(paths).snapshot(at: Bench.start, position: EventID(epoch: 1, sequence: 0)).sites.map(\.verdict)
    }
    #expect(verdict([("tsu", "hq", false), ("tsu", "cloud", true)]) == [.unknown, .bad])
    #expect(verdict([("tsu", "hq", false), ("tsu", "cloud", false)]) == [.unknown, .good])
  }

  @Test("An incident of a path that is configured no more is over when the path is forgotten")
  func forgotten() throws {
    var before = situation([("tsu", "hq", true)])
    for number in Int64(1)..<8 {
      _ = before.take([bench.record(number, lost: 30)], now: Bench.start + .seconds(15 * number))
    }
    let state = try #require(before.states[series("tsu", "hq")])
    #expect(state.incidents.map(\.phase) == [.firing])

    var configuration = bench.configuration
    configuration.paths = []
    let start = Bench.start + .seconds(600)
    var after = Situation(configuration: configuration, startedAt: start)
    after.restore(
      trackers: state.trackers.map { StoredTracker(series: state.series, $0) }, judgements: [:], closed: [])
    #expect(after.openIncidents.map(\.phase) == [.firing])
    #expect(after.advance(to: start + .seconds(1_799)).isEmpty)
    let step = after.advance(to: start + .seconds(1_800))
    #expect(step.actions.map(\.incident.phase) == [.resolved])
    #expect(step.forgotten == [state.series])
    #expect(after.openIncidents == [])
    #expect(after.closed.map(\.id) == state.incidents.map(\.id))
  }

  @Test("A path whose silence says nothing is kept, however seldom it is heard of")
  func seldom() throws {
    var configuration = bench.configuration
    let path = ExpectedPath(path: series("tsu", "cloud").path, origin: .probe(kind: "stamp"), isExpected: false)
    configuration.paths = [path]
    var situation = Situation(configuration: configuration, startedAt: Bench.start)
    #expect(situation.advance(to: Bench.start + .seconds(86_400)).isEmpty)
    #expect(Set(situation.states.keys) == [path.series])
    // Measured no more, it goes.
    situation.expect(sites: [], paths: [])
    #expect(situation.advance(to: Bench.start + .seconds(86_401)).forgotten == [path.series])
  }

  /// Records of a site for targets of its own making, and for one that is configured.
  func flood(_ count: Int, _ number: Int64, lost: UInt64 = 0) -> [PathRecord] {
    let record = bench.record(number, lost: lost)
    return [record]
      + (0..<count).map { target in
        var made = record
        made.id.path = series("tsu", "made-up-\(target)").path
        return made
      }
  }

  /// As many as can be found by looking at all.
  func unasked(_ situation: Situation) -> [String: Unasked] {
    var counts: [String: Unasked] = [:]
    for state in situation.states.values where situation.configured[state.series] == nil {
      let count = counts[state.series.path.site] ?? Unasked()
      counts[state.series.path.site] = Unasked(
        series: count.series + 1, incidents: count.incidents + state.incidents.count)
    }
    return counts
  }

  @Test("A site that makes up paths fills its own room, and leaves other sites' and what is configured theirs")
  func seriesOfOneSite() {
    var situation = Situation(configuration: bench.configuration, startedAt: Bench.start)
    let step = situation.take(flood(Unasked.seriesLimit + 7, 0), now: Bench.start)
    #expect(step.left == ["tsu": 7])
    #expect(situation.states.count == 1 + Unasked.seriesLimit)
    #expect(situation.take([bench.record(0, series: series("ise", "cloud"))], now: Bench.start).left == [:])
    #expect(situation.states[series("ise", "cloud")] != nil)
    #expect(situation.states[Bench.series]?.heardAt != nil)
    #expect(unasked(situation) == situation.unasked)

    // What is forgotten makes room, and what is configured by now takes none.
    let configured = series("tsu", "made-up-0").path
    situation.expect(sites: [], paths: [ExpectedPath(path: configured, origin: Bench.series.origin)])
    #expect(unasked(situation) == situation.unasked)
    let end = Bench.start + .seconds(1_800)
    #expect(situation.advance(to: end).forgotten.count == 1 + Unasked.seriesLimit)
    #expect(situation.unasked == [:])
    #expect(situation.take([bench.record(120, series: series("tsu", "cloud"))], now: end).left == [:])
  }

  @Test("Made-up incidents of a site are bounded, begin when others end, and keep nobody else's from beginning")
  func incidentsOfOneSite() {
    let count = Unasked.incidentLimit + 20
    var situation = Situation(configuration: bench.configuration, startedAt: Bench.start)
    var left = 0
    func live(_ numbers: Range<Int64>, lost: UInt64) {
      for number in numbers {
        let now = Bench.start + .seconds(15 * number)
        let other = bench.record(number, lost: 30, series: series("ise", "cloud"))
        left += situation.take(flood(count, number, lost: lost) + [other], now: now).left["tsu"] ?? 0
      }
    }
    live(0..<10, lost: 30)
    // Eight intervals are judged, and with none of them an incident of the twenty begins.
    #expect(left == 8 * 20)
    #expect(situation.openIncidents.allSatisfy { $0.phase == .firing })
    #expect(situation.openIncidents.count == Unasked.incidentLimit + 2)
    #expect(situation.openIncidents.contains { $0.series == Bench.series })
    #expect(situation.openIncidents.contains { $0.series == series("ise", "cloud") })
    #expect(unasked(situation) == situation.unasked)

    live(10..<50, lost: 0)
    #expect(situation.openIncidents.map(\.series) == [series("ise", "cloud")])
    #expect(unasked(situation) == situation.unasked)
    live(50..<60, lost: 30)
    #expect(situation.openIncidents.count == Unasked.incidentLimit + 2)
    #expect(unasked(situation) == situation.unasked)
  }

  @Test("A path whose job is taken back goes when its agent has fallen silent, and is waited for no more")
  func withdrawn() throws {
    let path = ExpectedPath(path: series("tsu", "hq").path, origin: .probe(kind: "stamp"))
    func after(_ records: Range<Int64>, expected: [ExpectedPath]) -> Situation {
      var situation = Situation(configuration: bench.configuration, startedAt: Bench.start)
      for number in records {
        _ = situation.take([bench.record(number)], now: Bench.start + .seconds(15 * (number + 1)))
      }
      situation.expect(sites: [], paths: expected)
      return situation
    }
    // Heard last at 60 s; the agent delivers once more, then stops.
    var situation = after(0..<4, expected: [])
    _ = situation.take([bench.record(4)], now: Bench.start + .seconds(75))
    #expect(situation.advance(to: Bench.start + .seconds(75 + 149)).forgotten == [])
    #expect(
      situation.snapshot(at: Bench.start, position: EventID(epoch: 1, sequence: 0)).paths.map(\.verdict) == [.good])
    #expect(situation.advance(to: Bench.start + .seconds(75 + 150)).forgotten == [path.series])
    #expect(situation.states.isEmpty)
    // What was never heard, and waits with an incident, goes at once.
    var silent = Situation(configuration: bench.configuration, startedAt: Bench.start)
    func live(_ situation: inout Situation, _ seconds: Range<Int64>) -> [Situation.Step] {
      seconds.map { situation.advance(to: Bench.start + .seconds($0)) }
    }
    _ = live(&silent, 0..<600)
    #expect(silent.openIncidents.map(\.phase) == [.firing])
    silent.expect(sites: [], paths: [])
    #expect(silent.advance(to: Bench.start + .seconds(601)).actions.map(\.incident.phase) == [.resolved])
    #expect(silent.states.isEmpty && silent.openIncidents.isEmpty)
    // A job that comes back before that is measured as before.
    var back = after(0..<4, expected: [])
    back.expect(sites: [], paths: [path])
    let steps = live(&back, 60..<400)
    #expect(steps.allSatisfy { $0.forgotten.isEmpty })
    #expect(back.states[path.series]?.verdict == .unknown)
  }

  @Test("An incident says what it is told of: how urgent it is, and where the fault lies")
  func told() throws {
    let situation = situation([("tsu", "hq", true), ("tsu", "cloud", true), ("ise", "hq", false)])
    let snapshot = situation.snapshot(at: Bench.start, position: EventID(epoch: 1, sequence: 0))
    let state = try #require(snapshot.incidents.first { $0.path.target == "hq" })
    let incident = try #require(situation.openIncidents.first { $0.series == series("tsu", "hq") })
    let told = try #require(situation.notifications(of: [.raise(incident)]).first)
    #expect(told.cause == .site)
    #expect(state.severity == .page)
    #expect(state.likelyCause == .init(ja: told.japaneseCause, en: told.englishCause))
  }

  @Test("A breach of a path that pages nobody is a ticket")
  func pages() throws {
    for (pages, severity) in [(true, Notify.Notification.Severity.page), (false, .ticket)] {
      var situation = situation([("tsu", "hq", true)])
      let path = ExpectedPath(path: series("tsu", "hq").path, origin: .probe(kind: "stamp"), pages: pages)
      situation.expect(sites: [], paths: [path])
      let incident = try #require(situation.openIncidents.first)
      #expect(situation.notifications(of: [.raise(incident)]).map(\.severity) == [severity])
    }
  }

  @Test(
    "The route at an incident's beginning stands beside the last good one, whether it or the breach is heard of first")
  func routes() throws {
    func trace(_ number: Int64, label: String = "", _ routers: [UInt32], arrives: Bool) -> PathRecord {
      let path = Path(site: "tsu", target: "hq", route: .direct, label: label)
      var record = bench.record(number, series: PathRecord.Series(path: path, origin: .probe(kind: "trace")))
      record.hops = routers.enumerated().map { place, router in
        var hop = RouteHop(distance: UInt8(place + 1))
        hop.addresses = [IPAddress(v4: 0x0a00_0000 + router)]
        hop.isTarget = arrives && place == routers.count - 1
        return hop
      }
      return record
    }
    for isFirst in [true, false] {
      var situation = situation([("tsu", "hq", false), ("ise", "hq", true)])
      _ = situation.take([trace(0, [1, 2, 3], arrives: true)], now: Bench.start + .seconds(20))
      let cut = trace(1, label: Path.incidentRouteLabel, [1], arrives: false)
      if isFirst { _ = situation.take([cut], now: Bench.start + .seconds(31)) }
      _ = situation.take([bench.record(1, lost: 700)], now: Bench.start + .seconds(32))
      _ = situation.advance(to: Bench.start + .seconds(45))
      if !isFirst {
        let step = situation.take([cut], now: Bench.start + .seconds(46))
        #expect(step.changed == [series("tsu", "hq")])
      }
      let incidents = situation.openIncidents
      let own = try #require(incidents.first { $0.series == series("tsu", "hq") })
      #expect(own.route?.english == "The route ends after 10.0.0.1; it went on to 10.0.0.2.")
      let told = situation.notifications(of: [.raise(own)])
      #expect(told.first?.evidence.en.hasSuffix("it went on to 10.0.0.2.") == true)
      #expect(incidents.first { $0.series.path.site == "ise" }?.route == nil)
      // Nobody asked for the route itself to be judged.
      #expect(!situation.states.keys.contains { $0.origin == .probe(kind: "trace") })
    }
  }

  @Test("Calls of long ago are not shown after a restart, those of a moment ago are")
  func restoredCalls() throws {
    let calls = PathRecord.Series(path: Path(site: "tsu", target: "relay", route: .relay), origin: .call(.uplink))
    let judgement = try #require(Objective().judge(bench.record(0, series: calls), basis: .roundTrip))
    func shown(after delay: Duration) -> [PathRecord.Series] {
      var situation = Situation(configuration: bench.configuration, startedAt: Bench.start + .seconds(15) + delay)
      situation.restore(
        trackers: [StoredTracker(series: calls, IncidentTracker())],
        judgements: [calls: [JudgedInterval(judgement, objective: Objective())]],
        closed: [])
      return situation.states.keys.filter { $0 == calls }
    }
    #expect(shown(after: .seconds(1_800)) == [calls])
    #expect(shown(after: .seconds(1_801)) == [])
  }

  @Test("Samples keep their order and their bound, whatever order they come in")
  func samples() throws {
    var state = SeriesState(Bench.series, PathJudge.Rules(), IncidentRules())
    for number: Int64 in [3, 1, 4, 1, 5, 0, 2] {
      let judgement = try #require(Objective().judge(bench.record(number), basis: .roundTrip))
      state.note(PathSample(JudgedInterval(judgement, objective: Objective())), capacity: 4)
    }
    #expect(state.recent.map(\.interval.start) == [2, 3, 4, 5].map { Bench.start + .seconds(15 * $0) })
  }
}
