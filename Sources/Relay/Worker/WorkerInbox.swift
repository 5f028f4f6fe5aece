import Association
import Synchronization
import Transport

/// How others reach a Worker: two mailboxes behind one wake-up.
final class WorkerInbox: Sendable {
  let wakeup: Wakeup
  let commands: Mailbox<WorkerCommand>
  let associations: Mailbox<AssociationEvent>
  private let closed = Atomic(false)

  init() throws(SystemError) {
    wakeup = try Wakeup()
    commands = Mailbox(capacity: 256, wakeup: wakeup)
    associations = Mailbox(capacity: 4_096, wakeup: wakeup)
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// Ends the Worker's thread after the wake-up it is in.
  func close() {
    closed.store(true, ordering: .releasing)
    wakeup.signal()
  }
}
