import Synchronization

/// A bounded queue of messages into a thread: any thread posts, the owner's event loop is woken and drains.
public final class Mailbox<Message: Sendable>: Sendable {
  public enum PostResult: Sendable, Equatable {
    case posted
    /// The owner is behind by the whole capacity; the message was not taken.
    case full
    /// The owner has gone; no message will be taken any more.
    case closed
  }

  public let capacity: Int
  /// Signalled when the mailbox stops being empty; several mailboxes may share one.
  public let wakeup: Wakeup
  private let state = Mutex(State())

  private struct State {
    var messages: [Message] = []
    var isClosed = false
  }

  public init(capacity: Int, wakeup: Wakeup) {
    precondition(capacity > 0, "a mailbox holds at least one message")
    self.capacity = capacity
    self.wakeup = wakeup
  }

  @discardableResult
  public func post(_ message: Message) -> PostResult {
    let (result, wasEmpty) = state.withLock { state -> (PostResult, Bool) in
      if state.isClosed { return (.closed, false) }
      guard state.messages.count < capacity else { return (.full, false) }
      state.messages.append(message)
      return (.posted, state.messages.count == 1)
    }
    if wasEmpty { wakeup.signal() }
    return result
  }

  /// Swaps everything waiting into `messages`, which is emptied first and keeps its memory for the next turn.
  public func drain(into messages: inout [Message]) {
    messages.removeAll(keepingCapacity: true)
    state.withLock { swap(&$0.messages, &messages) }
  }

  /// Refuses messages from now on; those waiting can still be drained.
  public func close() {
    state.withLock { $0.isClosed = true }
  }
}
