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
      send(datagram, of: id)
    case .keys(let id, let exported):
      // They come before the flight that lets the peer use them, by the same mailbox: no packet can be too early.
      guard let peer = peersByAssociation[id] else { return }
      guard let profile = SRTPProfile(rawValue: exported.profile),
        let keys = SRTPKeyingMaterial(profile: profile, exported: exported.bytes)
      else { return end(id, .failed, isToldGoodbye: true) }
      peers[peer].connection.install(keys)
      events.append(.connected(peers[peer].number))
      let room = peers[peer].room
      rooms[room].room.connected(peers[peer].seat, at: now, into: &output)
      collect(from: room)
    case .failed(let id, _):
      end(id, .failed, isToldGoodbye: false)
    case .closed(let id):
      end(id, .left, isToldGoodbye: false)
    }
  }

  /// - Parameter isToldGoodbye: the association is still there.
  private mutating func end(_ id: AssociationID, _ reason: EndReason, isToldGoodbye: Bool) {
    guard let peer = peersByAssociation[id] else {
      // It went by itself while it was taken out: no close_notify of ours will come.
      return farewells.removeAll { $0.association == id }
    }
    events.append(.ended(peers[peer].number, reason))
    remove(peer, isToldGoodbye: isToldGoodbye)
  }

  /// The first authentic packet: the server's last flight has arrived and need not be repeated.
  mutating func confirm(_ peer: Peer.Handle) {
    peers[peer].isConfirmed = true
    configuration.associations.confirm(peers[peer].association)
  }

  /// Sends a DTLS datagram where media goes, or where it went: the last one, close_notify, comes after the peer was
  /// removed.
  private mutating func send(_ datagram: [UInt8], of id: AssociationID) {
    if let peer = peersByAssociation[id] {
      guard let pair = peers[peer].connection.sendingPair else { return }
      send(datagram, on: pair, by: peers[peer].socket)
    } else if let index = farewells.firstIndex(where: { $0.association == id }) {
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
    farewells.append(Farewell(association: peers[peer].association, pair: pair, socket: peers[peer].socket))
  }

  struct Farewell {
    var association: AssociationID
    var pair: CandidatePair
    var socket: Int
  }

  /// Peers that leave at one time and are still told.
  private static var farewellCapacity: Int { 512 }
}
