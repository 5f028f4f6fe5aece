import Cipher
import Wire

/// Answers test packets (RFC 8762 section 4.3, RFC 8972); unless told otherwise statefully: it counts each session's
/// answers, so that the sender can tell which way packets were lost.
///
/// An answer is as long as its request; only requests shorter than a base packet (TWAMP Light senders, RFC 8762 section
/// 4.6) are filled up with zeros. Every table is bounded. A session that finds the table full is answered statelessly.
public struct SessionReflector: Sendable {
  public struct Configuration: Sendable {
    public var mode: PacketMode
    /// Authenticated mode answers only sessions it has a key for. In unauthenticated mode a key makes TLVs checked.
    public var keys: SessionKeys
    /// The sessions to answer; `nil` is any.
    public var provisioned: ProvisionedSessions?
    /// Otherwise answers bear the sender's own numbers, and nothing is kept of a session.
    public var isStateful: Bool
    /// What senders may have their answers marked with; for anything else answers are marked as the request came.
    public var permittedDSCPs: DSCPSet
    /// Whether senders are told from where their packets came (RFC 8972 section 4.2.2).
    public var tellsLocation: Bool
    public var sessionCapacity: Int
    /// How long a session may be quiet before it is forgotten (RFC 5357's REFWAIT).
    public var sessionTimeout: Duration
    /// For each source address, packets a second and how many at once.
    public var sourceRate: Int
    public var sourceBurst: Int
    /// Random, so that nobody can choose with whom to share a rate.
    public var seed: UInt64 = 0

    public init(
      mode: PacketMode = .unauthenticated, keys: SessionKeys = SessionKeys(),
      provisioned: ProvisionedSessions? = nil, isStateful: Bool = true, permittedDSCPs: DSCPSet = .all,
      tellsLocation: Bool = true, sessionCapacity: Int = 4_096, sessionTimeout: Duration = .seconds(900),
      sourceRate: Int = 1_000,
      sourceBurst: Int = 250
    ) {
      self.mode = mode
      self.keys = keys
      self.provisioned = provisioned
      self.isStateful = isStateful
      self.permittedDSCPs = permittedDSCPs
      self.tellsLocation = tellsLocation
      self.sessionCapacity = sessionCapacity
      self.sessionTimeout = sessionTimeout
      self.sourceRate = sourceRate
      self.sourceBurst = sourceBurst
    }
  }

  /// All that is known of a request beside its bytes.
  @frozen public struct Arrival: Sendable, BitwiseCopyable {
    public var source: Endpoint
    /// Where it was sent to: the answer leaves from there.
    public var destination: Endpoint
    public var now: MonotonicTime
    /// T2 and T3: when it came and when its answer leaves.
    public var received: WallTime
    public var transmitted: WallTime
    /// Of our clock; decides the timestamps' format too.
    public var errorEstimate: ErrorEstimate
    /// As the packet arrived.
    public var hopLimit: UInt8
    /// DSCP (upper six bits) and ECN as the packet arrived.
    public var trafficClass: UInt8

    public init(
      source: Endpoint, destination: Endpoint, now: MonotonicTime, received: WallTime, transmitted: WallTime,
      errorEstimate: ErrorEstimate, hopLimit: UInt8, trafficClass: UInt8
    ) {
      self.source = source
      self.destination = destination
      self.now = now
      self.received = received
      self.transmitted = transmitted
      self.errorEstimate = errorEstimate
      self.hopLimit = hopLimit
      self.trafficClass = trafficClass
    }
  }

  public enum Outcome: Sendable, Equatable {
    case dropped(DropReason)
    /// The answer is the first `byteCount` bytes of the response; it is to leave with this DSCP, and where its departure
    /// is awaited `departed` is to be told when it did.
    case answered(byteCount: Int, dscp: UInt8, awaited: AwaitedDeparture? = nil)
  }

  /// A TWAMP Light sender's packet without padding.
  private static let shortestRequest = 14
  /// Services with ports below may answer an answer; we would never fall silent.
  private static let firstUnprivilegedPort: UInt16 = 1_024
  private static let loopSeconds: UInt64 = 10

  let configuration: Configuration
  private var limiter: SourceLimiter
  private var sessions: ReflectorSessions

  public init(configuration: Configuration) {
    self.configuration = configuration
    limiter = SourceLimiter(
      rate: min(max(configuration.sourceRate, 1), 1_000_000), burst: min(max(configuration.sourceBurst, 1), 1_000_000),
      seed: configuration.seed)
    sessions = ReflectorSessions(capacity: configuration.sessionCapacity, timeout: configuration.sessionTimeout)
  }

  public var sessionCount: Int { sessions.count }

