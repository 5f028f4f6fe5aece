import Fetch
import Foundation
import Logging
import Synchronization
import Testing
import Wire

@testable import Notify

/// The outbox as `History` keeps it, in memory.
private actor ListOutbox: Outbox {
  private(set) var items: [String: [OutboxItem]]
  private(set) var delivered: [Int64] = []
  /// What noting a delivery answers, as a full disk does.
  private var refusal: DeliveryError?

  init(_ items: [String: [OutboxItem]]) {
    self.items = items
  }

  func pending(_ channel: String, limit: Int) -> [OutboxItem] {
    Array((items[channel] ?? []).sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(limit))
  }

  func waiting(_ channel: String) -> Int { items[channel]?.count ?? 0 }

  func delivered(_ id: Int64, at now: WallTime) throws {
    if let refusal { throw refusal }
    for channel in items.keys { items[channel]?.removeAll { $0.id == id } }
    delivered.append(id)
  }

  func postpone(_ id: Int64, until due: WallTime) {
    for channel in items.keys {
      guard let place = items[channel]?.firstIndex(where: { $0.id == id }) else { continue }
      items[channel]?[place].due = due
      items[channel]?[place].attempts += 1
    }
  }

  func refuse(_ error: DeliveryError?) {
    refusal = error
  }
}

struct NotifierTests {
  let time = Clock()
  let fetcher = Fetcher()

  /// Virtual time: both clocks begin at 0, and the wall clock can be set.
  final class Clock: Sendable {
    private let state = Mutex<(seconds: Int64, shift: Int64)>((0, 0))
    var now: ClockReading {
      let state = state.withLock { $0 }
      return ClockReading(
        monotonic: MonotonicTime(nanoseconds: state.seconds * 1_000_000_000),
        wall: WallTime(seconds: state.seconds + state.shift))
    }
    func advance(to value: Int64) { state.withLock { $0.seconds = value } }
    func step(by value: Int64) { state.withLock { $0.shift += value } }
  }

  private func item(_ id: Int64, _ notification: Notify.Notification, due: WallTime = .unixEpoch) throws -> OutboxItem {
    OutboxItem(id: id, key: notification.key, body: try notification.encoded(), attempts: 0, due: due)
  }

  private func after(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

  /// The address of a receiver that is not there.
  private func deadAddress() async throws -> String {
    let dead = try HTTPReceiver()
    dead.stop()
    for await _ in dead.requests {}
    return dead.url
  }

  private func notifier(_ channels: [Channel], _ outbox: ListOutbox) -> Notifier {
    Notifier(
      routing: Routing(channels: channels), outbox: outbox, fetcher: fetcher,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: { [time] in time.now })
  }

  @Test(
    "A receiver that is down is tried again with growing waits until it is up, then once and no more",
    .timeLimit(.minutes(1)))
  func retries() async throws {
    let absent = try HTTPReceiver()
    let port = absent.port
    absent.stop()
    for await _ in absent.requests {}
    let outbox = ListOutbox(["team": [try item(1, .example())]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: "http://127.0.0.1:\(port)/hook")], outbox)

    #expect(await notifier.deliverDue() == after(5))
    time.advance(to: 4)
    #expect(await notifier.deliverDue() == after(5))
    time.advance(to: 5)
    #expect(await notifier.deliverDue() == after(15))

    let receiver = try HTTPReceiver(port: port)
    time.advance(to: 15)
    #expect(await notifier.deliverDue() == nil)
    #expect(await outbox.delivered == [1])
    var requests = receiver.requests.makeAsyncIterator()
    let request = try #require(await requests.next())
    #expect(request.path == "/hook")
    #expect(request.headers["idempotency-key"] == "k-firing")
    #expect(try request.json()["status"] as? String == "firing")
  }

  @Test("A repeat has the key and the body of the first attempt", .timeLimit(.minutes(1)))
  func repeats() async throws {
    let answers = Mutex([500, 200])
    let receiver = try HTTPReceiver { _ in answers.withLock { $0.removeFirst() } }
    let outbox = ListOutbox(["team": [try item(1, .example())]])
    let notifier = notifier(
      [Channel(name: "team", kind: .webhook, url: receiver.url, headers: [.init("Authorization", "Bearer secret")])],
      outbox)
    #expect(await notifier.deliverDue() == after(5))
    time.advance(to: 5)
    #expect(await notifier.deliverDue() == nil)
    var requests = receiver.requests.makeAsyncIterator()
    let first = try #require(await requests.next())
    let second = try #require(await requests.next())
    #expect(first == second)
    #expect(first.headers["authorization"] == "Bearer secret")
  }

  @Test("A dead channel holds up no other", .timeLimit(.minutes(1)))
  func independent() async throws {
    let receiver = try HTTPReceiver()
    let outbox = ListOutbox(["dead": [try item(1, .example())], "team": [try item(2, .example())]])
    let notifier = notifier(
      [
        Channel(name: "dead", kind: .webhook, url: try await deadAddress()),
        Channel(name: "team", kind: .webhook, url: receiver.url),
      ], outbox)
    #expect(await notifier.deliverDue() == after(5))
    #expect(await outbox.delivered == [2])
  }

