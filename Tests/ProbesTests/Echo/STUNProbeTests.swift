import ICE
import Testing
import Wire

@testable import Probes

@Suite("STUN requests of a probe")
struct STUNProbeTests {
  private let probe = STUNProbe(salt: 0x0123_4567_89ab_cdef)

  private func response(
    _ messageClass: STUNMessage.Class, _ id: STUNTransactionID, error: Int? = nil
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    var length = 0
    do {
      var elements = bytes.mutableSpan
      var output = elements.mutableBytes
      var writer = STUNWriter(messageClass, id, into: &output)
      if let error {
        writer.append(errorCode: error, into: &output)
      } else {
        writer.append(mappedAddress: Endpoint(address: IPAddress(v4: 1), port: 2), of: id, into: &output)
      }
      length = writer.byteCount
    }
    return Array(bytes.prefix(length))
  }

  private func read(_ bytes: [UInt8]) -> STUNMessage? {
    STUNMessage(bytes.span.bytes)
  }

  @Test("A request is a whole STUN message with a right fingerprint, each with an id of its own")
  func request() throws {
    let (first, second) = (probe.request(0), probe.request(1))
    let message = try #require(read(first))
    #expect(message.messageClass == .request)
    let isRight = message.hasRightFingerprint(in: first.span.bytes)
    #expect(isRight)
    #expect(read(second)?.transactionID != message.transactionID)
  }

  @Test("An answer belongs to the request whose id it has, and to no other probe's")
  func answer() throws {
    let id = try #require(read(probe.request(7))).transactionID
    #expect(probe.answer(of: response(.successResponse, id)) == .to(7))
    #expect(
      probe.answer(of: response(.errorResponse, id, error: 500))
        == .failure(7, "the server answered with error 500"))
    #expect(STUNProbe(salt: 1).answer(of: response(.successResponse, id)) == nil)
    #expect(probe.answer(of: probe.request(7)) == nil)
    #expect(probe.answer(of: [1, 2, 3]) == nil)
  }
}

extension STUNProbe {
  /// Macros cannot hold spans.
  fileprivate func answer(of bytes: [UInt8]) -> EchoPlan.Answer? {
    answer(bytes.span.bytes)
  }
}
