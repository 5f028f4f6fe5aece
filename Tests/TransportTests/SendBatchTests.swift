import Glibc
import Testing
import Wire

@testable import Transport

@Suite("A send batch")
struct SendBatchTests {
  /// Receives `count` datagrams and returns them with their sizes as they came from the kernel.
  private func take(_ count: Int, from socket: inout UDPSocket) throws -> [[UInt8]] {
    var batch = ReceiveBatch(messages: 64)
    var datagrams: [[UInt8]] = []
    while datagrams.count < count {
      guard try receive(&socket, into: &batch) else { break }
      while let datagram = batch.next() { datagrams.append(batch.bytes(of: datagram).bytes()) }
    }
    return datagrams
  }

  @Test("Datagrams to several destinations interleaved all arrive, in order at each")
  func interleaved() throws {
    var first = try UDPSocket(bindingTo: loopback)
    var second = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    var batch = SendBatch()
    for index in 0..<20 {
      let payload = [UInt8](repeating: UInt8(index), count: 300)
      #expect(add(payload, to: &batch, for: first.localEndpoint))
      #expect(add(payload, to: &batch, for: second.localEndpoint))
    }
    let summary = sender.flush(&batch)
    #expect(summary.sent == 40)
    #expect(summary.bytes == 12_000)
    expectEmpty(batch)
    #expect(try take(20, from: &first).map(\.[0]) == Array(0..<20))
    #expect(try take(20, from: &second).map(\.[0]) == Array(0..<20))
  }

  @Test("Sizes that grow, shrink and repeat keep order and length")
  func mixedSizes() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    let sizes = [100, 100, 50, 50, 50, 1, 200, 200, 0, 7, 1_200, 1_200, 1_200, 30]
    var batch = SendBatch()
    for size in sizes {
      let payload = [UInt8](repeating: 1, count: size)
      #expect(add(payload, to: &batch, for: receiver.localEndpoint))
    }
    #expect(sender.flush(&batch).sent == sizes.count)
    #expect(try take(sizes.count, from: &receiver).map(\.count) == sizes)
  }

  @Test("A run longer than the kernel segments at once is split")
  func longRun() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    var batch = SendBatch()
    for index in 0..<150 {
      let payload = [UInt8](repeating: UInt8(index), count: 1_200)
      #expect(add(payload, to: &batch, for: receiver.localEndpoint))
    }
    #expect(sender.flush(&batch).sent == 150)
    #expect(try take(150, from: &receiver).map(\.[0]) == Array(0..<150))
  }

  @Test("A full batch gives no room, and has it again after a flush")
  func full() throws {
    let sender = try UDPSocket(bindingTo: loopback)
    let receiver = try UDPSocket(bindingTo: loopback)
    var batch = SendBatch(datagrams: 2, bytes: 100)
    let payload = [UInt8](repeating: 1, count: 40)
    #expect(add(payload, to: &batch, for: receiver.localEndpoint))
    #expect(add(payload, to: &batch, for: receiver.localEndpoint))
    #expect(!add([1], to: &batch, for: receiver.localEndpoint))
    sender.flush(&batch)
    #expect(add(payload, to: &batch, for: receiver.localEndpoint))
    #expect(!add([UInt8](repeating: 1, count: 61), to: &batch, for: receiver.localEndpoint))
    batch.removeAll()
    expectEmpty(batch)
    #expect(sender.flush(&batch) == SendSummary())
  }

  @Test("Room that was reserved and not committed is not sent")
  func abandoned() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    var batch = SendBatch(datagrams: 4, bytes: 100)
    if var span = batch.reserve(10) { span.store(u8: 1, at: 0) }
    if var span = batch.reserve(10) {
      span.store(u8: 2, at: 0)
      batch.commit(1, to: receiver.localEndpoint)
    }
    #expect(sender.flush(&batch).sent == 1)
    #expect(try take(1, from: &receiver) == [[2]])
  }

  @Test("One destination that cannot be sent to is counted, named, and costs the others nothing")
  func unreachableDestination() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    let wrongFamily = Endpoint(address: .loopbackV6, port: 9)
    var batch = SendBatch()
    for index in 0..<3 {
      let payload = [UInt8](repeating: UInt8(index), count: 10)
      #expect(add(payload, to: &batch, for: wrongFamily))
      #expect(add(payload, to: &batch, for: receiver.localEndpoint))
    }
    let summary = sender.flush(&batch)
    #expect(summary.sent == 3)
    #expect(summary.failed == 3)
    let failures = batch.failures
    #expect(failures.count == 1)
    #expect(failures.first?.destination == wrongFamily)
    #expect(failures.first?.datagrams == 3)
    #expect(try take(3, from: &receiver).map(\.[0]) == [0, 1, 2])
  }

  @Test(
    "Interop 19: a datagram too large for its path is counted as that, by destination, and costs the others nothing")
  func tooLarge() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    let other = Endpoint(address: .loopbackV4, port: 9)
    var batch = SendBatch()
    #expect(add([1], to: &batch, for: receiver.localEndpoint))
    #expect(add([UInt8](repeating: 0, count: 65_508), to: &batch, for: other))
    #expect(add([2], to: &batch, for: receiver.localEndpoint))
    let summary = sender.flush(&batch)
    #expect(summary.tooLarge == 1)
    #expect(summary.sent == 2)
    #expect(summary.failed == 0 && summary.wouldBlock == 0)
    let failures = batch.failures
    #expect(failures == [SendFailure(destination: other, code: EMSGSIZE, datagrams: 1)])
    #expect(try take(2, from: &receiver) == [[1], [2]])
  }

  @Test("Interop 19: what the kernel refuses is counted by why it does")
  func reasons() {
    var summary = SendSummary()
    for (count, code) in [(1, EAGAIN), (2, ENOBUFS), (4, EMSGSIZE), (8, EHOSTUNREACH), (16, EINVAL), (32, EPERM)] {
      summary.countDropped(count, code: code)
    }
    #expect(summary.wouldBlock == 3)
    #expect(summary.tooLarge == 4)
    #expect(summary.failed == 56)
    #expect(summary.sent == 0)
  }

  @Test("Interop 19: a path that takes no segmentation gets single datagrams, and that is remembered for it alone")
  func segmentationFallback() throws {
    var first = try UDPSocket(bindingTo: loopback)
    var second = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    // The kernel refuses to segment without checksums, and sends single datagrams as ever.
    var on: Int32 = 1
    #expect(setsockopt(sender.descriptor, SOL_SOCKET, SO_NO_CHECK, &on, socklen_t(MemoryLayout<Int32>.size)) == 0)
    var batch = SendBatch()
    for round in 0..<2 {
      for index in 0..<4 {
        let payload = [UInt8](repeating: UInt8(index), count: 100)
        #expect(add(payload, to: &batch, for: first.localEndpoint))
        if round == 1 { #expect(add(payload, to: &batch, for: second.localEndpoint)) }
      }
      let summary = sender.flush(&batch)
      // In the second round only the second destination is found out; the first one's runs are single datagrams.
      #expect(summary.segmentationFallbacks == 1)
      #expect(summary.sent == (round == 0 ? 4 : 8))
      #expect(summary.failed == 0)
      #expect(try take(4, from: &first).map(\.[0]) == [0, 1, 2, 3])
    }
    #expect(try take(4, from: &second).map(\.[0]) == [0, 1, 2, 3])
  }
}
