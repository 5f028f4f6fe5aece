import Association
import ICE
import SFU
import Wire

/// What the control plane asks of a Worker. It travels through a bounded mailbox: full means "busy" to the client.
enum WorkerCommand: Sendable {
  /// Takes a participant in; its room is opened when it is not there.
  case admit(WorkerAdmission, reply: @Sendable (RelayError?) -> Void)
  /// Restarts ICE; media goes on by the old path until the client nominates a new one.
  case restart(
    ParticipantNumber, local: ICECredentials, remoteFragment: String, reply: @Sendable (RelayError?) -> Void)
  /// The participant's own word on one of its switches.
  case announce(ParticipantNumber, SFU.SourceKind, isOn: Bool)
  case leave(ParticipantNumber)
  case survey(reply: @Sendable (WorkerSurvey) -> Void)

  /// Answers a command that will not be carried out.
  func refuse(_ error: RelayError) {
    switch self {
    case .admit(_, let reply), .restart(_, _, _, let reply): reply(error)
    case .survey(let reply): reply(WorkerSurvey())
    case .announce, .leave: break
    }
  }
}

/// All that a Worker needs to take a participant in.
struct WorkerAdmission: Sendable {
  var participant: ParticipantNumber
  var room: RoomNumber
  /// Where its signalling came from, which counts until media comes.
  var address: IPAddress
  var credentials: ICECredentials
  /// The client's `a=ice-ufrag`.
  var remoteFragment: String
  /// The client's certificate must have one of these.
  var fingerprints: [CertificateFingerprint]
  var admission: Admission
}

/// What a Worker counted since its start, and the bit rates of its rooms.
struct WorkerSurvey: Sendable {
  struct Rates: Sendable {
    var received = 0.0
    var sent = 0.0
  }

  var statistics = RelayStatistics()
  var rates: [RoomNumber: Rates] = [:]
}
