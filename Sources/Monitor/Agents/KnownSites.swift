import API
import Foundation
import Measurement
import Wire

/// Who is where: the sites of the configuration, and those that were added since.
public struct KnownSites: Sendable, Equatable {
  public private(set) var configured: [SiteBody]
  /// By id.
  public private(set) var added: [SiteBody] = []
  /// Sites are in records and job sets: more of them than an organisation has make both long.
  public static let maximumCount = 2_000
  static let maximumNetworks = 256

  public init(configured: [SiteBody], added: [SiteBody] = []) {
    self.configured = configured
    put(added)
  }

  /// An added site of the same id as a configured one is not heard: the configuration was written by hand, and later.
  public var all: [SiteBody] {
    let ids = Set(configured.map(\.id))
    return configured + added.filter { !ids.contains($0.id) }
  }

  public subscript(id: String) -> SiteBody? {
    configured.first { $0.id == id } ?? added.first { $0.id == id }
  }

  public func isConfigured(_ id: String) -> Bool {
    configured.contains { $0.id == id }
  }

  mutating func put(_ sites: [SiteBody]) {
    let sites = sites.map { site in
      var site = site
      site.reflector = site.reflector.map { Self.reflector($0)?.description ?? $0 }
      return site
    }
    let ids = Set(sites.map(\.id))
    added = (added.filter { !ids.contains($0.id) } + sites).sorted { $0.id < $1.id }
  }

  /// Which site an address belongs to.
  public var directory: SiteDirectory {
    SiteDirectory(
      all.flatMap { site in
        site.networks.compactMap(AddressBlock.init).map { SiteDirectory.Entry(block: $0, site: site.id) }
      })
  }

  // MARK: Rules

  /// What is wrong with a change: the place of the site in `change`, and a sentence without its end, in both languages.
  ///
  /// Networks of added sites never overlap. One may lie within a wider network of a configured site, which then is what
  /// is left of it: the longest match counts.
  public func problems(of change: [SiteBody]) -> [(index: Int, problem: LocalizedName)] {
    guard Set(all.map(\.id)).union(change.map(\.id)).count <= Self.maximumCount, change.count <= Self.maximumCount
    else {
      return [
        (
          index: 0,
          problem: LocalizedName(
            ja: "拠点が \(Self.maximumCount) 件を超えます", en: "there would be more than \(Self.maximumCount) sites")
        )
      ]
    }
    var problems: [(index: Int, problem: LocalizedName)] = []
    var seen: Set<String> = []
    for (index, site) in change.enumerated() {
      for problem in Self.problems(ofForm: site) { problems.append((index, problem)) }
      if isConfigured(site.id) {
        let problem = LocalizedName(
          ja: "拠点「\(site.id)」は監視サーバーの設定にあります。そちらで変更してください",
          en: "the site \"\(site.id)\" stands in the monitor's configuration: change it there")
        problems.append((index, problem))
      }
      if !seen.insert(site.id).inserted {
        let problem = LocalizedName(ja: "拠点「\(site.id)」が二度あります", en: "the site \"\(site.id)\" is there twice")
        problems.append((index, problem))
      }
    }
    return (problems + overlaps(of: change)).sorted { $0.index < $1.index }
  }

  /// A network and whose it is: `index` in a change, or -1 for a site that stays as it is.
  private struct Claim {
    var block: AddressBlock
    var site: String
    var index: Int
  }

  private func overlaps(of change: [SiteBody]) -> [(index: Int, problem: LocalizedName)] {
    func claims(_ site: SiteBody, _ index: Int) -> [Claim] {
      site.networks.prefix(Self.maximumNetworks).compactMap(AddressBlock.init).map {
        Claim(block: $0, site: site.id, index: index)
      }
    }
    let changed = Set(change.map(\.id))
    let new = change.enumerated().flatMap { claims($1, $0) }
    let old = added.filter { !changed.contains($0.id) }.flatMap { claims($0, -1) }
    var problems: [(index: Int, problem: LocalizedName)] = []
    // In the order of addresses, and of two with one address the wider first: what overlaps lies within the last that
    // did not.
    var last: Claim?
    for claim in (old + new).sorted(by: { $0.block.precedes($1.block) }) {
      guard let other = last, other.block.overlaps(claim.block) else {
        last = claim
        continue
      }
      let (late, early) = claim.index > other.index ? (claim, other) : (other, claim)
      guard late.index >= 0 else { continue }
      let problem = LocalizedName(
        ja: "ネットワーク \(late.block) が拠点「\(early.site)」の \(early.block) と重なっています",
        en: "the network \(late.block) overlaps with \(early.block) of the site \"\(early.site)\"")
      problems.append((late.index, problem))
    }
    let kept = configured.flatMap { claims($0, -1) }
    for claim in new {
      guard
        let other = kept.first(where: {
          $0.block.overlaps(claim.block) && $0.block.prefixLength >= claim.block.prefixLength
        })
      else { continue }
      let problem = LocalizedName(
        ja: "ネットワーク \(claim.block) が、設定にある拠点「\(other.site)」の \(other.block) を含んでいます",
        en: "the network \(claim.block) holds \(other.block) of the configured site \"\(other.site)\"")
      problems.append((claim.index, problem))
    }
    return problems
  }

