import Testing
import Wire

@testable import Transport

@Suite("A receive batch")
struct ReceiveBatchTests {
  @Test("A run the kernel merged is walked datagram by datagram, the short last one too")
  func mergedSegments() throws {
    var options = UDPSocket.Options()
    options.mergesSegments = true
    var receiver = try UDPSocket(bindingTo: loopback, options: options)
    let sender = try UDPSocket(bindingTo: loopback)
    var outgoing = SendBatch()
    for index in 0..<10 {
      let payload = [UInt8](repeating: UInt8(index), count: index == 9 ? 33 : 500)
      #expect(add(payload, to: &outgoing, for: receiver.localEndpoint))
    }
    #expect(sender.flush(&outgoing).sent == 10)

    var batch = ReceiveBatch(messages: 8)
    var seen: [UInt8] = []
    while seen.count < 10 {
      guard try receive(&receiver, into: &batch) else { break }
      while let datagram = batch.next() {
        #expect(datagram.byteCount == (seen.count == 9 ? 33 : 500))
        seen.append(batch.bytes(of: datagram).u8(at: datagram.byteCount - 1))
      }
    }
    #expect(seen == Array(0..<10))
  }

  @Test("Bytes can be changed in place")
  func inPlace() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    _ = send([1, 2, 3, 4], over: sender, to: receiver.localEndpoint)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 64)
    #expect(try receive(&receiver, into: &batch))
    let datagram = try next(of: &batch)
    var bytes = batch.mutableBytes(of: datagram)
    bytes.store(u16: 0x0909, at: 1)
    #expect(batch.bytes(of: datagram).bytes() == [1, 9, 9, 4])
  }

  @Test("One call takes no more messages than there is room for, the next takes the rest")
  func capacity() throws {
    var receiver = try UDPSocket(bindingTo: loopback)
    let sender = try UDPSocket(bindingTo: loopback)
    for index in 0..<5 { _ = send([UInt8(index)], over: sender, to: receiver.localEndpoint) }
    var batch = ReceiveBatch(messages: 2, bytesPerMessage: 64)
    var seen: [UInt8] = []
    while seen.count < 5 {
      guard try receive(&receiver, into: &batch) else { break }
      var inBatch = 0
      while let datagram = batch.next() {
        seen.append(batch.bytes(of: datagram).u8(at: 0))
        inBatch += 1
      }
      #expect(inBatch <= 2)
    }
    #expect(seen == [0, 1, 2, 3, 4])
  }
}
