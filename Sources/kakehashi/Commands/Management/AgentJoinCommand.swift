import API
import Agent
import ArgumentParser
import Fetch
import Foundation
import Settings
import Transport

struct AgentJoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Makes this machine a site's agent: checks the network, gets its key, writes both.",
    discussion: """
      The code is what `kakehashi site add` has printed at the monitor; it works once. Before it is used up, name
      resolution, firewall, clock, marking and packet size are tried; what is blocked is said, and whom to ask.

      Examples:
        kakehashi agent join https://monitor.example:8443 K7QM-4XTD-9R2H --authority office-ca.pem
        kakehashi agent join https://10.1.0.5:8443 K7QM-4XTD-9R2H --pin sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
      """)

  @Argument(help: "The monitor's address.")
  var monitor: String

  @Argument(help: "The one-time code.")
  var code: String

  @OptionGroup var trust: TrustOption

  @Option(help: "Where the agent's configuration is written.")
  var config = AgentRunCommand.joined

  @Option(help: "The folder of the agent's key, jobs and records.")
  var data = "/var/lib/kakehashi"

  @Flag(help: "Join although something is blocked; replace an earlier configuration.")
  var force = false

  @OptionGroup var language: LanguageOption

  private var words: SiteLanguage { language.chosen }

  func run() async throws {
    try await reporting {
      guard force || !FileManager.default.fileExists(atPath: config) else {
        throw Failure.configuration(
          SiteText(
            "\(config) is there already; --force replaces it.", ja: "\(config) はすでにあります。置き換えるには --force を付けてください。")[
              words])
      }
      let trusted = try trust.trust ?? .system
      let target = AgentConfiguration.Monitor(address: monitor, trust: trusted)
      let check = SiteCheck(monitor: target, fetcher: Fetcher())
      let enrolled = try await examine(check)
      guard let used = await check.enrol(code, isTrial: false).enrolled, let key = used.key else {
        throw Failure.failed(
          SiteText("The monitor gave no key; ask for another code.", ja: "鍵を受け取れませんでした。新しいコードを依頼してください。")[words])
      }
      try JoinedAgent(monitor: target.address, trust: trust, site: used.site, config: config, data: data).write(
        key: key)
      Standard.output.write(
        SiteText(
          "This machine is the agent of \(enrolled.site.id) now. Start it: systemctl enable --now kakehashi-agent "
            + "(or kakehashi agent --config \(config)).",
          ja: "この端末は拠点「\(enrolled.site.name.ja)」のエージェントになりました。"
            + "起動: systemctl enable --now kakehashi-agent（または kakehashi agent --config \(config)）")[words])
    }
  }

  /// Tries everything that does not use the code up.
  private func examine(_ check: SiteCheck) async throws(Failure) -> EnrolledBody {
    var isBlocked = false
    func say(_ finding: SiteFinding) {
      if finding.grade == .blocked { isBlocked = true }
      for line in finding.lines(in: words) { Standard.output.write(line) }
    }
    say(await check.name())
    if !isBlocked { for finding in await check.health() { say(finding) } }
    guard !isBlocked else { throw refused }
    let trial = await check.enrol(code, isTrial: true)
    say(trial.finding)
    guard let enrolled = trial.enrolled else { throw refused }
    if let hub = enrolled.hub { for finding in await check.reflector(hub.reflector) { say(finding) } }
    if isBlocked, !force { throw blocked }
    return enrolled
  }

  /// Without the monitor's consent there is nothing to force.
  private var refused: Failure {
    Failure.failed(
      SiteText(
        "The site has not joined: have mended what is blocked and run this again.",
        ja: "登録できませんでした。不通の項目を直してからもう一度実行してください。")[words])
  }

  private var blocked: Failure {
    Failure.failed(
      SiteText(
        "The code was not used: have mended what is blocked and run this again (--force joins all the same).",
        ja: "コードはまだ使われていません。不通の項目を直してからもう一度実行してください（--force でそのまま登録できます）。")[words])
  }
}

/// The few things that an agent knows locally, as files: the monitor, its site and its key.
struct JoinedAgent {
  let monitor: String
  let trust: TrustOption
  let site: SiteBody
  let config: String
  let data: String

  /// All for the data folder's owner alone: the user that the service runs as.
  func write(key: String) throws(Failure) {
    let folder = URL(fileURLWithPath: data).path
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .configuration("The folder \(folder) cannot be made: \(error.localizedDescription)")
    }
    let owner = try? FileManager.default.attributesOfItem(atPath: folder)
    try PrivateFiles.write(key + "\n", to: "\(folder)/agent.key", mode: 0o600)
    try PrivateFiles.write(text(folder), to: config, mode: 0o600)
    guard geteuid() == 0, let user = owner?[.ownerAccountID], let group = owner?[.groupOwnerAccountID] else { return }
    for file in ["\(folder)/agent.key", config] {
      try? FileManager.default.setAttributes(
        [.ownerAccountID: user, .groupOwnerAccountID: group], ofItemAtPath: file)
    }
  }

  private func text(_ folder: String) -> String {
    func quoted(_ text: String) -> String {
      "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
    var agent = ["monitor: \(quoted(monitor))", "token: \(quoted("\(folder)/agent.key"))"]
    if let pin = trust.pin { agent.append("pin: \(quoted(pin))") }
    if let authority = trust.authority {
      agent.append("authority: \(quoted(URL(fileURLWithPath: authority).path))")
    }
    var own = ["id: \(quoted(site.id))", "name: {ja: \(quoted(site.name.ja)), en: \(quoted(site.name.en))}"]
    if let reflector = site.reflector { own.append("reflector: \(quoted(reflector))") }
    return """
      # Written by `kakehashi agent join`. Everything else comes from the monitor.
      site: \(quoted(site.id))
      data: \(quoted(folder))
      sites:
        - {\(own.joined(separator: ", "))}
      agent: {\(agent.joined(separator: ", "))}

      """
  }
}
