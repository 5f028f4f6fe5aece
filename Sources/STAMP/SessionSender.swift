import Cipher
import Wire

/// Sends a session's test packets on time and makes sense of the answers (RFC 8762 section 4.2, RFC 8972).
///
/// It asks for the packet's marking on arrival (Class of Service), to learn whether the reflector counts its answers for
/// its counters (Direct Measurement) and, where packets have room, for how it sees us and its clock (Location, Timestamp
/// Information), if told to also for when answers left (Follow-Up Telemetry); reflectors that know none of them answer all the same. What is lost and late is for the meter that is
/// told of every packet and reply.
public struct SessionSender: Sendable {
  public struct Configuration: Sendable {
    /// Between packets; at least 1 ms.
    public var interval: Duration
    /// Of the whole UDP payload; no less than `minimumBytes(mode:)`, no more than 9,000.
    public var packetBytes: Int
    /// Not 0, and no other running session's. Best drawn at random for each start, so that a restarted sender is not
    /// taken for its predecessor.
    public var ssid: UInt16
    public var mode: PacketMode
    /// Needed in authenticated mode; makes TLVs authenticated in both.
    public var key: [UInt8]?
    /// What packets are sent with and answers are asked to be.
    public var dscp: UInt8
    /// What pseudorandom padding begins with, so that no link compresses it away; `nil` pads with zeros (RFC 8972
    /// section 4.1).
    public var paddingSeed: UInt64?
    /// Sends no more once a reflector has answered with SSID 0, which is how those older than RFC 8972 do (section 3).
    public var stopsWithoutSSID: Bool
    /// Asks when the reflector's answers really left (Follow-Up Telemetry), where packets have room: a reflector may have
    /// to take more care of each answer then.
    public var asksForDepartures: Bool

    public init(
      interval: Duration = .milliseconds(20), packetBytes: Int = 172, ssid: UInt16,
      mode: PacketMode = .unauthenticated, key: [UInt8]? = nil, dscp: UInt8 = 0, paddingSeed: UInt64? = nil,
      stopsWithoutSSID: Bool = false, asksForDepartures: Bool = false
    ) {
      self.interval = interval
      self.packetBytes = packetBytes
      self.ssid = ssid
      self.mode = mode
      self.key = key
      self.dscp = dscp
      self.paddingSeed = paddingSeed
      self.stopsWithoutSSID = stopsWithoutSSID
      self.asksForDepartures = asksForDepartures
    }

    /// The shortest packet that has room for what the sender asks.
    public static func minimumBytes(mode: PacketMode, isAuthenticated: Bool) -> Int {
      mode.baseByteCount + TLV.headerByteCount + ClassOfService.byteCount
        + TLV.headerByteCount + DirectMeasurement.byteCount
        + (isAuthenticated ? TLV.headerByteCount + PacketMode.authenticationByteCount : 0)
    }
  }

  /// A packet that was written.
  @frozen public struct Sent: Sendable, Equatable, BitwiseCopyable {
    /// Counts from 0 and never wraps.
    public var sequence: UInt64
    public var byteCount: Int
    /// How much later than its time it was written.
    public var lateness: Duration
  }

  /// One answer. T1 and T4 are ours, T2 and T3 the reflector's.
  @frozen public struct Reply: Sendable, Equatable, BitwiseCopyable {
    /// Of the packet answered.
    public var sequence: UInt64
    /// The reflector's own number of this answer.
    public var reflectorSequence: UInt32
    /// The reflector has shown that its numbers are its own, so that they tell which way packets are lost.
    public var isStateful: Bool
    /// How often a stateful reflector is known to have begun to count anew before this answer.
    public var reflectorRestarts: UInt32 = 0
    public var sent: MonotonicTime
    /// Whether `sent` and `t1` are when the packet left the kernel, not when it was written.
    public var isDepartureStamped = false
    public var arrived: MonotonicTime
    /// T1 to T4. T4 is T1 and the time since by the monotonic clock, so that a step between does no harm.
    public var t1: WallTime
    public var t2: WallTime
    public var t3: WallTime
    public var t4: WallTime
    public var errorEstimate: ErrorEstimate
    /// TTL or hop limit at the reflector.
    public var senderTTL: UInt8
    /// DSCP at the reflector, when it told.
    public var arrivedDSCP: UInt8?
    /// How long after its T3 the reflector's answer before this one left, in nanoseconds, when it told.
    public var previousDelay: Int64?

