import Cipher
import Wire

/// The lite side of ICE (RFC 8445 section 2.5): it answers checks and sends none.
///
/// The peer is full and therefore controls. Whatever does not prove knowledge of our password gets no answer at all,
/// so an address forged by a stranger is never answered to.
public struct ICELite: Sendable {
  /// What became of a datagram.
  public enum Outcome: Equatable, Sendable {
    /// It gets no answer.
    case dropped(DropReason)
    /// The answer is the first `byteCount` bytes of the response span; it leaves by the pair the check came on.
    case answered(byteCount: Int, Change?)
  }

  /// What an answered check changed.
  public enum Change: Equatable, Sendable {
    /// The check was the first on this pair: datagrams on it belong to this connection from now on, and those on
    /// `evicted`, if there is one, no longer do.
    case added(CandidatePair, evicted: CandidatePair?)
    /// The peer nominated this pair: media goes there. If it is new, `added` is to be done first.
    case selected(CandidatePair, isNew: Bool, evicted: CandidatePair?)
  }

  /// How many pairs are remembered; the one checked least recently makes room.
  public static let pairCapacity = 8
  /// What the response span must hold.
  public static let responseCapacity = 128
  /// How long the peer may send no authenticated check before its consent is gone (RFC 7675 section 5.1).
  public static let consentLifetime: Duration = .seconds(30)

  /// The credentials to put into the answer.
  public private(set) var local: ICECredentials
  /// Where media goes: the pair nominated last.
  public private(set) var selected: CandidatePair?
  /// When consent ends unless another check comes: `never` before the first check.
  public private(set) var consentDeadline = MonotonicTime.never

  private var generation: Generation
  /// After a restart, what the peer may go on using until it nominates with the new credentials.
  private var previous: Generation?
  private var pairs = InlineArray<8, CheckedPair>(repeating: CheckedPair())
  private var pairCount = 0

  private struct CheckedPair: BitwiseCopyable {
    var pair = CandidatePair(
      local: Endpoint(address: .anyV4, port: 0), remote: Endpoint(address: .anyV4, port: 0))
    var lastCheck = MonotonicTime.zero
  }

  /// What a check must know.
  private struct Generation: Sendable {
    var username: [UInt8]
    var key: HMACSHA1

    init(local: ICECredentials, remoteFragment: String) {
      username = Array("\(local.usernameFragment):\(remoteFragment)".utf8)
      let password = Array(local.password.utf8)
      key = HMACSHA1(key: password.span.bytes)
    }
  }

  /// `remoteFragment` is the peer's `a=ice-ufrag`.
  public init(local: ICECredentials, remoteFragment: String) {
    self.local = local
    generation = Generation(local: local, remoteFragment: remoteFragment)
  }

  /// Begins an ICE restart (RFC 8445 section 9). Media and consent go on as they were until the peer nominates with
  /// the new credentials.
  public mutating func restart(local: ICECredentials, remoteFragment: String) {
    previous = generation
    self.local = local
    generation = Generation(local: local, remoteFragment: remoteFragment)
  }

  /// Whether an authenticated check has come on this pair: only then may DTLS and media.
  public func accepts(_ pair: CandidatePair) -> Bool {
    indexOf(pair) != nil
  }

  /// Where to send: the nominated pair, before a nomination the one checked last.
  public var sendingPair: CandidatePair? {
    if let selected { return selected }
    var latest: Int?
    for index in 0..<pairCount where latest.map({ pairs[$0].lastCheck <= pairs[index].lastCheck }) ?? true {
      latest = index
    }
    return latest.map { pairs[$0].pair }
  }

  /// The pairs on which datagrams belong to this connection, to be forgotten when it ends.
  public var acceptedPairs: [CandidatePair] {
    (0..<pairCount).map { pairs[$0].pair }
  }

  public func hasConsent(_ now: MonotonicTime) -> Bool {
    selected != nil && now < consentDeadline
  }