  /// Answers a request. `response` must hold as much as the request and at least a base packet.
  @_lifetime(response: copy response)
  public mutating func reflect(
    _ request: RawSpan, _ arrival: Arrival, into response: inout MutableRawSpan
  ) -> Outcome {
    let mode = configuration.mode
    let isShort = request.byteCount < mode.baseByteCount
    guard !isShort || (mode == .unauthenticated && request.byteCount >= Self.shortestRequest) else {
      return .dropped(.truncated)
    }
    let byteCount = max(request.byteCount, mode.baseByteCount)
    guard byteCount <= response.byteCount else { return .dropped(.tooLarge) }
    guard Self.mayAnswer(arrival), !Self.isAnswer(request, arrival, mode) else {
      return .dropped(.stampForbiddenSource)
    }
    guard limiter.admits(arrival.source.address, now: arrival.now) else { return .dropped(.rateLimited) }

    response.store(request, at: 0)
    zero(&response, request.byteCount..<byteCount)
    guard var sender = SenderPacket(response.bytes, mode: mode) else { return .dropped(.truncated) }
    // Where the SSID stands, a short packet has padding.
    if isShort { sender.ssid = 0 }
    if let provisioned = configuration.provisioned {
      guard provisioned.contains(ssid: sender.ssid, source: arrival.source.address) else {
        return .dropped(.stampUnprovisioned)
      }
    }
    let key = configuration.keys[sender.ssid]
    if mode == .authenticated {
      guard let key, key.authenticatesBase(of: request) else { return .dropped(.stampAuthentication) }
    }

    let session = SessionID(source: arrival.source, destination: arrival.destination, ssid: sender.ssid)
    let counter = configuration.isStateful ? sessions.count(session, now: arrival.now) : nil
    var wishes = Wishes(dscp: arrival.trafficClass >> 2)
    let hmac = answerTLVs(
      &response, byteCount: byteCount, key: key, counter: counter, session: session, arrival: arrival, wishes: &wishes)
    let base = ReflectorPacket(
      sequenceNumber: counter ?? sender.sequenceNumber,
      transmitTimestamp: Timestamp(arrival.transmitted, format: arrival.errorEstimate.format),
      errorEstimate: arrival.errorEstimate,
      receiveTimestamp: Timestamp(arrival.received, format: arrival.errorEstimate.format),
      answering: sender, senderTTL: arrival.hopLimit)
    base.write(into: &response, mode: mode)
    if let key, let hmac { key.seal(hmac, of: &response, mode: mode) }
    if let key, mode == .authenticated { key.sealBase(of: &response) }
    let awaited = wishes.followUp ? counter.map { AwaitedDeparture(session: session, number: $0) } : nil
    return .answered(byteCount: byteCount, dscp: wishes.dscp, awaited: awaited)
  }

  /// Takes the time at which an answer left: what its session's next one tells who asks for Follow-Up Telemetry. Told
  /// again, the later word counts.
  /// - Parameter method: as in `TimestampInformation.Method`.
  public mutating func departed(_ answer: AwaitedDeparture, at time: WallTime, method: UInt8) {
    sessions.departed(answer, at: time, method: method)
  }

  /// When the answer before this one left, as its session is told.
  func followUp(before counter: UInt32?, in session: SessionID, _ format: TimestampFormat) -> FollowUpTelemetry {
    guard let counter, let departure = sessions.departure(before: counter, of: session) else { return .unknown }
    return FollowUpTelemetry(
      sequenceNumber: departure.number, timestamp: Timestamp(departure.time, format: format), method: departure.method)
  }

  /// Nobody is answered who may be many, or who may be made to answer an answer: another reflector above all.
  private static func mayAnswer(_ arrival: Arrival) -> Bool {
    !arrival.destination.address.isMulticastOrBroadcast && !arrival.source.address.isMulticastOrBroadcast
      && arrival.source.port >= firstUnprivilegedPort && arrival.source.port != arrival.destination.port
  }

  /// Whether it answers what we have just sent ourselves: where a sender writes zeros or padding it has our own time, of
  /// the last seconds. Two reflectors that a forged packet sets on each other would else go on for ever.
  private static func isAnswer(_ request: RawSpan, _ arrival: Arrival, _ mode: PacketMode) -> Bool {
    guard let answer = ReflectorPacket(request, mode: mode) else { return false }
    // In both formats the upper half counts seconds.
    let ours = Timestamp(arrival.received, format: arrival.errorEstimate.format)
    return (ours.bits >> 32) &- (answer.senderTimestamp.bits >> 32) <= loopSeconds
  }
}

extension IPAddress {
  fileprivate var isMulticastOrBroadcast: Bool {
    if let v4 { return v4 >= 0xe000_0000 || v4 == 0 }
    return high >> 56 == 0xff || (high == 0 && low == 0)
  }
}