  private static func problems(ofForm site: SiteBody) -> [LocalizedName] {
    var problems: [LocalizedName] = []
    func note(_ en: String, ja: String) { problems.append(LocalizedName(ja: ja, en: en)) }
    let isAllowed = site.id.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 95
    }
    if !isAllowed || !(1...32).contains(site.id.utf8.count) {
      note(
        "the id \"\(site.id.prefix(64))\" must be 1 to 32 small letters, digits, \"-\" or \"_\"",
        ja: "ID「\(site.id.prefix(64))」は英小文字・数字・-・_ の1～32文字にしてください")
    }
    for name in [site.name.ja, site.name.en]
    where !(1...200).contains(name.count)
      || name.unicodeScalars.contains(where: {
        // Job sets are YAML, which has no place for noncharacters either.
        $0.properties.generalCategory == .control || $0.properties.isNoncharacterCodePoint
      })
    {
      note("a name must be a text of 1 to 200 characters, in one line", ja: "名称は1行、1～200文字にしてください")
    }
    for network in site.networks where AddressBlock(network) == nil {
      note(
        "\"\(network.prefix(64))\" must be a network like 10.7.0.0/16 (no bits set after the prefix)",
        ja: "「\(network.prefix(64))」は 10.7.0.0/16 の形（プレフィックスより後のビットは0）にしてください")
    }
    if site.networks.count > maximumNetworks {
      note("a site has \(maximumNetworks) networks at most", ja: "ネットワークは1拠点に \(maximumNetworks) 件までです")
    }
    if let reflector = site.reflector, Self.reflector(reflector) == nil {
      note(
        "the reflector \"\(reflector.prefix(64))\" must be an address like 10.7.0.5, with a port if it is not 862",
        ja: "リフレクター「\(reflector.prefix(64))」は 10.7.0.5 の形のアドレス（862 以外ならポートも）にしてください")
    }
    if let uplink = site.uplinkKilobitsPerSecond, !(1...1_000_000_000).contains(uplink) {
      note("the uplink must be 1 kbit/s to 1000 Gbit/s", ja: "上り回線は 1 kbit/s～1000 Gbit/s にしてください")
    }
    if let router = site.router, Endpoint(router) == nil, IPAddress(router) == nil {
      note(
        "the router \"\(router.prefix(64))\" must be an address like 10.7.0.1, or with a port 10.7.0.1:862",
        ja: "ルーター「\(router.prefix(64))」は 10.7.0.1 または 10.7.0.1:862 の形にしてください")
    }
    return problems
  }

  /// On STAMP's own port unless another is given (RFC 8762 section 4.1).
  private static func reflector(_ text: String) -> Endpoint? {
    Endpoint(text) ?? IPAddress(text).map { Endpoint(address: $0, port: 862) }
  }

  /// As the file `sites.yaml` of a job set. A JSON text is a YAML text in double quotes.
  /// - Parameter agentless: where no agent is, so that nothing is measured to there as if there were.
  func file(agentless: Set<String>) -> JobFile {
    let lines = all.map { site in
      var fields = [
        "id: \(quoted(site.id))", "name: {ja: \(quoted(site.name.ja)), en: \(quoted(site.name.en))}",
        "networks: [\(site.networks.map(quoted).joined(separator: ", "))]",
      ]
      if let reflector = site.reflector { fields.append("reflector: \(quoted(reflector))") }
      if let router = site.router { fields.append("router: \(quoted(router))") }
      if agentless.contains(site.id) { fields.append("agent: false") }
      if let uplink = site.uplinkKilobitsPerSecond { fields.append("uplink: \(uplink) kbit/s") }
      return "  - {\(fields.joined(separator: ", "))}\n"
    }
    return JobFile(name: Self.fileName, text: "sites:\n" + lines.joined())
  }

  public static let fileName = "sites.yaml"

  private func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    guard let data = try? encoder.encode(text) else { preconditionFailure("a text always encodes") }
    return String(decoding: data, as: UTF8.self)
  }
}

extension AddressBlock {
  /// By family, address, and the wider first.
  fileprivate func precedes(_ other: AddressBlock) -> Bool {
    (address.isV4 ? 0 : 1, address.high, address.low, prefixLength)
      < (other.address.isV4 ? 0 : 1, other.address.high, other.address.low, other.prefixLength)
  }
}
