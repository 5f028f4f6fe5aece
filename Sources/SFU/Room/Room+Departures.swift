import RTP
import Wire

/// The beginning of a packet that leaves, as `Room.writeHead` wrote it, and where in a ring the rest of it stands. Good
/// until the room takes the next packet.
public struct Head: BitwiseCopyable {
  /// Header and rewritten part of the payload.
  public let byteCount: Int
  let source: Slab<Source>.Handle?
  let cell: Int32
  let start: UInt16
  let end: UInt16
}

/// What is sent: rewritten heads, and payloads that stay where they are.
extension Room {
  /// Bytes of `head` that `writeHead` wants: the header with all its extensions, at most 268, and what of the payload is
  /// rewritten.
  public static let headBytes = 320

  /// Writes the RTP header of `forward` and as much of its payload as is the slot's own: the number a retransmission
  /// repeats, a picture's indices, the payload types of redundant audio. `nil` when its packet has been overwritten: a
  /// counted drop.
  public mutating func writeHead(of forward: Forward, at now: MonotonicTime, into head: inout MutableRawSpan) -> Head? {
    guard slots.contains(forward.slot), participants.contains(forward.receiver.place) else {
      drops.count(.staleIndex)
      return nil
    }
    guard let source = forward.source else { return writeSilence(of: forward, at: now, into: &head) }
    guard sources.contains(source), let packet = sources[source].ring[forward.packet] else {
      drops.count(.staleIndex)
      return nil
    }
    var writer = writer(
      of: forward, csrc: sources[source].csrc, isTwoByte: needsTwoByteForm(packet, in: forward.slot), into: &head)
    appendOwnElements(of: forward, at: now, to: &writer, into: &head)
    if let audioLevel = packet.audioLevel, slots[forward.slot].extensions.audioLevel != 0 {
      _ = writer.append(id: slots[forward.slot].extensions.audioLevel, u8: audioLevel.bits, into: &head)
    }
    appendForwardedElements(of: forward, packet, from: source, to: &writer, into: &head)
    let headerLength = writer.finish(into: &head)
    let (written, start) = writePayloadStart(of: forward, packet, from: source, into: &head, at: headerLength)
    let end = packet.payloadOffset + packet.payloadLength
    slots[forward.slot].countSent(
      byteCount: headerLength + written + Int(end - start), payloadBytes: written + Int(end - start),
      isRetransmission: forward.kind == .retransmission)
    return Head(byteCount: headerLength + written, source: source, cell: packet.cell, start: start, end: end)
  }

  /// The rest of the packet whose head was just written, to be encrypted where it stands.
  @_lifetime(borrow self)
  public borrowing func payload(after head: Head) -> RawSpan {
    guard let source = head.source else { return silence.span.bytes }
    guard sources.contains(source) else { return RawSpan() }
    let payload = sources[source].ring.stored(cell: head.cell, Int(head.start)..<Int(head.end))
    return _overrideLifetime(RawSpan(_unsafeBytes: payload), borrowing: self)
  }

  private mutating func writeSilence(
    of forward: Forward, at now: MonotonicTime, into head: inout MutableRawSpan
  ) -> Head {
    var writer = writer(of: forward, csrc: nil, isTwoByte: false, into: &head)
    appendOwnElements(of: forward, at: now, to: &writer, into: &head)
    let length = writer.finish(into: &head)
    slots[forward.slot].countSent(
      byteCount: length + silence.count, payloadBytes: silence.count, isRetransmission: false)
    return Head(byteCount: length, source: nil, cell: 0, start: 0, end: 0)
  }

  // MARK: The header

  private func writer(
    of forward: Forward, csrc: UInt32?, isTwoByte: Bool, into head: inout MutableRawSpan
  ) -> RTPHeaderWriter {
    guard
      let writer = RTPHeaderWriter(
        marker: forward.marker, payloadType: forward.payloadType, sequenceNumber: forward.sequenceNumber,
        timestamp: forward.timestamp, ssrc: forward.ssrc, csrc: csrc, twoByteExtensions: isTwoByte, into: &head)
    else { preconditionFailure("the head has room") }
    return writer
  }

