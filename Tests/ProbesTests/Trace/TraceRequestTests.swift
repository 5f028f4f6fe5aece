import ICE
import STAMP
import Testing
import Wire

@testable import Probes

@Suite("What a trace sends")
struct TraceRequestTests {
  private let request = TraceRequest(salt: 0x0123_4567_89ab_cdef)

  private func tag(_ answer: [UInt8]) -> UInt32? {
    request.tag(ofAnswer: answer.span.bytes)
  }

  @Test("It is a whole STUN request and a whole STAMP test packet")
  func both() throws {
    let bytes = request.bytes(7)
    #expect(bytes.count == 44)
    let parsed = STUNMessage(bytes.span.bytes)
    let message = try #require(parsed)
    #expect(message.messageClass == .request)
    let isRight = message.hasRightFingerprint(in: bytes.span.bytes)
    #expect(isRight)
    let packet = SenderPacket(bytes.span.bytes, mode: .unauthenticated)
    #expect(packet != nil)
  }

  @Test("A media server's answer belongs to the packet whose id it has, and to no other trace's")
  func mediaServer() throws {
    func answer(_ request: TraceRequest) throws -> [UInt8] {
      let sent = request.bytes(9)
      let message = STUNMessage(sent.span.bytes)
      let id = try #require(message).transactionID
      var bytes = [UInt8](repeating: 0, count: 32)
      var elements = bytes.mutableSpan
      var output = elements.mutableBytes
      var writer = STUNWriter(.successResponse, id, into: &output)
      writer.append(mappedAddress: Endpoint(address: .loopbackV4, port: 1), of: id, into: &output)
      return bytes
    }
    let (own, foreign, echo) = (try answer(request), try answer(TraceRequest(salt: 1)), request.bytes(9))
    #expect(tag(own) == 9)
    #expect(tag(foreign) == nil)
    // What comes back as it was sent is no answer.
    #expect(tag(echo) == nil)
  }

  @Test("A reflector's answer belongs to the packet whose timestamp it repeats")
  func reflector() throws {
    func answer(_ request: TraceRequest) throws -> [UInt8] {
      let sent = request.bytes(0x0102_0304)
      let asked = SenderPacket(sent.span.bytes, mode: .unauthenticated)
      let packet = ReflectorPacket(
        sequenceNumber: 3, transmitTimestamp: Timestamp(bits: 1), errorEstimate: ErrorEstimate(bits: 1),
        receiveTimestamp: Timestamp(bits: 2),
        answering: try #require(asked), senderTTL: 64)
      var bytes = [UInt8](repeating: 0, count: 44)
      var elements = bytes.mutableSpan
      var output = elements.mutableBytes
      packet.write(into: &output, mode: .unauthenticated)
      return bytes
    }
    let (own, foreign) = (try answer(request), try answer(TraceRequest(salt: 1)))
    #expect(tag(own) == 0x0102_0304)
    #expect(tag(foreign) == nil)
    #expect(tag(Array(own.prefix(40))) == nil)
  }
}
