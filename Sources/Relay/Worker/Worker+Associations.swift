import Association
import ICE
import SFU
import SRTP
import Wire

/// What comes back from the DTLS threads.
extension Worker {
  mutating func handleAssociations() {
    inbox.associations.drain(into: &associationEvents)
    for event in associationEvents { handle(event) }
    associationEvents.removeAll(keepingCapacity: true)
  }

  private mutating func handle(_ event: AssociationEvent) {
    switch event {
    case .send(let id, let datagram):
      send(datagram, of: ParticipantNumber(id))
    case .keys(let id, let exported):
      // They come before the flight that lets the peer use them, by the same mailbox: no packet can be too early.
      guard let peer = peersByNumber[ParticipantNumber(id)] else { return }
      guard let profile = SRTPProfile(rawValue: exported.profile),
        let keys = SRTPKeyingMaterial(profile: profile, exported: exported.bytes)
      else { return end(id, .failed) }
      peers[peer].connection.install(keys)
      let room = peers[peer].room
      rooms[room].room.connected(peers[peer].seat, at: now, into: &output)
      collect(from: room)
    case .failed(let id, _):
      end(id, .failed)
    case .closed(let id):
      end(id, .left)
    }
  }

  private mutating func end(_ id: AssociationID, _ reason: EndReason) {
    guard let peer = peersByNumber[ParticipantNumber(id)] else { return }
    events.append(.ended(peers[peer].number, reason))
    remove(peer)
  }

  /// Sends a DTLS datagram where media goes, or where it went: the last one, close_notify, comes after the peer was
  /// removed.
  private mutating func send(_ datagram: [UInt8], of participant: ParticipantNumber) {
    if let peer = peersByNumber[participant] {
      guard let pair = peers[peer].connection.sendingPair else { return }
      send(datagram, on: pair, by: peers[peer].socket)
    } else if let index = farewells.firstIndex(where: { $0.participant == participant }) {
      let farewell = farewells.remove(at: index)
      send(datagram, on: farewell.pair, by: farewell.socket)
    }
  }

  private mutating func send(_ datagram: [UInt8], on pair: CandidatePair, by index: Int) {
    let socket = socketHandles[index]
    if sockets[socket].isFull { flush(socket) }
    guard datagram.count <= Self.packetCapacity,
      sockets[socket].sends.append(datagram.span.bytes, to: pair.remote, from: pair.local.address)
    else { return statistics.drops.count(.sendQueueFull) }
  }

  /// Remembers where a peer was, for its close_notify.
  mutating func remember(_ peer: Peer.Handle) {
    guard peers[peer].connection.isKeyed, let pair = peers[peer].connection.sendingPair else { return }
    if farewells.count == Self.farewellCapacity { farewells.removeFirst() }
    farewells.append(Farewell(participant: peers[peer].number, pair: pair, socket: peers[peer].socket))
  }

  struct Farewell {
    var participant: ParticipantNumber
    var pair: CandidatePair
    var socket: Int
  }

  /// Peers that leave at one time and are still told.
  private static var farewellCapacity: Int { 512 }
}

extension ParticipantNumber {
  /// Names its DTLS association.
  var association: AssociationID { AssociationID(bits: UInt64(value)) }

  init(_ association: AssociationID) {
    self.init(value: UInt32(truncatingIfNeeded: association.bits))
  }
}