  /// What each hop writes anew: mid, time of sending, transport-wide number.
  private mutating func appendOwnElements(
    of forward: Forward, at now: MonotonicTime, to writer: inout RTPHeaderWriter, into head: inout MutableRawSpan
  ) {
    let ids = slots[forward.slot].extensions
    if ids.mid != 0 {
      let name = slots[forward.slot].name
      _ = writer.append(id: ids.mid, name.bytes, into: &head)
    }
    if ids.absoluteSendTime != 0 {
      // 24 bits: 6 of seconds, 18 of fraction.
      let time = UInt32(truncatingIfNeeded: ntpTime(at: now).bits >> 14) & 0xff_ffff
      _ = writer.append(id: ids.absoluteSendTime, u24: time, into: &head)
    }
    if ids.transportSequenceNumber != 0 {
      let number = participants[forward.receiver.place].transportSequenceNumber
      participants[forward.receiver.place].transportSequenceNumber = number &+ 1
      let bytes: InlineArray<2, UInt8> = [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
      _ = writer.append(id: ids.transportSequenceNumber, bytes.span.bytes, into: &head)
    }
  }

  /// Data of more than 16 bytes does not fit the one-byte form (RFC 8285 section 4.2).
  private func needsTwoByteForm(_ packet: StoredPacket, in slot: Slab<Slot>.Handle) -> Bool {
    let ids = slots[slot].extensions
    guard ids.allowsMixed else { return false }
    return (ids.dependencyDescriptor != 0 && packet.elements.dependencyDescriptor.length > 16)
      || (ids.colorSpace != 0 && packet.elements.colorSpace.length > 16)
  }

  /// What is handed on from the sender's packet under the receiver's ids.
  private func appendForwardedElements(
    of forward: Forward, _ packet: StoredPacket, from source: Slab<Source>.Handle, to writer: inout RTPHeaderWriter,
    into head: inout MutableRawSpan
  ) {
    let ids = slots[forward.slot].extensions
    let elements = packet.elements
    let stored = sources[source].ring.stored(packet, 0..<Int(packet.payloadOffset))
    let header = RawSpan(_unsafeBytes: stored)
    if ids.dependencyDescriptor != 0, elements.dependencyDescriptor.length > 0 {
      let data = header.extracting(elements.dependencyDescriptor.range)
      if writer.append(id: ids.dependencyDescriptor, data, into: &head) {
        DependencyDescriptor.rewrite(
          frameNumber: forward.indices.frameNumber, in: &head, at: writer.length - data.byteCount)
      }
    }
    if ids.colorSpace != 0, elements.colorSpace.length > 0 {
      _ = writer.append(id: ids.colorSpace, header.extracting(elements.colorSpace.range), into: &head)
    }
    if ids.playoutDelay != 0, elements.playoutDelay.length > 0 {
      _ = writer.append(id: ids.playoutDelay, header.extracting(elements.playoutDelay.range), into: &head)
    }
    if ids.absoluteCaptureTime != 0, elements.absoluteCaptureTime.length > 0,
      let time = AbsoluteCaptureTime(header.extracting(elements.absoluteCaptureTime.range))
    {
      let bytes = inRelayTime(time, of: source).bytes
      _ = writer.append(id: ids.absoluteCaptureTime, bytes.span.bytes, into: &head)
    }
  }

  /// The same instant for a receiver that knows our NTP clock by our sender reports: how far the capturer's clock is from
  /// it is added to what the sender said.
  private func inRelayTime(_ time: AbsoluteCaptureTime, of source: Slab<Source>.Handle) -> AbsoluteCaptureTime {
    let clock = participants[sources[source].owner.place].clock
    guard clock.isKnown else { return time }
    let offset = Int64(bitPattern: time.captured.bits &- ntpTime(at: clock.relayTime(of: time.captured)).bits)
    return AbsoluteCaptureTime(captured: time.captured, clockOffset: offset &+ (time.clockOffset ?? 0))
  }

  // MARK: The payload

  /// Writes what of the payload is the slot's own; gives its length, and where in the packet the rest begins.
  private func writePayloadStart(
    of forward: Forward, _ packet: StoredPacket, from source: Slab<Source>.Handle, into head: inout MutableRawSpan,
    at offset: Int
  ) -> (written: Int, start: UInt16) {
    var end = offset
    if forward.kind == .retransmission {
      head.store(u16: forward.originalSequenceNumber, at: end)
      end += RTX.headerLength
    }
    let start = Int(packet.payloadOffset)
    let stored = sources[source].ring.stored(packet, start..<(start + Int(packet.payloadLength)))
    let payload = RawSpan(_unsafeBytes: stored)
    var replaced = 0
    if packet.isRedundant {
      replaced = RED.primaryOffset(in: payload) ?? 0
      let type = slots[forward.slot].formats.payloadType(packet.codec)
      if forward.redundancy > 0,
        let headers = RED.writeHeaders(of: payload, reach: forward.redundancy, payloadType: type, into: &head, at: end)
      {
        end += headers.length
        replaced = headers.dataOffset
      } else if forward.redundancy > 0 {
        // More blocks than there is room for: the primary alone, but still in this form.
        head.store(u8: type, at: end)
        end += 1
      }
    } else if packet.indices.fields.contains(.pictureID) {
      switch codecs[packet.codec].videoFormat {
      case .vp8:
        guard let descriptor = VP8Descriptor(payload) else { break }
        let written = descriptor.write(
          pictureID: forward.indices.pictureID, tl0PicIdx: forward.indices.tl0PicIdx,
          keyIndex: forward.indices.keyIndex, into: &head, at: end)
        end += written ?? 0
        replaced = written == nil ? 0 : descriptor.length
      case .vp9:
        guard let descriptor = VP9Descriptor(payload) else { break }
        let written = descriptor.writePrefix(
          pictureID: forward.indices.pictureID, tl0PicIdx: forward.indices.tl0PicIdx, into: &head, at: end)
        end += written ?? 0
        replaced = written == nil ? 0 : descriptor.prefixLength
      default: break
      }
    }
    return (end - offset, packet.payloadOffset + UInt16(truncatingIfNeeded: replaced))
  }
}
