import ICE
import RTP
import SDP
import SRTP
import WebRTC
import Wire

/// A participant as its browser would be: one offer, a voice and a picture sent, several of each received. Sans-IO, so
/// that it can live in virtual time as well as behind a socket.
struct MeetingClient: ~Copyable {
  /// A packet of the relay's, decrypted by libsrtp2.
  struct Received: Equatable {
    var ssrc: UInt32
    var csrc: UInt32?
    var sequenceNumber: UInt16
    var timestamp: UInt32
    var marker: Bool
    var payload: [UInt8]
  }

  static let opus: UInt8 = 111
  static let vp8: UInt8 = 96
  static let audioSlots = ["2", "3", "4"]
  static let videoSlots = ["5", "6", "7"]

  let credentials: ICECredentials
  var connection: ClientConnection?
  /// By the slots' mids: the SSRCs that the answer declares.
  private(set) var slotSSRCs: [String: UInt32] = [:]
  private(set) var relayFingerprint: Fingerprint?
  private(set) var relayCandidates: [Endpoint] = []
  private(set) var relayCredentials: ICECredentials?
  private(set) var received: [Received] = []
  private(set) var reports = 0
  private(set) var keyframeRequests = 0
  private(set) var drops: [DropReason] = []
  private(set) var sentAudio: [[UInt8]] = []
  private(set) var sentVideo: [[UInt8]] = []

