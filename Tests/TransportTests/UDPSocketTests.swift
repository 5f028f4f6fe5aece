import Glibc
import Testing
import Wire

@testable import Transport

@Suite("A UDP socket")
struct UDPSocketTests {
  @Test(
    "A datagram arrives with its source, our address, and the kernel's time", arguments: ["127.0.0.1:0", "[::1]:0"])
  func delivery(text: String) throws {
    let endpoint = try #require(Endpoint(text))
    var receiver = try UDPSocket(bindingTo: endpoint)
    let sender = try UDPSocket(bindingTo: endpoint)
    #expect(receiver.localEndpoint.port != 0)
    let before = SystemClock.now
    #expect(send([1, 2, 3], over: sender, to: receiver.localEndpoint).sent == 1)

    var batch = ReceiveBatch(messages: 4, bytesPerMessage: 2_048)
    #expect(try receive(&receiver, into: &batch))
    let datagram = try next(of: &batch)
    #expect(batch.bytes(of: datagram).bytes() == [1, 2, 3])
    #expect(datagram.source == sender.localEndpoint)
    #expect(datagram.localAddress == endpoint.address)
    #expect(datagram.isUnicast)
    #expect(datagram.isKernelStamped)
    #expect(datagram.arrival.nanoseconds(since: before) > -1_000_000)
    #expect(datagram.arrival <= SystemClock.now)
    expectNoMore(&batch)
  }

