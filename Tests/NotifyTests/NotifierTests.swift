import Fetch
import Foundation
import Logging
import Synchronization
import Testing
import Wire

@testable import Notify

/// The outbox as `History` keeps it, in memory.
private actor ListOutbox: Outbox {
  private(set) var items: [OutboxItem]
  private(set) var delivered: [Int64] = []

  init(_ items: [OutboxItem]) {
    self.items = items
  }

  func pending(limit: Int) -> [OutboxItem] {
    Array(items.sorted { $0.due < $1.due }.prefix(limit))
  }

  func delivered(_ id: Int64, at now: WallTime) {
    items.removeAll { $0.id == id }
    delivered.append(id)
  }

  func postpone(_ id: Int64, until due: WallTime) {
    guard let place = items.firstIndex(where: { $0.id == id }) else { return }
    items[place].due = due
    items[place].attempts += 1
  }
}

struct NotifierTests {
  /// Virtual time, in nanoseconds since 1970.
  let time = Clock()
  let fetcher = Fetcher()

  final class Clock: Sendable {
    private let seconds = Mutex<Int64>(0)
    var now: WallTime { WallTime(seconds: seconds.withLock { $0 }) }
    func advance(to value: Int64) { seconds.withLock { $0 = value } }
  }

  private func item(_ id: Int64, _ channel: String, _ notification: Notify.Notification) throws -> OutboxItem {
    OutboxItem(
      id: id, key: notification.key, channel: channel, body: try notification.encoded(), attempts: 0, due: .unixEpoch)
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
    let outbox = ListOutbox([try item(1, "team", .example())])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: "http://127.0.0.1:\(port)/hook")], outbox)

    #expect(await notifier.deliverDue() == WallTime(seconds: 5))
    time.advance(to: 4)
    #expect(await notifier.deliverDue() == WallTime(seconds: 5))
    time.advance(to: 5)
    #expect(await notifier.deliverDue() == WallTime(seconds: 15))

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
    let outbox = ListOutbox([try item(1, "team", .example())])
    let notifier = notifier(
      [Channel(name: "team", kind: .webhook, url: receiver.url, headers: [.init("Authorization", "Bearer secret")])],
      outbox)
    #expect(await notifier.deliverDue() == WallTime(seconds: 5))
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
    let dead = try HTTPReceiver()
    dead.stop()
    for await _ in dead.requests {}
    let outbox = ListOutbox([try item(1, "dead", .example()), try item(2, "team", .example())])
    let notifier = notifier(
      [
        Channel(name: "dead", kind: .webhook, url: dead.url), Channel(name: "team", kind: .webhook, url: receiver.url),
      ], outbox)
    #expect(await notifier.deliverDue() == WallTime(seconds: 5))
    #expect(await outbox.delivered == [2])
  }

  @Test("What is addressed to a channel that is configured no more waits and does not stop the rest")
  func unknownChannel() async throws {
    let outbox = ListOutbox([try item(1, "gone", .example())])
    #expect(await notifier([], outbox).deliverDue() == WallTime(seconds: 5))
    #expect(await outbox.items.map(\.attempts) == [1])
  }

  @Test("Only receivers that forget are told again what fires", .timeLimit(.minutes(1)))
  func restates() async throws {
    let alertmanager = try HTTPReceiver()
    let webhook = try HTTPReceiver()
    let notifier = notifier(
      [
        Channel(name: "am", kind: .alertmanager, url: alertmanager.url),
        Channel(name: "team", kind: .webhook, url: webhook.url),
      ], ListOutbox([]))
    await notifier.restate([.example()])
    webhook.stop()
    for await request in webhook.requests { Issue.record("posted \(request)") }
    var requests = alertmanager.requests.makeAsyncIterator()
    #expect(try #require(await requests.next()).path == "/api/v2/alerts")
  }

  @Test("Running, it delivers what it is woken for and ends when it is cancelled", .timeLimit(.minutes(1)))
  func runs() async throws {
    let receiver = try HTTPReceiver()
    let outbox = ListOutbox([try item(1, "team", .example())])
    let notifier = notifier([Channel(name: "team", kind: .webhook, url: receiver.url)], outbox)
    let running = Task { await notifier.run() }
    await notifier.wake()
    var requests = receiver.requests.makeAsyncIterator()
    #expect(await requests.next() != nil)
    running.cancel()
    await running.value
  }
}
