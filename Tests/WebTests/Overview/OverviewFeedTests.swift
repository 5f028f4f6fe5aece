import API
import Foundation
import Synchronization
import Testing

@testable import Web

@Suite struct OverviewFeedTests {
  /// What there is to see, changed by hand.
  private final class Scene: Sendable {
    private let state = Mutex((madeAt: 0.0, rooms: [String]()))

    func open(_ room: String) { state.withLock { $0.rooms.append(room) } }

    func overview() -> Overview {
      state.withLock { state in
        state.madeAt += 1
        return Overview(
          madeAt: state.madeAt, sites: [], paths: [],
          meetings: state.rooms.map {
            MeetingStatus(room: $0, participants: [], receivedBitrate: 0, sentBitrate: 0)
          }, incidents: [])
      }
    }
  }

  private func rooms(_ event: ServerSentEvent?) throws -> [String] {
    let event = try #require(event)
    return try JSONDecoder().decode(Overview.self, from: Data(event.data.utf8)).meetings.map(\.room)
  }

  @Test("Every listener hears of a change, also of one that another's coming brought to light")
  func changes() async throws {
    let scene = Scene()
    let feed = OverviewFeed(interval: .milliseconds(1)) { scene.overview() }
    var first = await feed.events(after: nil).makeAsyncIterator()
    #expect(try rooms(await first.next()) == [])
    scene.open("a")
    var second = await feed.events(after: nil).makeAsyncIterator()
    #expect(try rooms(await second.next()) == ["a"])
    #expect(try rooms(await first.next()) == ["a"])
    let running = Task { await feed.run() }
    scene.open("b")
    #expect(try rooms(await first.next()) == ["a", "b"])
    #expect(try rooms(await second.next()) == ["a", "b"])
    running.cancel()
    await running.value
    #expect(await first.next() == nil)
  }

  @Test("Who has the newest already is told nothing until it changes")
  func resume() async throws {
    let scene = Scene()
    let feed = OverviewFeed(interval: .milliseconds(1)) { scene.overview() }
    var first = await feed.events(after: nil).makeAsyncIterator()
    let id = try #require(await first.next()?.id)
    #expect(id.hasPrefix(feed.epoch + "-"))
    var resumed = await feed.events(after: id).makeAsyncIterator()
    scene.open("a")
    var other = await feed.events(after: "1-1").makeAsyncIterator()
    #expect(try rooms(await resumed.next()) == ["a"])
    #expect(try rooms(await other.next()) == ["a"])
  }

  @Test("Who comes long after the last change is told the time of now")
  func time() async throws {
    let scene = Scene()
    let feed = OverviewFeed(interval: .seconds(3_600)) { scene.overview() }
    for madeAt in [1.0, 2.0] {
      var events = await feed.events(after: nil).makeAsyncIterator()
      let event = try #require(await events.next())
      #expect(event.id == feed.epoch + "-1")
      #expect(try JSONDecoder().decode(Overview.self, from: Data(event.data.utf8)).madeAt == madeAt)
    }
  }

  @Test("A listener that does not keep up gets the newest alone")
  func slowListener() async throws {
    let scene = Scene()
    let feed = OverviewFeed(interval: .milliseconds(1)) { scene.overview() }
    var slow = await feed.events(after: nil).makeAsyncIterator()
    for room in ["a", "b", "c"] {
      scene.open(room)
      _ = await feed.events(after: nil)
    }
    #expect(try rooms(await slow.next()) == ["a", "b", "c"])
  }
}
