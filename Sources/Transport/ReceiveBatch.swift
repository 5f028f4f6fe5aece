import CLinuxNet
import Wire

/// One datagram of a `ReceiveBatch`: where its bytes are, whence it came, and when.
@frozen public struct ReceivedDatagram: Sendable, BitwiseCopyable {
  public let source: Endpoint
  /// The address of ours it was sent to; replies leave from it.
  public let localAddress: IPAddress
  /// It was sent to us alone, not by broadcast or multicast.
  public let isUnicast: Bool
  /// When the kernel took it from the interface, or `isKernelStamped` is false and it is when we read it.
  public let arrival: MonotonicTime
  public let isKernelStamped: Bool
  /// DSCP (upper six bits) and ECN, 0 unless the socket tells it.
  public let trafficClass: UInt8
  /// TTL or hop limit on arrival, 0 unless the socket tells it.
  public let hopLimit: UInt8
  /// Longer than the batch has room for: only the beginning is here.
  public let isTruncated: Bool
  public let byteCount: Int
  @usableFromInline let offset: Int
}

/// Memory for one wake-up's datagrams, allocated once.
///
///     while socket.receive(into: &batch) {
///       while let datagram = batch.next() { handle(batch.bytes(of: datagram), datagram) }
///     }
public struct ReceiveBatch: ~Copyable {
  /// Both clocks when the batch was filled: how arrival times were converted, and `now` for the wake-up.
  public var clock: ClockReading { arrivals.reading }
  /// The wall clock was set since the batch before, so this one's arrival times are when we read them.
  public var clockStepped: Bool { arrivals.isStepped }

  private var arrivals: ArrivalClock
  private let capacity: Int
  private let messageBytes: Int
  private let storage: UnsafeMutableRawPointer
  private let messages: UnsafeMutablePointer<linux_message>
  private let slots: UnsafeMutablePointer<linux_receive_slot>
  private var messageCount = 0

  // The walk: the message being read and how far it is read.
  private var nextMessage = 0
  private var arrival = linux_arrival()
  private var arrivalTime = MonotonicTime.zero
  private var position = 0
  private var end = 0

  /// - Parameters:
  ///   - messages: how many one system call takes, at most 1,024.
  ///   - bytesPerMessage: 2,048 holds any datagram of an Ethernet path; a socket that merges segments needs 65,536.
  public init(messages count: Int = 32, bytesPerMessage: Int = 65_536) {
    precondition((1...1_024).contains(count) && bytesPerMessage > 0, "a batch has room")
    capacity = count
    messageBytes = bytesPerMessage
    storage = .allocate(byteCount: count * bytesPerMessage, alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: count * bytesPerMessage)
    messages = .allocate(capacity: count)
    messages.initialize(repeating: linux_message(), count: count)
    slots = .allocate(capacity: count)
    slots.initialize(repeating: linux_receive_slot(), count: count)
    linux_prepare_receive(messages, slots, count, storage, bytesPerMessage)
    arrivals = ArrivalClock(SystemClock.reading())
  }

  deinit {
    storage.deallocate()
    messages.deallocate()
    slots.deallocate()
  }

  /// The next datagram, segments of a merged run one by one; `nil` when all were taken.
  public mutating func next() -> ReceivedDatagram? {
    while position >= end {
      guard nextMessage < messageCount else { return nil }
      arrival = linux_arrival_of(messages + nextMessage)
      arrivalTime = arrivals.arrival(WallTime(nanoseconds: arrival.realtime_nanoseconds))
      position = nextMessage * messageBytes
      end = position + Int(arrival.bytes)
      nextMessage += 1
      // An empty datagram is a datagram.
      if arrival.bytes == 0 { return datagram(byteCount: 0) }
    }
    let segment = arrival.segment_bytes == 0 ? end - position : Int(arrival.segment_bytes)
    let length = min(segment, end - position)
    defer { position += length }
    return datagram(byteCount: length)
  }

  /// A datagram's bytes, until the batch is filled again.
  @_lifetime(borrow self)
  public func bytes(of datagram: ReceivedDatagram) -> RawSpan {
    let buffer = UnsafeRawBufferPointer(start: start(of: datagram), count: datagram.byteCount)
    return _overrideLifetime(RawSpan(_unsafeBytes: buffer), borrowing: self)
  }

  /// A datagram's bytes to be changed in place, decrypted for instance.
  @_lifetime(&self)
  public mutating func mutableBytes(of datagram: ReceivedDatagram) -> MutableRawSpan {
    let buffer = UnsafeMutableRawBufferPointer(start: start(of: datagram), count: datagram.byteCount)
    return _overrideLifetime(MutableRawSpan(_unsafeBytes: buffer), mutating: &self)
  }

  private func start(of datagram: ReceivedDatagram) -> UnsafeMutableRawPointer {
    precondition(datagram.offset + datagram.byteCount <= capacity * messageBytes, "the datagram is of this batch")
    return storage + datagram.offset
  }

  private func datagram(byteCount: Int) -> ReceivedDatagram {
    ReceivedDatagram(
      source: Endpoint(arrival.source),
      localAddress: IPAddress(high: arrival.local_high, low: arrival.local_low),
      isUnicast: arrival.is_unicast, arrival: arrivalTime,
      isKernelStamped: arrivals.trusts(WallTime(nanoseconds: arrival.realtime_nanoseconds)),
      trafficClass: arrival.traffic_class, hopLimit: arrival.hop_limit, isTruncated: arrival.is_truncated,
      byteCount: byteCount, offset: position)
  }

  /// Reads what waits. Returns `nil` when nothing did, else the newest overflow count, where the kernel told one.
  mutating func fill(from descriptor: Int32) -> UInt32?? {
    nextMessage = 0
    position = 0
    end = 0
    messageCount = max(Int(linux_receive(descriptor, messages, capacity)), 0)
    guard messageCount > 0 else { return nil }
    arrivals.wakeUp(at: SystemClock.reading())
    let newest = linux_arrival_of(messages + messageCount - 1)
    return .some(newest.has_overflow ? newest.overflow : nil)
  }
}
