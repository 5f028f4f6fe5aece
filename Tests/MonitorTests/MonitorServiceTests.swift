import Alerting
import Foundation
import GRDB
import Measurement
import Notify
import Testing
import Wire

@testable import History
@testable import Monitor

@Suite(.timeLimit(.minutes(2)))
struct MonitorServiceTests {
  let bench: Bench

  init() throws {
    bench = try Bench()
  }

  // MARK: From record to notification

  @Test("A lasting breach is pending, fires, is posted, and its end is posted as resolved")
  func breach() async throws {
    let receiver = try HTTPReceiver()
    var requests = receiver.requests.makeAsyncIterator()
    let monitor = try await bench.monitor(webhook: receiver.url + "/hook")

    try await bench.live(monitor, 0..<5) { bench.record($0) }
    #expect(await monitor.path?.verdict == .good)
    #expect(await monitor.snapshot().incidents == [])

    // Records of intervals 4… lose 30 of 750 packets.
    try await bench.live(monitor, 5..<7) { bench.record($0, lost: 30) }
    var incident = try #require(await monitor.snapshot().incidents.first)
    #expect(incident.phase == .pending)
    #expect(incident.startedAt == Bench.start + .seconds(60))
    #expect(incident.metric == "loss")
    #expect(await monitor.path?.verdict == .bad)
    #expect(await monitor.snapshot().sites.map(\.verdict) == [.unknown, .bad])

    try await bench.live(monitor, 7..<12) { bench.record($0, lost: 30) }
    incident = try #require(await monitor.snapshot().incidents.first)
    #expect(incident.phase == .firing)
    #expect(incident.value == "4 %")
    #expect(incident.limit == "1 %")
    let firing = try #require(await requests.next())
    #expect(firing.path == "/hook")
    #expect(firing.headers["idempotency-key"] == incident.id + "-firing")
    var body = try firing.json()
    #expect(body["status"] as? String == "firing")
    #expect(body["value"] as? String == "4 %")
    #expect(body["startedAt"] as? String == "2026-11-22T01:31:00.000Z")
    #expect(
      (body["text"] as? [String: String])?["ja"]?.hasPrefix("【障害】津地域庁舎 → 県庁（直接）: パケット損失 4 %（上限 1 %）") == true)

    // Good again: cleared by 8 of 8, and not before it has fired for 5 min.
    try await bench.live(monitor, 12..<35) { bench.record($0) }
    incident = try #require(await monitor.snapshot().incidents.first)
    #expect(incident.phase == .resolved)
    #expect(incident.endedAt == Bench.start + .seconds(11 * 15))
    let resolved = try #require(await requests.next())
    #expect(resolved.headers["idempotency-key"] == incident.id + "-resolved")
    body = try resolved.json()
    #expect(body["status"] as? String == "resolved")
    #expect(body["endedAt"] as? String == "2026-11-22T01:32:45.000Z")
    #expect(try await monitor.incidents(limit: 10) == [incident])

