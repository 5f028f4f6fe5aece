import ICE
import SFU
import SRTP
import Transport
import WebRTC
import Wire

/// Datagrams in: whose they are, what they are, and where their content goes.
extension Worker {
  /// Takes one batch from a socket; what is left makes it readable again at once.
  mutating func receive(from index: Int, into batch: inout ReceiveBatch) {
    let handle = socketHandles[index]
    let dropsBefore = sockets[handle].socket.kernelDrops
    guard sockets[handle].socket.receive(into: &batch) else { return }
    statistics.drops.count(
      .kernelQueueOverflow, Int(truncatingIfNeeded: sockets[handle].socket.kernelDrops &- dropsBefore))
    now = batch.clock.monotonic
    let port = sockets[handle].socket.localEndpoint.port
    while let datagram = batch.next() {
      statistics.receivedDatagrams &+= 1
      statistics.receivedBytes &+= UInt64(datagram.byteCount)
      guard !datagram.isTruncated else {
        statistics.drops.count(.tooLarge)
        continue
      }
      let pair = CandidatePair(
        local: Endpoint(address: datagram.localAddress, port: port), remote: datagram.source)
      let bytes = batch.bytes(of: datagram)
      switch DatagramKind(bytes) {
      case .rtp: receiveRTP(bytes, on: pair, arrival: datagram.arrival)
      case .rtcp: receiveRTCP(bytes, on: pair)
      case .stun: receiveSTUN(bytes, on: pair, socket: index)
      case .dtls: receiveDTLS(bytes, on: pair)
      case nil: statistics.drops.count(bytes.byteCount == 0 ? .empty : .unknownProtocol)
      }
    }
  }

  /// Decrypts into the source's ring, out of place, so that nothing pins the buffer of the batch.
  ///
  /// Not inlined, as `depart` is not: `loadtest/waste` counts what happens between the two.
  @inline(never)
  private mutating func receiveRTP(_ datagram: RawSpan, on pair: CandidatePair, arrival: MonotonicTime) {
    guard let handle = keyedPeer(on: pair) else { return }
    let room = peers[handle].room
    rooms[room].receivedBytes &+= UInt64(datagram.byteCount)
    guard let reservation = rooms[room].room.reserve(datagram, from: peers[handle].seat) else { return }
    let outcome = Self.unprotect(
      datagram, by: &peers[handle].connection, for: reservation, in: &rooms[room].room, now: now)
    switch outcome {
    case .done(let byteCount):
      if !peers[handle].isConfirmed { confirm(handle) }
      rooms[room].room.received(reservation, byteCount: byteCount, arrival: arrival, now: now, into: &output)
      collect(from: room)
    case .dropped(let reason):
      statistics.drops.count(reason)
    }
  }

  private static func unprotect(
    _ datagram: RawSpan, by connection: inout Connection, for reservation: Reservation, in room: inout Room,
    now: MonotonicTime
  ) -> SRTPOutcome {
    var place = room.place(of: reservation)
    return connection.unprotect(datagram, into: &place, now: now)
  }

  private mutating func receiveRTCP(_ datagram: RawSpan, on pair: CandidatePair) {
    guard let handle = keyedPeer(on: pair) else { return }
    guard datagram.byteCount <= Self.packetCapacity else {
      statistics.drops.count(.tooLarge)
      return
    }
    var plain = InlineArray<1472, UInt8>(repeating: 0)
    var elements = plain.mutableSpan
    var place = elements.mutableBytes
    switch peers[handle].connection.unprotectRTCP(datagram, into: &place, now: now) {
    case .done(let byteCount):
      if !peers[handle].isConfirmed { confirm(handle) }
      let room = peers[handle].room
      rooms[room].room.receivedRTCP(
        place.bytes.extracting(first: byteCount), from: peers[handle].seat, at: now, into: &output)
      collect(from: room)
    case .dropped(let reason):
      statistics.drops.count(reason)
    }
  }

