import ArgumentParser
import Probes
import Wire

struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Makes one measurement now.",
    discussion: """
      Kinds: \(ProbeKind.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", "))

      Exit status: 0 good, 1 warning (80 % of a limit), 2 breach, 3 anything that is not a measurement.

      Examples:
      \(ProbeKind.all.map { "  kakehashi probe \($0.name) \($0.example)" }.joined(separator: "\n"))
        kakehashi probe stamp 10.7.0.5:862 --seconds 30 --json
        kakehashi probe stamp 10.7.0.5:862 --plugin
        kakehashi probe stamp 10.7.0.5:862 --key-file /etc/kakehashi/keys/tsu-stamp.key
        kakehashi probe doctor     # everything that a site's agent needs, once, as a page for the network team
      """)

  @Argument(help: "What measures: \(ProbeKind.all.map(\.name).joined(separator: ", ")).")
  var kind: String

  @Argument(help: "What is measured: an address with an optional port.")
  var target: String

  @Option(help: "How long to measure, 1–3600 s.")
  var seconds = 10

  @Option(help: "Packets a second, 1–1000; each kind has its own choice.")
  var rate: Int?

  @Option(
    name: .customLong("bytes"), help: "UDP payload of the packets, once for each stream; each kind has its own choice.")
  var packetBytes: [Int] = []

  @Option(help: "DSCP to send with, 0–63; each kind has its own choice.")
  var dscp: UInt8?

  @OptionGroup var stamp: STAMPArguments

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print one line as a monitoring plugin does.")
  var plugin = false

  func validate() throws {
    guard ProbeKind.named(kind) != nil else {
      let known = ProbeKind.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no probe kind \"\(kind)\"; there are: \(known).")
    }
    guard (1...3600).contains(seconds) else { throw ValidationError("--seconds must be from 1 to 3600.") }
    guard (1...1000).contains(rate ?? 1) else { throw ValidationError("--rate must be from 1 to 1000.") }
    guard dscp ?? 0 <= 63 else { throw ValidationError("--dscp must be from 0 to 63.") }
  }

  func run() async throws {
    guard let probe = ProbeKind.named(kind) else { return }
    let request: ProbeRequest
    do {
      request = ProbeRequest(
        target: target, duration: .seconds(seconds), packetBytes: packetBytes.isEmpty ? nil : packetBytes,
        packetsPerSecond: rate, dscp: dscp, stamp: try stamp.options())
    } catch {
      throw Failure(description: error.description, status: 3).report()
    }
    let result: ProbeResult
    do {
      result = try await probe.run(request)
    } catch {
      throw Failure(description: error.description, status: 3).report()
    }
    Standard.output.write(json ? result.json : plugin ? result.pluginLine : result.text)
    if result.status != .good { throw ExitCode(result.status.rawValue) }
  }
}