  private let audioSSRC: UInt32
  private let videoSSRC: UInt32
  private let remoteSeed: UInt64
  private var audioSequence: UInt16
  private var videoSequence: UInt16
  private var audioTimestamp: UInt32 = 1_000
  private var videoTimestamp: UInt32 = 9_000
  private var random: SplitMix64
  private var wantsKeyframe = true

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    credentials = ICECredentials(
      random: (0..<ICECredentials.randomByteCount).map { [r = seed] in
        UInt8(truncatingIfNeeded: r &* 31 &+ UInt64($0) &* 97)
      })
    audioSSRC = UInt32(truncatingIfNeeded: random.next())
    videoSSRC = UInt32(truncatingIfNeeded: random.next())
    // Both roll over soon.
    audioSequence = 65_500
    videoSequence = 65_520
    remoteSeed = random.next()
    connection = nil
  }

  /// Two sections sent, three of each kind received, as our page makes them.
  func offer(fingerprint: Fingerprint) -> String {
    var lines = [
      "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0",
      "a=group:BUNDLE 0 1 " + (Self.audioSlots + Self.videoSlots).joined(separator: " "),
    ]
    let mids =
      [("0", true, "sendonly"), ("1", false, "sendonly")]
      + Self.audioSlots.map { ($0, true, "recvonly") } + Self.videoSlots.map { ($0, false, "recvonly") }
    for (mid, isAudio, direction) in mids {
      lines += isAudio ? ["m=audio 9 UDP/TLS/RTP/SAVPF 111"] : ["m=video 9 UDP/TLS/RTP/SAVPF 96 97"]
      lines += [
        "c=IN IP4 0.0.0.0", "a=mid:\(mid)", "a=\(direction)", "a=rtcp-mux", "a=rtcp-rsize", "a=setup:actpass",
        "a=ice-ufrag:\(credentials.usernameFragment)", "a=ice-pwd:\(credentials.password)",
        "a=fingerprint:\(fingerprint)", "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
      ]
      lines +=
        isAudio
        ? ["a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=rtpmap:111 opus/48000/2"]
        : [
          "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000",
          "a=fmtp:97 apt=96",
        ]
    }
    return lines.map { $0 + "\r\n" }.joined()
  }

  /// Reads the answer and begins to check the relay's candidates.
  mutating func accept(_ answer: String, now: MonotonicTime) throws {
    let description = try SessionDescription(parsing: answer)
    for media in description.media {
      guard let mid = media.mid, let ssrc = media.attributes.values("ssrc").first?.split(separator: " ").first else {
        continue
      }
      slotSSRCs[mid] = UInt32(ssrc)
    }
    let first = description.media[0].attributes
    relayFingerprint = first["fingerprint"]?.value.flatMap(Fingerprint.init)
    relayCandidates = first.values("candidate").compactMap { line in
      let fields = line.split(separator: " ")
      return Endpoint("\(fields[4].contains(":") ? "[\(fields[4])]" : "\(fields[4])"):\(fields[5])")
    }
    let remote = ICECredentials(
      usernameFragment: first["ice-ufrag"]?.value ?? "", password: first["ice-pwd"]?.value ?? "")
    relayCredentials = remote
    connection = ClientConnection(
      local: credentials, remote: remote, candidates: relayCandidates, seed: remoteSeed, now: now)
  }

  /// Checks anew with other credentials; keys go on.
  mutating func restart(local: ICECredentials, remote: ICECredentials, now: MonotonicTime) {
    connection?.restart(local: local, remote: remote, candidates: relayCandidates, seed: remoteSeed &+ 1, now: now)
  }

  var remote: Endpoint? {
    switch connection {
    case .some(let connection): connection.remote
    case .none: nil
    }
  }

  var isKeyed: Bool {
    switch connection {
    case .some(let connection): connection.isKeyed
    case .none: false
    }
  }

  var nextTimeout: MonotonicTime {
    switch connection {
    case .some(let connection): connection.nextTimeout
    case .none: .never
    }
  }

  mutating func install(_ keys: SRTPKeyingMaterial) throws {
    try connection?.install(keys)
  }

  mutating func handleTimeout(_ now: MonotonicTime) -> [ICEClient.Transmit] {
    connection?.handleTimeout(now) ?? []
  }

  /// Takes a datagram; gives the handshake's part of it, if it is one.
  mutating func receive(_ datagram: [UInt8], from remote: Endpoint, now: MonotonicTime) -> [UInt8]? {
    switch connection?.receive(datagram, from: remote, now: now) {
    case .rtp(let packet): note(packet)
    case .rtcp(let packet): noteRTCP(packet)
    case .dtls(let datagram): return datagram
    case .dropped(let reason): drops.append(reason)
    case .check, nil: break
    }
    return nil
  }

  private mutating func note(_ packet: [UInt8]) {
    let bytes = packet.span.bytes
    guard let header = RTPHeader(bytes), let length = header.payloadLength(in: bytes) else { return }
    received.append(
      Received(
        ssrc: header.ssrc, csrc: header.csrcCount > 0 ? header.csrc(0, in: bytes) : nil,
        sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, marker: header.marker,
        payload: Array(packet[header.payloadOffset..<(header.payloadOffset + length)])))
  }

  /// Picks out the picture loss indications (RFC 4585 section 6.3.1) of the compound.
  private mutating func noteRTCP(_ compound: [UInt8]) {
    reports += 1
    var rest = compound[...]
    while rest.count >= 4 {
      let start = rest.startIndex
      let length = 4 * (Int(rest[start + 2]) << 8 + Int(rest[start + 3]) + 1)
      if rest[start + 1] == 206, rest[start] & 31 == 1 {
        keyframeRequests += 1
        wantsKeyframe = true
      }
      rest = rest.dropFirst(length)
    }
  }

  // MARK: Sending

  /// The next voice packet, protected: 20 ms of something loud.
  mutating func voice() throws -> [UInt8] {
    let payload = [0x78] + noise(80)
    sentAudio.append(payload)
    let packet = try packet(
      ssrc: audioSSRC, payloadType: Self.opus, sequenceNumber: audioSequence, timestamp: audioTimestamp, marker: false,
      mid: "0", level: 20, payload: payload)
    audioSequence &+= 1
    audioTimestamp &+= 960
    return packet
  }

  /// The next picture, protected: three packets, a keyframe when the relay asked for one.
  mutating func picture() throws -> [[UInt8]] {
    var packets: [[UInt8]] = []
    for index in 0..<3 {
      // RFC 7741: no descriptor extension; the frame header's last bit is 0 for a keyframe, then comes its start code.
      var payload: [UInt8] = [index == 0 ? 0x10 : 0x00]
      if index == 0 {
        payload += wantsKeyframe ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] : [0x11, 0x02, 0x00]
      }
      payload += noise(index == 2 ? 300 : 1_000)
      sentVideo.append(payload)
      packets.append(
        try packet(
          ssrc: videoSSRC, payloadType: Self.vp8, sequenceNumber: videoSequence, timestamp: videoTimestamp,
          marker: index == 2, mid: "1", level: nil, payload: payload))
      videoSequence &+= 1
    }
    videoTimestamp &+= 4_500
    wantsKeyframe = false
    return packets
  }

  private mutating func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  private mutating func packet(
    ssrc: UInt32, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, marker: Bool, mid: String,
    level: UInt8?, payload: [UInt8]
  ) throws -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 64)
    let length = Self.write(
      into: &header, ssrc: ssrc, payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp,
      marker: marker, mid: Array(mid.utf8), level: level)
    return try connection?.protect(header[..<length] + payload) ?? []
  }

  private static func write(
    into header: inout [UInt8], ssrc: UInt32, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32,
    marker: Bool, mid: [UInt8], level: UInt8?
  ) -> Int {
    var elements = header.mutableSpan
    var bytes = elements.mutableBytes
    guard
      var writer = RTPHeaderWriter(
        marker: marker, payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp, ssrc: ssrc,
        into: &bytes)
    else { return 0 }
    _ = writer.append(id: 4, mid.span.bytes, into: &bytes)
    if let level { _ = writer.append(id: 1, u8: level, into: &bytes) }
    return writer.finish(into: &bytes)
  }

  /// A receiver report for every slot that something was received in, protected.
  mutating func report() throws -> [UInt8]? {
    guard isKeyed else { return nil }
    var packet: [UInt8] = [0x80, 201, 0, 1]
    packet.append(u32: audioSSRC)
    return try connection?.protectRTCP(packet)
  }

  // MARK: What came

  /// The payloads received in a slot from one participant, in the order of their sequence numbers.
  func payloads(in mids: [String], from csrc: UInt32) -> [[UInt8]] {
    let ssrcs = mids.compactMap { slotSSRCs[$0] }
    return received.filter { ssrcs.contains($0.ssrc) && $0.csrc == csrc }.map(\.payload)
  }

  mutating func forgetReceived() {
    received = []
  }
}

extension Array {
  /// Whether `other` is one run of these elements, up to the last but `slack` of them.
  func containsRun(_ other: [Element], slack: Int) -> Bool where Element: Equatable {
    guard let first = other.first, let start = firstIndex(of: first), start + other.count <= count else { return false }
    return Array(self[start..<(start + other.count)]) == other && start + other.count + slack >= count
  }
}
