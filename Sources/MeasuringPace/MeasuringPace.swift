import Agent
import Glibc
import Measurement
import Probes
import STAMP
import Transport
import Wire

/// How punctually paths are measured, and how fast a reflector answers: what `loadtest/stamp` prints as tables.
///
///     MeasuringPace schedule PATHS RATE SECONDS     a line of JSON: how late packets left
///     MeasuringPace reflector RATE SECONDS          a line of JSON: packets offered, answered, lost; the reflector's
///                                                   processor time
@main struct MeasuringPace {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.dropFirst().compactMap { Int($0) }
    switch (arguments.first, numbers.count) {
    case ("schedule", 3): try Schedule(paths: numbers[0], rate: numbers[1], seconds: numbers[2]).run()
    case ("reflector", 2): try ReflectorRate(rate: numbers[0], seconds: numbers[1]).run()
    default:
      print("usage: MeasuringPace schedule PATHS RATE SECONDS | reflector RATE SECONDS")
      exit(2)
    }
  }

  static let unlimited = SessionReflector.Configuration(sourceRate: 1_000_000, sourceBurst: 1_000_000)
}

/// An agent's sender for so many paths, to a reflector on 127.0.0.0/8.
struct Schedule {
  var paths: Int
  var rate: Int
  var seconds: Int

  func run() throws {
    let reflector = try Reflector(
      ReflectorConfiguration(listen: Endpoint(address: .anyV4, port: 0), sessions: MeasuringPace.unlimited))
    defer { reflector.stop() }
    let port = reflector.endpoint.port
    let jobs = (0..<paths).flatMap { path in
      STAMPStream.meeting.map { meeting in
        var stream = meeting
        stream.interval = .nanoseconds(1_000_000_000 * Int64(STAMPStream.meeting.count) / Int64(rate))
        let address = IPAddress(v4: 0x7f00_0101 + UInt32(path))
        return STAMPJob(
          target: Endpoint(address: address, port: port),
          meter: STAMPMeter.Configuration(
            agent: "pace", path: Path(site: "a", target: "\(path)", route: .direct, label: stream.label),
            stream: stream),
          boot: 1)
      }
    }
    let run = try STAMPRun(jobs, lasting: .seconds(seconds)) { _ in }
    run.join()
    let lateness = run.lateness
    func microseconds(_ nanoseconds: UInt64?) -> Double { Double(nanoseconds ?? 0) / 1e3 }
    print(
      """
      {"sent": \(lateness.count), "median": \(microseconds(lateness.percentile(50))), \
      "p99": \(microseconds(lateness.percentile(99))), "p999": \(microseconds(lateness.percentile(99.9))), \
      "greatest": \(microseconds(lateness.maximum)), "over5ms": \(lateness.count(above: 5_000_000) ?? 0), \
      "priority": "\(run.priority)"}
      """)
  }
}

/// One sender of many packets, and a reflector on a thread of its own.
struct ReflectorRate {
  /// Packets a second.
  var rate: Int
  var seconds: Int

  private static let packetBytes = 172
  private static let batch = 64

  func run() throws {
    let reflector = try Reflector(
      ReflectorConfiguration(listen: Endpoint(address: .loopbackV4, port: 0), sessions: MeasuringPace.unlimited))
    var options = UDPSocket.Options()
    options.receiveBufferBytes = 64 << 20
    var socket = try UDPSocket(bindingTo: Endpoint(address: .loopbackV4, port: 0), options: options)
    var received = ReceiveBatch(messages: 256, bytesPerMessage: 256)
    var outgoing = SendBatch(datagrams: Self.batch, bytes: Self.batch * Self.packetBytes)
    var session = SessionSender(
      configuration: SessionSender.Configuration(packetBytes: Self.packetBytes, ssid: 1, paddingSeed: 1), start: .zero)
    var request = [UInt8](repeating: 0, count: Self.packetBytes)
    var span = request.mutableSpan
    var packet = span.mutableBytes
    _ = session.poll(
      now: SystemClock.now, wall: SystemClock.wallTime,
      errorEstimate: ErrorEstimate(isSynchronized: false, errorNanoseconds: nil), into: &packet)

    var sent = 0
    var answered = 0
    let start = SystemClock.now
    let processor = ThreadTime.of("stamp-reflector")
    let total = rate * seconds
    while sent < total {
      let due = min(Int(Double(SystemClock.now.nanoseconds(since: start)) * Double(rate) / 1e9), total)
      while sent < due {
        let count = min(due - sent, Self.batch)
        for _ in 0..<count { _ = outgoing.append(request.span.bytes, to: reflector.endpoint) }
        sent += socket.flush(&outgoing).sent
        answered += Self.drain(&socket, &received)
      }
      answered += Self.drain(&socket, &received)
    }
    let elapsed = Double(SystemClock.now.nanoseconds(since: start)) / 1e9
    let deadline = SystemClock.now + .seconds(1)
    while answered < sent, SystemClock.now < deadline { answered += Self.drain(&socket, &received) }
    let used = ThreadTime.of("stamp-reflector") - processor
    reflector.stop()
    print(
      """
      {"offered": \(Int(Double(sent) / elapsed)), "sent": \(sent), "answered": \(reflector.counts.answered), \
      "returned": \(answered), "processorSeconds": \(used), "seconds": \(elapsed)}
      """)
  }

  private static func drain(_ socket: inout UDPSocket, _ batch: inout ReceiveBatch) -> Int {
    var count = 0
    while socket.receive(into: &batch) {
      while batch.next() != nil { count += 1 }
    }
    return count
  }
}

/// Processor time of one of this process's threads, by its name.
enum ThreadTime {
  static func of(_ name: String) -> Double {
    guard let folder = opendir("/proc/self/task") else { return 0 }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let thread = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard text("/proc/self/task/\(thread)/comm").split(separator: "\n").first.map(String.init) == name else {
        continue
      }
      let nanoseconds = text("/proc/self/task/\(thread)/schedstat").split(separator: " ").first.flatMap { Double($0) }
      return (nanoseconds ?? 0) / 1e9
    }
    return 0
  }

  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    let count = fread(&buffer, 1, 255, file)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