    /// (T4 − T1) − (T3 − T2) in nanoseconds; the reflector's share is left out where it is possible at all.
    public var roundTrip: Int64 {
      let whole = arrived.nanoseconds(since: sent)
      let inside = t3.nanoseconds(since: t2)
      return inside >= 0 && inside <= whole ? whole - inside : whole
    }
  }

  public enum Outcome: Sendable, Equatable {
    case dropped(DropReason)
    case reply(Reply)
  }

  /// How a reflector last saw us, and what it said of its clock, as far as it said so.
  @frozen public struct View: Sendable, Equatable, BitwiseCopyable {
    /// Where our packet came from: another endpoint than ours where addresses are translated on the way.
    public var source: Endpoint?
    public var timestamps: TimestampInformation?

    public init(source: Endpoint? = nil, timestamps: TimestampInformation? = nil) {
      self.source = source
      self.timestamps = timestamps
    }
  }

  private struct Pending: BitwiseCopyable {
    var sequence: UInt64
    var sent: MonotonicTime
    var isDepartureStamped = false
    var t1: WallTime
    var timestamp: Timestamp
    /// The highest of the reflector's numbers that had come when this packet left, −1 before the first: since then it
    /// has given this packet a higher one, or it has begun anew.
    var highestBefore: Int64
  }

  /// Answers later than this are answers to nothing.
  private static let memory: Duration = .seconds(10)

  let configuration: Configuration
  let key: HMACSHA256?
  let packetBytes: Int
  /// Packets have room to ask for the reflector's view too.
  let asksForView: Bool
  /// And for when answers left.
  let asksForDepartures: Bool
  private let interval: Int64
  /// When the next packet is due; never, when the session was stopped for want of an SSID.
  public private(set) var nextSend: MonotonicTime
  private var nextSequence: UInt64 = 0
  var padding: SplitMix64
  private var isStateful = false
  public private(set) var view = View()
  private var highestNumber: Int64 = -1
  private var restarts: UInt32 = 0
  /// The first packet that is known to have been answered since the last restart.
  private var firstSinceRestart: UInt64 = 0
  /// The reflector's number and T3 of the last answer that came.
  private var lastAnswer: (number: UInt32, t3: WallTime)?
  /// The newest packets, each at its sequence number modulo the count.
  private var pending: [Pending]

  /// The first packet is due at `start`; sessions of many paths are best started apart.
  public init(configuration: Configuration, start: MonotonicTime) {
    self.configuration = configuration
    key = configuration.key.map { HMACSHA256(key: $0.span.bytes) }
    let minimum = Configuration.minimumBytes(mode: configuration.mode, isAuthenticated: key != nil)
    let wanted = min(configuration.packetBytes, 9_000)
    // What is left over becomes a padding TLV, which has a header.
    packetBytes = wanted >= minimum + TLV.headerByteCount ? wanted : minimum
    let view = 2 * TLV.headerByteCount + TimestampInformation.byteCount + Location.requestByteCount
    asksForView = packetBytes >= minimum + view + TLV.headerByteCount
    asksForDepartures =
      configuration.asksForDepartures
      && packetBytes >= minimum + view + FollowUpTelemetry.byteCount + 2 * TLV.headerByteCount
    interval = max(configuration.interval.nanoseconds, 1_000_000)
    padding = SplitMix64(seed: configuration.paddingSeed ?? 0)
    nextSend = start
    let places = Int(Self.memory.nanoseconds / interval) + 1
    pending = Array(
      repeating: Pending(sequence: .max, sent: .zero, t1: .unixEpoch, timestamp: Timestamp(bits: 0), highestBefore: -1),
      count: places)
  }

  /// Length of every packet, which `packetBytes` may have to yield to.
  public var byteCount: Int { packetBytes }

  /// Writes the packet that is due into `packet`, which holds at least `byteCount`; `nil` when none is due.
  ///
  /// Packets missed while nobody called are left out, not sent in a burst: they were not sent and are not lost.
  @_lifetime(packet: copy packet)
  public mutating func poll(
    now: MonotonicTime, wall: WallTime, errorEstimate: ErrorEstimate, into packet: inout MutableRawSpan
  ) -> Sent? {
    guard now >= nextSend else { return nil }
    let lateness = now.nanoseconds(since: nextSend)
    nextSend = nextSend.advanced(byNanoseconds: (lateness / interval + 1) * interval)
    let sequence = nextSequence
    nextSequence += 1
    let sender = SenderPacket(
      sequenceNumber: UInt32(truncatingIfNeeded: sequence), timestamp: Timestamp(wall, format: errorEstimate.format),
      errorEstimate: errorEstimate, ssid: configuration.ssid)
    pending[Int(sequence % UInt64(pending.count))] = Pending(
      sequence: sequence, sent: now, t1: wall, timestamp: sender.timestamp, highestBefore: highestNumber)
    write(sender, into: &packet)
    return Sent(sequence: sequence, byteCount: packetBytes, lateness: .nanoseconds(lateness))
  }

