import Association
import Dispatch
import LoadTest
import Relay
import Transport
import Wire

/// Puts packets through the relay's whole path over loopback: three participants, each of whom receives the others'
/// voice and picture. `loadtest/waste` runs it under callgrind with N and with 2N packets.
@main struct PacketPath {
  /// valgrind does not survive Swift's own asynchronous `main`, which ends the first thread.
  static func main() {
    let wanted = CommandLine.arguments.dropFirst().first.flatMap(UInt64.init) ?? 2_000
    let isOver = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        print(try await forward(wanted))
      } catch {
        fatalError("\(error)")
      }
      isOver.signal()
    }
    isOver.wait()
  }

  /// How many packets were forwarded in the end: at least `wanted`.
  nonisolated private static func forward(_ wanted: UInt64) async throws -> UInt64 {
    var configuration = RelayConfiguration()
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    let relay = try RelayService(configuration: configuration)
    let associations = try AssociationService()
    var clients: [MeetingClient] = []
    for name in ["one", "two", "three"] {
      let client = try MeetingClient(local: .loopbackV4, associations: associations)
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
