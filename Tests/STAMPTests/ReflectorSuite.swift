import Testing
import Wire

@testable import STAMP

/// What tests of the reflector share: requests, and a reflector's answers to them.
protocol ReflectorSuite {}

extension ReflectorSuite {
  static var start: WallTime { WallTime(seconds: 1_726_500_000) }

  func arrival(
    from source: String = "192.0.2.1:40000", to destination: String = "192.0.2.2:862", after delay: Duration = .zero,
    trafficClass: UInt8 = 0
  ) throws -> SessionReflector.Arrival {
    SessionReflector.Arrival(
      source: try #require(Endpoint(source)), destination: try #require(Endpoint(destination)),
      now: .zero + delay, received: Self.start + delay, transmitted: Self.start + delay + .microseconds(50),
      errorEstimate: ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000), hopLimit: 57,
      trafficClass: trafficClass)
  }

  func answer(
    _ reflector: inout SessionReflector, _ request: [UInt8], _ arrival: SessionReflector.Arrival
  ) -> (outcome: SessionReflector.Outcome, bytes: [UInt8]) {
    var buffer = [UInt8](repeating: 0xee, count: 2_048)
    let outcome = buffer.write { reflector.reflect(request.span.bytes, arrival, into: &$0) }
    guard case .answered(let byteCount, _, _) = outcome else { return (outcome, []) }
    return (outcome, Array(buffer.prefix(byteCount)))
  }

  func request(sequence: UInt32 = 0, ssid: UInt16 = 9, tail: String = "") -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 44)
    let packet = SenderPacket(
      sequenceNumber: sequence, timestamp: Timestamp(bits: 0x1122), errorEstimate: ErrorEstimate(bits: 1), ssid: ssid)
    bytes.write { packet.write(into: &$0, mode: .unauthenticated) }
    return bytes + [UInt8](hex: tail)
  }
}
