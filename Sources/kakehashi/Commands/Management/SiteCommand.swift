import API
import Agent
import ArgumentParser
import Foundation
import Monitor
import Settings
import Wire

struct SiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "Adds and lists sites, and prints one-time codes for their agents.",
    discussion: """
      On the monitor's machine these commands need its configuration alone; from elsewhere its address and a token:
        kakehashi site list --monitor https://monitor.example:8443 --token manage.token --authority office-ca.pem
      """,
    subcommands: [Add.self, Code.self, List.self, Import.self], aliases: ["sites"])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Adds a site, or changes what is named of one that was added, and prints a one-time code for its agent.",
      discussion: """
        Example: kakehashi site add tsu --networks 10.7.0.0/16 --reflector 10.7.0.5:862 --name-ja 津地域庁舎
        """)

    @Argument(help: "Its id: 1 to 32 small letters, digits, - or _.")
    var id: String

    @Option(parsing: .upToNextOption, help: "Its networks, like 10.7.0.0/16: a client's address finds its site there.")
    var networks: [String] = []

    @Option(
      help: "Where its agent will answer STAMP, like 10.7.0.5; on port 862 unless one is given, as in 10.7.0.5:8620.")
    var reflector: String?

    @Option(help: "What its line carries away from it, like \"100 Mbit/s\": probes take 2 % of it at most.")
    var uplink: String?

    @Option(
      help: "For a site without an agent: its router, which is measured from elsewhere; 10.7.0.1, or with a port.")
    var router: String?

    @Option(help: "Its Japanese name; without it the English one, or the id.")
    var nameJa: String?

    @Option(help: "Its English name; without it the Japanese one, or the id.")
    var nameEn: String?

    @OptionGroup var code: CodeOption

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        let bits = uplink.flatMap(SiteSettings.uplink)
        if let uplink, bits == nil { throw Failure.configuration("\"\(uplink)\" is no rate like \"100 Mbit/s\".") }
        let client = try options.client()
        let sites: SitesBody = try await client.get(Paths.sites)
        // What is not named stays as it is.
        let old = sites.added.first { $0.id == id }
        let site = SiteBody(
          id: id,
          name: LocalizedName(
            ja: nameJa ?? old?.name.ja ?? nameEn ?? id, en: nameEn ?? old?.name.en ?? nameJa ?? id),
          networks: networks.isEmpty
            ? old?.networks ?? [] : networks.flatMap { $0.split(separator: ",").map(String.init) },
          reflector: reflector ?? old?.reflector,
          uplinkKilobitsPerSecond: bits.map { $0 / 1_000 } ?? old?.uplinkKilobitsPerSecond,
          router: router ?? old?.router)
        let _: SitesChangeBody = try await client.send("PUT", Paths.sites, SitesChangeBody(sites: [site]))
        if site.router == nil { try await code.print(for: id, client, options) }
      }
    }
  }

  struct Code: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a one-time code for a site's agent; the one before does not work any more.",
      discussion: "Example: kakehashi site code tsu --valid 2d")

    @Argument(help: "The site.")
    var id: String

    @OptionGroup var code: CodeOption

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting { try await code.print(for: id, try options.client(), options) }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists all sites.", discussion: "Example: kakehashi site list")

    @OptionGroup var options: MonitorOption

    private static let headings = [
      SiteText("site", ja: "拠点"), SiteText("name", ja: "名称"), SiteText("networks", ja: "ネットワーク"),
      SiteText("reflector", ja: "リフレクター"), SiteText("origin", ja: "登録元"),
    ]

    func run() async throws {
      try await reporting {
        let sites: SitesBody = try await options.client().get(Paths.sites)
        let language = options.language.chosen
        let (configured, added) = (SiteText("configured", ja: "設定")[language], SiteText("added", ja: "追加")[language])
        let router = SiteText("router", ja: "ルーター")[language]
        let rows = (sites.configured.map { ($0, configured) } + sites.added.map { ($0, added) }).map {
          site, origin in
          [
            site.id, language == .ja ? site.name.ja : site.name.en, site.networks.joined(separator: " "),
            site.reflector ?? site.router.map { "\($0) (\(router))" } ?? "-", origin,
          ]
        }
        Standard.output.write(TextTable(Self.headings.map { $0[language] }, rows).text)
      }
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: "Adds and changes sites from a comma-separated file, all of them or none.",
      discussion: """
        The first line names the columns: id and networks (separated by spaces), and any of name_ja, name_en, reflector, \
        uplink and router (of a site without an agent). In Japanese: 拠点ID, ネットワーク, 名称, 英語名, リフレクター, \
        上り回線, ルーター. UTF-8 and what Excel writes in Japan (CP932) are read.

        Sites that are not in the file stay as they are, and so does what a site has and the file has no column for. An \
        empty field takes away what was there.

        Example: kakehashi sites import sites.csv --dry-run
        """)

    @Argument(help: "The file.")
    var table: String

    @Flag(help: "Only print what would be added and changed.")
    var dryRun = false

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        guard let data = FileManager.default.contents(atPath: table) else {
          throw Failure.configuration("\(table) cannot be read.")
        }
        let client = try options.client()
        let sites: SitesBody = try await client.get(Paths.sites)
        let rows: SiteTable
        do {
          rows = try SiteTable(Array(data), file: table, known: sites.added)
        } catch {
          throw Failure.configuration("\(error)")
        }
        let known = KnownSites(configured: sites.configured, added: sites.added)
        let problems = known.problems(of: rows.rows.map(\.site)).map { problem in
          "\(table):\(rows.rows.indices.contains(problem.index) ? rows.rows[problem.index].line : 1): "
            + (options.language.chosen == .ja ? problem.problem.ja + "。" : problem.problem.en + ".")
        }
        guard problems.isEmpty else { throw Failure.configuration(problems.joined(separator: "\n")) }
        for line in SiteDifferences(rows, known: sites.added).lines(in: options.language.chosen) {
          Standard.output.write(line)
        }
        if dryRun {
          let text = SiteText(
            "Nothing was changed; leave --dry-run out to do it.", ja: "何も変更していません。--dry-run を外すと実行します。")
          Standard.output.write(text[options.language.chosen])
        } else if !rows.rows.isEmpty {
          let body = SitesChangeBody(sites: rows.rows.map(\.site))
          let _: SitesChangeBody = try await client.send("PUT", Paths.sites, body)
          let text = SiteText(
            "Done. `kakehashi jobs publish` lets the agents know.", ja: "完了しました。`kakehashi jobs publish` でエージェントに伝わります。"
          )
          Standard.output.write(text[options.language.chosen])
        }
      }
    }
  }
}

