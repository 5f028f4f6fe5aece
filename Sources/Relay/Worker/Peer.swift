import Association
import ICE
import SFU
import WebRTC
import Wire

/// A participant on its Worker: its connection, its seat in the room, and what it has sent and received.
struct Peer: ~Copyable {
  typealias Handle = Slab<Peer>.Handle

  let number: ParticipantNumber
  /// Its signalling's address, then its media's.
  var address: IPAddress
  let room: Slab<MediaRoom>.Handle
  let seat: ParticipantHandle
  var connection: Connection
  let association: AssociationID
  /// It has used the keys of the handshake.
  var isConfirmed = false
  /// Which of the Worker's sockets the sending pair belongs to.
  var socket = 0
  /// The keys under which checks find this peer: the current one's and, after a restart, the former one's.
  var fragmentKey: UInt64
  var formerFragmentKey: UInt64?
  /// It came after the running interval had begun.
  var isIntervalPartial = true
}
