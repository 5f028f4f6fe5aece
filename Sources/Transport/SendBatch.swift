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
  /// The kernel's bounds for one segmented send.
  static let segmentsPerRun = 64
  static let bytesPerRun = 65_000
  /// How long a destination for which segmentation failed is sent to datagram by datagram.
  static let plainPeriod = Duration.seconds(60)
  static let plainCapacity = 64

  /// Datagrams it holds at most.
  public let capacity: Int
  public private(set) var count = 0
  /// What the last flush could not send, at most 64 destinations; `SendSummary` counts all.
  public private(set) var failures: [SendFailure] = []

  private let storageBytes: Int
  private let storage: UnsafeMutableRawPointer
  private var used = 0
  private let entries: UnsafeMutablePointer<Entry>
  private let runs: UnsafeMutablePointer<Run>
  private var runCount = 0
  private let messages: UnsafeMutablePointer<linux_message>
  private let slots: UnsafeMutablePointer<linux_send_slot>
  private let vectors: UnsafeMutablePointer<iovec>
  /// Open addressing over `RunKey`; a place counts only if its epoch is the current one, so a flush clears nothing.
  private let table: UnsafeMutablePointer<TablePlace>
  private let tableMask: Int
  private var epoch: UInt32 = 1
  private var plain: [PlainDestination] = []

  private struct Entry: BitwiseCopyable {
    var offset: Int32
    var length: Int32
    var next: Int32
  }

  private struct RunKey: BitwiseCopyable, Equatable {
    var destination: Endpoint
    var local: IPAddress
    var trafficClass: UInt8
  }

  private struct Run: BitwiseCopyable {
    var key: RunKey
    var segmentBytes: Int32
    var bytes: Int32
    var segments: Int32
    var first: Int32
    var last: Int32
    /// A shorter datagram ends a run; so does a destination that takes no segmentation.
    var isClosed: Bool
  }

  private struct TablePlace: BitwiseCopyable {
    var epoch: UInt32
    var run: Int32
  }

  private struct PlainDestination {
    var destination: Endpoint
    var until: MonotonicTime
  }

  /// - Parameters:
  ///   - datagrams: how many it holds, at most 32,768.
  ///   - bytes: how many bytes they have together.
  public init(datagrams: Int = 1_024, bytes: Int = 1 << 21) {
    precondition((1...32_768).contains(datagrams) && (1...Int(Int32.max)).contains(bytes), "a batch has room")
    capacity = datagrams
    storageBytes = bytes
    storage = .allocate(byteCount: bytes, alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    entries = .allocate(capacity: datagrams)
    runs = .allocate(capacity: datagrams)
    messages = .allocate(capacity: datagrams)
    messages.initialize(repeating: linux_message(), count: datagrams)
    slots = .allocate(capacity: datagrams)
    slots.initialize(repeating: linux_send_slot(), count: datagrams)
    vectors = .allocate(capacity: datagrams)
    var places = 64
    while places < datagrams * 2 { places *= 2 }
    table = .allocate(capacity: places)
    table.initialize(repeating: TablePlace(epoch: 0, run: 0), count: places)
    tableMask = places - 1
    failures.reserveCapacity(SendFailure.capacity)
    plain.reserveCapacity(Self.plainCapacity)
  }

  deinit {
    storage.deallocate()
    entries.deallocate()
    runs.deallocate()
    messages.deallocate()
    slots.deallocate()
    vectors.deallocate()
    table.deallocate()
  }

  public var isEmpty: Bool { count == 0 }

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
    let key = RunKey(
      destination: destination, local: local ?? IPAddress(high: 0, low: 0), trafficClass: trafficClass)
    let entry = Int32(count)
    entries[count] = Entry(offset: Int32(used), length: Int32(length), next: -1)
    count += 1
    used += length
    let place = place(of: key)
    if table[place].epoch == epoch, extend(Int(table[place].run), with: entry, length: Int32(length)) { return }
    runs[runCount] = Run(
      key: key, segmentBytes: Int32(length), bytes: Int32(length), segments: 1, first: entry, last: entry,
      isClosed: length == 0 || isPlain(destination))
    table[place] = TablePlace(epoch: epoch, run: Int32(runCount))
    runCount += 1
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
    count = 0
    used = 0
    runCount = 0
    epoch &+= 1
  }

  // MARK: Runs

  private mutating func extend(_ index: Int, with entry: Int32, length: Int32) -> Bool {
    let run = runs[index]
    guard !run.isClosed, length > 0, length <= run.segmentBytes, run.segments < Int32(Self.segmentsPerRun),
      run.bytes + length <= Int32(Self.bytesPerRun)
    else { return false }
    entries[Int(run.last)].next = entry
    runs[index].last = entry
    runs[index].segments += 1
    runs[index].bytes += length
    runs[index].isClosed = length < run.segmentBytes
    return true
  }

  /// The key's place, or the free one where it belongs; the table is twice as large as there can be keys.
  private func place(of key: RunKey) -> Int {
    var mixed = key.destination.address.high &* 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ key.destination.address.low) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 31 ^ UInt64(key.destination.port)) &* 0x94d0_49bb_1331_11eb
    mixed = (mixed ^ mixed >> 29 ^ key.local.low ^ UInt64(key.trafficClass) << 56) &* 0x9e37_79b9_7f4a_7c15
    var place = Int(truncatingIfNeeded: mixed >> 32) & tableMask
    while table[place].epoch == epoch, runs[Int(table[place].run)].key != key {
      place = (place + 1) & tableMask
    }
    return place
  }

  private func isPlain(_ destination: Endpoint) -> Bool {
    !plain.isEmpty && plain.contains { $0.destination == destination }
  }

  private mutating func avoidSegmentation(to destination: Endpoint) {
    if isPlain(destination) { return }
    if plain.count == Self.plainCapacity { plain.removeFirst() }
    plain.append(PlainDestination(destination: destination, until: SystemClock.now + Self.plainPeriod))
  }

  // MARK: Sending

  mutating func flush(to descriptor: Int32) -> SendSummary {
    var summary = SendSummary()
    failures.removeAll(keepingCapacity: true)
    guard runCount > 0 else { return summary }
    prepareMessages()
    var index = 0
    while index < runCount {
      let sent = Int(linux_send(descriptor, messages + index, min(runCount - index, 1_024)))
      if sent > 0 {
        for run in index..<(index + sent) { summary.countSent(runs[run].segments, bytes: runs[run].bytes) }
        index += sent
      } else if errno == EAGAIN {
        // The socket's own buffer is full: the rest would fare alike.
        for run in index..<runCount { fail(run, code: EAGAIN, &summary) }
        index = runCount
      } else {
        recover(index, code: errno, descriptor: descriptor, &summary)
        index += 1
      }
    }
    removeAll()
    if !plain.isEmpty {
      let now = SystemClock.now
      plain.removeAll { $0.until <= now }
    }
    return summary
  }

  private mutating func prepareMessages() {
    var vectorCount = 0
    for index in 0..<runCount {
      let first = vectorCount
      var entry = runs[index].first
      var end = Int32(-1)
      while entry >= 0 {
        let datagram = entries[Int(entry)]
        if datagram.offset == end, vectorCount > first {
          vectors[vectorCount - 1].iov_len += Int(datagram.length)
        } else {
          vectors[vectorCount] = iovec(iov_base: storage + Int(datagram.offset), iov_len: Int(datagram.length))
          vectorCount += 1
        }
        end = datagram.offset + datagram.length
        entry = datagram.next
      }
      prepare(index, vectors + first, vectorCount - first, segmented: runs[index].segments > 1)
    }
  }

  private func prepare(_ index: Int, _ payload: UnsafeMutablePointer<iovec>, _ vectorCount: Int, segmented: Bool) {
    let run = runs[index]
    linux_prepare_send(
      messages + index, slots + index, run.key.destination.linux, run.key.local.high, run.key.local.low, payload,
      vectorCount, segmented ? UInt16(truncatingIfNeeded: run.segmentBytes) : 0, run.key.trafficClass)
  }

  /// A run failed. If segmentation may be why, its datagrams go one by one and its destination is remembered, so that
  /// no other path loses segmentation.
  private mutating func recover(_ index: Int, code: Int32, descriptor: Int32, _ summary: inout SendSummary) {
    let run = runs[index]
    guard run.segments > 1, [EINVAL, EMSGSIZE, EIO, EOPNOTSUPP].contains(code) else {
      // An ICMP error for an earlier datagram is reported here once and says nothing about this one.
      if [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(code), linux_send(descriptor, messages + index, 1) == 1 {
        summary.countSent(run.segments, bytes: run.bytes)
      } else {
        fail(index, code: code, &summary)
      }
      return
    }
    summary.segmentationFallbacks += 1
    avoidSegmentation(to: run.key.destination)
    var entry = run.first
    while entry >= 0 {
      let datagram = entries[Int(entry)]
      var payload = iovec(iov_base: storage + Int(datagram.offset), iov_len: Int(datagram.length))
      let result = withUnsafeMutablePointer(to: &payload) { payload in
        prepare(index, payload, 1, segmented: false)
        return linux_send(descriptor, messages + index, 1)
      }
      if result == 1 {
        summary.countSent(1, bytes: datagram.length)
      } else {
        record(run.key.destination, code: errno, datagrams: 1, &summary)
      }
      entry = datagram.next
    }
  }

  private mutating func fail(_ index: Int, code: Int32, _ summary: inout SendSummary) {
    record(runs[index].key.destination, code: code, datagrams: Int(runs[index].segments), &summary)
  }

  private mutating func record(_ destination: Endpoint, code: Int32, datagrams: Int, _ summary: inout SendSummary) {
    if code == EAGAIN || code == ENOBUFS {
      summary.wouldBlock += datagrams
    } else {
      summary.failed += datagrams
    }
    if let last = failures.indices.last, failures[last].destination == destination, failures[last].code == code {
      failures[last].datagrams += datagrams
    } else if failures.count < SendFailure.capacity {
      failures.append(SendFailure(destination: destination, code: code, datagrams: datagrams))
    }
  }
}

/// What one flush did, in datagrams.
public struct SendSummary: Sendable, Equatable, BitwiseCopyable {
  public var sent = 0
  public var bytes = 0
  /// Dropped because a queue of this machine was full (EAGAIN, ENOBUFS): `DropReason.sendWouldBlock`.
  public var wouldBlock = 0
  /// Dropped for any other reason (EMSGSIZE, no route and so on): `DropReason.sendFailed`.
  public var failed = 0
  /// Runs that had to leave datagram by datagram because their path takes no segmentation.
  public var segmentationFallbacks = 0

  public init() {}

  mutating func countSent(_ datagrams: Int32, bytes count: Int32) {
    sent += Int(datagrams)
    bytes += Int(count)
  }
}

/// Datagrams to one destination that a flush could not send, and errno.
public struct SendFailure: Sendable, Equatable, BitwiseCopyable {
  static let capacity = 64
  public let destination: Endpoint
  public let code: Int32
  public var datagrams: Int
}
