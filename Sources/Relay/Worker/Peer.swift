import ICE
import SFU
import Transport
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
  /// Which of the Worker's sockets the sending pair belongs to.
  var socket = 0
  /// The keys under which checks find this peer: the current one's and, after a restart, the former one's.
  var fragmentKey: UInt64
  var formerFragmentKey: UInt64?
  /// It came after the running interval had begun.
  var isIntervalPartial = true
}

/// A room on its Worker.
struct MediaRoom: ~Copyable {
  let number: RoomNumber
  var room: Room
  /// By the index of the seat.
  var peers: [Peer.Handle?]
  /// Bytes of UDP payload since the rates were last taken.
  var receivedBytes: UInt64 = 0
  var sentBytes: UInt64 = 0
  var rates = WorkerSurvey.Rates()

  init(number: RoomNumber, room: consuming Room, seats: Int) {
    self.number = number
    self.room = room
    peers = Array(repeating: nil, count: seats)
  }

  func peer(at seat: ParticipantHandle) -> Peer.Handle? {
    peers.indices.contains(seat.index) ? peers[seat.index] : nil
  }
}

/// One of a Worker's sockets and what waits to leave by it.
struct MediaSocket: ~Copyable {
  var socket: UDPSocket
  var sends = SendBatch(datagrams: capacity, bytes: capacity * 1_536)

  /// A batch never runs out of bytes before it runs out of datagrams, since none is larger than a frame.
  private static let capacity = 2_048

  var isFull: Bool { sends.count == Self.capacity }

  mutating func flush() -> SendSummary { socket.flush(&sends) }
}
