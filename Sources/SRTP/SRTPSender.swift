import Cipher
import Wire

/// Encrypts and authenticates what goes to one peer (RFC 3711, RFC 7714), out of place.
///
/// An index, and with it a nonce, is never used twice under one key, whatever callers do: the sender works out each
/// packet's index itself, remembers which it has used, and never forgets a stream. A packet given twice is refused; to
/// send it again takes RTX and so another index.
public struct SRTPSender: ~Copyable {
  /// How many SSRCs are sent to one peer; packets of further ones are refused.
  public static let streamCapacity = 256

  public let profile: SRTPProfile
  private let rtp: Transform
  private let rtcp: Transform
  private var table = StreamTable(capacity: streamCapacity)
  private var windows = UniqueArray<ReplayWindow>()
  /// One index for the RTCP of all SSRCs: it grows with every packet, which is all that RFC 3711 section 3.4 asks.
  private var nextRTCPIndex: UInt32 = 0

  private struct AEAD: ~Copyable {
    let sealer: AESGCM.Sealer
    let nonces: AEADNonces
  }

  private enum Transform: ~Copyable {
    case aead(AEAD)
    case counterMode(CounterModeTransform)

    init(_ profile: SRTPProfile, _ keys: SessionKeys) {
      self =
        profile == .aes128CMHMACSHA1_80
        ? .counterMode(CounterModeTransform(keys))
        : .aead(AEAD(sealer: AESGCM.Sealer(key: keys.encryption.span.bytes), nonces: AEADNonces(salt: keys.salt)))
    }
  }

  /// `master` is our own direction's. It belongs to this sender alone: a second one with the same key would repeat
  /// nonces.
  public init(_ master: SRTPMasterKey) {
    self.init(master.profile, rtp: .rtp(master), rtcp: .rtcp(master))
  }

  init(_ profile: SRTPProfile, rtp: SessionKeys, rtcp: SessionKeys) {
    self.profile = profile
    self.rtp = Transform(profile, rtp)
    self.rtcp = Transform(profile, rtcp)
  }

  /// Writes the protected packet to the beginning of `output`.
  ///
  /// `head` is the RTP header and, after it, as much of the payload as was rewritten; `payload` is the rest. The packet
  /// may be older than the newest of its SSRC, by fewer than 1,024 packets, as long as it was not sent yet.
  @_lifetime(output: copy output)
  public mutating func protect(_ head: RawSpan, payload: RawSpan, into output: inout MutableRawSpan) -> SRTPOutcome {
    guard let layout = RTPLayout(head) else { return .dropped(.rtpMalformed) }
    let count = head.byteCount + payload.byteCount
    guard count + profile.rtpOverheadByteCount <= output.byteCount else { return .dropped(.tooLarge) }
    guard let stream = table.findOrInsert(layout.ssrc) else { return .dropped(.srtpStreamLimit) }
    if stream == windows.count { windows.append(ReplayWindow()) }
    let index = windows[stream].estimate(layout.sequenceNumber)
    guard index < 1 << 48, windows[stream].isFresh(index) else { return .dropped(.srtpIndexUsed) }
    windows[stream].use(index)

    let header = head.extracting(0..<layout.headerByteCount)
    let rewritten = head.extracting(layout.headerByteCount..<head.byteCount)
    output.store(header, at: 0)
    switch rtp {
    case .aead(let aead):
      aead.sealer.seal(
        rewritten, payload, nonce: aead.nonces.nonce(ssrc: layout.ssrc, index: index), authenticating: header,
        into: &output, at: layout.headerByteCount)
    case .counterMode(let transform):
      transform.apply(
        ssrc: layout.ssrc, index: index, to: rewritten, payload, into: &output, at: layout.headerByteCount)
      let code = transform.code(for: output.bytes.extracting(0..<count), index: index)
      output.store(code.span.bytes.extracting(0..<CounterModeTransform.tagByteCount), at: count)
    }
    return .done(byteCount: count + profile.rtpOverheadByteCount)
  }

  /// Writes the protected compound RTCP packet to the beginning of `output`.
  @_lifetime(output: copy output)
  public mutating func protectRTCP(_ packet: RawSpan, into output: inout MutableRawSpan) -> SRTPOutcome {
    let count = packet.byteCount
    guard count >= RTCPLayout.headerByteCount else { return .dropped(.rtcpMalformed) }
    guard count + profile.rtcpOverheadByteCount <= output.byteCount else { return .dropped(.tooLarge) }
    guard nextRTCPIndex < RTCPLayout.encryptedFlag else { return .dropped(.srtpIndexUsed) }
    let index = Int64(nextRTCPIndex)
    let word = RTCPLayout.encryptedFlag | nextRTCPIndex
    nextRTCPIndex += 1

    let ssrc = packet.u32(at: 4)
    let header = packet.extracting(0..<RTCPLayout.headerByteCount)
    let payload = packet.extracting(RTCPLayout.headerByteCount..<count)
    output.store(header, at: 0)
    switch rtcp {
    case .aead(let aead):
      let associated = AEADNonces.associatedData(header: header, word: word)
      aead.sealer.seal(
        payload, nonce: aead.nonces.nonce(ssrc: ssrc, index: index), authenticating: associated.span.bytes,
        into: &output,
        at: RTCPLayout.headerByteCount)
      output.store(u32: word, at: count + AESGCM.tagByteCount)
    case .counterMode(let transform):
      transform.apply(ssrc: ssrc, index: index, to: payload, into: &output, at: RTCPLayout.headerByteCount)
      output.store(u32: word, at: count)
      let code = transform.code(for: output.bytes.extracting(0..<(count + 4)))
      output.store(code.span.bytes.extracting(0..<CounterModeTransform.tagByteCount), at: count + 4)
    }
    return .done(byteCount: count + profile.rtcpOverheadByteCount)
  }
}