  @Test("What is addressed to a channel that is configured no more waits and does not stop the rest")
  func unknownChannel() async throws {
    let receiver = try HTTPReceiver()
    let outbox = ListOutbox(["gone": [try item(1, .example())], "team": [try item(2, .example())]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: receiver.url)], outbox)
    #expect(await notifier.deliverDue() == nil)
    #expect(await outbox.delivered == [2])
    #expect(await outbox.items["gone"]?.map(\.attempts) == [0])
  }

  @Test("Only receivers that forget are told again what fires", .timeLimit(.minutes(1)))
  func restates() async throws {
    let alertmanager = try HTTPReceiver()
    let webhook = try HTTPReceiver()
    let notifier = notifier(
      [
        Channel(name: "am", kind: .alertmanager, url: alertmanager.url),
        Channel(name: "team", kind: .webhook, url: webhook.url),
      ], ListOutbox([:]))
    await notifier.restate([.example()])
    webhook.stop()
    for await request in webhook.requests { Issue.record("posted \(request)") }
    var requests = alertmanager.requests.makeAsyncIterator()
    #expect(try #require(await requests.next()).path == "/api/v2/alerts")
  }

  @Test("Running, it delivers what it is woken for and ends when it is cancelled", .timeLimit(.minutes(1)))
  func runs() async throws {
    let receiver = try HTTPReceiver()
    let outbox = ListOutbox(["team": [try item(1, .example())]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: receiver.url)], outbox)
    let running = Task { await notifier.run() }
    await notifier.wake()
    var requests = receiver.requests.makeAsyncIterator()
    #expect(await requests.next() != nil)
    running.cancel()
    await running.value
  }

  // MARK: A receiver that is away for an hour

  @Test("An hour away costs a receiver nothing: few attempts, then everything in order, with the keys it had")
  func hour() async throws {
    let absent = try HTTPReceiver()
    let port = absent.port
    absent.stop()
    for await _ in absent.requests {}
    // Of one incident the outbox hands out the oldest alone; here are three incidents.
    let keys = ["a-firing", "b-firing", "c-firing"]
    let outbox = ListOutbox(
      ["team": try keys.enumerated().map { try item(Int64($0 + 1), .example(key: $1)) }])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: "http://127.0.0.1:\(port)/hook")], outbox)

    var attempts: [Int64] = []
    var second: Int64 = 0
    while second < 3_600 {
      time.advance(to: second)
      attempts.append(second)
      let next = try #require(await notifier.deliverDue())
      second = next.nanoseconds / 1_000_000_000
    }
    // 5 s, doubled up to 300 s: one notification at a time, however many wait.
    #expect(attempts.prefix(8) == [0, 5, 15, 35, 75, 155, 315, 615])
    #expect(attempts.count == 17)
    let trouble = try #require(await notifier.troubles.first)
    #expect(trouble.channel == "team" && trouble.since == .unixEpoch && trouble.waiting == 3)
    #expect(trouble.reason.contains("channel team") && !trouble.reason.contains("127.0.0.1:\(port)/hook"))

    let receiver = try HTTPReceiver(port: port)
    time.advance(to: second)
    #expect(await notifier.deliverDue() == nil)
    #expect(await notifier.troubles == [])
    var requests = receiver.requests.makeAsyncIterator()
    var told: Set<String> = []
    for _ in keys { told.insert(try #require(await requests.next()).headers["idempotency-key"] ?? "") }
    #expect(told == Set(keys))
    #expect(await outbox.delivered.count == 3)
  }

  @Test("What is refused for itself holds up what else is due for no longer than the first wait")
  func poison() async throws {
    let receiver = try HTTPReceiver { $0.headers["idempotency-key"] == "bad" ? 400 : 200 }
    let outbox = ListOutbox(["team": [try item(1, .example(key: "bad")), try item(2, .example(key: "good"))]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: receiver.url)], outbox)
    #expect(await notifier.deliverDue() == after(5))
    time.advance(to: 5)
    await notifier.deliverDue()
    #expect(await outbox.delivered == [2])
  }

  @Test("What was taken and cannot be noted is not sent again, and noted when it can be", .timeLimit(.minutes(1)))
  func unnoted() async throws {
    let receiver = try HTTPReceiver()
    let outbox = ListOutbox(["team": [try item(1, .example())]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: receiver.url)], outbox)
    await outbox.refuse(.refused(status: 0))
    #expect(await notifier.deliverDue() == after(10))
    time.advance(to: 10)
    #expect(await notifier.deliverDue() == after(20))
    await outbox.refuse(nil)
    time.advance(to: 20)
    #expect(await notifier.deliverDue() == nil)
    #expect(await outbox.delivered == [1])
    receiver.stop()
    var count = 0
    for await _ in receiver.requests { count += 1 }
    #expect(count == 1)
  }

  // MARK: A clock that is set

  @Test("A clock set back or forward by an hour changes no wait", arguments: [-3_600, 3_600] as [Int64])
  func clockSet(seconds: Int64) async throws {
    let outbox = ListOutbox(["team": [try item(1, .example())]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: try await deadAddress())], outbox)
    time.advance(to: 10_000)
    #expect(await notifier.deliverDue() == after(10_005))
    time.step(by: seconds)
    #expect(await notifier.deliverDue() == after(10_005))
    time.advance(to: 10_005)
    #expect(await notifier.deliverDue() == after(10_015))
    #expect(await outbox.items["team"]?.map(\.attempts) == [2])
  }

  @Test("After a restart with the clock set back, what was due an hour ahead is due now")
  func restartedWithClockSetBack() async throws {
    let receiver = try HTTPReceiver()
    let outbox = ListOutbox(["team": [try item(1, .example(), due: WallTime(seconds: 3_600))]])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: receiver.url)], outbox)
    #expect(await notifier.deliverDue() == nil)
    #expect(await outbox.delivered == [1])
  }
}
