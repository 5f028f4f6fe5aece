/// One room at one moment, for the dashboard.
public struct MeetingSnapshot: Sendable, Equatable {
  public var room: String
  public var participants: [ParticipantSnapshot]
  /// Bits per second of media from and to the participants, over the last second or two.
  public var receivedBitrate: Double
  public var sentBitrate: Double
}

public struct ParticipantSnapshot: Sendable, Equatable {
  /// Opaque; the same as in records and the roster.
  public var participant: String
  public var name: String
  /// By the address its media comes from.
  public var site: String?
  public var microphone: Bool
  public var camera: Bool
  /// Its uplink in the last closed interval; `nil` when it sent too little to say.
  public var lossPercent: Double?
  public var jitterMilliseconds: Double?
}

extension ParticipantSnapshot {
  init(_ member: Member, site: String?) {
    self.init(
      participant: member.number.description, name: member.name, site: site,
      microphone: member.media?.microphone ?? false, camera: member.media?.camera ?? false,
      lossPercent: member.lossPercent, jitterMilliseconds: member.jitterMilliseconds)
  }
}
