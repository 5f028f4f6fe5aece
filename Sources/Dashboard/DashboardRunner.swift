import API
import Fetch
import Foundation
import Synchronization

/// The dashboard as `kakehashi dashboard` runs it.
public struct DashboardRunner: Sendable {
  private let configuration: DashboardConfiguration
  private let fetcher = Fetcher()

  public init(_ configuration: DashboardConfiguration) {
    self.configuration = configuration
  }

  /// After so long a history that is looked at is asked for again.
  private static let historyAge: Duration = .seconds(30)

  private var words: Words { configuration.words }

  /// One look as lines of text.
  public func plain() async throws -> String {
    let overview = try await OverviewFeed(configuration: configuration, fetcher: fetcher).once()
    return PlainText.lines(overview, words: words).joined(separator: "\n")
  }

  /// One look as the monitor's own JSON shape.
  public func json() async throws -> String {
    let overview = try await OverviewFeed(configuration: configuration, fetcher: fetcher).once()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(overview), as: UTF8.self)
  }

  /// One look as the terminal would show it.
  public func once(columns: Int, rows: Int) async throws -> String {
    var state = initialState()
    state.receive(try await OverviewFeed(configuration: configuration, fetcher: fetcher).once())
    return Screens.draw(state, columns: columns, rows: rows).lines.joined(separator: "\n")
  }

  /// Takes the terminal until the user or a signal ends it; blocks the calling thread, which must be no pool thread.
  ///
  /// Returns the exit status: 0, or 128 + the signal's number.
  public func run() throws(DashboardError) -> Int32 {
    guard let terminal = Terminal() else {
      throw DashboardError("this is no terminal the dashboard can draw on; use --plain or --json in scripts")
    }
    let inbox = try Inbox()
    let feed = OverviewFeed(configuration: configuration, fetcher: fetcher)
    let following = Task.detached { await feed.run(inbox.put) }
    defer { following.cancel() }

    var state = initialState()
    var receivedAt = ContinuousClock.now
    var asked: (span: SpanOfHistory, at: ContinuousClock.Instant)?
    while !state.shouldQuit {
      if let span = state.wantedHistory,
        asked?.span != span || asked.map({ $0.at.duration(to: .now) > Self.historyAge }) ?? true
      {
        asked = (span, .now)
        Task.detached { [now = state.now ?? 0] in
          do {
            inbox.put(.history(try await feed.history(span, at: now), span))
          } catch {
            inbox.put(.lost(words.reason(error)))
          }
        }
      }
      state.pass(receivedAt.duration(to: .now) / .seconds(1))
      let size = terminal.size
      terminal.show(Screens.draw(state, columns: size.columns, rows: size.rows))
      if let signal = terminal.wait(wake: inbox.descriptor) {
        // Ctrl-C is how many people leave a program: no error.
        return signal == SIGINT ? 0 : 128 + signal
      }
      for update in inbox.take() {
        switch update {
        case .overview(let overview):
          receivedAt = .now
          state.receive(overview)
        case .lost(let reason): state.lose(reason)
        case .history(let history, let span): state.receive(history, of: span)
        }
      }
      reading: while true {
        switch terminal.read() {
        case .none: break reading
        case .resize: continue
        case .key(let key): state.press(key, pageRows: Screens.contentRows(rows: size.rows).count - 3)
        }
      }
    }
    return 0
  }

  private func initialState() -> DashboardState {
    DashboardState(address: configuration.monitor, words: words, utcOffset: TimeZone.current.secondsFromGMT())
  }
}

/// What the feed hands to the terminal's thread: only the newest update of each kind matters.
private final class Inbox: Sendable {
  /// Readable when there is something to take.
  let descriptor: Int32
  private let writeDescriptor: Int32
  private let updates = Mutex<[OverviewFeed.Update]>([])

  init() throws(DashboardError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw DashboardError("no pipe could be opened: \(String(cString: strerror(errno)))") }
    (descriptor, writeDescriptor) = (ends[0], ends[1])
    // A full pipe wakes as well as an empty one; never wait for it.
    _ = fcntl(writeDescriptor, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(descriptor)
    close(writeDescriptor)
  }

  func put(_ update: OverviewFeed.Update) {
    updates.withLock { waiting in
      if waiting.count >= 8 { waiting.removeFirst() }
      waiting.append(update)
    }
    var byte: UInt8 = 1
    _ = write(writeDescriptor, &byte, 1)
  }

  func take() -> [OverviewFeed.Update] {
    updates.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
