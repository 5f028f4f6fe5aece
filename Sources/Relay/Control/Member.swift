import Measurement
import Wire

/// A participant as the control plane knows it.
struct Member: Sendable {
  let number: ParticipantNumber
  let resource: String
  let name: String
  let kind: ParticipantKind
  /// Where its signalling came from.
  let clientAddress: IPAddress
  /// Where its media comes from, once it does.
  var mediaAddress: IPAddress?
  /// The ICE session: its ETag and the client's user name fragment.
  var etag: String
  var clientFragment: String
  /// Kind and mid of the offer's first section, which stands for the whole bundle in a fragment.
  let firstSection: (media: String, mid: String)
  /// Its handshake is done; until then it counts against its address's `pendingJoinsPerAddress`.
  var isConnected = false
  /// Its media flows, so the others see it, and what of it is on; `nil` before.
  var media: MediaState?
  var slots: [SlotContent] = []
  /// What it is asked to send instead of what it sends.
  var wantedCodecs: [SourceKind: [String]] = [:]
  /// Uplink of the last closed interval.
  var lossPercent: Double?
  var jitterMilliseconds: Double?

  var address: IPAddress { mediaAddress ?? clientAddress }
  var isPresent: Bool { media != nil }

  /// Whether this is the participation's unguessable resource, in a time that says nothing of where the two differ.
  func isEntitled(by shown: String) -> Bool {
    resource.utf8.count == shown.utf8.count && zip(resource.utf8, shown.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// Remembers what its uplink was like in an interval; one without packets says nothing.
  mutating func note(_ uplink: PathRecord) {
    let sent = uplink.loss.sent
    lossPercent = sent == 0 ? nil : Double(uplink.loss.lost) * 100 / Double(sent)
    jitterMilliseconds = uplink.delayVariation.mean.map { Double($0) / 1e6 }
  }

  /// As the others see it.
  var rosterEntry: RosterEntry {
    let media = media ?? MediaState()
    return RosterEntry(
      participant: number.description, name: name, kind: kind, microphone: media.microphone, camera: media.camera,
      screen: media.screen, csrcs: [number.value])
  }
}

/// Which of a participant's sources are on: by what it says, else by its packets.
struct MediaState: Sendable, Equatable, BitwiseCopyable {
  var microphone = false
  var camera = false
  var screen = false
}