/// `--valid` of a one-time code, and how a code is printed.
struct CodeOption: ParsableArguments {
  @Option(help: "How long the code works: 1h, 24h, 7d; at most 30 d.")
  var valid = "24h"

  func print(for site: String, _ client: MonitorClient, _ options: MonitorOption) async throws(Failure) {
    guard let duration = Duration(valid), duration >= .seconds(60), duration <= .seconds(30 * 86_400) else {
      throw .configuration("--valid must be a duration like 30 min, 24h or 7d, from 1 min to 30 d.")
    }
    let body: CodeBody = try await client.send(
      "POST", Paths.code(of: site), CodeRequestBody(validSeconds: Int(duration.nanoseconds / 1_000_000_000)))
    let until = Date(timeIntervalSince1970: body.expiresAt).formatted(
      .iso8601.year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .colon))
    let lines =
      client.language == .ja
      ? ["拠点 \(site) のコード（1回限り、\(until) まで）: \(body.code)", "その拠点で実行してください:"]
      : ["Code for the site \(site), good once until \(until): \(body.code)", "At the site, run:"]
    for line in lines { Standard.output.write(line) }
    Standard.output.write("  kakehashi agent join \(options.publicAddress(client)) \(body.code)\(options.trustWords)")
  }
}

extension MonitorOption {
  /// How agents elsewhere reach the monitor.
  fileprivate func publicAddress(_ client: MonitorClient) -> String {
    monitor ?? (try? file.settings())?.publicAddress ?? client.address
  }

  /// How they know it: as this command does, or by the pin of this machine's own certificate.
  fileprivate var trustWords: String {
    if let pin = trust.pin { return " --pin \(pin)" }
    if let authority = trust.authority { return " --authority \(authority)" }
    guard monitor == nil, let settings = try? file.settings(), settings.http.certificate == nil,
      let pin = settings.publicKeyPin
    else { return "" }
    return " --pin \(pin)"
  }
}
