import Association
import ICE
import SDP
import SRTP
import Testing
import Transport
import WebRTC
import Wire

@testable import Relay

/// A meeting client behind a real socket of the loopback interface, with a real handshake. Polled by its test.
final class LoopbackClient {
  let name: String
  var client: MeetingClient
  private(set) var answer: JoinAnswer?
  private(set) var failure: AssociationFailure?
  private(set) var isClosedByRelay = false
  private(set) var receivedCount = 0
  /// Whether it sends media when polled.
  var isSending = true
  var isHandshaking = true

  private let associations: AssociationService
  private let association: AssociationID
  private let events: Mailbox<AssociationEvent>
  private var hasOpened = false
  private var socket: UDPSocket
  private var sends = SendBatch(datagrams: 256, bytes: 256 * 1_500)
  private var batch = ReceiveBatch(messages: 32, bytesPerMessage: 2_048)
  private var nextVoice = MonotonicTime.zero
  private var nextPicture = MonotonicTime.zero

  init(_ name: String, seed: UInt64, associations: AssociationService) throws {
    self.name = name
    self.associations = associations
    association = AssociationID(bits: seed)
    events = Mailbox(capacity: 256, wakeup: try Wakeup())
    client = MeetingClient(seed: seed)
    socket = try UDPSocket(bindingTo: Endpoint(address: .loopbackV4, port: 0))
  }

  /// The relay's user name fragment for this client.
  var relayFragment: String? { client.relayCredentials?.usernameFragment }

  // The macros of tests take no expressions over non-copyable values apart.
  var remote: Endpoint? { client.remote }
  var isKeyed: Bool { client.isKeyed }
  var relayCandidates: [Endpoint] { client.relayCandidates }
  var received: [MeetingClient.Received] { client.received }
  var drops: [DropReason] { client.drops }
  var sentAudio: [[UInt8]] { client.sentAudio }
  var sentVideo: [[UInt8]] { client.sentVideo }

  var number: UInt32 { answer.flatMap { ParticipantNumber($0.participant)?.value } ?? 0 }

  func join(_ relay: RelayService, room: String, kind: ParticipantKind = .meeting) async throws {
    let fingerprint = try #require(Fingerprint(associations.identity.fingerprint))
    let answer = try await relay.join(
      JoinRequest(
        room: room, name: name, kind: kind, clientAddress: .loopbackV4, offer: client.offer(fingerprint: fingerprint)))
    self.answer = answer
    try client.accept(answer.answer, now: SystemClock.now)
  }

  /// Does what is due; call it often.
  func poll() throws {
    let now = SystemClock.now
    receive(now)
    for transmit in client.handleTimeout(now) { send(transmit.bytes, to: transmit.destination) }
    try shakeHands()
    if isSending, client.isKeyed, let remote = client.remote {
      if now >= nextVoice {
        send(try client.voice(), to: remote)
        nextVoice = max(nextVoice, now) + .milliseconds(20)
      }
      if now >= nextPicture {
        for packet in try client.picture() { send(packet, to: remote) }
        nextPicture = max(nextPicture, now) + .milliseconds(50)
      }
    }
    _ = socket.flush(&sends)
  }

  private func receive(_ now: MonotonicTime) {
    while socket.receive(into: &batch) {
      while let datagram = batch.next() {
        receivedCount += 1
        if let handshake = client.receive(batch.bytes(of: datagram).bytes(), from: datagram.source, now: now),
          hasOpened
        {
          _ = associations.receive(handshake.span.bytes, id: association)
        }
      }
    }
  }

  private func shakeHands() throws {
    guard isHandshaking, let remote = client.remote, let fingerprint = client.relayFingerprint else { return }
    if !hasOpened, let expected = CertificateFingerprint(fingerprint) {
      hasOpened = associations.open(association, role: .client, fingerprints: [expected], events: events)
    }
    var drained: [AssociationEvent] = []
    events.drain(into: &drained)
    for event in drained {
      switch event {
      case .send(_, let datagram): send(datagram, to: remote)
      case .keys(_, let exported):
        let profile = try #require(SRTPProfile(rawValue: exported.profile))
        try client.install(try #require(SRTPKeyingMaterial(profile: profile, exported: exported.bytes)))
      case .failed(_, let failure): self.failure = failure
      case .closed: isClosedByRelay = true
      }
    }
  }

  /// Checks anew, from another socket, with credentials that the relay was told of.
  func restart(local: ICECredentials, remote: ICECredentials) throws {
    socket = try UDPSocket(bindingTo: Endpoint(address: .loopbackV4, port: 0))
    client.restart(local: local, remote: remote, now: SystemClock.now)
  }

  /// Says close_notify.
  func close() {
    associations.close(association)
  }

  func send(_ bytes: [UInt8], to remote: Endpoint) {
    _ = sends.append(bytes.span.bytes, to: remote)
  }

  /// Sends at once, whatever it is.
  func sendNow(_ bytes: [UInt8], to remote: Endpoint) {
    send(bytes, to: remote)
    _ = socket.flush(&sends)
  }
}

/// Polls clients until something is so.
func poll(
  _ clients: [LoopbackClient], deadline: Duration = .seconds(30), until condition: () async throws -> Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let end = SystemClock.now + deadline
  while SystemClock.now < end {
    for client in clients { try client.poll() }
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(2))
  }
  Issue.record("It did not happen within \(deadline).", sourceLocation: sourceLocation)
}
