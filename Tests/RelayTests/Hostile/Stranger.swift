import ICE
import Testing
import Transport
import Wire

/// Somebody whom no room knows: a socket, and an ear for whatever is answered.
final class Stranger {
  private var socket: UDPSocket
  private var departures = SendBatch(datagrams: 64, bytes: 64 * 65_536)
  private var arrivals = ReceiveBatch(messages: 16)

  /// By default at an address of its own, so that what it spends of a source's allowance is nobody else's.
  init(address: IPAddress = IPAddress(v4: 0x7f00_0042)) throws {
    socket = try UDPSocket(bindingTo: Endpoint(address: address, port: 0))
  }

  /// One by one: on loopback each then lies in the relay's queue, or was dropped for want of room, which would be counted.
  func send(_ datagrams: [[UInt8]], to target: Endpoint) {
    for datagram in datagrams {
      let isTaken = departures.append(datagram.span.bytes, to: target)
      let sent = socket.flush(&departures).sent
      #expect(isTaken && sent == 1)
    }
  }

  var endpoint: Endpoint { socket.localEndpoint }

  struct Answer: Equatable {
    let source: Endpoint
    let bytes: [UInt8]
  }

  /// What has come back since it was last asked.
  func answers() -> [Answer] {
    var answers: [Answer] = []
    while socket.receive(into: &arrivals) {
      while let datagram = arrivals.next() {
        answers.append(Answer(source: datagram.source, bytes: arrivals.bytes(of: datagram).bytes()))
      }
    }
    return answers
  }

  /// A connectivity check as a client makes it that believes in these names and passwords.
  static func check(_ local: ICECredentials, _ remote: ICECredentials, seed: UInt64 = 5) -> [UInt8] {
    var client = ICEClient(
      local: local, remote: remote, candidates: [Endpoint(address: .loopbackV4, port: 9)], seed: seed, now: .zero)
    return client.handleTimeout(.zero).first?.bytes ?? []
  }
}
