import Testing
import Wire

@testable import Transport

let loopback = Endpoint(address: .loopbackV4, port: 0)

/// Waits on the socket itself; ten seconds are for a machine that is very busy.
func receive(_ socket: inout UDPSocket, into batch: inout ReceiveBatch) throws -> Bool {
  let loop = try EventLoop()
  try loop.watch(socket.descriptor, token: 0)
  let deadline = SystemClock.now + .seconds(10)
  while SystemClock.now < deadline {
    if socket.receive(into: &batch) { return true }
    _ = loop.wait(until: deadline)
  }
  return false
}

// The testing macros cannot call methods of non-copyable values; they can call these.

func next(of batch: inout ReceiveBatch) throws -> ReceivedDatagram {
  let datagram = batch.next()
  return try #require(datagram)
}

func expectNoMore(_ batch: inout ReceiveBatch, sourceLocation: SourceLocation = #_sourceLocation) {
  let datagram = batch.next()
  #expect(datagram?.byteCount == nil, sourceLocation: sourceLocation)
}

func add(
  _ bytes: [UInt8], to batch: inout SendBatch, for destination: Endpoint, from local: IPAddress? = nil,
  trafficClass: UInt8 = 0
) -> Bool {
  batch.append(bytes.span.bytes, to: destination, from: local, trafficClass: trafficClass)
}

func send(_ bytes: [UInt8], over socket: borrowing UDPSocket, to destination: Endpoint, from local: IPAddress? = nil)
  -> SendSummary
{
  var batch = SendBatch(datagrams: 1, bytes: 65_536)
  #expect(add(bytes, to: &batch, for: destination, from: local))
  return socket.flush(&batch)
}

func expectEmpty(_ batch: borrowing SendBatch, sourceLocation: SourceLocation = #_sourceLocation) {
  let isEmpty = batch.isEmpty
  #expect(isEmpty, sourceLocation: sourceLocation)
}