  @Test("An empty datagram is a datagram")
  func empty() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    _ = send([], over: sender, to: receiver.localEndpoint)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 64)
    #expect(try receive(&receiver, into: &batch))
    #expect(try next(of: &batch).byteCount == 0)
    expectNoMore(&batch)
  }

  @Test("A datagram longer than the room says so")
  func truncation() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    _ = send(Array(repeating: 7, count: 100), over: sender, to: receiver.localEndpoint)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 64)
    #expect(try receive(&receiver, into: &batch))
    let datagram = try next(of: &batch)
    #expect(datagram.isTruncated)
    #expect(datagram.byteCount == 64)
  }

  @Test("Interop 19: a second socket on the port is told that it is in use, by a sentence with the endpoint")
  func portInUse() throws {
    let first = try UDPSocket(bindingTo: loopback)
    let endpoint = first.localEndpoint
    #expect(throws: UDPSocketError.portInUse(endpoint)) { _ = try UDPSocket(bindingTo: endpoint) }
    let text = UDPSocketError.portInUse(endpoint).description
    #expect(text.contains("UDP port \(endpoint.port) on 127.0.0.1 is in use"))
  }

  @Test("An address of another machine is refused by name")
  func foreignAddress() throws {
    let endpoint = try #require(Endpoint("192.0.2.77:0"))
    #expect(throws: UDPSocketError.addressNotOnThisMachine(endpoint)) { _ = try UDPSocket(bindingTo: endpoint) }
    #expect(UDPSocketError.addressNotOnThisMachine(endpoint).description.contains("192.0.2.77 is not an address"))
  }

  @Test("A datagram sent to a broadcast address is told from one sent to us")
  func broadcast() throws {
    var receiver = try UDPSocket(bindingTo: Endpoint(address: .anyV4, port: 0))
    let sender = try UDPSocket(bindingTo: Endpoint(address: .anyV4, port: 0))
    var on: Int32 = 1
    #expect(setsockopt(sender.descriptor, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size)) == 0)
    let everyone = Endpoint(address: try #require(IPAddress("127.255.255.255")), port: receiver.localEndpoint.port)
    #expect(send([1], over: sender, to: everyone).sent == 1)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 64)
    #expect(try receive(&receiver, into: &batch))
    let datagram = try next(of: &batch)
    #expect(!datagram.isUnicast)
    #expect(datagram.localAddress == everyone.address)
  }

  @Test("Interop 19: a reply leaves from the address that was asked, although the socket has them all")
  func sourceAddress() throws {
    let server = try UDPSocket(bindingTo: Endpoint(address: .anyV4, port: 0))
    var client = try UDPSocket(bindingTo: loopback)
    let chosen = try #require(IPAddress("127.0.0.9"))
    _ = send([9], over: server, to: client.localEndpoint, from: chosen)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 64)
    #expect(try receive(&client, into: &batch))
    #expect(try next(of: &batch).source == Endpoint(address: chosen, port: server.localEndpoint.port))
  }

  @Test("DSCP and TTL arrive as they were sent", arguments: ["127.0.0.1:0", "[::1]:0"])
  func trafficClass(text: String) throws {
    let endpoint = try #require(Endpoint(text))
    var options = UDPSocket.Options()
    options.tellsTrafficClass = true
    options.tellsHopLimit = true
    options.hopLimit = 255
    var receiver = try UDPSocket(bindingTo: endpoint, options: options)
    let sender = try UDPSocket(bindingTo: endpoint, options: options)
    var outgoing = SendBatch(datagrams: 1, bytes: 64)
    let payload: [UInt8] = [1]
    #expect(add(payload, to: &outgoing, for: receiver.localEndpoint, trafficClass: 46 << 2))
    sender.flush(&outgoing)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 64)
    #expect(try receive(&receiver, into: &batch))
    let datagram = try next(of: &batch)
    #expect(datagram.trafficClass == 46 << 2)
    #expect(datagram.hopLimit == 255)
  }

  @Test("A port where nothing listens is reported as refused, with its destination")
  func refusal() throws {
    var options = UDPSocket.Options()
    options.reportsUnreachable = true
    let sender = try UDPSocket(bindingTo: loopback, options: options)
    // No socket is ever given this port; one that was just closed may be another test's by now.
    let silent = Endpoint(address: .loopbackV4, port: 9)
    _ = send([1, 2, 3, 4, 5], over: sender, to: silent)
    let loop = try EventLoop()
    try loop.watch(sender.descriptor, token: 5)
    #expect(loop.wait(until: SystemClock.now + .seconds(10)) == 1)
    #expect(loop.event(at: 0).hasFailed)
    guard case .unreachable(let report) = sender.nextReport() else {
      Issue.record("nothing was reported")
      return
    }
    #expect(
      report
        == Unreachable(
          destination: silent, code: ECONNREFUSED, tag: 0x0102_0304, reporter: silent.address,
          isHopLimitExceeded: false))
    #expect(report.isRefused)
    #expect(sender.nextReport() == nil)
    #expect(send([2], over: sender, to: silent).failed == 0)
  }

  @Test("The kernel tells when each datagram left, by its number", arguments: ["127.0.0.1:0", "[::1]:0"])
  func departures(text: String) throws {
    var options = UDPSocket.Options()
    options.reportsDepartures = true
    let local = try #require(Endpoint(text))
    let sender = try UDPSocket(bindingTo: local, options: options)
    let receiver = try UDPSocket(bindingTo: local)
    for round in 0..<2 {
      for number in UInt32(0)..<3 {
        let before = SystemClock.wallTime
        _ = send([1, 2, 3], over: sender, to: receiver.localEndpoint)
        guard case .departed(number, let time) = sender.nextReport() else {
          Issue.record("datagram \(number) of round \(round) was not reported")
          return
        }
        #expect(time >= before && time <= SystemClock.wallTime)
        #expect(sender.nextReport() == nil)
      }
      sender.restartDepartures()
    }
  }

  @Test("Interop 19: what the kernel drops for want of room is counted")
  func overflow() throws {
    var options = UDPSocket.Options()
    options.receiveBufferBytes = 4_096
    var receiver = try UDPSocket(bindingTo: loopback, options: options)
    let sender = try UDPSocket(bindingTo: loopback)
    let payload = [UInt8](repeating: 1, count: 1_000)
    for _ in 0..<100 { _ = send(payload, over: sender, to: receiver.localEndpoint) }
    var batch = ReceiveBatch(messages: 128, bytesPerMessage: 2_048)
    var received = 0
    while receiver.receive(into: &batch) { while batch.next() != nil { received += 1 } }
    // The count travels with the next datagram that finds room.
    _ = send(payload, over: sender, to: receiver.localEndpoint)
    #expect(try receive(&receiver, into: &batch))
    #expect(received < 100)
    #expect(receiver.kernelDrops == UInt64(100 - received))
  }
}
