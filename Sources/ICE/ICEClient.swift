import Cipher
import Wire

/// The controlling side of ICE towards a lite server, for our own clients: it checks the server's candidates, nominates
/// the first that answers and then keeps consent fresh (RFC 8445 section 7.2, RFC 7675).
///
/// Call `handleTimeout` whenever `nextTimeout` has come and send what it returns; hand STUN datagrams to `receive`.
public struct ICEClient: Sendable {
  public enum State: Equatable, Sendable {
    case checking
    /// Nominated: media may go to this address.
    case connected(Endpoint)
    /// No candidate answered, or consent is gone.
    case failed
  }

  /// A datagram to send.
  public struct Transmit: Equatable, Sendable {
    public var destination: Endpoint
    public var bytes: [UInt8]

    public init(destination: Endpoint, bytes: [UInt8]) {
      self.destination = destination
      self.bytes = bytes
    }
  }

  /// How many candidates are checked; further ones are left out.
  public static let candidateCapacity = 16
  /// RFC 8445 section 14.2: a new check every 50 ms.
  static let pace: Duration = .milliseconds(50)
  static let firstRetransmission: Duration = .milliseconds(100)
  static let attempts = 7
  static let consentInterval: Duration = .seconds(5)

  public private(set) var state = State.checking
  /// Where the server sees us.
  public private(set) var mappedAddress: Endpoint?

  private let username: [UInt8]
  private let key: HMACSHA1
  private let tieBreaker: UInt64
  private var checks: [Check]
  private var transactions: TransactionSequence
  private var consentDeadline = MonotonicTime.never

  private struct Check: Sendable {
    var remote: Endpoint
    var purpose: Purpose
    var transactionID: STUNTransactionID
    var attempt = 0
    var due: MonotonicTime
  }

  private enum Purpose {
    case connectivity
    /// Connectivity is there, but another candidate is being nominated.
    case answered
    case nomination
    case consent
  }

  /// `seed` is random: the tie-breaker and transaction identifiers come from it.
  public init(
    local: ICECredentials, remote: ICECredentials, candidates: [Endpoint], seed: UInt64, now: MonotonicTime
  ) {
    username = Array("\(remote.usernameFragment):\(local.usernameFragment)".utf8)
    let password = Array(remote.password.utf8)
    key = HMACSHA1(key: password.span.bytes)
    var transactions = TransactionSequence(bits: SplitMix64(seed: seed))
    tieBreaker = transactions.bits.next()
    checks = []
    for (index, candidate) in candidates.prefix(Self.candidateCapacity).enumerated() {
      checks.append(
        Check(
          remote: candidate, purpose: .connectivity, transactionID: transactions.next(),
          due: now + Self.pace * index))
    }
    self.transactions = transactions
    if checks.isEmpty { state = .failed }
  }

  /// When `handleTimeout` is wanted; `never` once failed.
  public var nextTimeout: MonotonicTime {
    if state == .failed { return .never }
    return checks.reduce(consentDeadline) { min($0, $1.due) }
  }

  /// The checks due by `now`, first ones and repeated ones.
  public mutating func handleTimeout(_ now: MonotonicTime) -> [Transmit] {
    guard state != .failed else { return [] }
    if now >= consentDeadline {
      state = .failed
      return []
    }
    var transmits: [Transmit] = []
    for index in checks.indices where checks[index].due <= now {
      if checks[index].purpose == .consent {
        checks[index].transactionID = transactions.next()
        // 80 to 120 % of the interval, so that many clients do not keep step (RFC 7675 section 5.1).
        checks[index].due = now + Self.consentInterval * Int(80 + transactions.bits.next() % 41) / 100
      } else {
        guard checks[index].attempt < Self.attempts else { continue }
        checks[index].due = now + Self.firstRetransmission * (1 << min(checks[index].attempt, 4))
        checks[index].attempt += 1
      }
      transmits.append(request(checks[index]))
    }
    checks.removeAll { $0.purpose != .consent && $0.attempt >= Self.attempts && $0.due <= now }
    if checks.isEmpty { state = .failed }
    if state == .checking, !checks.contains(where: { $0.purpose == .nomination }),
      let index = checks.firstIndex(where: { $0.purpose == .answered })
    {
      nominate(index, now)
    }
    return transmits
  }

  /// Takes a STUN message from `remote`. What is no authentic answer to one of our checks changes nothing.
  public mutating func receive(
    _ message: STUNMessage, in datagram: RawSpan, from remote: Endpoint, now: MonotonicTime
  ) {
    guard state != .failed, message.messageClass == .successResponse,
      let index = checks.firstIndex(where: { $0.remote == remote && $0.transactionID == message.transactionID }),
      message.verifies(key, in: datagram)
    else { return }
    mappedAddress = message.mappedAddress ?? mappedAddress
    let hasNomination = checks.contains { $0.purpose == .nomination }
    switch checks[index].purpose {
    case .connectivity where hasNomination:
      checks[index].purpose = .answered
      checks[index].due = .never
    case .connectivity:
      nominate(index, now)
    case .answered:
      break
    case .nomination:
      state = .connected(remote)
      checks = [
        Check(
          remote: remote, purpose: .consent, transactionID: transactions.next(), due: now + Self.consentInterval)
      ]
      consentDeadline = now + ICELite.consentLifetime
    case .consent:
      consentDeadline = now + ICELite.consentLifetime
    }
  }

  private mutating func nominate(_ index: Int, _ now: MonotonicTime) {
    checks[index] = Check(
      remote: checks[index].remote, purpose: .nomination, transactionID: transactions.next(), due: now)
  }

  private func request(_ check: Check) -> Transmit {
    // Fixed attributes take 92 bytes; a username is at most 513 long and padded to four.
    var bytes = [UInt8](repeating: 0, count: 96 + username.count)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    var writer = STUNWriter(.request, check.transactionID, into: &output)
    writer.append(username: username.span.bytes, into: &output)
    writer.append(priority: Self.priority, into: &output)
    writer.append(controlling: tieBreaker, into: &output)
    if check.purpose == .nomination { writer.appendUseCandidate(into: &output) }
    writer.appendIntegrity(key, into: &output)
    writer.appendFingerprint(into: &output)
    bytes.removeLast(bytes.count - writer.byteCount)
    return Transmit(destination: check.remote, bytes: bytes)
  }

  /// A peer-reflexive candidate's, of the highest local preference and component 1 (RFC 8445 section 5.1.2.1).
  private static let priority: UInt32 = 110 << 24 | 65535 << 8 | 255

  /// What an off-path attacker who has not seen the seed cannot guess; integrity does the rest.
  private struct TransactionSequence: Sendable {
    var bits: SplitMix64

    mutating func next() -> STUNTransactionID {
      STUNTransactionID(high: UInt32(truncatingIfNeeded: bits.next()), low: bits.next())
    }
  }
}
