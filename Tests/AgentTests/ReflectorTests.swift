import Glibc
import STAMP
import Testing
import Transport
import Wire

@testable import Agent
@testable import Probes

let loopback = Endpoint(address: .loopbackV4, port: 0)

@Suite("The reflector")
struct ReflectorTests {
  /// Sends one datagram and gives what comes back within the time; nil when nothing does.
  private func ask(
    _ request: [UInt8], of endpoint: Endpoint, waiting: Duration = .seconds(10)
  ) throws -> (bytes: [UInt8], trafficClass: UInt8, hopLimit: UInt8, source: Endpoint)? {
    var options = UDPSocket.Options()
    options.tellsTrafficClass = true
    options.tellsHopLimit = true
    var socket = try UDPSocket(bindingTo: Endpoint(address: .anyV4, port: 0), options: options)
    var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
    let isAdded = outgoing.append(request.span.bytes, to: endpoint, trafficClass: 46 << 2)
    #expect(isAdded)
    socket.flush(&outgoing)
    let loop = try EventLoop()
    try loop.watch(socket.descriptor, token: 0)
    _ = loop.wait(until: SystemClock.now + waiting)
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 9_216)
    guard socket.receive(into: &batch), let datagram = batch.next() else { return nil }
    return (batch.bytes(of: datagram).bytes(), datagram.trafficClass, datagram.hopLimit, datagram.source)
  }

  private func request(_ sequence: UInt32, byteCount: Int = 172) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u32: sequence)
    bytes.append(u64: NTPTime(SystemClock.wallTime).bits)
    bytes.append(u16: ErrorEstimate(isSynchronized: false, errorNanoseconds: nil).bits)
    bytes.append(u16: 77)
    return bytes + Array(repeating: 0, count: byteCount - bytes.count)
  }

  @Test("It answers in the request's length and marking, from the address asked, with TTL 255")
  func answer() throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: Endpoint(address: .anyV4, port: 0)))
    let asked = Endpoint(address: try #require(IPAddress("127.0.0.7")), port: reflector.endpoint.port)
    let answer = try #require(try ask(request(5), of: asked))
    #expect(answer.bytes.count == 172)
    #expect(answer.trafficClass >> 2 == 46)
    #expect(answer.hopLimit == 255)
    #expect(answer.source == asked)
    let parsed = ReflectorPacket(answer.bytes.span.bytes, mode: .unauthenticated)
    let packet = try #require(parsed)
    #expect(packet.sequenceNumber == 0)
    #expect(packet.senderSequenceNumber == 5)
    #expect(packet.ssid == 77)
    // Linux's own TTL, which nothing on loopback lowers.
    #expect(packet.senderTTL == 64)
    let t2 = packet.receiveTimestamp.wallTime(format: .ntp, near: SystemClock.wallTime)
    let t3 = packet.transmitTimestamp.wallTime(format: .ntp, near: SystemClock.wallTime)
    #expect(t3 >= t2)
    #expect(abs(t3.nanoseconds(since: SystemClock.wallTime)) < 60_000_000_000)
    reflector.stop()
    #expect(reflector.counts.answered == 1)
  }

  @Test("A session that asks is told when the answer before left by the kernel's clock, and others' are not counted")
  func departures() throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: loopback))
    var t3: [WallTime] = []
    var socket = try UDPSocket(bindingTo: loopback)
    let loop = try EventLoop()
    try loop.watch(socket.descriptor, token: 0)
    for sequence in UInt32(0)..<40 {
      let asks = sequence % 8 != 5
      let tail: [UInt8] = asks ? [0x80, 7, 0, 16] + [UInt8](repeating: 0xff, count: 16) : []
      var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
      let isAdded = outgoing.append((request(sequence, byteCount: 44) + tail).span.bytes, to: reflector.endpoint)
      #expect(isAdded)
      socket.flush(&outgoing)
      var batch = ReceiveBatch(messages: 1, bytesPerMessage: 9_216)
      while !socket.receive(into: &batch) { _ = loop.wait(until: SystemClock.now + .seconds(10)) }
      let next = batch.next()
      let datagram = try #require(next)
      let bytes = batch.bytes(of: datagram).bytes()
      let parsed = ReflectorPacket(bytes.span.bytes, mode: .unauthenticated)
      let packet = try #require(parsed)
      t3.append(packet.transmitTimestamp.wallTime(format: .ntp, near: SystemClock.wallTime))
      guard asks else { continue }
      #expect(bytes[44] == 0)
      let told = bytes[48...].prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
      let left = bytes[52...].prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      if sequence % 8 == 6 || sequence == 0 {
        // Nobody asked about the one before.
        #expect(bytes[48...].allSatisfy { $0 == 0 })
        continue
      }
      #expect(told == sequence - 1)
      #expect(Array(bytes[60...]) == [2, 0, 0, 0])
      let departure = NTPTime(bits: left).wallTime(near: SystemClock.wallTime)
      let delay = departure.nanoseconds(since: t3[Int(sequence) - 1])
      // What an NTP timestamp rounds off.
      #expect(delay >= -1 && departure.nanoseconds(since: t3[Int(sequence)]) < 0)
    }
  }

  @Test("It is silent to what is no test packet, and counts it")
  func garbage() async throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: loopback))
    #expect(try ask([1, 2, 3], of: reflector.endpoint, waiting: .milliseconds(100)) == nil)
    #expect(try await eventually { reflector.counts.drops[.truncated] == 1 })
  }

  @Test("It never answers what was sent to many")
  func broadcast() async throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: Endpoint(address: .anyV4, port: 0)))
    var socket = try UDPSocket(bindingTo: Endpoint(address: .anyV4, port: 0))
    var on: Int32 = 1
    setsockopt(socket.descriptor, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size))
    var outgoing = SendBatch(datagrams: 1, bytes: 9_216)
    let everyone = Endpoint(address: try #require(IPAddress("127.255.255.255")), port: reflector.endpoint.port)
    let packet = request(1)
    let isAdded = outgoing.append(packet.span.bytes, to: everyone)
    #expect(isAdded)
    let summary = socket.flush(&outgoing)
    #expect(summary.sent == 1)
    #expect(try await eventually { reflector.counts.drops[.stampForbiddenSource] == 1 })
    var batch = ReceiveBatch(messages: 1, bytesPerMessage: 9_216)
    let isAnswered = socket.receive(into: &batch)
    #expect(!isAnswered)
  }

  @Test("A port in use is told to who starts it")
  func portInUse() throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: loopback))
    #expect(throws: UDPSocketError.portInUse(reflector.endpoint)) {
      _ = try Reflector(ReflectorConfiguration(listen: reflector.endpoint))
    }
  }

  @Test("Our probe measures it: nothing lost, and every figure there", arguments: ["127.0.0.1:0", "[::1]:0"])
  func probe(text: String) async throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: try #require(Endpoint(text))))
    let result = try await ProbeKind.stamp.measure(
      ProbeRequest(target: reflector.endpoint.description, duration: .milliseconds(600)))
    #expect(result.streams.map(\.label) == ["voice", "video"])
    for stream in result.streams {
      let record = stream.record
      #expect(record.condition == .measured)
      #expect(record.loss.sent >= 5)
      #expect(record.loss.received == record.loss.sent)
      #expect(record.loss.forwardLost == 0)
      #expect(record.loss.reverseLost == 0)
      #expect(record.roundTrip.count == record.loss.received)
      #expect(record.delayVariation.count == record.loss.received - 1)
      #expect(record.timestamps == .kernel)
      #expect(record.dscp.arrived == [record.dscp.sent: record.loss.received])
      #expect(stream.findings.count == 3)
      // Of each answer but the last, by the next one, where there is room to ask.
      #expect(stream.reflectorDelay.count >= record.loss.received - 2)
    }
  }

  @Test("Authenticated, it answers who has the key and nobody else")
  func authenticated() async throws {
    let key = [UInt8](repeating: 7, count: 32)
    let sessions = SessionReflector.Configuration(mode: .authenticated, keys: SessionKeys(fallback: key))
    let reflector = try Reflector(ReflectorConfiguration(listen: loopback, sessions: sessions))
    let target = reflector.endpoint.description
    var request = ProbeRequest(target: target, duration: .milliseconds(300), packetBytes: [300], stamp: .init(key: key))
    #expect(try await ProbeKind.stamp.measure(request).streams.first?.record.loss.lost == 0)
    request.stamp.key = [UInt8](repeating: 8, count: 32)
    let other = try #require(try await ProbeKind.stamp.measure(request).streams.first?.record.loss)
    #expect(other.received == 0)
    #expect(reflector.counts.drops[.stampAuthentication] == other.sent)
  }
}
