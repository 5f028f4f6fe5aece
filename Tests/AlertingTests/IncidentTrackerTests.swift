import Alerting
import Foundation
import Measurement
import Testing
import Wire

@Suite struct IncidentTrackerTests {
  /// A tracker that is told of intervals by letters: `b` bad, `g` good, `u` unknown, `p` planned.
  private struct Story {
    var tracker: IncidentTracker
    var number: Int64 = 0
    /// `raise 5`: what came of interval 5.
    var actions: [String] = []
    /// The ids of those that were raised.
    var incidents: [String] = []

    init(kind: Incident.Kind = .breach, _ rules: IncidentRules = IncidentRules(keepFiring: .zero)) {
      tracker = IncidentTracker(kind: kind, rules: rules)
    }

    mutating func tell(_ letters: String) {
      for letter in letters {
        let verdicts: [Character: Verdict] = ["b": .bad, "g": .good, "p": .planned]
        tell(.made(number, verdicts[letter] ?? .unknown))
      }
    }

    mutating func tell(_ judgement: Judgement) {
      switch tracker.observe(judgement) {
      case .raise(let incident):
        actions.append("raise \(number)")
        incidents.append(incident.id)
      case .update: actions.append("update \(number)")
      case .resolve: actions.append("resolve \(number)")
      case nil: break
      }
      number += 1
    }
  }

  private func story(
    _ letters: String, kind: Incident.Kind = .breach, _ rules: IncidentRules = IncidentRules(keepFiring: .zero)
  ) -> Story {
    var story = Story(kind: kind, rules)
    story.tell(letters)
    return story
  }

  @Test(
    "Six bad of eight raise, eight good of eight clear",
    arguments: [
      ("bbbbb", []), ("bbbbbb", ["raise 5"]), ("bbgbbgbb", ["raise 7"]), ("bbgbgbgbb", []),
      ("gggggbbbbbb", ["raise 10"]),
      ("bbbbbbggggggg", ["raise 5"]), ("bbbbbbgggggggg", ["raise 5", "resolve 13"]),
      ("bbbbbbgggggggbgggggggg", ["raise 5", "resolve 21"]), ("bbbbbbbbbbbb", ["raise 5"]),
      ("bbbbbbggggggggbbbbbb", ["raise 5", "resolve 13", "raise 19"]), ("bgggbbbbbb", ["raise 9"]),
    ] as [(String, [String])])
  func counts(letters: String, actions: [String]) {
    #expect(story(letters).actions == actions)
  }

  @Test(
    "Unknown holds the state",
    arguments: [
      ("bbbuuuuuuuuuubbb", ["raise 15"]), ("bbbbbbuuuuuuuuuuuu", ["raise 5"]),
      ("bbbbbbggggguuuggg", ["raise 5", "resolve 16"]), ("uuuuuuuuuu", []),
    ] as [(String, [String])])
  func unknownHolds(letters: String, actions: [String]) {
    #expect(story(letters).actions == actions)
  }

  @Test(
    "Planned work pages nobody, and holds what was going on, for both kinds",
    arguments: [
      ("pppppppppppp", .breach, []), ("bbbppppppbbb", .breach, ["raise 11"]),
      ("bbbbbbppppppppppgggggggg", .breach, ["raise 5", "resolve 23"]), ("pppppppppppp", .unmeasured, []),
      ("uuuppppppuuu", .unmeasured, ["raise 11"]),
    ] as [(String, Incident.Kind, [String])])
  func plannedHolds(letters: String, kind: Incident.Kind, actions: [String]) {
    #expect(story(letters, kind: kind).actions == actions)
  }

  @Test("A tracker of what is unmeasured follows the unknown")
  func unmeasured() {
    let unmeasured = story("ggbuuuuuubbbgggggg", kind: .unmeasured)
    #expect(unmeasured.actions == ["raise 8", "resolve 16"])
    let firing = story("uuuuuu", kind: .unmeasured).tracker.incident
    #expect(firing?.evidence.reason == .noRecords)
    #expect(firing?.headline == nil)
  }

