import Cipher
import Wire

/// Verifies and decrypts what one peer sends (RFC 3711, RFC 7714), out of place.
///
/// A stream's state comes into being with its first authentic packet, so that strangers cannot fill the table.
public struct SRTPReceiver: ~Copyable {
  /// How many SSRCs of one peer are received; packets of further ones are dropped.
  public static let streamCapacity = 64

  public let profile: SRTPProfile
  private let rtp: Transform
  private let rtcp: Transform
  private var table = StreamTable(capacity: streamCapacity)
  private var rtpWindows = UniqueArray<ReplayWindow>()
  private var rtcpWindows = UniqueArray<ReplayWindow>()

  private struct AEAD: ~Copyable {
    let opener: AESGCM.Opener
    let nonces: AEADNonces
  }

  private enum Transform: ~Copyable {
    case aead(AEAD)
    case counterMode(CounterModeTransform)

    init(_ profile: SRTPProfile, _ keys: SessionKeys) {
      self =
        profile == .aes128CMHMACSHA1_80
        ? .counterMode(CounterModeTransform(keys))
        : .aead(AEAD(opener: AESGCM.Opener(key: keys.encryption.span.bytes), nonces: AEADNonces(salt: keys.salt)))
    }
  }

  /// `master` is what the peer sends with.
  public init(_ master: SRTPMasterKey) {
    self.init(master.profile, rtp: .rtp(master), rtcp: .rtcp(master))
  }

  init(_ profile: SRTPProfile, rtp: SessionKeys, rtcp: SessionKeys) {
    self.profile = profile
    self.rtp = Transform(profile, rtp)
    self.rtcp = Transform(profile, rtcp)
  }

  /// Writes the clear RTP packet, header and payload, to the beginning of `output`.
  @_lifetime(output: copy output)
  public mutating func unprotect(_ datagram: RawSpan, into output: inout MutableRawSpan) -> SRTPOutcome {
    guard let layout = RTPLayout(datagram),
      datagram.byteCount >= layout.headerByteCount + profile.rtpOverheadByteCount
    else { return .dropped(.srtpMalformed) }
    let count = datagram.byteCount - profile.rtpOverheadByteCount
    guard count <= output.byteCount else { return .dropped(.tooLarge) }

    let known = table.find(layout.ssrc)
    if known == nil, table.isFull { return .dropped(.srtpStreamLimit) }
    var index = Int64(layout.sequenceNumber)
    if let known {
      index = rtpWindows[known].estimate(layout.sequenceNumber)
      guard index >= 0, index < 1 << 48, rtpWindows[known].isFresh(index) else { return .dropped(.srtpReplay) }
    }

    let header = datagram.extracting(0..<layout.headerByteCount)
    switch rtp {
    case .aead(let aead):
      guard
        aead.opener.open(
          datagram.extracting(layout.headerByteCount..<datagram.byteCount),
          nonce: aead.nonces.nonce(ssrc: layout.ssrc, index: index), authenticating: header, into: &output,
          at: layout.headerByteCount)
      else { return .dropped(.srtpAuthentication) }
    case .counterMode(let transform):
      let code = transform.code(for: datagram.extracting(0..<count), index: index)
      guard CounterModeTransform.matches(code, tag: datagram.extracting(count..<datagram.byteCount)) else {
        return .dropped(.srtpAuthentication)
      }
      transform.apply(
        ssrc: layout.ssrc, index: index, to: datagram.extracting(layout.headerByteCount..<count), into: &output,
        at: layout.headerByteCount)
    }
    output.store(header, at: 0)
    guard let stream = known ?? addStream(layout.ssrc) else { return .dropped(.srtpStreamLimit) }
    rtpWindows[stream].use(index)
    return .done(byteCount: count)
  }

  /// Writes the clear compound RTCP packet to the beginning of `output`.
  @_lifetime(output: copy output)
  public mutating func unprotectRTCP(_ datagram: RawSpan, into output: inout MutableRawSpan) -> SRTPOutcome {
    guard let layout = RTCPLayout(datagram, profile) else { return .dropped(.srtcpMalformed) }
    let count = layout.byteCount
    guard count <= output.byteCount else { return .dropped(.tooLarge) }

    let known = table.find(layout.ssrc)
    if known == nil, table.isFull { return .dropped(.srtpStreamLimit) }
    if let known, !rtcpWindows[known].isFresh(layout.index) { return .dropped(.srtcpReplay) }

    let header = datagram.extracting(0..<RTCPLayout.headerByteCount)
    switch rtcp {
    case .aead(let aead):
      let associated = AEADNonces.associatedData(header: header, word: layout.word)
      guard
        aead.opener.open(
          datagram.extracting(RTCPLayout.headerByteCount..<layout.wordOffset),
          nonce: aead.nonces.nonce(ssrc: layout.ssrc, index: layout.index), authenticating: associated.span.bytes,
          into: &output, at: RTCPLayout.headerByteCount)
      else { return .dropped(.srtcpAuthentication) }
    case .counterMode(let transform):
      let code = transform.code(for: datagram.extracting(0..<(count + 4)))
      guard CounterModeTransform.matches(code, tag: datagram.extracting((count + 4)..<datagram.byteCount)) else {
        return .dropped(.srtcpAuthentication)
      }
      transform.apply(
        ssrc: layout.ssrc, index: layout.index, to: datagram.extracting(RTCPLayout.headerByteCount..<count),
        into: &output, at: RTCPLayout.headerByteCount)
    }
    output.store(header, at: 0)
    guard let stream = known ?? addStream(layout.ssrc) else { return .dropped(.srtpStreamLimit) }
    rtcpWindows[stream].use(layout.index)
    return .done(byteCount: count)
  }

  private mutating func addStream(_ ssrc: UInt32) -> Int? {
    guard let stream = table.findOrInsert(ssrc) else { return nil }
    rtpWindows.append(ReplayWindow())
    rtcpWindows.append(ReplayWindow())
    return stream
  }
}

/// What became of a packet handed to SRTP.
public enum SRTPOutcome: Equatable, Sendable {
  /// The result is this long.
  case done(byteCount: Int)
  /// The packet goes no further. What stands in the output means nothing.
  case dropped(DropReason)
}