  /// Takes a message that came on `pair` and writes the answer, if it gets one, into `response`, which holds at least
  /// `responseCapacity` bytes.
  @_lifetime(response: copy response)
  public mutating func receive(
    _ message: STUNMessage, in datagram: RawSpan, on pair: CandidatePair, now: MonotonicTime,
    response: inout MutableRawSpan
  ) -> Outcome {
    guard message.messageClass == .request, message.method == STUNMessage.binding else {
      return .dropped(.stunUnsupported)
    }
    if message.hasFingerprint, !message.hasRightFingerprint(in: datagram) { return .dropped(.stunMalformed) }
    let isCurrent: Bool
    let key: HMACSHA1
    if Self.matches(generation, message, datagram) {
      (isCurrent, key) = (true, generation.key)
    } else if let previous, Self.matches(previous, message, datagram) {
      (isCurrent, key) = (false, previous.key)
    } else {
      return .dropped(.stunUnknownUsername)
    }
    guard message.verifies(key, in: datagram) else { return .dropped(.stunWrongIntegrity) }

    if message.unknownAttributeCount > 0 {
      return .answered(byteCount: Self.refuse(message, 420, key, &response), nil)
    }
    // A lite side never controls, so the peer has to change its role (RFC 8445 section 7.3.1.1).
    if message.controlled != nil {
      return .answered(byteCount: Self.refuse(message, 487, key, &response), nil)
    }
    let change = note(pair, nominated: message.usesCandidate, isCurrent: isCurrent, now: now)
    var writer = STUNWriter(.successResponse, message.transactionID, into: &response)
    writer.append(mappedAddress: pair.remote, of: message.transactionID, into: &response)
    writer.appendIntegrity(key, into: &response)
    writer.appendFingerprint(into: &response)
    return .answered(byteCount: writer.byteCount, change)
  }

  private static func matches(_ generation: Generation, _ message: STUNMessage, _ datagram: RawSpan) -> Bool {
    constantTimeEqual(message.username(in: datagram), generation.username.span.bytes)
  }

  @_lifetime(response: copy response)
  private static func refuse(
    _ message: STUNMessage, _ errorCode: Int, _ key: HMACSHA1, _ response: inout MutableRawSpan
  ) -> Int {
    var writer = STUNWriter(.errorResponse, message.transactionID, into: &response)
    writer.append(errorCode: errorCode, into: &response)
    if errorCode == 420 {
      writer.append(
        unknownAttributes: message.unknownAttributes, count: message.unknownAttributeCount, into: &response)
    }
    writer.appendIntegrity(key, into: &response)
    writer.appendFingerprint(into: &response)
    return writer.byteCount
  }

  /// Remembers a check that is authenticated and well.
  private mutating func note(
    _ pair: CandidatePair, nominated: Bool, isCurrent: Bool, now: MonotonicTime
  ) -> Change? {
    var evicted: CandidatePair?
    var isNew = false
    if let index = indexOf(pair) {
      pairs[index].lastCheck = now
    } else {
      isNew = true
      evicted = add(pair, now)
    }
    consentDeadline = now + Self.consentLifetime
    // The latest nomination wins: libwebrtc nominates anew when it moves to another network. One made with the old
    // credentials must not undo a restart.
    if nominated, isCurrent {
      previous = nil
      if selected != pair {
        selected = pair
        return .selected(pair, isNew: isNew, evicted: evicted)
      }
    }
    return isNew ? .added(pair, evicted: evicted) : nil
  }

  private mutating func add(_ pair: CandidatePair, _ now: MonotonicTime) -> CandidatePair? {
    if pairCount < Self.pairCapacity {
      pairs[pairCount] = CheckedPair(pair: pair, lastCheck: now)
      pairCount += 1
      return nil
    }
    var oldest: Int?
    for index in 0..<pairCount where pairs[index].pair != selected {
      if oldest.map({ pairs[index].lastCheck < pairs[$0].lastCheck }) ?? true { oldest = index }
    }
    guard let oldest else { preconditionFailure("at most one of eight pairs is selected") }
    let evicted = pairs[oldest].pair
    pairs[oldest] = CheckedPair(pair: pair, lastCheck: now)
    return evicted
  }

  private func indexOf(_ pair: CandidatePair) -> Int? {
    for index in 0..<pairCount where pairs[index].pair == pair { return index }
    return nil
  }
}
