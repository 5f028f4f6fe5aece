import RTP
import SDP
import Wire

@testable import SFU

/// What a test wants to know of a packet, carried in its payload: who took it, and when in true time.
struct Stamp: Equatable {
  static let length = 17

  var source: UInt8
  /// Nanoseconds of virtual time.
  var takenAt: Int64
  var number: UInt64

  init(source: UInt8, takenAt: Int64, number: UInt64) {
    self.source = source
    self.takenAt = takenAt
    self.number = number
  }

  init?(_ payload: [UInt8]) {
    guard payload.count >= Self.length else { return nil }
    let bytes = payload.suffix(Self.length)
    source = bytes[bytes.startIndex]
    takenAt = bytes.dropFirst().prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    number = bytes.dropFirst(9).reduce(0) { $0 << 8 | UInt64($1) }
  }

  var bytes: [UInt8] {
    var bytes = [source]
    bytes.append(u64: UInt64(bitPattern: takenAt))
    bytes.append(u64: number)
    return bytes
  }
}

/// A microphone or camera with a clock of its own.
struct SimulatedSource {
  let kind: SourceKind
  /// Number in the stamps.
  let number: UInt8
  let mid: String
  let ssrc: UInt32
  let retransmissionSSRC: UInt32?
  /// Parts per million by which its sampling clock runs fast.
  var skew: Double
  var timestampBase: UInt32
  var sequenceNumber: UInt16
  var retransmissionNumber: UInt16 = 7
  var pictureID: UInt16
  var tl0PicIdx: UInt8 = 200
  var wantsKeyframe = true
  var isOn = true
  /// Whether its owner talks at a time, in seconds.
  var talks: @Sendable (Double) -> Bool = { _ in false }
  /// Sends no levels, as OBS does.
  var hasLevels = true
  var packetsPerFrame = 3
  var codec = Codec.vp8
  /// Names its section; libwebrtc does until it is reported on.
  var sendsMid = true
  /// Sends each voice packet again with the next one (RFC 2198).
  var hasRedundancy = false
  /// Sends what browsers can send besides mid and level.
  var hasExtensions = false
  var frameNumber: UInt16 = 65_000
  var lastVoice: [UInt8] = []
  var keyframesSent = 0
  var requestsReceived = 0
  var sentCount = 0
  var packetCount: UInt32 = 0
  /// The last packets, for retransmission: sequence number to datagram.
  var history: [UInt16: [UInt8]] = [:]

  var clockRate: Double { kind.isAudio ? 48_000 : 90_000 }
  var interval: Int64 { kind.isAudio ? 20_000_000 : 33_333_333 }

  func timestamp(at time: MonotonicTime) -> UInt32 {
    let ticks = Double(time.nanoseconds) / 1e9 * clockRate * (1 + skew / 1e6)
    return timestampBase &+ UInt32(truncatingIfNeeded: Int64(ticks.rounded()))
  }

  /// The packets of one frame taken at `time`.
  mutating func take(at time: MonotonicTime) -> [[UInt8]] {
    let seconds = Double(time.nanoseconds) / 1e9
    guard isOn else { return [] }
    if kind.isAudio {
      let level: UInt8? = hasLevels ? (talks(seconds) ? 20 : 75) : nil
      if !hasLevels && !talks(seconds) { return [packet(payload: [0xf8], at: time, marker: false, level: nil)] }
      let payload = [0x78] + stamp(time)
      defer { lastVoice = payload }
      guard hasRedundancy else { return [packet(payload: payload, at: time, marker: false, level: level)] }
      let before: UInt32 = 960 << 10 | UInt32(lastVoice.count)
      let headers: [UInt8] = [0x80 | 111, UInt8(before >> 16), UInt8(before >> 8 & 0xff), UInt8(before & 0xff), 111]
      return [packet(payload: headers + lastVoice + payload, at: time, marker: false, level: level)]
    }
    let isKeyframe = wantsKeyframe
    wantsKeyframe = false
    if isKeyframe { keyframesSent += 1 }
    pictureID = (pictureID &+ 1) & 0x7fff
    tl0PicIdx &+= 1
    frameNumber &+= 1
    return (0..<packetsPerFrame).map { index in
      let payload = descriptor(of: index, isKeyframe: isKeyframe) + stamp(time)
      return packet(
        payload: payload, at: time, marker: index == packetsPerFrame - 1, level: nil,
        hasStructure: isKeyframe && index == 0)
    }
  }

