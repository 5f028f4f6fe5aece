import Testing
import Wire

@testable import STAMP

/// A sender and a reflector that meet without a network.
struct Pair {
  static let wall = WallTime(seconds: 1_726_500_000)
  static let good = ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000)
  /// No key, and one.
  static let keys: [[UInt8]?] = [nil, [1, 2, 3]]

  var sender: SessionSender
  var reflector: SessionReflector
  /// What is awaited of the last answer.
  var awaited: AwaitedDeparture?
  var packet = [UInt8](repeating: 0xee, count: 1_500)
  var answer = [UInt8](repeating: 0xee, count: 1_500)

  init(_ configuration: SessionSender.Configuration, reflector: SessionReflector.Configuration = .init()) {
    sender = SessionSender(configuration: configuration, start: .zero)
    self.reflector = SessionReflector(configuration: reflector)
  }

  mutating func send(at time: Duration) -> SessionSender.Sent? {
    packet.write {
      sender.poll(now: .zero + time, wall: Self.wall + time, errorEstimate: Self.good, into: &$0)
    }
  }

  /// The packet that is due.
  mutating func sendPacket(at time: Duration) throws -> [UInt8] {
    let sent = send(at: time)
    return Array(packet.prefix(try #require(sent).byteCount))
  }

  mutating func reflect(
    _ request: [UInt8], at time: Duration, estimate: ErrorEstimate = Pair.good
  ) throws -> [UInt8] {
    let arrival = SessionReflector.Arrival(
      source: try #require(Endpoint("192.0.2.1:40000")), destination: try #require(Endpoint("192.0.2.2:862")),
      now: .zero + time, received: Self.wall + time, transmitted: Self.wall + time + .milliseconds(1),
      errorEstimate: estimate,
      hopLimit: 60, trafficClass: 46 << 2)
    let outcome = answer.write { reflector.reflect(request.span.bytes, arrival, into: &$0) }
    guard case .answered(let count, _, let awaited) = outcome else { return [] }
    self.awaited = awaited
    return Array(answer.prefix(count))
  }

  mutating func receive(_ bytes: [UInt8], at time: Duration) -> SessionSender.Outcome {
    sender.receive(bytes.span.bytes, arrived: .zero + time)
  }

  /// 3 ms there, 1 ms inside, 2 ms back.
  mutating func exchange(at time: Duration) throws -> SessionSender.Outcome {
    let bytes = try reflect(sendPacket(at: time), at: time + .milliseconds(3))
    return receive(bytes, at: time + .milliseconds(6))
  }
}