  /// Who sends on the pair; only a pair that passed a check with integrity is in the table.
  private mutating func keyedPeer(on pair: CandidatePair) -> Peer.Handle? {
    guard let handle = peersByPair[pair] else {
      statistics.drops.count(.unknownPeer)
      return nil
    }
    guard peers[handle].connection.isKeyed else {
      statistics.drops.count(.srtpNoKeys)
      return nil
    }
    return handle
  }

  /// A check names its connection by our own user name fragment; whoever does not know one gets no answer.
  private mutating func receiveSTUN(_ datagram: RawSpan, on pair: CandidatePair, socket index: Int) {
    guard let message = STUNMessage(datagram) else {
      statistics.drops.count(.stunMalformed)
      return
    }
    guard let key = message.recipientFragmentKey(in: datagram), let handle = peersByFragment[key] else {
      statistics.drops.count(.stunUnknownUsername)
      return
    }
    guard checkLimiter.admits(pair.remote.address, now: now) else {
      statistics.drops.count(.rateLimited)
      return
    }
    let socket = socketHandles[index]
    if sockets[socket].isFull { flush(socket) }
    let outcome = Self.answer(
      message, in: datagram, on: pair, by: &peers[handle].connection, into: &sockets[socket].sends, now: now)
    switch outcome {
    case .dropped(let reason):
      statistics.drops.count(reason)
    case .answered(let byteCount, let change):
      sockets[socket].sends.commit(byteCount, to: pair.remote, from: pair.local.address)
      if let change { follow(change, of: handle, socket: index) }
    }
  }

  private static func answer(
    _ message: STUNMessage, in datagram: RawSpan, on pair: CandidatePair, by connection: inout Connection,
    into sends: inout SendBatch, now: MonotonicTime
  ) -> ICELite.Outcome {
    guard var response = sends.reserve(ICELite.responseCapacity) else { return .dropped(.sendQueueFull) }
    return connection.receiveCheck(message, in: datagram, on: pair, now: now, response: &response)
  }

  private mutating func follow(_ change: ICELite.Change, of handle: Peer.Handle, socket: Int) {
    switch change {
    case .added(let pair, let evicted):
      exchange(evicted, for: pair, of: handle)
    case .selected(let pair, let isNew, let evicted):
      if isNew { exchange(evicted, for: pair, of: handle) }
    }
    guard let sending = peers[handle].connection.sendingPair else { return }
    if let index = self.socket(of: sending.local) { peers[handle].socket = index }
    if peers[handle].address != sending.remote.address {
      peers[handle].address = sending.remote.address
      events.append(.address(peers[handle].number, sending.remote.address))
    }
  }

  private mutating func exchange(_ evicted: CandidatePair?, for pair: CandidatePair, of handle: Peer.Handle) {
    if let evicted { forget(evicted, of: handle) }
    // There is a place for every pair that every connection may have.
    if !peersByPair.insert(handle, for: pair) { statistics.drops.count(.unknownPeer) }
  }

  /// A pair may belong to another connection by now: a browser's next one on the same port.
  mutating func forget(_ pair: CandidatePair, of handle: Peer.Handle) {
    if peersByPair[pair] == handle { peersByPair.remove(pair) }
  }

  private func socket(of local: Endpoint) -> Int? {
    for (index, handle) in socketHandles.enumerated() {
      let bound = sockets[handle].socket.localEndpoint
      guard bound.port == local.port, bound.address.isV4 == local.address.isV4 else { continue }
      if bound.address == local.address || bound.address == .anyV4 || bound.address == .anyV6 { return index }
    }
    return nil
  }

  private mutating func receiveDTLS(_ datagram: RawSpan, on pair: CandidatePair) {
    guard let handle = peersByPair[pair], peers[handle].connection.acceptsDTLS(on: pair) else {
      statistics.drops.count(.dtlsBeforeCheck)
      return
    }
    guard handshakeLimiter.admits(pair.remote.address, now: now) else {
      statistics.drops.count(.rateLimited)
      return
    }
    if !configuration.associations.receive(datagram, id: peers[handle].association) {
      statistics.drops.count(.dtlsQueueFull)
    }
  }
}
