import SRTP
import Wire

/// What a simulated participant has seen so far.
public struct ParticipantStatistics: Sendable {
  public enum State: Equatable, Sendable {
    /// Signalling, connectivity checks or the handshake are under way.
    case connecting
    case connected
    /// The relay said goodbye.
    case closed
    /// A sentence that says why.
    case failed(String)
  }

  public internal(set) var state = State.connecting
  /// What the handshake chose; `nil` before.
  public internal(set) var profile: SRTPProfile?
  /// Whether packets of any stream still name their section; libwebrtc's do until the stream is reported on.
  public internal(set) var isSendingMids = true
  public internal(set) var slots: [SlotReception] = []
  /// The origins of the contents this participant sends, by which others recognise them.
  public internal(set) var voiceOrigin: UInt32?
  public internal(set) var pictureOrigin: UInt32?
  public internal(set) var sentPackets = 0
  /// The longest datagram that came, in bytes of UDP payload.
  public internal(set) var longestDatagramBytes = 0
  public internal(set) var keyframeRequests = 0
  public internal(set) var drops = DropCounters()

  /// Packets received from an origin, in whatever slots.
  public func packets(from origin: UInt32?) -> Int {
    guard let origin else { return 0 }
    return slots.reduce(0) { $0 + ($1.packetsByOrigin[origin] ?? 0) }
  }

  public var corruptCount: Int { slots.reduce(0) { $0 + $1.corruptCount } }
  /// Packets missing in all slots.
  public var lostCount: Int64 { slots.reduce(0) { $0 + $1.lostCount } }
}
