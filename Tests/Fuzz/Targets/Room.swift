import RTP
import SDP
import SFU
import Wire

extension FuzzTarget {
  /// What a participant who is in a room can do to it and to the others: decrypted packets, RTP and RTCP, each two bytes
  /// of length and then so many of content, 10 ms apart. Everything put out is also written.
  static let room = FuzzTarget("Room") { input in
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    var bounds = RoomBounds()
    bounds.participants = 2
    var room = Room(bounds: bounds, now: now, wall: WallTime(seconds: 1_700_000_000))
    var output = RoomOutput()
    guard let attacker = try? room.admit(admission("a", 0), at: now),
      let other = try? room.admit(admission("b", 1), at: now)
    else { preconditionFailure("there is room for two") }
    room.connected(attacker, at: now, into: &output)
    room.connected(other, at: now, into: &output)
    var memory = [UInt8](repeating: 0, count: Room.headBytes)
    var rest = input[...]
    while rest.count >= 2 {
      let count = min(
        Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1]), rest.count - 2, Room.packetBytes)
      let bytes = Array(rest.dropFirst(2).prefix(count))
      rest = rest.dropFirst(2 + count)
      now = now.advanced(byNanoseconds: 10_000_000)
      let datagram = bytes.span.bytes
      if RTPHeader.isRTCP(datagram) {
        room.receivedRTCP(datagram, from: attacker, at: now, into: &output)
      } else if let reservation = room.reserve(datagram, from: attacker) {
        var place = room.place(of: reservation)
        place.store(datagram, at: 0)
        room.received(reservation, byteCount: count, arrival: now, now: now, into: &output)
      }
      room.handleTimeout(at: now, into: &output)
      for index in 0..<output.forwardCount {
        let forward = output.forward(at: index)
        var span = memory.mutableSpan
        var space = span.mutableBytes
        guard let head = room.writeHead(of: forward, at: now, into: &space) else { continue }
        let written = RTPHeader(space.bytes.extracting(0..<head.byteCount))
        precondition(written != nil, "a header we write can be read")
        _ = room.payload(after: head)
      }
      output.removeAll()
    }
    room.remove(attacker, at: now, into: &output)
  }
}

private func admission(_ name: String, _ number: UInt32) -> Admission {
  var admission = Admission(
    participant: name, name: name, role: .meeting, csrc: 1_000 + number, feedbackSSRC: 2_000 + number, cname: "relay")
  var extensions = ExtensionIDs()
  extensions.mid = 4
  extensions.audioLevel = 1
  (extensions.dependencyDescriptor, extensions.colorSpace) = (12, 8)
  (extensions.playoutDelay, extensions.absoluteCaptureTime) = (5, 13)
  extensions.allowsMixed = true
  let audio = [PayloadFormat(payloadType: 111, codec: .opus)]
  let video = [
    PayloadFormat(payloadType: 96, codec: .vp8, retransmissionPayloadType: 97),
    PayloadFormat(payloadType: 98, codec: Codec(.vp9), retransmissionPayloadType: 99),
    PayloadFormat(payloadType: 45, codec: Codec(.av1), retransmissionPayloadType: 46),
  ]
  let first = 10_000 * (number + 1)
  admission.sources = [
    SourceSection(
      mid: "0", kind: .microphone, ssrc: first, formats: audio, redundancyPayloadType: 63, extensions: extensions),
    SourceSection(
      mid: "1", kind: .camera, ssrc: first + 1, retransmissionSSRC: first + 2, formats: video, extensions: extensions),
  ]
  admission.slots = [
    SlotSection(
      mid: "2", isAudio: true, ssrc: first + 10, formats: audio, redundancyPayloadType: 63, extensions: extensions,
      firstSequenceNumber: 65_535,
      timestampOffset: .max),
    SlotSection(
      mid: "3", isAudio: false, ssrc: first + 11, retransmissionSSRC: first + 12, formats: video,
      extensions: extensions, firstSequenceNumber: 65_535, timestampOffset: .max),
  ]
  return admission
}
