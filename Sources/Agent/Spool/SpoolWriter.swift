import Glibc
import Measurement
import Synchronization
import Transport
import Wire

/// The thread that owns the spool: it writes what producers submit, together where it can, and hands out batches.
final class SpoolWriter: Sendable {
  enum Order: Sendable {
    /// Resumed when the records are safe on disk, or with the reason why they are not.
    case append([PathRecord], CheckedContinuation<Result<Void, SpoolError>, Never>?)
    /// Resumed as soon as there is something to deliver, `nil` when the writer closes.
    case next(CheckedContinuation<Spool.Batch?, Never>)
    case acknowledge(Spool.Batch)
  }

  /// What stands in the spool.
  struct Counts: Sendable, Equatable {
    var waiting = 0
    var dropped = 0
    var damagedSegments = 0
    /// Why the last write failed, `nil` once one succeeded.
    var lastError: SpoolError?
  }

  static let orderCapacity = 4_096
  static let recordsPerBatch = 256
  static let bytesPerBatch = 1 << 20
  /// Records of producers that do not wait, kept in memory while the disk refuses them.
  static let unwrittenCapacity = 4_096

  private let mailbox: Mailbox<Order>
  private let signal: StopSignal
  private let thread: NamedThread
  private let shared = SharedCounts()
  /// Records that were refused because the queue was full.
  private let refused = Atomic(0)

  private final class SharedCounts: Sendable {
    let counts = Mutex(Counts())
  }

  init(folder: String, capacityBytes: Int) throws {
    let signal = try StopSignal()
    let mailbox = Mailbox<Order>(capacity: Self.orderCapacity, wakeup: signal.wakeup)
    let startup = try Startup<Void>()
    let shared = shared
    self.signal = signal
    self.mailbox = mailbox
    thread = try NamedThread("agent-spool") {
      do {
        var owner = try Owner(folder: folder, capacityBytes: capacityBytes, mailbox: mailbox)
        shared.counts.withLock { $0 = owner.counts }
        startup.report(.success(()))
        while !signal.isStopped {
          owner.turn()
          shared.counts.withLock { $0 = owner.counts }
        }
        owner.close()
      } catch {
        startup.report(.failure(error))
      }
    }
    try startup.wait()
  }

  deinit {
    signal.stop()
  }

  var counts: Counts {
    var counts = shared.counts.withLock { $0 }
    counts.dropped += refused.load(ordering: .relaxed)
    return counts
  }

  /// Hands records over without waiting for the disk; a full queue drops and counts them.
  func post(_ records: [PathRecord]) {
    if mailbox.post(.append(records, nil)) != .posted { refused.add(records.count, ordering: .relaxed) }
  }

  /// Returns when the records are safe on disk.
  func append(_ records: [PathRecord]) async throws(SpoolError) {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, SpoolError>, Never>) in
      switch mailbox.post(.append(records, continuation)) {
      case .posted: break
      case .full: continuation.resume(returning: .failure(.overloaded))
      case .closed: continuation.resume(returning: .failure(.closed))
      }
    }
    try result.get()
  }

  /// The oldest batch; waits until there is one. `nil` when the writer has closed.
  func nextBatch() async -> Spool.Batch? {
    while true {
      var result = Mailbox<Order>.PostResult.posted
      let batch = await withCheckedContinuation { (continuation: CheckedContinuation<Spool.Batch?, Never>) in
        result = mailbox.post(.next(continuation))
        if result != .posted { continuation.resume(returning: nil) }
      }
      // A disk that stands still has let the queue fill; the records are still there.
      guard result == .full, (try? await Task.sleep(for: .seconds(1))) != nil else { return batch }
    }
  }

  func acknowledge(_ batch: Spool.Batch) {
    mailbox.post(.acknowledge(batch))
  }

  /// Writes what was submitted and ends.
  func stop() {
    mailbox.close()
    signal.stop()
    thread.join()
  }
}

extension SpoolWriter {
  /// The thread's own state.
  private struct Owner: ~Copyable {
    private var spool: Spool
    private let mailbox: Mailbox<Order>
    private let loop: EventLoop
    private var orders: [Order] = []
    private var unwritten: [[UInt8]] = []
    private var unwrittenDrops = 0
    private var waiting: CheckedContinuation<Spool.Batch?, Never>?
    private var lastError: SpoolError?
    private var isUnreadable = false

    init(folder: String, capacityBytes: Int, mailbox: Mailbox<Order>) throws {
      let spool = try Spool(folder: folder, capacityBytes: capacityBytes)
      let loop = try EventLoop()
      try loop.watch(mailbox.wakeup.descriptor, token: 0)
      self.spool = spool
      self.loop = loop
      self.mailbox = mailbox
    }

    var counts: Counts {
      Counts(
        waiting: spool.waitingRecords + unwritten.count, dropped: spool.droppedRecords + unwrittenDrops,
        damagedSegments: spool.damagedSegments, lastError: lastError)
    }

    mutating func turn() {
      // While the disk refuses, it is tried again each second.
      _ = loop.wait(until: unwritten.isEmpty && !isUnreadable ? .never : SystemClock.now + .seconds(1))
      mailbox.wakeup.clear()
      obey()
    }

    mutating func close() {
      mailbox.wakeup.clear()
      obey()
      waiting?.resume(returning: nil)
      waiting = nil
    }

    private mutating func obey() {
      mailbox.drain(into: &orders)
      write()
      for order in orders {
        switch order {
        case .append: break
        case .acknowledge(let batch): spool.acknowledge(batch)
        case .next(let continuation):
          waiting?.resume(returning: nil)
          waiting = continuation
        }
      }
      orders.removeAll(keepingCapacity: true)
      handOut()
    }

    private mutating func handOut() {
      guard let continuation = waiting else { return }
      do {
        let batch = try spool.nextBatch(
          maximumRecords: SpoolWriter.recordsPerBatch, maximumBytes: SpoolWriter.bytesPerBatch)
        if isUnreadable { lastError = nil }
        isUnreadable = false
        guard let batch else { return }
        waiting = nil
        continuation.resume(returning: batch)
      } catch {
        isUnreadable = true
        lastError = error
      }
    }

    /// All that was submitted since the last turn is written, and synchronised, at once.
    private mutating func write() {
      var payloads = unwritten
      var producers: [CheckedContinuation<Result<Void, SpoolError>, Never>] = []
      var patient = unwritten
      for case .append(let records, let continuation) in orders {
        let encoded = records.map { PathRecordCodec.encode($0) }
        payloads += encoded
        if let continuation {
          producers.append(continuation)
        } else {
          patient += encoded
        }
      }
      guard !payloads.isEmpty || !producers.isEmpty else { return }
      do {
        try spool.append(payloads)
        unwritten.removeAll()
        lastError = nil
        for producer in producers { producer.resume(returning: .success(())) }
      } catch {
        lastError = error
        unwrittenDrops += max(patient.count - SpoolWriter.unwrittenCapacity, 0)
        unwritten = patient.suffix(SpoolWriter.unwrittenCapacity)
        for producer in producers { producer.resume(returning: .failure(error)) }
      }
    }
  }
}