  @Test("Where the fault lies is kept from when it fires, and each change while it is bad, up to a bound")
  func causes() {
    var story = story("bbbbb")
    story.tracker.note(.path)
    #expect(story.tracker.incident?.causes == nil)
    story.tell("b")
    story.tracker.note(.path)
    story.tracker.note(.path)
    story.tell("b")
    story.tracker.note(.site)
    story.tell("g")
    // Getting over: what is good meanwhile says nothing of what it was.
    story.tracker.note(.path)
    let kept = [
      Incident.Cause(place: .path, since: WallTime(seconds: 90)),
      Incident.Cause(place: .site, since: WallTime(seconds: 105)),
    ]
    #expect(story.tracker.incident?.causes == kept)
    for number in 0..<100 {
      story.tell("b")
      story.tracker.note(number % 2 == 0 ? .path : .target)
    }
    #expect(story.tracker.incident?.causes?.count == 16)
    #expect(story.tracker.incident?.causes?.first?.place == .path)
    #expect(story.tracker.incident?.causes?.last?.place == .target)
    story.tracker.clockStepped(by: 3_600_000_000_000)
    #expect(story.tracker.incident?.causes?.first?.since == WallTime(seconds: 3_690))
  }

  @Test("It is pending from the first bad interval, and gone when that cannot count any more")
  func pending() {
    #expect(story("g").tracker.incident == nil)
    #expect(story("gb").tracker.incident?.phase == .pending)
    #expect(story("gb").tracker.incident?.startedAt == WallTime(seconds: 15))
    #expect(story("gbgg").tracker.incident?.phase == .pending)
    #expect(story("gbggg").tracker.incident == nil)
  }

  @Test("It keeps firing for its time, then time alone resolves it")
  func keepFiring() {
    var story = story("bbbbbbgggggggg", IncidentRules(keepFiring: .seconds(300)))
    #expect(story.actions == ["raise 5"])
    let raised = WallTime(seconds: 90)
    #expect(story.tracker.incident?.raisedAt == raised)
    #expect(story.tracker.tick(raised + .seconds(299)) == nil)
    let resolved = story.tracker.tick(raised + .seconds(300))?.incident
    #expect(resolved?.phase == .resolved)
    #expect(resolved?.resolvedAt == raised + .seconds(300))
    #expect(resolved?.lastBadAt == raised)
    #expect(story.tracker.incident == nil)
    #expect(story.tracker.tick(raised + .seconds(900)) == nil)
  }

  @Test("Start, identity and worst value are kept from first to last")
  func identity() throws {
    var story = story("gg")
    story.tell(.made(2, .bad, loss: 20_000))
    let pending = try #require(story.tracker.incident)
    story.tell("bbbb")
    story.tell(.made(7, .bad, loss: 90_000))
    let firing = try #require(story.tracker.incident)
    #expect(firing.phase == .firing)
    #expect(firing.id == pending.id)
    #expect(firing.startedAt == WallTime(seconds: 30))
    #expect(firing.headline?.value == 90_000)
    #expect(firing.headline?.limit == 10_000)
    #expect(firing.evidence.loss == .forward)
  }

  @Test("Another broken limit is told at once, another cause when seen twice in a row")
  func updates() {
    var story = story("bbbbbb")
    var cause = Judgement.made(6, .bad)
    cause.evidence.loss = .everything
    story.tell(cause)
    #expect(story.actions == ["raise 5"])
    cause = .made(7, .bad)
    cause.evidence.loss = .everything
    story.tell(cause)
    #expect(story.actions == ["raise 5", "update 7"])
    #expect(story.tracker.incident?.evidence.loss == .everything)
    var slow = Judgement.made(8, .bad)
    slow.findings.append(Finding(metric: .latency, value: 200_000_000, objective: Objective()))
    story.tell(slow)
    #expect(story.actions == ["raise 5", "update 7", "update 8"])
    #expect(story.tracker.incident?.worst.map(\.metric) == [.loss, .latency])
  }

