import Measurement
import Transport
import Wire

extension ProbeKind {
  /// The routers between here and there, as a meeting's packets meet them.
  public static let trace = ProbeKind(
    name: "trace", summary: "the route that a meeting's UDP packets take, hop by hop",
    measures: """
      Sends UDP packets with rising hop limits from one port to one port, as a meeting's packets go, so that routers
        which divide traffic by addresses and ports send all of them one way; each router's answer tells its address and
        round trip. The packets are STUN requests that STAMP reflectors understand, too, so that the last hop answers.
      """,
    limitations: """
      Whether a silent or slow hop is at fault: routers answer late or never and pass packets on well. Only what goes on
        at every hop after it is real. The way back may be another.
      """,
    example: "stun.example:3478", unit: "packets", delay: "round trip", metrics: [.loss],
    limits: ProbeLimits(), options: [.dscp, .ip], cadence: .repeated(every: .seconds(3_600), atLeast: .seconds(300)),
    streams: ProbeStream.byFamily
  ) { request throws(ProbeError) in
    _ = try request.pace(count: 1)
    let dscp = request.dscp ?? 0
    var measurements: [ProbeMeasurement] = []
    for (endpoint, family) in try await request.endpoints(defaultPort: STUNProbe.port) {
      let path = Path(site: "", target: request.target, route: .direct, label: family.label)
      let result: Result<ProbeMeasurement, ProbeError> = await Blocking.run("trace-probe") {
        do {
          return .success(try TraceProbe.measure(endpoint, path, dscp: dscp))
        } catch {
          return .failure(ProbeError("\(error)"))
        }
      }
      measurements.append(try result.get())
    }
    return measurements
  }
}

enum TraceProbe {
  /// Loss is the last hop's: whether packets get there. What routers on the way leave unanswered is none.
  static func measure(_ target: Endpoint, _ path: Path, dscp: UInt8) throws -> ProbeMeasurement {
    var measurement = ProbeMeasurement(record: PathRecord(probe: "trace", path: path), place: target.description)
    var options = UDPSocket.Options()
    options.reportsUnreachable = true
    let loop = try EventLoop()
    var socket = try UDPSocket(
      bindingTo: Endpoint(address: target.address.isV4 ? .anyV4 : .anyV6, port: 0), options: options)
    try loop.watch(socket.descriptor, token: 0)
    var received = ReceiveBatch(messages: 16, bytesPerMessage: 2_048)
    var outgoing = SendBatch(datagrams: 1, bytes: 2_048)
    let request = TraceRequest(salt: Entropy().next())
    var meter = TraceMeter()
    let start = SystemClock.now
    while !meter.isDone {
      if let packet = meter.next(at: SystemClock.now) {
        socket.setHopLimit(packet.hopLimit)
        _ = outgoing.append(request.bytes(packet.tag).span.bytes, to: target, trafficClass: dscp << 2)
        socket.flush(&outgoing)
      }
      if meter.isDone { break }
      _ = loop.wait(until: meter.deadline)
      while socket.receive(into: &received) {
        while let datagram = received.next() {
          guard datagram.source == target, let tag = request.tag(ofAnswer: received.bytes(of: datagram)) else {
            continue
          }
          meter.answered(by: target.address, tag: tag, .target, at: datagram.arrival)
        }
      }
      while case .unreachable(let report) = socket.nextReport() {
        guard report.destination == target, let reporter = report.reporter else { continue }
        let answer: TraceMeter.Answer =
          if report.isHopLimitExceeded { .router } else if reporter == target.address { .target } else { .refusal }
        // Only one is under way: which one it speaks of need not be quoted.
        meter.answered(by: reporter, tag: nil, answer, at: SystemClock.now)
      }
    }
    measurement.record.hops = meter.hops
    measurement.record.dscp.sent = dscp
    measurement.record.packetBytes = UInt16(TraceRequest.byteCount)
    if let last = meter.hops.last, last.isTarget {
      measurement.record.loss.sent = UInt64(last.sent)
      measurement.record.loss.received = UInt64(last.roundTrips.count)
      for roundTrip in last.roundTrips { measurement.record.roundTrip.record(roundTrip) }
    } else {
      measurement.record.loss.sent = UInt64(meter.hops.last?.sent ?? 0)
      measurement.record.loss.roundTripLost = measurement.record.loss.sent
      measurement.record.loss.bursts.record(length: measurement.record.loss.sent)
      measurement.record.condition = .unverified
    }
    if let router = meter.refusedBy { measurement.remarks.append("\(router) lets nothing through to the target") }
    measurement.record.length = max(SystemClock.now - start, .nanoseconds(1))
    return measurement
  }
}
