import Wire

/// The stated bounds of one room.
public struct RoomBounds: Sendable, Equatable {
  public var participants = 100
  public var sourcesPerParticipant = 4
  public var slotsPerParticipant = 32

  public init() {}
}

/// A place where the next packet of a source is to be decrypted into.
@frozen public struct Reservation: Sendable, BitwiseCopyable {
  var source: Int32
  var participant: ParticipantHandle
}

/// One meeting: its participants, their sources, and what plays in each slot. Sans-IO: `now` is handed in.
///
/// A packet's way: `reserve`, decrypt into `place(of:)`, `received`; then for each `Forward` put out, `writeHeader` and
/// `payload(of:)`. After any call, ask `nextTimeout`.
public struct Room: ~Copyable {
  /// Most bytes of a decrypted packet; a longer one is dropped.
  public static let packetBytes = 1472

  public private(set) var drops = DropCounters()

  /// - Parameters:
  ///   - now, wall: one instant on both clocks: fixes the room's NTP time for life, so that steps of the wall clock
  ///     never reach a sender report.
  public init(bounds: RoomBounds = RoomBounds(), now: MonotonicTime, wall: WallTime) {
  }

  public var participantCount: Int { 0 }

  // MARK: Control

  /// Takes a client in. The others are told, and its slots filled, once it is `connected`.
  public mutating func admit(
    _ admission: Admission, at now: MonotonicTime, into output: inout RoomOutput
  ) throws(AdmissionError) -> ParticipantHandle {
    throw .roomFull
  }

  /// The client's keys are installed: media can flow both ways.
  public mutating func connected(_ participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput)
  {
  }

  /// Takes a participant out: its slots go, and every slot that showed its sources is filled anew.
  public mutating func remove(_ participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput) {
  }

  /// What a client says of its own switch; packets alone cannot tell a muted microphone from silence.
  public mutating func announce(
    _ kind: SourceKind, isOn: Bool, by participant: ParticipantHandle, at now: MonotonicTime,
    into output: inout RoomOutput
  ) {
  }

  /// Everybody who is here, and the number of the last event this includes.
  public func roster() -> (entries: [RosterEntry], number: UInt64) { ([], 0) }

  /// What one receiver's slots show now.
  public func slots(of participant: ParticipantHandle) -> [SlotContent] { [] }

  /// Closes a participant's interval for the call records and starts the next.
  public mutating func closeInterval(of participant: ParticipantHandle, at now: MonotonicTime) -> ParticipantInterval? {
    nil
  }

  // MARK: Packets

  /// Finds the source of a protected RTP packet by its clear header. `nil` is a counted drop.
  public mutating func reserve(_ datagram: RawSpan, from participant: ParticipantHandle) -> Reservation? {
    nil
  }

  /// Where to decrypt the packet to, header and payload: `packetBytes` long.
  @_lifetime(&self)
  public mutating func place(of reservation: Reservation) -> MutableRawSpan {
    MutableRawSpan()
  }

  /// The packet stands authenticated and decrypted in its place: counts it, keeps it, and puts out what is sent on.
  ///
  /// - Parameter arrival: kernel's arrival time; not later than `now`.
  public mutating func received(
    _ reservation: Reservation, byteCount: Int, arrival: MonotonicTime, now: MonotonicTime,
    into output: inout RoomOutput
  ) {
  }

  /// A decrypted compound RTCP packet.
  public mutating func receivedRTCP(
    _ packet: RawSpan, from participant: ParticipantHandle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
  }

  /// Writes the RTP header of `forward` (at most 96 bytes). `nil` when its packet has been overwritten: a counted drop.
  public mutating func writeHeader(
    of forward: Forward, at now: MonotonicTime, into header: inout MutableRawSpan
  ) -> Int? {
    nil
  }

  /// The payload of the packet whose header was just written, to be encrypted where it stands.
  @_lifetime(&self)
  public mutating func payload(of forward: Forward) -> RawSpan {
    RawSpan()
  }

  // MARK: Timers

  public private(set) var nextTimeout = MonotonicTime.never

  public mutating func handleTimeout(at now: MonotonicTime, into output: inout RoomOutput) {
  }
}