    receiver.stop()
    #expect(await requests.next() == nil)
  }

  @Test(
    "What is over says where the fault lay when it fired, and where it was thought to lie before, after a restart too")
  func causes() async throws {
    let receiver = try HTTPReceiver()
    var requests = receiver.requests.makeAsyncIterator()
    let other = PathRecord.Series(
      path: Path(site: "tsu", target: "relay", route: .direct), origin: Bench.series.origin)
    var before: [IncidentState] = []
    do {
      let monitor = try await bench.monitor(webhook: receiver.url) {
        $0.paths.append(ExpectedPath(path: other.path, origin: other.origin))
      }
      for number in 0..<40 as Range<Int64> {
        bench.advance(to: number * 15 + 3)
        // One path is bad for nine intervals, the site's other one for the last two of those.
        try await monitor.ingest([
          bench.record(number - 1, lost: (3..<12).contains(number) ? 30 : 0),
          bench.record(number - 1, lost: (10..<12).contains(number) ? 30 : 0, series: other),
        ])
        bench.advance(to: number * 15 + 14)
        try await monitor.tick()
        await monitor.deliverDue()
      }
      before = await monitor.snapshot().incidents
    }
    let incident = try #require(before.first { $0.path == Bench.series.path })
    #expect(incident.phase == .resolved)
    #expect(incident.likelyCause.en.hasPrefix("The line or network of Tsu office"))
    #expect(
      incident.causes.map(\.text.en) == [
        "Somewhere between Tsu office and Headquarters.",
        "The line or network of Tsu office: every path of the site is bad, or its neighbours do not reach it.",
      ])
    let texts = try [#require(await requests.next()).json(), #require(await requests.next()).json()].map {
      ($0["likelyCause"] as? [String: String])?["en"] ?? ""
    }
    #expect(texts.map { $0.hasPrefix("Somewhere between") } == [true, false])
    #expect(texts[1] == incident.likelyCause.en)
    let monitor = try await bench.monitor()
    #expect(await monitor.snapshot().incidents == before)
    receiver.stop()
  }

  @Test("Records that come after their time are committed and told of for a day")
  func afterTheirTime() async throws {
    let monitor = try await bench.monitor { $0.retention.records = .seconds(3_600) }
    bench.advance(to: 4_000)
    try await monitor.ingest((24..<34).map { bench.record($0) })
    #expect(await monitor.troubles().map(\.kind) == [.late(records: 3)])
    // Once more is no news.
    try await monitor.ingest((24..<34).map { bench.record($0) })
    #expect(await monitor.troubles().map(\.kind) == [.late(records: 3)])
    bench.advance(to: 4_000 + 86_401)
    #expect(await monitor.troubles() == [])
  }

  @Test("What one site sends beyond its share is kept, not judged, and told of")
  func crowded() async throws {
    let monitor = try await bench.monitor()
    bench.advance(to: 15)
    let record = bench.record(0)
    let made = (0..<Unasked.seriesLimit + 3).map { target in
      var made = record
      made.id.path = Path(site: "tsu", target: "made-up-\(target)", route: .direct)
      return made
    }
    try await monitor.ingest(made)
    #expect(await monitor.snapshot().paths.count == 1 + Unasked.seriesLimit)
    #expect(await monitor.troubles().map(\.kind) == [.crowded(count: 3)])
    for record in made {
      let stored = try await monitor.history.records(judgedAs: record.series, starting: Bench.start..<bench.now)
      #expect(stored.count == 1)
    }
  }

  @Test("A path that falls silent becomes unknown, with an alert of its own that ends when it is heard again")
  func silence() async throws {
    let receiver = try HTTPReceiver()
    var requests = receiver.requests.makeAsyncIterator()
    let monitor = try await bench.monitor(webhook: receiver.url)
    try await bench.live(monitor, 0..<5) { bench.record($0) }
    #expect(await monitor.path?.verdict == .good)

    try await bench.live(monitor, 5..<14) { _ in nil }
    #expect(await monitor.path?.verdict == .unknown)
    #expect(await monitor.path?.recent.last?.reason == .noRecords)
    let incident = try #require(await monitor.snapshot().incidents.first)
    #expect(incident.phase == .firing)
    #expect(incident.metric == "unknown")
    let body = try #require(await requests.next()).json()
    #expect(body["metric"] as? String == "unknown")
    #expect(body["severity"] as? String == "ticket")

    try await bench.live(monitor, 14..<40) { bench.record($0) }
    #expect(await monitor.path?.verdict == .good)
    #expect(try #require(await requests.next()).json()["status"] as? String == "resolved")
    receiver.stop()
    #expect(await requests.next() == nil)
  }

  @Test("What is posted while the receiver is down arrives when it is up, in order and once")
  func receiverDown() async throws {
    let absent = try HTTPReceiver()
    let port = absent.port
    absent.stop()
    for await _ in absent.requests {}
    let monitor = try await bench.monitor(webhook: "http://127.0.0.1:\(port)/")
    try await bench.live(monitor, 0..<9) { bench.record($0, lost: 30) }
    try await bench.live(monitor, 9..<32) { bench.record($0) }
    #expect(await monitor.snapshot().incidents.map(\.phase) == [.resolved])

    let receiver = try HTTPReceiver(port: port)
    try await bench.live(monitor, 32..<55) { bench.record($0) }
    receiver.stop()
    var statuses: [String?] = []
    for await request in receiver.requests { statuses.append(try request.json()["status"] as? String) }
    #expect(statuses == ["firing", "resolved"])
  }

  // MARK: Restarts

  @Test("A restart in the middle of an incident keeps it and its history")
  func restart() async throws {
    let receiver = try HTTPReceiver()
    var requests = receiver.requests.makeAsyncIterator()
    let before: MonitorSnapshot
    do {
      let monitor = try await bench.monitor(webhook: receiver.url)
      try await bench.live(monitor, 0..<9) { bench.record($0, lost: 30) }
      before = await monitor.snapshot()
      #expect(before.incidents.map(\.phase) == [.firing])
    }
    let monitor = try await bench.monitor(webhook: receiver.url)
    let after = await monitor.snapshot()
    #expect(after.incidents == before.incidents)
    #expect(after.paths == before.paths)
    #expect(after.sites == before.sites)
    #expect(after.position.epoch != before.position.epoch)

    try await bench.live(monitor, 9..<33) { bench.record($0) }
    let resolved = try #require(await monitor.snapshot().incidents.first)
    #expect(resolved.phase == .resolved)
    #expect(resolved.id == before.incidents[0].id)
    receiver.stop()
    var keys: [String?] = []
    while let request = await requests.next() { keys.append(request.headers["idempotency-key"]) }
    #expect(keys == [resolved.id + "-firing", resolved.id + "-resolved"])
  }

  @Test("A pending incident goes on counting over a restart")
  func restartPending() async throws {
    do {
      let monitor = try await bench.monitor()
      try await bench.live(monitor, 0..<5) { bench.record($0, lost: 30) }
      #expect(await monitor.snapshot().incidents.map(\.phase) == [.pending])
    }
    let monitor = try await bench.monitor()
    #expect(await monitor.snapshot().incidents.map(\.phase) == [.pending])
    try await bench.live(monitor, 5..<9) { bench.record($0, lost: 30) }
    let incident = try #require(await monitor.snapshot().incidents.first)
    #expect(incident.phase == .firing)
    #expect(incident.startedAt == Bench.start)
  }

  @Test("Nothing acknowledged is lost when the process is killed: files copied under its feet hold it all")
  func killed() async throws {
    let copy = try TemporaryFolder()
    let monitor = try await bench.monitor(webhook: "http://127.0.0.1:9/")
    try await bench.live(monitor, 0..<9) { bench.record($0, lost: 30) }
    let before = await monitor.snapshot()
    // The database and its write-ahead log as they lie on the disk, without a checkpoint.
    for name in ["history.sqlite", "history.sqlite-wal"] {
      try FileManager.default.copyItem(atPath: bench.temporary.path + "/" + name, toPath: copy.path + "/" + name)
    }
    #expect(try FileManager.default.attributesOfItem(atPath: copy.path + "/history.sqlite-wal")[.size] as? Int != 0)

    let receiver = try HTTPReceiver()
    let revived = try await bench.monitor(folder: copy.path, webhook: receiver.url)
    #expect(await revived.snapshot().incidents == before.incidents)
    #expect(await revived.snapshot().paths == before.paths)
    bench.advance(to: 10_000)
    await revived.deliverDue()
    var requests = receiver.requests.makeAsyncIterator()
    #expect(try #require(await requests.next()).headers["idempotency-key"] == before.incidents[0].id + "-firing")
  }

  @Test("A restart tells nothing of silence before agents had time to come back with what they kept")
  func backlog() async throws {
    do {
      let monitor = try await bench.monitor()
      try await bench.live(monitor, 0..<5) { bench.record($0) }
    }
    // Ten minutes away.
    bench.advance(to: 45 * 15)
    let monitor = try await bench.monitor()
    for second in 0..<50 {
      bench.advance(to: 45 * 15 + Int64(second))
      try await monitor.tick()
    }
    #expect(await monitor.path?.verdict == .good)
    try await monitor.ingest((4..<48).map { bench.record($0) })
    try await bench.live(monitor, 49..<51) { bench.record($0) }
    let recent = try #require(await monitor.path?.recent)
    #expect(recent.map(\.interval.start) == (0..<50).prefix(recent.count).map { Bench.start + .seconds(15 * $0) })
    #expect(recent.allSatisfy { $0.verdict == .good })
    #expect(recent.count >= 48)
  }

  // MARK: Records

  @Test("A post that comes twice changes nothing the second time")
  func duplicates() async throws {
    let monitor = try await bench.monitor()
    bench.advance(to: 60)
    let records = (0..<4).map { bench.record($0) }
    try await monitor.ingest(records)
    let before = await monitor.snapshot()
    // The newest two may still get more records.
    #expect(before.paths[0].recent.count == 2)
    try await monitor.ingest(records + records)
    #expect(await monitor.snapshot() == before)
  }

  @Test("Records of an interval that was called unknown replace what was said of it")
  func late() async throws {
    let monitor = try await bench.monitor()
    try await bench.live(monitor, 0..<5) { bench.record($0) }
    try await bench.live(monitor, 5..<8) { _ in nil }
    #expect(await monitor.path?.recent.map(\.verdict) == [.good, .good, .good, .good, .unknown, .unknown, .unknown])
    try await monitor.ingest([bench.record(4), bench.record(5, lost: 30)])
    #expect(await monitor.path?.recent.map(\.verdict) == [.good, .good, .good, .good, .good, .bad, .unknown])
  }

  /// Were each interval looked for among all records, these would take a hundred million looks.
  @Test("A long backlog that comes late is judged anew in one go")
  func lateBacklog() async throws {
    let count = 10_000
    let monitor = try await bench.monitor()
    bench.advance(to: Int64(count) * 15 + 15)
    try await monitor.ingest([bench.record(Int64(count))])
    let good = bench.record(0)
    try await monitor.ingest(
      (0..<count).map { number in
        var record = good
        record.id.intervalStart = Bench.start + .seconds(15 * number)
        return record
      })
    let judged = try await monitor.judgements(of: Bench.series, starting: Bench.start..<bench.now)
    #expect(judged.count == count)
    #expect(judged.allSatisfy { $0.verdict == .good })
  }

  @Test("A step that cannot be committed has not happened, and goes through when it comes again")
  func refused() async throws {
    let monitor = try await bench.monitor(webhook: "http://127.0.0.1:9/")
    try await bench.live(monitor, 0..<6) { bench.record($0, lost: 30) }
    let before = await monitor.snapshot()
    #expect(before.incidents.map(\.phase) == [.pending])
    try await monitor.history.write { db in
      try db.execute(sql: "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(FAIL, 'no room'); END")
    }
    // With these the incident would fire.
    let records = (5..<8).map { bench.record($0, lost: 30) }
    await #expect(throws: HistoryError.failed(file: monitor.history.file, detail: "no room")) {
      try await monitor.ingest(records)
    }
    #expect(await monitor.snapshot() == before)
    try await monitor.history.write { db in try db.execute(sql: "DROP TRIGGER full") }
    try await monitor.ingest(records)
    #expect(await monitor.snapshot().incidents.map(\.phase) == [.firing])
  }

  @Test("Posts that come at once are taken one after the other, none is lost")
  func concurrent() async throws {
    let monitor = try await bench.monitor()
    bench.advance(to: 755)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        let record = bench.record(Int64(number / 2), boot: UInt64(number % 2))
        group.addTask { try await monitor.ingest([record]) }
      }
      try await group.waitForAll()
    }
    bench.advance(to: 770)
    try await monitor.tick()
    let path = try #require(await monitor.path)
    #expect(path.recent.map(\.interval.start) == (0..<50).map { Bench.start + .seconds(15 * $0) })
    #expect(path.recent.allSatisfy { $0.verdict == .good })
  }

  @Test("One participant's bad line does not make a site bad, and a call's path goes when nothing is heard of it")
  func calls() async throws {
    let monitor = try await bench.monitor { $0.forgetAfter = .seconds(120) }
    func call(_ participant: String) -> PathRecord.Series {
      PathRecord.Series(
        path: Path(site: "tsu", target: "relay", route: .relay, label: participant), origin: .call(.uplink))
    }
    func calls() async -> [PathState] { await monitor.snapshot().paths.filter { $0.path.target == "relay" } }
    for number in Int64(0)..<3 {
      bench.advance(to: number * 15 + 18)
      try await monitor.ingest([
        bench.record(number, lost: 100, series: call("a")), bench.record(number, series: call("b")),
        bench.record(number, series: call("c")),
      ])
    }
    #expect(await calls().map(\.verdict) == [.good])
    #expect(await calls().map(\.path.label) == [""])
    bench.advance(to: 48 + 120)
    try await monitor.tick()
    #expect(await calls() == [])
  }

  // MARK: Events

  @Test("A listener gets a snapshot, then each change; one that comes back gets what it missed")
  func events() async throws {
    let monitor = try await bench.monitor()
    var first = await monitor.events(after: nil).makeAsyncIterator()
    let snapshot = await monitor.snapshot()
    #expect(await first.next() == .snapshot(snapshot))
    bench.advance(to: 60)
    try await monitor.ingest((0..<4).map { bench.record($0) })
    guard case .event(let event) = await first.next(), case .path(let state) = event.change else {
      Issue.record("no event")
      return
    }
    #expect(state == (await monitor.path))
    #expect(event.id == EventID(epoch: snapshot.position.epoch, sequence: 1))

    var resumed = await monitor.events(after: snapshot.position).makeAsyncIterator()
    #expect(await resumed.next() == .event(event))
    let stranger = EventID(epoch: snapshot.position.epoch &+ 1, sequence: 0)
    var foreign = await monitor.events(after: stranger).makeAsyncIterator()
    #expect(await foreign.next() == .snapshot(await monitor.snapshot()))
  }

  @Test("Running, it ticks by itself, and its streams end with it")
  func runs() async throws {
    let monitor = try await bench.monitor()
    try await bench.live(monitor, 0..<5) { bench.record($0) }
    bench.advance(to: 200)
    let stream = await monitor.events(after: nil)
    let running = Task { await monitor.run() }
    for await update in stream {
      guard case .event(let event) = update, case .path(let state) = event.change, state.verdict == .unknown else {
        continue
      }
      running.cancel()
    }
    await running.value
  }

  // MARK: Faults

  @Test("A clock set by an hour raises nothing, and intervals are judged at the new time", arguments: [-3_600, 3_600])
  func clockSet(seconds: Int64) async throws {
    let monitor = try await bench.monitor(webhook: "http://127.0.0.1:9/")
    try await bench.live(monitor, 0..<12) { bench.record($0) }
    bench.step(by: seconds)
    let moved = seconds / 15
    // The interval that was cut, then whole ones; `live` counts by the monotonic clock.
    try await bench.live(monitor, 12..<24) { bench.record($0 + moved) }
    let path = try #require(await monitor.path)
    #expect(path.verdict == .good)
    #expect(path.recent.allSatisfy { $0.verdict == .good })
    #expect(path.recent.last?.interval.start == Bench.start + .seconds(15 * (22 + moved)))
    #expect(await monitor.snapshot().incidents == [])
    #expect(try await monitor.incidents(limit: 10) == [])
  }

  @Test("A clock set years ahead deletes nothing, and what was measured is rolled up by its own time")
  func clockYearsAhead() async throws {
    let bench = try Bench()
    let monitor = try await bench.monitor { $0.timeZone = .gmt }
    try await bench.live(monitor, 0..<44) { bench.record($0) }
    bench.step(by: 30 * 365 * 86_400)
    try await bench.live(monitor, 44..<48) { _ in nil }
    try await monitor.prune(bench.now)
    try await monitor.rollUp(bench.now)
    try await monitor.prune(bench.now)
    let stored = try await monitor.history.records(
      judgedAs: Bench.series, starting: Bench.start..<Bench.start + .seconds(86_400))
    #expect(stored.count == 43)
    let day = try await monitor.history.rollUps(
      of: Bench.series, .day, starting: Bench.start.advanced(byNanoseconds: -86_400_000_000_000)..<Bench.start,
      withRecords: true)
    #expect(day.map { $0.record?.loss.sent } == [43 * 750])
    #expect(day.flatMap(\.tallies).filter { $0.verdict == .good }.map(\.intervals) == [43])
  }

  @Test("An incident that fires while the clock is set back goes on as the same one, over a restart too, and ends")
  func clockSetWhileFiring() async throws {
    let before: IncidentState
    do {
      let monitor = try await bench.monitor(webhook: "http://127.0.0.1:9/")
      try await bench.live(monitor, 0..<12) { bench.record($0, lost: 30) }
      before = try #require(await monitor.snapshot().incidents.first)
      #expect(before.phase == .firing)
      bench.step(by: -3_600)
      try await bench.live(monitor, 12..<14) { bench.record($0 - 240, lost: 30) }
      let after = try #require(await monitor.snapshot().incidents.first)
      #expect(after.id == before.id && after.phase == .firing)
      #expect(after.startedAt == before.startedAt + .seconds(-3_600))
    }
    let monitor = try await bench.monitor(webhook: "http://127.0.0.1:9/")
    try await bench.live(monitor, 14..<40) { bench.record($0 - 240) }
    let end = try #require(await monitor.snapshot().incidents.first)
    #expect(end.id == before.id && end.phase == .resolved)
    #expect(await monitor.path?.verdict == .good)
    let told = try await monitor.history.write { db in
      try String.fetchAll(db, sql: "SELECT key FROM outbox ORDER BY id")
    }
    #expect(told == ["\(before.id)-firing", "\(before.id)-resolved"])
  }

  @Test("What cannot be kept is a trouble until it can, and the step is made then")
  func storing() async throws {
    let monitor = try await bench.monitor()
    try await bench.live(monitor, 0..<2) { bench.record($0) }
    #expect(await monitor.troubles() == [])
    try await monitor.history.write { db in
      try db.execute(sql: "CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(FAIL, 'no room'); END")
    }
    let since = bench.now
    for second in 0..<3 {
      bench.advance(to: 30 + Int64(second))
      await #expect(throws: HistoryError.self) { try await monitor.ingest([bench.record(1)]) }
    }
    let trouble = try #require(await monitor.troubles().first)
    #expect(trouble.kind == .history)
    #expect(trouble.since == since + .seconds(1))
    #expect(trouble.reason.hasSuffix("could not be used: no room."))
    try await monitor.history.write { db in try db.execute(sql: "DROP TRIGGER full") }
    try await monitor.ingest([bench.record(1)])
    #expect(await monitor.troubles() == [])
  }

  @Test("When the database is lost under it, what fires goes on, is told again under the same key, and ends")
  func damaged() async throws {
    let receiver = try HTTPReceiver()
    var requests = receiver.requests.makeAsyncIterator()
    let monitor = try await bench.monitor(webhook: receiver.url)
    try await bench.live(monitor, 0..<12) { bench.record($0, lost: 30) }
    let incident = try #require(await monitor.snapshot().incidents.first)
    let first = try #require(await requests.next())
    await #expect(throws: HistoryError.replaced(file: monitor.history.file)) {
      try await monitor.history.write { _ in
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "database disk image is malformed")
      }
    }
    #expect(await monitor.troubles().map(\.kind) == [.damage])
    try await bench.live(monitor, 12..<14) { bench.record($0, lost: 30) }
    let repeated = try #require(await requests.next())
    #expect(repeated.headers["idempotency-key"] == first.headers["idempotency-key"])
    try await bench.live(monitor, 14..<40) { bench.record($0) }
    let resolved = try #require(await requests.next())
    #expect(resolved.headers["idempotency-key"] == incident.id + "-resolved")
    #expect(try await monitor.incidents(limit: 10).map(\.id) == [incident.id])
  }
}
