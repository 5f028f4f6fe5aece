import Measurement
import STAMP
import Synchronization
import Transport
import Wire

extension ProbeKind {
  /// RFC 8762 and 8972: loss each way, jitter and latency to any STAMP or TWAMP Light reflector.
  public static let stamp = ProbeKind(
    name: "stamp", summary: "loss, jitter and latency to a STAMP reflector (RFC 8762)",
    measures: """
      Sends packets as a meeting does, half of them short as EF like voice, half long as AF41 like video, to any STAMP
        or TWAMP Light reflector: loss each way, duplicates, reordering, bursts, jitter each way, round trip, one-way
        delay where both clocks are known to be good, and DSCP that the network changes.
      """,
    limitations: """
      Whether a meeting service is well: it measures the network between two machines. A stateless reflector tells
        only loss of the whole round trip.
      """,
    example: "10.7.0.5:862", unit: "packets", delay: "round trip", metrics: [.loss, .jitter, .latency],
    limits: ProbeLimits(), options: [.seconds, .rate, .bytes, .dscp, .keyFile], cadence: .continuous,
    streams: { request in ((try? STAMPProbe.streams(request)) ?? []).map { ProbeStream(label: $0.label) } }
  ) { request throws(ProbeError) in
    let streams = try STAMPProbe.streams(request)
    let endpoint = try await STAMPProbe.address(of: request.target).resolved()
    return try await STAMPProbe.measure(request, endpoint, streams)
  }
}

/// One measurement by STAMP.
enum STAMPProbe {
  /// RFC 8762 section 4.1.
  static let port: UInt16 = 862

  /// What to send: a meeting's streams unless the request says otherwise.
  static func streams(_ request: ProbeRequest) throws(ProbeError) -> [STAMPStream] {
    guard request.duration > .zero, request.duration <= .seconds(3_600) else {
      throw ProbeError("A measurement lasts up to an hour; an agent measures for longer.")
    }
    var streams = STAMPStream.meeting
    if let sizes = request.packetBytes {
      guard !sizes.isEmpty, sizes.count <= 8, sizes.allSatisfy({ (44...9_000).contains($0) }) else {
        throw ProbeError("Packets have 44 to 9000 bytes, in up to 8 sizes.")
      }
      streams = sizes.map { STAMPStream(label: "\($0)", packetBytes: $0, interval: .milliseconds(40), dscp: 0) }
    }
    if let rate = request.packetsPerSecond {
      guard (1...1_000).contains(rate) else { throw ProbeError("Between 1 and 1000 packets are sent a second.") }
      for index in streams.indices { streams[index].interval = .seconds(streams.count) / rate }
    }
    if let dscp = request.dscp {
      guard dscp < 64 else { throw ProbeError("A DSCP is a number from 0 to 63.") }
      for index in streams.indices { streams[index].dscp = dscp }
    }
    return streams
  }

  static func address(of target: String) throws(ProbeError) -> HostAddress {
    guard let address = HostAddress(target, defaultPort: port) else {
      throw ProbeError("\(target) is not a target; write a host, or host:port (the usual port is \(port)).")
    }
    return address
  }

  /// Runs the streams and gives what each found, in their order.
  static func measure(
    _ request: ProbeRequest, _ endpoint: Endpoint, _ streams: [STAMPStream]
  ) async throws(ProbeError) -> [ProbeMeasurement] {
    let (boot, started) = (Entropy().next(), SystemClock.wallTime)
    var options = request.stamp
    options.asksForDepartures = true
    let jobs = streams.enumerated().map { index, stream in
      STAMPJob(
        target: endpoint,
        meter: STAMPMeter.Configuration(
          agent: "probe", path: Path(site: "", target: request.target, route: .direct, label: stream.label),
          stream: stream, recordLength: .seconds(60)),
        boot: boot, options: options.forStream(index))
    }
    let result: Result<(records: [PathRecord], views: [STAMPView]), ProbeError> = await Blocking.run("stamp-probe") {
      let collected = RecordCollection()
      do {
        let run = try STAMPRun(jobs, lasting: request.duration, sink: collected.add)
        run.join()
        return .success((collected.records, run.views))
      } catch {
        return .failure(ProbeError("\(error)"))
      }
    }
    let (records, views) = try result.get()
    return zip(jobs, views).compactMap { job, view in
      var record = PathRecord.merged(records.filter { $0.path == job.meter.path })
      // Records begin with the clock's minute, one measurement when it was asked for.
      record?.id.intervalStart = started
      return record.map {
        ProbeMeasurement(
          record: $0, place: endpoint.description, remarks: view.remarks, reflectorDelay: view.reflectorDelay)
      }
    }
  }
}

/// Gathers records from the measuring thread.
final class RecordCollection: Sendable {
  private let collected = Mutex<[PathRecord]>([])

  func add(_ records: [PathRecord]) {
    collected.withLock { $0 += records }
  }

  var records: [PathRecord] { collected.withLock { $0 } }
}
