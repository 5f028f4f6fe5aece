import Testing
import Wire

@testable import Transport

@Suite("An impaired link")
struct ImpairedLinkTests {
  /// Takes datagrams until `count` came or nothing more does within the time given.
  private func take(_ count: Int, from socket: inout UDPSocket) throws -> [(bytes: [UInt8], datagram: ReceivedDatagram)]
  {
    var batch = ReceiveBatch(messages: 64, bytesPerMessage: 2_048)
    var all: [([UInt8], ReceivedDatagram)] = []
    while all.count < count {
      guard try receive(&socket, into: &batch) else { break }
      while let datagram = batch.next() { all.append((batch.bytes(of: datagram).bytes(), datagram)) }
    }
    return all
  }

  private func bytes(_ number: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u32: UInt32(number))
    return bytes
  }

  @Test("It passes datagrams to the target and answers back to each client")
  func bothWays() throws {
    var target = try UDPSocket(bindingTo: loopback)
    let link = try ImpairedLink(target: target.localEndpoint, seed: 1)
    var one = try UDPSocket(bindingTo: loopback)
    var other = try UDPSocket(bindingTo: loopback)
    _ = send(bytes(10), over: one, to: link.endpoint)
    _ = send(bytes(20), over: other, to: link.endpoint)
    for question in try take(2, from: &target) {
      _ = send(question.bytes + [1], over: target, to: question.datagram.source)
    }
    let first = try take(1, from: &one)
    let second = try take(1, from: &other)
    #expect(first.map(\.bytes) == [bytes(10) + [1]])
    #expect(second.map(\.bytes) == [bytes(20) + [1]])
    #expect(first.first?.datagram.source == link.endpoint)
    #expect(link.passages.count == 4)
  }

  @Test("What arrives is exactly what the log says, and late by what the log says")
  func logIsTrue() throws {
    var target = try UDPSocket(bindingTo: loopback)
    var conditions = Impairment.Conditions()
    conditions.lossPerMillion = 300_000
    conditions.delay = .milliseconds(30)
    conditions.duplicationPerMillion = 100_000
    let link = try ImpairedLink(target: target.localEndpoint, seed: 5, forward: conditions)
    let client = try UDPSocket(bindingTo: loopback)
    for number in 0..<100 { _ = send(bytes(number), over: client, to: link.endpoint) }
    // The last one, under conditions that lose nothing, tells that all before it were decided.
    while link.passages.count < 100 { try pause() }
    link.switchConditions(forward: .none)
    _ = send(bytes(100), over: client, to: link.endpoint)

    var expected = 0
    while expected == 0 {
      let passages = link.passages
      if passages.count == 101, passages.allSatisfy({ $0.isLost || $0.departure != nil }) {
        expected = passages.reduce(0) { sum, passage in
          switch passage.fate {
          case .lost, .queueFull: sum
          case .departs: sum + 1
          case .departsTwice: sum + 2
          }
        }
      } else {
        try pause()
      }
    }
    let arrived = try take(expected, from: &target)
    #expect(arrived.count == expected)
    let passages = link.passages
    let survivors = Set(passages.filter { !$0.isLost }.map { Int($0.tag) })
    #expect(Set(arrived.map { Int($0.bytes[3]) }) == survivors)
    #expect(passages.count { $0.isLost } > 10)
    for passage in passages.prefix(100) where !passage.isLost {
      #expect((passage.residence ?? 0) >= 30_000_000)
    }
  }

  @Test("DSCP goes through")
  func trafficClass() throws {
    var options = UDPSocket.Options()
    options.tellsTrafficClass = true
    var target = try UDPSocket(bindingTo: loopback, options: options)
    let link = try ImpairedLink(target: target.localEndpoint, seed: 1)
    let client = try UDPSocket(bindingTo: loopback)
    var batch = SendBatch(datagrams: 1, bytes: 64)
    #expect(add([1], to: &batch, for: link.endpoint, trafficClass: 34 << 2))
    client.flush(&batch)
    let arrived = try take(1, from: &target)
    #expect(arrived.first?.datagram.trafficClass == 34 << 2)
  }

  @Test("A port in use is told to who starts it")
  func portInUse() throws {
    let holder = try UDPSocket(bindingTo: loopback)
    let endpoint = holder.localEndpoint
    #expect(throws: UDPSocketError.portInUse(endpoint)) {
      _ = try ImpairedLink(listeningOn: endpoint, target: endpoint, seed: 1)
    }
  }

  /// Yields the processor to the link's thread.
  private func pause() throws {
    _ = try EventLoop().wait(until: SystemClock.now + .milliseconds(1))
  }
}
