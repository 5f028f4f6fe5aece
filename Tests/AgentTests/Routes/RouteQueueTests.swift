import Measurement
import Testing
import Wire

@testable import Agent
@testable import Probes

@Suite("Whose route is followed next")
struct RouteQueueTests {
  private static func at(_ seconds: Int64) -> MonotonicTime { .zero + .seconds(seconds) }

  private static func series(_ target: String, _ label: String = "voice") -> PathRecord.Series {
    PathRecord.Series(
      path: Path(site: "tsu", target: target, route: .direct, label: label), origin: .probe(kind: "stamp"))
  }

  private static func queue(_ targets: String...) -> RouteQueue {
    var queue = RouteQueue()
    for target in targets {
      queue.targets[series(target)] = RouteQueue.Target(
        kind: .stamp, limits: ProbeKind.stamp.limits, address: "\(target).example:862")
    }
    return queue
  }

  /// A hundred packets, of which a good path loses none and a bad one half.
  private static func record(_ target: String, isBad: Bool = false, label: String = "voice") -> PathRecord {
    var record = PathRecord(probe: "stamp", path: series(target, label).path)
    record.loss.sent = 100
    record.loss.received = isBad ? 50 : 100
    return record
  }

  private static func job(_ target: String, isIncident: Bool = false) -> RouteQueue.Job {
    RouteQueue.Job(target: target, address: "\(target).example:862", isIncident: isIncident)
  }

  @Test("The first good record of a target has its route followed, the first bad one at once again")
  func goodThenBad() {
    var queue = Self.queue("hq")
    queue.observe([Self.record("hq")], at: Self.at(0))
    #expect(queue.begin() == [Self.job("hq")])
    queue.end(Self.job("hq"))
    queue.observe([Self.record("hq")], at: Self.at(15))
    #expect(queue.begin() == [])
    queue.observe([Self.record("hq", isBad: true)], at: Self.at(30))
    #expect(queue.begin() == [Self.job("hq", isIncident: true)])
  }

  @Test("What is no target's record, or was not measured, is passed over")
  func others() {
    var queue = Self.queue("hq")
    var unmeasured = Self.record("hq", isBad: true)
    unmeasured.condition = .targetDown
    queue.observe([Self.record("ise"), Self.record("hq", label: "other"), unmeasured], at: Self.at(0))
    #expect(queue.begin() == [])
  }

  @Test("At most four routes are followed at a time, each end makes room for the next, and what is wrong comes first")
  func order() {
    var queue = Self.queue("a", "b", "c", "d", "e", "f")
    queue.observe(["a", "b", "c", "d", "e"].map { Self.record($0) }, at: Self.at(0))
    #expect(queue.begin() == ["a", "b", "c", "d"].map { Self.job($0) })
    queue.observe([Self.record("f", isBad: true)], at: Self.at(1))
    #expect(queue.begin() == [])
    queue.end(Self.job("c"))
    #expect(queue.begin() == [Self.job("f", isIncident: true)])
    queue.end(Self.job("a"))
    queue.end(Self.job("f", isIncident: true))
    #expect(queue.begin() == [Self.job("e")])
    #expect(queue.begin() == [])
  }

  @Test("A target that goes bad while its route waits to be followed as a good one is followed as a bad one, and once")
  func badWhileWaiting() {
    var queue = Self.queue("a", "b", "c", "d", "e", "f")
    queue.observe(["a", "b", "c", "d", "e", "f"].map { Self.record($0) }, at: Self.at(0))
    _ = queue.begin()
    queue.observe([Self.record("f", isBad: true)], at: Self.at(1))
    queue.end(Self.job("a"))
    #expect(queue.begin() == [Self.job("f", isIncident: true)])
    queue.end(Self.job("b"))
    queue.end(Self.job("c"))
    #expect(queue.begin() == [Self.job("e")])
  }

  @Test("A target that goes bad while its route is followed is followed again when that has ended")
  func badWhileFollowing() {
    var queue = Self.queue("hq")
    queue.observe([Self.record("hq")], at: Self.at(0))
    #expect(queue.begin() == [Self.job("hq")])
    queue.observe([Self.record("hq", isBad: true)], at: Self.at(1))
    #expect(queue.begin() == [])
    queue.end(Self.job("hq"))
    #expect(queue.begin() == [Self.job("hq", isIncident: true)])
  }

  @Test("Nothing is followed once it was stopped")
  func stopped() {
    var queue = Self.queue("a", "b", "c", "d", "e", "f")
    queue.observe(["a", "b", "c", "d", "e"].map { Self.record($0) }, at: Self.at(0))
    #expect(queue.begin().count == RouteQueue.width)
    queue.stop()
    queue.end(Self.job("a"))
    queue.observe([Self.record("f", isBad: true)], at: Self.at(1))
    #expect(queue.begin() == [])
  }

  @Test("What was found is handed in under the target's name, a route of an incident apart from the good ones")
  func records() {
    var found = PathRecord(probe: "trace", path: Path(site: "", target: "hq.example:862", route: .direct))
    found.loss.sent = 3
    let good = Self.job("hq").record(of: found, agent: "tsu-agent", site: "tsu", boot: 7)
    #expect(good.path == Path(site: "tsu", target: "hq", route: .direct))
    #expect(good.origin == .probe(kind: "trace") && good.id.agent == "tsu-agent" && good.id.boot == 7)
    #expect(good.id.intervalStart == found.id.intervalStart && good.loss == found.loss)
    let bad = Self.job("hq", isIncident: true).record(of: found, agent: "tsu-agent", site: "tsu", boot: 7)
    #expect(bad.path.label == Path.incidentRouteLabel && bad.id != good.id)
  }
}