  /// What stands before the picture's data in packet `index` of a frame.
  private func descriptor(of index: Int, isKeyframe: Bool) -> [UInt8] {
    let isFirst = index == 0
    let picture = [0x80 | UInt8(pictureID >> 8), UInt8(truncatingIfNeeded: pictureID)]
    switch codec.name {
    case .opus: return []
    case .vp8: return [isFirst ? 0x90 : 0x80, 0xe0] + picture + [tl0PicIdx, 0, isKeyframe ? 0 : 1]
    case .vp9:
      // I and L; P for one that is predicted; B and E for its first and last packet. One layer.
      let bits: UInt8 =
        0xa0 | (isKeyframe ? 0 : 0x40) | (isFirst ? 0x08 : 0) | (index == packetsPerFrame - 1 ? 0x04 : 0)
      return [bits] + picture + [0, tl0PicIdx]
    case .h264: return [isFirst && isKeyframe ? 0x67 : 0x61]
    case .av1:
      // W = 1, N for a new sequence, Z for the rest of a unit; a sequence header or a frame.
      return isFirst ? [isKeyframe ? 0x18 : 0x10, isKeyframe ? 0x08 : 0x30] : [0x90]
    }
  }

  private mutating func stamp(_ time: MonotonicTime) -> [UInt8] {
    Stamp(source: number, takenAt: time.nanoseconds, number: UInt64(sentCount)).bytes
  }

  private mutating func packet(
    payload: [UInt8], at time: MonotonicTime, marker: Bool, level: UInt8?, hasStructure: Bool = false
  ) -> [UInt8] {
    let type = hasRedundancy ? 63 : SimulatedMeeting.format(codec, isSource: true).payloadType
    var header = [UInt8](repeating: 0, count: 160)
    var length = 0
    do {
      var span = header.mutableSpan
      var bytes = span.mutableBytes
      guard
        var writer = RTPHeaderWriter(
          marker: marker, payloadType: type, sequenceNumber: sequenceNumber, timestamp: timestamp(at: time), ssrc: ssrc,
          twoByteExtensions: hasExtensions && hasStructure, into: &bytes)
      else { preconditionFailure("the header fits") }
      let name: [UInt8] = Array(mid.utf8)
      if sendsMid { _ = writer.append(id: 4, name.span.bytes, into: &bytes) }
      if let level { _ = writer.append(id: 1, u8: level, into: &bytes) }
      if hasExtensions {
        for (id, data) in elements(at: time, hasStructure: hasStructure) {
          _ = writer.append(id: id, data.span.bytes, into: &bytes)
        }
      }
      length = writer.finish(into: &bytes)
    }
    let datagram = Array(header[..<length]) + payload
    history[sequenceNumber] = datagram
    history[sequenceNumber &- 600] = nil
    sequenceNumber &+= 1
    sentCount += 1
    packetCount += 1
    return datagram
  }

  /// Dependency descriptor, its structure with a keyframe; playout delay; colour space; absolute capture time.
  private func elements(at time: MonotonicTime, hasStructure: Bool) -> [(UInt8, [UInt8])] {
    let number = [UInt8(frameNumber >> 8), UInt8(truncatingIfNeeded: frameNumber)]
    let captured = [UInt8](repeating: 0, count: 8).indices.map {
      UInt8(truncatingIfNeeded: UInt64(bitPattern: time.nanoseconds) >> UInt64(56 - 8 * $0))
    }
    guard !kind.isAudio else { return [(13, captured)] }
    var descriptor: [UInt8] = [hasStructure ? 0x80 : 0x81]
    descriptor += number
    if hasStructure { descriptor += Array(1...20) }
    return [(12, descriptor), (5, [0, 0, 9]), (8, [1, 1, 1, 0]), (13, captured), (10, Array("rid".utf8))]
  }

  /// The packet again, by RTX where the source has it (RFC 4588).
  mutating func again(_ sequenceNumber: UInt16) -> [UInt8]? {
    guard let datagram = history[sequenceNumber] else { return nil }
    guard let retransmissionSSRC, let header = RTPHeader(datagram.span.bytes) else { return datagram }
    var repeated = Array(datagram[..<header.payloadOffset])
    repeated[1] += 1
    repeated[2] = UInt8(retransmissionNumber >> 8)
    repeated[3] = UInt8(truncatingIfNeeded: retransmissionNumber)
    for (index, shift) in [24, 16, 8, 0].enumerated() {
      repeated[8 + index] = UInt8(truncatingIfNeeded: retransmissionSSRC >> UInt32(shift))
    }
    retransmissionNumber &+= 1
    repeated.append(u16: sequenceNumber)
    return repeated + datagram[header.payloadOffset...]
  }
}
