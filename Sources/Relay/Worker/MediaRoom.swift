import SFU
import Wire

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
