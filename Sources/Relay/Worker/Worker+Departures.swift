import SFU
import SRTP
import Transport
import WebRTC
import Wire

/// Packets out: from the rooms' outputs into lanes, and from the rings, encrypted, into the sockets' batches.
extension Worker {
  /// Most bytes of a datagram that leaves: an Ethernet frame's worth.
  static let packetCapacity = 1_472
  /// Packets of video between two looks at the clock: about 20 µs.
  private static let packetsPerLook = 16

  /// Empties the output that a call on `room` filled: media waits in the lanes, control goes into the batch at once.
  mutating func collect(from room: RoomHandle) {
    for index in 0..<output.forwardCount {
      let forward = output.forward(at: index)
      guard let peer = rooms[room].peer(at: forward.receiver) else { continue }
      let isQueued =
        forward.isAudio
        ? audio.append(forward, to: Int(peer.index)) : video.append(forward, to: Int(peer.index))
      if !isQueued { statistics.drops.count(.sendQueueFull) }
    }
    for index in 0..<output.rtcpCount {
      guard let peer = rooms[room].peer(at: output.rtcpReceiver(at: index)) else { continue }
      sendControl(at: index, to: peer)
    }
    if !output.events.isEmpty { tell(of: room) }
    output.removeAll()
  }

  /// All audio, then video for one quantum; what is left goes on after the sockets were looked at again.
  @inline(never)
  mutating func depart() {
    while let destination = audio.destination {
      while let forward = audio.next() { send(forward, to: destination) }
    }
    let end = SystemClock.now + Self.quantum
    var sentCount = 0
    fanOut: while let destination = video.destination {
      while let forward = video.next() {
        send(forward, to: destination)
        sentCount += 1
        if sentCount.isMultiple(of: Self.packetsPerLook), SystemClock.now >= end { break fanOut }
      }
    }
    for socket in socketHandles { flush(socket) }
  }

  mutating func flush(_ socket: Slab<MediaSocket>.Handle) {
    guard !sockets[socket].sends.isEmpty else { return }
    let summary = sockets[socket].flush()
    statistics.sentDatagrams &+= UInt64(summary.sent)
    statistics.sentBytes &+= UInt64(summary.bytes)
    statistics.drops.count(.sendWouldBlock, summary.wouldBlock)
    statistics.drops.count(.sendTooLarge, summary.tooLarge)
    statistics.drops.count(.sendFailed, summary.failed)
    statistics.segmentationFallbacks &+= UInt64(summary.segmentationFallbacks)
  }

  private mutating func send(_ forward: Forward, to destination: Int) {
    guard let peer = peers.handle(at: destination), let pair = peers[peer].connection.sendingPair,
      peers[peer].seat == forward.receiver
    else { return }
    let room = peers[peer].room
    let socket = socketHandles[peers[peer].socket]
    if sockets[socket].isFull { flush(socket) }
    let outcome = Self.protect(
      forward, of: &rooms[room].room, by: &peers[peer].connection, into: &sockets[socket].sends, now: now)
    switch outcome {
    case .done(let byteCount):
      sockets[socket].sends.commit(
        byteCount, to: pair.remote, from: pair.local.address,
        trafficClass: forward.isAudio ? configuration.audioClass : configuration.videoClass)
      statistics.forwardedPackets &+= 1
      rooms[room].sentBytes &+= UInt64(byteCount)
    case .dropped(let reason):
      statistics.drops.count(reason)
    case nil:
      // The room has counted it: overwritten in the meantime.
      break
    }
  }

  /// Writes the header and encrypts the payload from the ring straight into the batch.
  private static func protect(
    _ forward: Forward, of room: inout Room, by connection: inout Connection, into sends: inout SendBatch,
    now: MonotonicTime
  ) -> SRTPOutcome? {
    var bytes = InlineArray<320, UInt8>(repeating: 0)
    var elements = bytes.mutableSpan
    var space = elements.mutableBytes
    guard let head = room.writeHead(of: forward, at: now, into: &space) else { return nil }
    guard var place = sends.reserve(packetCapacity) else { return .dropped(.sendQueueFull) }
    return connection.protect(
      space.bytes.extracting(0..<head.byteCount), payload: room.payload(after: head), into: &place)
  }

  private mutating func sendControl(at index: Int, to peer: Peer.Handle) {
    guard peers[peer].connection.isKeyed, let pair = peers[peer].connection.sendingPair else { return }
    let socket = socketHandles[peers[peer].socket]
    if sockets[socket].isFull { flush(socket) }
    let outcome = Self.protectRTCP(
      at: index, of: output, by: &peers[peer].connection, into: &sockets[socket].sends)
    switch outcome {
    case .done(let byteCount):
      sockets[socket].sends.commit(
        byteCount, to: pair.remote, from: pair.local.address, trafficClass: configuration.audioClass)
      rooms[peers[peer].room].sentBytes &+= UInt64(byteCount)
    case .dropped(let reason):
      statistics.drops.count(reason)
    }
  }

  private static func protectRTCP(
    at index: Int, of output: borrowing RoomOutput, by connection: inout Connection, into sends: inout SendBatch
  ) -> SRTPOutcome {
    guard var place = sends.reserve(packetCapacity) else { return .dropped(.sendQueueFull) }
    return connection.protectRTCP(output.rtcp(at: index), into: &place)
  }
}