  /// A packet left `delay` nanoseconds after it was written: from then on it was on its way.
  public mutating func departed(_ sequence: UInt64, after delay: Int64) {
    let index = Int(sequence % UInt64(pending.count))
    guard pending[index].sequence == sequence, !pending[index].isDepartureStamped else { return }
    pending[index].sent = pending[index].sent.advanced(byNanoseconds: delay)
    pending[index].t1 = pending[index].t1.advanced(byNanoseconds: delay)
    pending[index].isDepartureStamped = true
  }

  /// Takes a datagram that came from the reflector at `arrived`.
  public mutating func receive(_ datagram: RawSpan, arrived: MonotonicTime) -> Outcome {
    let mode = configuration.mode
    guard let packet = ReflectorPacket(datagram, mode: mode) else { return .dropped(.truncated) }
    if mode == .authenticated {
      guard let key, key.authenticatesBase(of: datagram) else { return .dropped(.stampAuthentication) }
    }
    // Reflectors older than RFC 8972 return 0.
    guard packet.ssid == configuration.ssid || packet.ssid == 0 else { return .dropped(.stampUnmatched) }
    let distance = packet.senderSequenceNumber.serialDistance(from: UInt32(truncatingIfNeeded: nextSequence))
    let sequence = nextSequence &+ UInt64(bitPattern: Int64(distance))
    let place = pending[Int(sequence % UInt64(pending.count))]
    guard place.sequence == sequence, place.timestamp == packet.senderTimestamp else {
      return .dropped(.stampUnmatched)
    }
    if packet.ssid != configuration.ssid, configuration.stopsWithoutSSID { nextSend = .never }
    let extensions = readTLVs(of: datagram)
    view = extensions.view
    isStateful =
      isStateful || extensions.isCounting || packet.sequenceNumber != packet.senderSequenceNumber
    let restarts = follow(packet.sequenceNumber, of: place)
    let format = packet.errorEstimate.format
    let t4 = place.t1.advanced(byNanoseconds: arrived.nanoseconds(since: place.sent))
    let t3 = packet.transmitTimestamp.wallTime(format: format, near: t4)
    let previousDelay = delay(extensions.followUp, format)
    lastAnswer = (packet.sequenceNumber, t3)
    return .reply(
      Reply(
        sequence: sequence, reflectorSequence: packet.sequenceNumber, isStateful: isStateful,
        reflectorRestarts: restarts, sent: place.sent, isDepartureStamped: place.isDepartureStamped, arrived: arrived,
        t1: place.t1,
        t2: packet.receiveTimestamp.wallTime(format: format, near: t4),
        t3: t3, t4: t4, errorEstimate: packet.errorEstimate, senderTTL: packet.senderTTL,
        arrivedDSCP: extensions.dscp, previousDelay: previousDelay))
  }

  /// How long after its T3 the last answer left, when it is the one that is told of.
  private func delay(_ followUp: FollowUpTelemetry?, _ format: TimestampFormat) -> Int64? {
    guard let followUp, let lastAnswer, followUp.sequenceNumber == lastAnswer.number else { return nil }
    return followUp.timestamp.wallTime(format: format, near: lastAnswer.t3).nanoseconds(since: lastAnswer.t3)
  }

  /// Follows the reflector's numbers; returns after how many restarts it gave this one.
  private mutating func follow(_ number: UInt32, of place: Pending) -> UInt32 {
    if Int64(number) <= place.highestBefore, place.sequence >= firstSinceRestart {
      restarts += 1
      firstSinceRestart = place.sequence
      highestNumber = Int64(number)
    } else if place.sequence < firstSinceRestart {
      // It was on its way when the reflector began anew: a number like those before is one of those.
      return Int64(number) > place.highestBefore ? restarts - 1 : restarts
    }
    highestNumber = max(highestNumber, Int64(number))
    return restarts
  }
}
