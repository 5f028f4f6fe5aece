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

  /// Forgets everything, keeping the memory.
  public mutating func removeAll() {
    forwardCount = 0
    rtcpCount = 0
    events.removeAll(keepingCapacity: true)
  }
}
