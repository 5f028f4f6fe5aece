/// Every reason for which a datagram or packet goes no further. Each is counted; none is logged per packet.
public enum DropReason: Int, CaseIterable, Sendable {
  // What arrives.
  case empty
  case tooLarge
  case truncated
  case unknownProtocol
  case unknownPeer
  case rateLimited
  case kernelQueueOverflow
  // STUN and DTLS.
  case stunMalformed
  case stunUnknownUsername
  case stunWrongIntegrity
  case stunUnsupported
  case dtlsBeforeCheck
  case dtlsQueueFull
  // SRTP.
  case srtpNoKeys
  case srtpMalformed
  case srtpAuthentication
  case srtpReplay
  case srtpStreamLimit
  case srtpIndexUsed
  case srtcpMalformed
  case srtcpAuthentication
  case srtcpReplay
  // RTP and RTCP.
  case rtpMalformed
  case rtpUndeclaredSource
  case rtpUnknownPayloadType
  case rtpTooOld
  case rtpDuplicate
  case rtcpMalformed
  // STAMP.
  case stampMalformed
  case stampAuthentication
  case stampForbiddenSource
  case stampUnmatched
  case stampUnprovisioned
  // Forwarding.
  case noSlot
  case waitingForKeyframe
  case codecNotAccepted
  case staleIndex
  case paddingOnly
  // What leaves.
  case sendQueueFull
  case sendWouldBlock
  case sendTooLarge
  case sendFailed
}

/// One counter for each reason.
public struct DropCounters: Sendable, Equatable {
  private var counts = InlineArray<64, UInt64>(repeating: 0)

  public init() {}

  public subscript(reason: DropReason) -> UInt64 {
    counts[reason.rawValue]
  }

  public mutating func count(_ reason: DropReason, _ packets: Int = 1) {
    counts[reason.rawValue] &+= UInt64(truncatingIfNeeded: packets)
  }

  public mutating func add(_ other: DropCounters) {
    for reason in DropReason.allCases { counts[reason.rawValue] &+= other.counts[reason.rawValue] }
  }

  /// The reasons that occurred, with their counts.
  public var nonZero: [(reason: DropReason, count: UInt64)] {
    DropReason.allCases.filter { self[$0] > 0 }.map { ($0, self[$0]) }
  }

  public static func == (left: Self, right: Self) -> Bool {
    DropReason.allCases.allSatisfy { left[$0] == right[$0] }
  }
}
