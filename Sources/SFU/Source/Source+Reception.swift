import RTP
import Wire

extension Source {
  /// What came of one authenticated packet.
  enum Reception {
    /// It is new and stands in the ring.
    case kept(StoredPacket)
    /// The same, and it begins another stream: nothing of the old one is sent any more.
    case restarted(StoredPacket)
    case dropped(DropReason)
  }

  /// Counts and keeps the packet that was decrypted into the ring's spare place.
  ///
  /// - Parameter needsKeyframe: set when so much is lost that only a keyframe helps.
  mutating func receive(
    _ header: RTPHeader, byteCount: Int, arrival: MonotonicTime, codecs: borrowing CodecTable,
    needsKeyframe: inout Bool
  ) -> Reception {
    guard byteCount >= header.payloadOffset, byteCount <= Room.packetBytes,
      let payloadLength = header.payloadLength(in: ring.decrypted(byteCount))
    else { return .dropped(.rtpMalformed) }
    let repeatedType = formats.repeatedType(header.payloadType)
    let isRetransmission = repeatedType != CodecTable.none
    let isRedundant = header.payloadType == formats.redundancyType
    let codec =
      isRedundant
      ? redundantCodec(header, payloadLength: payloadLength, byteCount: byteCount)
      : formats.codec(isRetransmission ? repeatedType : header.payloadType)
    guard codec != CodecTable.none else { return .dropped(.rtpUnknownPayloadType) }

    var packet = StoredPacket(
      sequence: 0, timestamp: header.timestamp, arrival: arrival, codec: codec, marker: header.marker,
      isRecovered: isRetransmission,
      payloadOffset: UInt16(header.payloadOffset), payloadLength: UInt16(payloadLength))
    packet.isRedundant = isRedundant
    var isRestart = false
    if isRetransmission {
      guard payloadLength >= RTX.headerLength else { return .dropped(.paddingOnly) }
      let original = ring.decrypted(byteCount).u16(at: header.payloadOffset)
      guard let sequence = statistics.sequence(ofRetransmitted: original), !ring.isOverwritten(sequence) else {
        return .dropped(.rtpTooOld)
      }
      guard ring[sequence] == nil else { return .dropped(.rtpDuplicate) }
      packet.sequence = sequence
      packet.payloadOffset += UInt16(RTX.headerLength)
      packet.payloadLength -= UInt16(RTX.headerLength)
      statistics.countRecovered(sequence, byteCount: byteCount)
      _ = missing.remove(sequence)
    } else {
      switch place(header, byteCount: byteCount, arrival: arrival, needsKeyframe: &needsKeyframe) {
      case .success(let placed):
        packet.sequence = placed.sequence
        isRestart = placed.isRestart
      case .failure(let reason): return .dropped(reason)
      }
    }
    if packet.payloadLength > 0 {
      readExtensions(&packet, header, byteCount: byteCount)
      let isShort = describe(&packet, byteCount: byteCount, traits: codecs[codec])
      if packet.indices.fields.contains(.pictureID) {
        packet.indices.pictureID = pictureIDs.unwrap(packet.indices.pictureID, isLong: !isShort)
      }
    }
    ring.keep(packet)
    if packet.startsKeyframe {
      keyframes.keyframeCame(at: arrival)
      missing.removeAll(before: packet.sequence)
    }
    return isRestart ? .restarted(packet) : .kept(packet)
  }

  private enum Placement {
    case success((sequence: Int64, isRestart: Bool))
    case failure(DropReason)
  }

  /// Where an original packet stands in the stream; counts it.
  private mutating func place(
    _ header: RTPHeader, byteCount: Int, arrival: MonotonicTime, needsKeyframe: inout Bool
  ) -> Placement {
    var sequence: Int64
    var isRestart = false
    let previous = statistics.highest
    if let ssrc, ssrc != header.ssrc, let previous {
      sequence = ReceptionStatistics.nextStream(after: previous, beginningAt: header.sequenceNumber)
      isRestart = true
    } else {
      switch statistics.position(of: header.sequenceNumber) {
      case .start(let start):
        sequence = start
        isRestart = true
      case .newest(let newest): sequence = newest
      case .earlier(let earlier):
        sequence = earlier
        guard !ring.isOverwritten(sequence) else { return .failure(.rtpTooOld) }
        if let known = ring[sequence] {
          if known.isRecovered {
            ring.markReceived(sequence)
            statistics.countLate(sequence, byteCount: byteCount)
          } else {
            statistics.countDuplicate(byteCount: byteCount)
          }
          return .failure(.rtpDuplicate)
        }
      case .suspect:
        statistics.suspect(header.sequenceNumber)
        return .failure(.rtpTooOld)
      }
    }
    ssrc = header.ssrc
    if isRestart {
      begin(at: sequence)
    } else if !isAudio, let previous, sequence > previous + 1, !subscribers.isEmpty {
      needsKeyframe = !missing.note((previous + 1)..<sequence, at: arrival)
    }
    // Without RTX a repeat has the original's SSRC and number: it is known by our having asked for it.
    if let tries = missing.remove(sequence), tries > 0, !hasRetransmission {
      statistics.countRecovered(sequence, byteCount: byteCount)
    } else {
      statistics.count(
        sequence, timestamp: header.timestamp, byteCount: byteCount, arrival: arrival, isVideo: !isAudio)
    }
    clock.arrived(header.timestamp, at: arrival)
    return .success((sequence, isRestart && previous != nil))
  }

