import API
import Fetch
import Foundation

/// Follows the monitor's event stream and connects again, with longer and longer pauses, whenever it breaks.
struct OverviewFeed: Sendable {
  enum Update: Sendable {
    case overview(Overview)
    /// With the reason, a sentence.
    case lost(String)
    case history(SiteHistory, SpanOfHistory)
  }

  let configuration: DashboardConfiguration
  let fetcher: Fetcher

  static let shortestPause = Duration.seconds(1)
  static let longestPause = Duration.seconds(10)

  /// Runs until the task is cancelled.
  func run(_ deliver: @Sendable (Update) -> Void) async {
    var pause = Self.shortestPause
    while !Task.isCancelled {
      do {
        var request = configuration.request(Paths.events)
        request.timeout = nil
        // The server sends a heartbeat every 15 s.
        request.idleTimeout = .seconds(40)
        var reader = ServerSentEventReader()
        for try await piece in fetcher.stream(request) {
          for event in reader.read(piece) where event.name == DashboardEventName.overview.rawValue {
            deliver(.overview(try decode(Array(event.data.utf8))))
            pause = Self.shortestPause
          }
        }
        deliver(.lost(words.ended))
      } catch FetchError.status {
        // A stream refused gives no sentence; the same question without a stream does.
        do {
          deliver(.overview(try await once()))
        } catch {
          deliver(.lost(words.reason(error)))
        }
      } catch {
        deliver(.lost(words.reason(error)))
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, Self.longestPause)
    }
  }

  /// The overview once.
  func once() async throws -> Overview {
    let response = try await fetcher.fetch(configuration.request(Paths.overview))
    guard response.status == 200 else {
      let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body))
      throw DashboardError(words.refused(body, status: response.status))
    }
    return try decode(response.body)
  }

  /// A site's history up to `now`, seconds since 1970.
  func history(_ span: SpanOfHistory, at now: Double) async throws -> SiteHistory {
    let response = try await fetcher.fetch(configuration.request(span.request(at: now)))
    guard response.status == 200 else {
      let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body))
      throw DashboardError(words.refused(body, status: response.status))
    }
    do {
      return try JSONDecoder().decode(SiteHistory.self, from: Data(response.body))
    } catch {
      throw DashboardError(words.unreadable)
    }
  }

  private var words: Words { configuration.words }

  private func decode(_ bytes: [UInt8]) throws -> Overview {
    do {
      return try JSONDecoder().decode(Overview.self, from: Data(bytes))
    } catch {
      throw DashboardError(words.unreadable)
    }
  }
}

/// Why the dashboard has nothing to show, in a sentence.
public struct DashboardError: Error, CustomStringConvertible, Sendable {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
