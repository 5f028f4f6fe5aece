import CLinuxNet
import Glibc
import Wire

/// Datagrams gathered during one wake-up and sent with one flush, in memory allocated once.
///
/// Runs of datagrams of one size to one destination leave as one segmented send (GSO), even when others were committed
/// between them; the order towards each destination is kept.
///
///     guard var span = batch.reserve(1_232) else { flush, and try again }
///     let length = write(into: &span)
///     batch.commit(length, to: endpoint, from: localAddress)
public struct SendBatch: ~Copyable {
  /// Datagrams it holds at most.
  public let capacity: Int
  /// What the last flush could not send, at most 64 destinations; `SendSummary` counts all.
  public private(set) var failures: [SendFailure] = []

  private let storage: UnsafeMutableRawPointer
  private let storageBytes: Int
  private var used = 0
  private var runs: SegmentRuns
  private var plain = PlainDestinations()
  // One of each for every run, filled at the flush.
  private let messages: UnsafeMutablePointer<linux_message>
  private let slots: UnsafeMutablePointer<linux_send_slot>
  private let vectors: UnsafeMutablePointer<iovec>

  /// - Parameters:
  ///   - datagrams: how many it holds, at most 32,768.
  ///   - bytes: how many bytes they have together.
  public init(datagrams: Int = 1_024, bytes: Int = 1 << 21) {
    precondition((1...32_768).contains(datagrams) && (1...Int(Int32.max)).contains(bytes), "a batch has room")
    capacity = datagrams
    storageBytes = bytes
    storage = .allocate(byteCount: bytes, alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    runs = SegmentRuns(capacity: datagrams)
    messages = .allocate(capacity: datagrams)
    messages.initialize(repeating: linux_message(), count: datagrams)
    slots = .allocate(capacity: datagrams)
    slots.initialize(repeating: linux_send_slot(), count: datagrams)
    vectors = .allocate(capacity: datagrams)
    failures.reserveCapacity(SendFailure.capacity)
  }

  deinit {
    storage.deallocate()
    messages.deallocate()
    slots.deallocate()
    vectors.deallocate()
  }

  public var count: Int { runs.entryCount }

  public var isEmpty: Bool { runs.entryCount == 0 }

  /// Room for one datagram of at most `bytes`, `nil` when the batch is full. Nothing is sent until it is committed.
  @_lifetime(&self)
  public mutating func reserve(_ bytes: Int) -> MutableRawSpan? {
    guard count < capacity, bytes >= 0, bytes <= storageBytes - used else { return nil }
    let buffer = UnsafeMutableRawBufferPointer(start: storage + used, count: bytes)
    return _overrideLifetime(MutableRawSpan(_unsafeBytes: buffer), mutating: &self)
  }

  /// Adds the first `length` bytes of what was last reserved.
  /// - Parameters:
  ///   - local: the address to send from, `nil` leaves it to the socket and the routing table.
  ///   - trafficClass: DSCP in the upper six bits, ECN in the lower two; 0 leaves the socket's.
  public mutating func commit(
    _ length: Int, to destination: Endpoint, from local: IPAddress? = nil, trafficClass: UInt8 = 0
  ) {
    precondition(count < capacity && length >= 0 && length <= storageBytes - used, "the room was reserved")
    runs.add(
      offset: used, length: length,
      key: SegmentRuns.Key(
        destination: destination, local: local ?? IPAddress(high: 0, low: 0), trafficClass: trafficClass),
      takesSegmentation: !plain.contains(destination))
    used += length
  }

  /// Copies a whole datagram in; false when the batch is full.
  public mutating func append(
    _ datagram: RawSpan, to destination: Endpoint, from local: IPAddress? = nil, trafficClass: UInt8 = 0
  ) -> Bool {
    guard var span = reserve(datagram.byteCount) else { return false }
    span.store(datagram, at: 0)
    commit(datagram.byteCount, to: destination, from: local, trafficClass: trafficClass)
    return true
  }

  /// Forgets what was committed.
  public mutating func removeAll() {
    used = 0
    runs.removeAll()
  }

  // MARK: Sending

  mutating func flush(to descriptor: Int32) -> SendSummary {
    var summary = SendSummary()
    if !failures.isEmpty { failures.removeAll(keepingCapacity: true) }
    guard !isEmpty else { return summary }
    prepareMessages()
    var index = 0
    while index < runs.count {
      let sent = Int(linux_send(descriptor, messages + index, min(runs.count - index, 1_024)))
      if sent > 0 {
        for run in index..<(index + sent) { summary.countSent(runs[run: run]) }
        index += sent
      } else if errno == EAGAIN {
        // The socket's own buffer is full: the rest would fare alike.
        for run in index..<runs.count { fail(runs[run: run], code: EAGAIN, &summary) }
        index = runs.count
      } else {
        recover(index, code: errno, descriptor: descriptor, &summary)
        index += 1
      }
    }
    removeAll()
    plain.forgetOld()
    return summary
  }

  /// Neighbours in memory share a vector.
  private mutating func prepareMessages() {
    // A pointer of its own: the compiler's thread sanitizer cannot see `+=` through a noncopyable `self`.
    let vectors = vectors
    var vectorCount = 0
    for index in 0..<runs.count {
      let first = vectorCount
      var next = runs[run: index].first
      var end = Int32(-1)
      while next >= 0 {
        let entry = runs[entry: next]
        if entry.offset == end {
          vectors[vectorCount - 1].iov_len += Int(entry.length)
        } else {
          vectors[vectorCount] = iovec(iov_base: storage + Int(entry.offset), iov_len: Int(entry.length))
          vectorCount += 1
        }
        end = entry.offset + entry.length
        next = entry.next
      }
      prepare(index, vectors + first, vectorCount - first, segmented: runs[run: index].segments > 1)
    }
  }

  private func prepare(_ index: Int, _ payload: UnsafeMutablePointer<iovec>, _ vectorCount: Int, segmented: Bool) {
    let run = runs[run: index]
    linux_prepare_send(
      messages + index, slots + index, run.key.destination.linux, run.key.local.high, run.key.local.low, payload,
      vectorCount, segmented ? UInt16(truncatingIfNeeded: run.segmentBytes) : 0, run.key.trafficClass)
  }

  /// A run failed. If segmentation may be why, its datagrams go one by one and its destination is remembered, so that
  /// no other path loses segmentation.
  private mutating func recover(_ index: Int, code: Int32, descriptor: Int32, _ summary: inout SendSummary) {
    let run = runs[run: index]
    if run.segments > 1, [EINVAL, EMSGSIZE, EIO, EOPNOTSUPP].contains(code) {
      summary.segmentationFallbacks += 1
      plain.insert(run.key.destination)
      sendOneByOne(index, descriptor: descriptor, &summary)
    } else if [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(code), linux_send(descriptor, messages + index, 1) == 1
    {
      // An ICMP error for an earlier datagram is reported here once and says nothing about this one.
      summary.countSent(run)
    } else {
      fail(run, code: code, &summary)
    }
  }

  private mutating func sendOneByOne(_ index: Int, descriptor: Int32, _ summary: inout SendSummary) {
    let run = runs[run: index]
    var next = run.first
    while next >= 0 {
      let entry = runs[entry: next]
      var payload = iovec(iov_base: storage + Int(entry.offset), iov_len: Int(entry.length))
      let result = withUnsafeMutablePointer(to: &payload) { payload in
        prepare(index, payload, 1, segmented: false)
        return linux_send(descriptor, messages + index, 1)
      }
      if result == 1 {
        summary.sent += 1
        summary.bytes += Int(entry.length)
      } else {
        record(run.key.destination, code: errno, datagrams: 1, &summary)
      }
      next = entry.next
    }
  }

  private mutating func fail(_ run: SegmentRuns.Run, code: Int32, _ summary: inout SendSummary) {
    record(run.key.destination, code: code, datagrams: Int(run.segments), &summary)
  }

  private mutating func record(_ destination: Endpoint, code: Int32, datagrams: Int, _ summary: inout SendSummary) {
    summary.countDropped(datagrams, code: code)
    if let last = failures.indices.last, failures[last].destination == destination, failures[last].code == code {
      failures[last].datagrams += datagrams
    } else if failures.count < SendFailure.capacity {
      failures.append(SendFailure(destination: destination, code: code, datagrams: datagrams))
    }
  }
}

/// Destinations for which segmentation failed: for a minute they are sent to datagram by datagram.
private struct PlainDestinations {
  static let period = Duration.seconds(60)
  static let capacity = 64

  private var entries: [(destination: Endpoint, until: MonotonicTime)] = []

  func contains(_ destination: Endpoint) -> Bool {
    !entries.isEmpty && entries.contains { $0.destination == destination }
  }

  /// Of too many the oldest goes, and is found out again.
  mutating func insert(_ destination: Endpoint) {
    if contains(destination) { return }
    if entries.count == Self.capacity { entries.removeFirst() }
    entries.append((destination, SystemClock.now + Self.period))
  }

  mutating func forgetOld() {
    if entries.isEmpty { return }
    let now = SystemClock.now
    entries.removeAll { $0.until <= now }
  }
}

/// What one flush did, in datagrams.
public struct SendSummary: Sendable, Equatable, BitwiseCopyable {
  public var sent = 0
  public var bytes = 0
  /// Dropped because a queue of this machine was full (EAGAIN, ENOBUFS): `DropReason.sendWouldBlock`.
  public var wouldBlock = 0
  /// Dropped because the path takes no datagram of that size (EMSGSIZE): `DropReason.sendTooLarge`.
  public var tooLarge = 0
  /// Dropped for any other reason (no route and so on): `DropReason.sendFailed`.
  public var failed = 0
  /// Runs that had to leave datagram by datagram because their path takes no segmentation.
  public var segmentationFallbacks = 0

  public init() {}

  mutating func countSent(_ run: SegmentRuns.Run) {
    sent += Int(run.segments)
    bytes += Int(run.bytes)
  }

  /// - Parameter code: errno.
  mutating func countDropped(_ datagrams: Int, code: Int32) {
    switch code {
    case EAGAIN, ENOBUFS: wouldBlock += datagrams
    case EMSGSIZE: tooLarge += datagrams
    default: failed += datagrams
    }
  }
}

/// Datagrams to one destination that a flush could not send, and errno.
public struct SendFailure: Sendable, Equatable, BitwiseCopyable {
  static let capacity = 64
  public let destination: Endpoint
  public let code: Int32
  public var datagrams: Int
}