  @Test("One participant more or less is kept, and is no news")
  func participants() {
    var story = story("bbbbbb")
    for (index, bad) in [3, 3, 4, 4].enumerated() {
      var judgement = Judgement.made(Int64(6 + index), .bad)
      judgement.evidence.participants = Evidence.Participants(bad: bad, judged: 8)
      story.tell(judgement)
    }
    #expect(story.actions == ["raise 5"])
    #expect(story.tracker.incident?.evidence.participants?.bad == 4)
  }

  @Test("A judgement handed in twice changes nothing")
  func twice() {
    var story = story("bbbbb")
    let state = story.tracker.state
    #expect(story.tracker.observe(.made(4, .bad)) == nil)
    #expect(story.tracker.observe(.made(1, .good)) == nil)
    #expect(story.tracker.state == state)
  }

  @Test("A restart at any moment changes nothing that follows")
  func restart() throws {
    let letters = "gbbgbbubbbggubgggggggggbbbbbbgggggggg"
    let whole = story(letters)
    #expect(whole.actions == ["raise 8", "resolve 21", "raise 28", "resolve 36"])
    for cut in 0...letters.count {
      var story = story(String(letters.prefix(cut)))
      let stored = try JSONEncoder().encode(story.tracker.state)
      let state = try JSONDecoder().decode(IncidentTracker.State.self, from: stored)
      story.tracker = IncidentTracker(rules: story.tracker.rules, state: state)
      story.tell(String(letters.dropFirst(cut)))
      #expect(story.actions == whole.actions)
      #expect(story.tracker.state == whole.tracker.state)
    }
  }

  @Test("Other counts serve tests and other tastes; impossible ones are brought into range")
  func rules() {
    #expect(
      story("bbgg", IncidentRules(raiseCount: 2, raiseTotal: 2, clearCount: 2, clearTotal: 2, keepFiring: .zero))
        .actions
        == ["raise 1", "resolve 3"])
    let rules = IncidentRules(raiseCount: 9, raiseTotal: 0, clearCount: 0, clearTotal: -1)
    #expect(rules.raiseCount == 1 && rules.raiseTotal == 1 && rules.clearCount == 1 && rules.clearTotal == 1)
  }

  @Test("A clock that is set moves an incident along: it fires for its time, and is the same")
  func clockStepped() throws {
    for step in [-3_600, 3_600] as [Int64] {
      var story = story("bbbbbb", IncidentRules(keepFiring: .seconds(300)))
      let before = try #require(story.tracker.incident)
      story.tracker.clockStepped(by: step * 1_000_000_000)
      let after = try #require(story.tracker.incident)
      #expect(after.id == before.id)
      #expect(after.startedAt == before.startedAt + .seconds(step))
      #expect(after.raisedAt == before.raisedAt.map { $0 + .seconds(step) })
      #expect(after.lastBadAt == before.lastBadAt + .seconds(step))
      // Judgements go on at the new time; those of 15 s intervals follow one another.
      story.number += step / 15
      story.tell("gggggggg")
      let raised = WallTime(seconds: 90 + step)
      #expect(story.tracker.tick(raised + .seconds(299)) == nil)
      #expect(story.tracker.tick(raised + .seconds(300))?.incident.id == before.id)
    }
  }

  @Test("An incident of the same time again, after the clock was set back, is another one")
  func sameTimeAgain() throws {
    var story = story("bbbbbbgggggggg")
    story.tracker.clockStepped(by: -14 * 15 * 1_000_000_000)
    story.number = 0
    story.tell("bbbbbbgggggggg")
    #expect(story.actions == ["raise 5", "resolve 13", "raise 5", "resolve 13"])
    #expect(Set(story.incidents).count == 2)
  }
}
