import Association
import Dispatch
import LoadTest
import Relay
import Transport
import Wire

/// Puts packets through the relay's whole path over loopback: four participants, each of whom receives what the others
/// send. `loadtest/waste` runs it under callgrind with N and with 2N packets.
///
///     PacketPath voice|pictures PROFILE PACKETS
///
/// The profile is the registered number of an SRTP protection profile.
@main struct PacketPath {
  private let shape: ClientShape
  private let profile: UInt16
  private let wanted: UInt64

  private init?(_ arguments: [String]) {
    guard arguments.count == 4, let profile = UInt16(arguments[2]), let wanted = UInt64(arguments[3]) else {
      return nil
    }
    var shape = ClientShape()
    switch arguments[1] {
    case "voice": shape.hasCamera = false
    case "pictures": shape.hasMicrophone = false
    default: return nil
    }
    self.shape = shape
    self.profile = profile
    self.wanted = wanted
  }

  /// valgrind does not survive Swift's own asynchronous `main`, which ends the first thread.
  static func main() {
    guard let path = PacketPath(CommandLine.arguments) else { fatalError("PacketPath voice|pictures PROFILE PACKETS") }
    let isOver = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        print(try await path.run())
      } catch {
        fatalError("\(error)")
      }
      isOver.signal()
    }
    isOver.wait()
  }

  /// How many packets were forwarded in the end: at least as many as wanted.
  nonisolated private func run() async throws -> UInt64 {
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    let relay = try RelayService(configuration: configuration)
    let associations = try AssociationService(identity: Identity(profiles: [profile]))
    var clients: [MeetingClient] = []
    for name in ["one", "two", "three", "four"] {
      let client = try MeetingClient(shape: shape, local: .loopbackV4, associations: associations)
      try await client.join { @Sendable offer in
        try await relay.join(
          JoinRequest(room: "room", name: name, kind: .meeting, clientAddress: .loopbackV4, offer: offer)
        ).answer
      }
      clients.append(client)
    }

    let deadline = SystemClock.now + .seconds(300)
    while await relay.statistics().forwardedPackets < wanted {
      if SystemClock.now > deadline { fatalError("\(wanted) packets were not forwarded within five minutes") }
      try await Task.sleep(for: .milliseconds(50))
    }
    for client in clients { client.send(voice: false, picture: false) }
    var forwarded: UInt64 = 0
    var isComplete = false
    while !isComplete {
      try await Task.sleep(for: .milliseconds(500))
      let count = await relay.statistics().forwardedPackets
      isComplete = count == forwarded
      forwarded = count
    }
    for client in clients where client.statistics.corruptCount > 0 { fatalError("a content came out changed") }
    for client in clients { client.leave() }
    await relay.shutdown()
    return forwarded
  }
}