  /// What the primary of redundant audio is; `CodecTable.none` for what cannot be read. An empty packet is one of padding.
  private func redundantCodec(_ header: RTPHeader, payloadLength: Int, byteCount: Int) -> UInt8 {
    let bytes = ring.decrypted(byteCount)
    let payload = bytes.extracting(header.payloadOffset..<(header.payloadOffset + payloadLength))
    guard var blocks = RED(payload) else { return CodecTable.none }
    while let block = blocks.next(in: payload) {
      if block.isPrimary { return formats.codec(block.payloadType) }
    }
    return CodecTable.none
  }

  /// Notes the level, and where the extensions stand that are handed on. An id of 0 is none.
  private func readExtensions(_ packet: inout StoredPacket, _ header: RTPHeader, byteCount: Int) {
    let bytes = ring.decrypted(byteCount)
    var elements = HeaderExtensions(header)
    while let element = elements.next(in: bytes) {
      guard element.length > 0 else { continue }
      let place = ForwardedElements.Place(
        offset: UInt16(truncatingIfNeeded: element.offset), length: UInt8(truncatingIfNeeded: element.length))
      switch element.id {
      case extensions.audioLevel: packet.audioLevel = AudioLevel(bits: bytes.u8(at: element.offset))
      case extensions.dependencyDescriptor:
        let data = bytes.extracting(place.range)
        guard element.length <= ForwardedElements.longestDescriptor, let descriptor = DependencyDescriptor(data) else {
          continue
        }
        packet.elements.dependencyDescriptor = place
        packet.indices.fields.insert(.frameNumber)
        packet.indices.frameNumber = descriptor.frameNumber
      // Their only lengths; without and with metadata of high dynamic range, without and with a clock's offset.
      case extensions.colorSpace where place.length == 4 || place.length == 28: packet.elements.colorSpace = place
      case extensions.playoutDelay where place.length == 3: packet.elements.playoutDelay = place
      case extensions.absoluteCaptureTime where place.length == 8 || place.length == 16:
        packet.elements.absoluteCaptureTime = place
      default: break
      }
    }
  }

  /// Reads what forwarding needs to know of the payload; `true` when its picture id has 7 bits.
  private func describe(_ packet: inout StoredPacket, byteCount: Int, traits: CodecTable.Traits) -> Bool {
    let bytes = ring.decrypted(byteCount)
    let start = Int(packet.payloadOffset)
    let payload = bytes.extracting(start..<(start + Int(packet.payloadLength)))
    guard let format = traits.videoFormat else {
      if packet.isRedundant {
        describeRedundancy(&packet, payload)
      } else if traits.isOpus {
        packet.isDiscontinuous = Opus.isDiscontinuous(payload)
      }
      return false
    }
    switch format {
    case .vp8:
      guard let descriptor = VP8Descriptor(payload) else { return false }
      packet.startsKeyframe = descriptor.startsKeyframe
      packet.indices.note(descriptor.pictureID, descriptor.tl0PicIdx, keyIndex: descriptor.keyIndex)
      return !descriptor.hasLongPictureID
    case .vp9:
      guard let descriptor = VP9Descriptor(payload) else { return false }
      packet.startsKeyframe = descriptor.startsKeyframe
      packet.indices.note(descriptor.pictureID, descriptor.tl0PicIdx, keyIndex: nil)
      return !descriptor.hasLongPictureID
    case .h264, .av1:
      packet.startsKeyframe = format.startsKeyframe(payload)
      return false
    }
  }

  /// Redundancy that is not of the primary's codec throughout is left out.
  private func describeRedundancy(_ packet: inout StoredPacket, _ payload: RawSpan) {
    guard var blocks = RED(payload) else { return }
    var isUniform = true
    while let block = blocks.next(in: payload) {
      if block.isPrimary {
        packet.isDiscontinuous = block.length <= Opus.discontinuousLength
      } else {
        packet.redundancy = block.timestampOffset
        isUniform = isUniform && formats.codec(block.payloadType) == packet.codec
      }
    }
    if !isUniform { packet.redundancy = 0 }
  }

  /// How long a packet may be under way (the design's bound between late and lost).
  private static var sealing: Int64 { 2_000_000_000 }

  /// Ends the interval before the first packet that may still come, so that one overtaken at the boundary is not lost.
  ///
  /// - Parameter isFinal: nothing comes any more.
  mutating func closeInterval(at now: MonotonicTime, isFinal: Bool) -> ReceptionCounts {
    guard let highest = statistics.highest else { return ReceptionCounts() }
    var end = highest
    let oldest = max(statistics.intervalStart + 1, highest - Int64(ring.capacity) + 1)
    var sequence = highest
    while !isFinal && sequence >= oldest {
      if let packet = ring[sequence] {
        guard now.nanoseconds(since: packet.arrival) < Self.sealing else { break }
      } else {
        end = sequence - 1
      }
      sequence -= 1
    }
    var received = 0
    var recovered = 0
    for later in (end + 1)..<(highest + 1) {
      guard let packet = ring[later] else { continue }
      if packet.isRecovered { recovered += 1 } else { received += 1 }
    }
    return statistics.closeInterval(end: end, received: received, recovered: recovered)
  }
}
