import Wire

/// What a room wants done: packets to send, RTCP to send, events to tell. One is made per Worker and used again.
public struct RoomOutput: ~Copyable {
  /// Most packets that wait for one flush; more are dropped and counted.
  public static let forwardCapacity = 4096
  /// Most RTCP datagrams that wait for one flush.
  public static let rtcpCapacity = 512
  /// Most bytes of one compound RTCP packet.
  public static let rtcpBytes = 1200

  public private(set) var forwardCount = 0
  public private(set) var rtcpCount = 0
  public var events: [RoomEvent] = []
  private let forwards: UnsafeMutablePointer<Forward>
  private let rtcp: UnsafeMutableRawPointer
  private let rtcpTargets: UnsafeMutablePointer<(receiver: ParticipantHandle, byteCount: Int)>

  public init() {
    forwards = .allocate(capacity: Self.forwardCapacity)
    rtcp = .allocate(byteCount: Self.rtcpCapacity * Self.rtcpBytes, alignment: 16)
    rtcpTargets = .allocate(capacity: Self.rtcpCapacity)
  }

  deinit {
    forwards.deallocate()
    rtcp.deallocate()
    rtcpTargets.deallocate()
  }

  /// The packet at `index`, in the order in which they are to be sent.
  public func forward(at index: Int) -> Forward {
    precondition(index >= 0 && index < forwardCount, "the packet was put out")
    return forwards[index]
  }

  /// Whom the RTCP datagram at `index` is for.
  public func rtcpReceiver(at index: Int) -> ParticipantHandle {
    precondition(index >= 0 && index < rtcpCount, "the datagram was put out")
    return rtcpTargets[index].receiver
  }

  /// The compound RTCP packet at `index`, not yet encrypted.
  @_lifetime(borrow self)
  public func rtcp(at index: Int) -> RawSpan {
    precondition(index >= 0 && index < rtcpCount, "the datagram was put out")
    let bytes = UnsafeRawBufferPointer(start: rtcp + index * Self.rtcpBytes, count: rtcpTargets[index].byteCount)
    return _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
  }

  /// `false` when it is full.
  mutating func append(_ forward: Forward) -> Bool {
    guard forwardCount < Self.forwardCapacity else { return false }
    (forwards + forwardCount).initialize(to: forward)
    forwardCount += 1
    return true
  }

  var isRTCPFull: Bool { rtcpCount == Self.rtcpCapacity }

  /// Where the next compound RTCP packet is written; not when `isRTCPFull`.
  @_lifetime(&self)
  mutating func rtcpSpace() -> MutableRawSpan {
    precondition(!isRTCPFull, "there is space for RTCP")
    let bytes = UnsafeMutableRawBufferPointer(start: rtcp + rtcpCount * Self.rtcpBytes, count: Self.rtcpBytes)
    return _overrideLifetime(MutableRawSpan(_unsafeBytes: bytes), mutating: &self)
  }

  /// Puts out the first `byteCount` bytes of the space.
  mutating func appendRTCP(_ byteCount: Int, to receiver: ParticipantHandle) {
    precondition(!isRTCPFull && byteCount <= Self.rtcpBytes, "the packet was written")
    (rtcpTargets + rtcpCount).initialize(to: (receiver, byteCount))
    rtcpCount += 1
  }

  /// Forgets everything, keeping the memory.
  public mutating func removeAll() {
    forwardCount = 0
    rtcpCount = 0
    if !events.isEmpty { events.removeAll(keepingCapacity: true) }
  }
}
