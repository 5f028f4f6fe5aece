import CCurl
import Synchronization

/// HTTP requests on libcurl, all on one thread of their own, so that no waiting for a server blocks anything else.
public final class Fetcher: Sendable {
  /// Exchanges under way at once; more are refused.
  public static let capacity = 512
  private let loop: FetchLoop

  public init() {
    loop = FetchLoop()
  }

  deinit {
    loop.stop()
  }

  /// Sends a request and waits for the whole answer. Cancelling the task ends the exchange.
  public func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
    let id = loop.newID()
    let loop = loop
    let result: Result<FetchResponse, FetchError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.start(id, request, sink: .response(continuation))
      }
    } onCancel: {
      loop.cancel(id)
    }
    return try result.get()
  }

  /// Sends a request and gives out the body as it comes, for event streams. Ends with an error where the status is not
  /// 2xx, the connection is lost, or the reader is 1,024 pieces behind. Dropping the stream ends the exchange.
  public func stream(_ request: FetchRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let id = loop.newID()
    let loop = loop
    return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(1_024)) { continuation in
      continuation.onTermination = { _ in loop.cancel(id) }
      loop.start(id, request, sink: .stream(continuation))
    }
  }

  /// Ends the thread; exchanges under way fail as cancelled.
  public func shutdown() {
    loop.stop()
  }
}
