import ArgumentParser
import Fetch
import Foundation
import Probes
import Settings
import Wire

struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Makes one measurement now.",
    discussion: """
      Kinds; `kakehashi probe KIND --help` says what each measures and what it cannot:
      \(ProbeKind.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      Exit status: 0 good, 1 warning (80 % of a limit), 2 breach, 3 anything that is not a measurement.

      Examples:
      \(ProbeKind.all.map { "  kakehashi probe \($0.name) \($0.example)" }.joined(separator: "\n"))
        kakehashi probe stamp 10.7.0.5:862 --seconds 30 --json
        kakehashi probe stamp 10.7.0.5:862 --plugin
        kakehashi probe run probes/teams.yaml --plugin     # a job's measurements, once and now
      """)

  @Argument(help: "What measures: \(ProbeKind.all.map(\.name).joined(separator: ", ")); or run, for a job's file.")
  var kind: String

  @Argument(help: "What is measured: an address with an optional port, a name or a web address.")
  var target: String

  @Option(help: "How long to measure, 1–3600 s.")
  var seconds: Int?

  @Option(help: "How often to ask, 1–1000; each kind has its own choice.")
  var count: Int?

  @Option(help: "Packets a second, 1–1000; each kind has its own choice.")
  var rate: Int?

  @Option(
    name: .customLong("bytes"), help: "UDP payload of the packets, once for each stream; each kind has its own choice.")
  var packetBytes: [Int] = []

  @Option(help: "DSCP to send with, 0–63; each kind has its own choice.")
  var dscp: UInt8?

  @OptionGroup var stamp: STAMPArguments

  @Option(help: "4 or 6 for one version of IP, both for each by itself.")
  var ip: String?

  @Option(help: "A proxy to measure through, too, like http://proxy.example:8080.")
  var proxy: String?

  @Option(help: "The file that holds user:password for the proxy, its owner's alone; or env: and a variable's name.")
  var proxyCredentials: String?

  @Option(help: "The name server to ask.")
  var server: String?

  @Option(help: "PEM file of the authority to believe instead of the system's.")
  var authority: String?

  @Option(help: "The file of the token to join with, its owner's alone; or env: and a variable's name.")
  var token: String?

  @Option(help: "The room to meet in.")
  var room: String?

  @OptionGroup var file: ConfigurationOption

  @Option(name: .customLong("as"), help: "Be one end of a call whose other end is elsewhere, under this name.")
  var name: String?

  @Option(help: "The name of a call's other end.")
  var with: String?

  @Option(help: "How long to wait for a call's other end, 1–600 s; 60 unless given.")
  var wait: Int?

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print one line as a monitoring plugin does.")
  var plugin = false

  /// Instead of a kind: the job in a file.
  static let run = "run"

  func validate() throws {
    let given: [(ProbeOption, Bool)] = [
      (.seconds, seconds != nil), (.count, count != nil), (.rate, rate != nil), (.dscp, dscp != nil), (.ip, ip != nil),
      (.proxy, proxy != nil || proxyCredentials != nil), (.server, server != nil), (.authority, authority != nil),
      (.token, token != nil), (.room, room != nil), (.bytes, !packetBytes.isEmpty), (.keyFile, stamp.keyFile != nil),
      (.as, name != nil), (.with, with != nil), (.wait, wait != nil),
    ]
    if kind == Self.run {
      if let (option, _) = given.first(where: \.1) {
        throw ValidationError("--\(option.rawValue) means nothing to run: what is measured stands in the job's file.")
      }
      return
    }
    guard let kind = ProbeKind.named(kind) else {
      let known = ProbeKind.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no probe kind \"\(kind)\"; there are: \(known).")
    }
    if let (option, _) = given.first(where: { $1 && !kind.options.contains($0) }) {
      throw ValidationError(
        "--\(option.rawValue) means nothing to \(kind.name); see kakehashi probe \(kind.name) --help.")
    }
    guard (1...3600).contains(seconds ?? 1) else { throw ValidationError("--seconds must be from 1 to 3600.") }
    guard (1...1000).contains(count ?? 1) else { throw ValidationError("--count must be from 1 to 1000.") }
    guard (1...1000).contains(rate ?? 1) else { throw ValidationError("--rate must be from 1 to 1000.") }
    guard (1...600).contains(wait ?? 1) else { throw ValidationError("--wait must be from 1 to 600.") }
    if name == nil, with != nil || wait != nil {
      throw ValidationError("--with and --wait are for one end of a call: name this one by --as.")
    }
    if name != nil, with == nil, room == nil {
      throw ValidationError("--as needs --with, the other end's name, or --room, where both meet.")
    }
    if let name, name == with { throw ValidationError("--as and --with must be two names.") }
    guard dscp ?? 0 <= 63 else { throw ValidationError("--dscp must be from 0 to 63.") }
    guard ["4", "6", "both"].contains(ip ?? "4") else { throw ValidationError("--ip must be 4, 6 or both.") }
    if let proxy, !proxy.hasPrefix("http://") || proxy.contains("@") {
      throw ValidationError(
        "--proxy must be like http://proxy.example:8080; user and password come from --proxy-credentials.")
    }
  }

  func run() async throws {
    var results: [ProbeResult] = []
    var problems: [String] = []
    do {
      for (kind, request) in try measurements() {
        do {
          results.append(try await kind.measure(request))
        } catch {
          problems.append(error.description)
        }
      }
    } catch {
      problems = ["\(error)"]
    }
    for problem in problems { Standard.error.write("kakehashi: \(problem)") }
    guard !results.isEmpty else {
      // A monitoring system reads standard output alone.
      if plugin {
        Standard.output.write(ProbeResult.pluginLine(kind: kind, problem: problems.first ?? "nothing to measure"))
      }
      throw ExitCode(ProbeStatus.notMeasured.rawValue)
    }
    // The worst comes first: of several lines monitoring systems show the first.
    results.sort { $0.status > $1.status }
    if json {
      let texts = results.map(\.json).joined(separator: ",\n")
      Standard.output.write(kind == Self.run ? "[\(texts)]" : texts)
    } else {
      for result in results { Standard.output.write(plugin ? result.pluginLine : result.text) }
    }
    // What could not be measured does not hide a breach.
    let isBreach = results.contains { $0.status == .breach }
    let worst: ProbeStatus =
      if isBreach { .breach } else if problems.isEmpty { results.map(\.status).max() ?? .notMeasured } else {
        .notMeasured
      }
    if worst != .good { throw ExitCode(worst.rawValue) }
  }

  private func measurements() throws -> [(ProbeKind, ProbeRequest)] {
    if let kind = ProbeKind.named(kind) { return [(kind, try request())] }
    let settings = FileManager.default.fileExists(atPath: file.config) ? try Settings(file: file.config) : nil
    let job: ProbeJob
    do {
      job = try ProbeJob(file: target, in: settings)
    } catch {
      guard settings == nil else {
        throw Failure.configuration([error.description, error.siteHint].compactMap(\.self).joined(separator: "\n"))
      }
      throw Failure.configuration(
        "\(error)\nNo configuration is at \(file.config), so no site is known; --config names one.")
    }
    guard let kind = job.probeKind else { preconditionFailure("a job that was read has a kind") }
    if job.relay != nil, settings == nil {
      throw Failure.configuration("\(target) is a call between sites: --config must name which of them this is.")
    }
    let site = settings?.site ?? ""
    let targets = job.relay == nil ? job.targets.filter { $0 != .site(site) } : job.targets(from: site)
    guard !targets.isEmpty else { throw Failure.configuration("\(target) names nothing to measure from here.") }
    return try targets.map { target in
      let request =
        try settings?.probeRequest(of: job, to: target, from: site, settings?.sites ?? [])
        ?? job.requestWithSecrets(to: target, from: site, address: nil)
      return (kind, request)
    }
  }

  private func request() throws(Failure) -> ProbeRequest {
    var request = ProbeRequest(
      target: target, duration: .seconds(seconds ?? 10), packetBytes: packetBytes.isEmpty ? nil : packetBytes,
      packetsPerSecond: rate, dscp: dscp, stamp: try stamp.options())
    request.count = count
    switch ip {
    case "4": request.families = [.v4]
    case "6": request.families = [.v6]
    case "both": request.families = [.v4, .v6]
    default: break
    }
    request.server = server
    request.room = room
    request.place = name.map { CallPlace(name: $0, other: with, wait: .seconds(wait ?? 60)) }
    request.token = try token.flatMap { SecretSource($0) }.map { source throws(Failure) in try source.secret() }
    if let authority { request.trust = .authorities(file: authority) }
    if let proxy {
      let secret = try proxyCredentials.flatMap { SecretSource($0) }.map { source throws(Failure) in
        try source.secret()
      }
      let credentials = secret.map(Proxy.Credentials.init(secret:))
      if let credentials, credentials == nil {
        throw .configuration("What --proxy-credentials names must be user:password.")
      }
      request.proxy = Proxy(url: proxy, credentials: credentials ?? nil)
    }
    return request
  }
}
