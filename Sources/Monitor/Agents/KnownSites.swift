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

  /// What is wrong with a change: the place of the site in `change`, and a sentence.
  ///
  /// Networks of added sites never overlap. One may lie within a wider network of a configured site, which then is what
  /// is left of it: the longest match counts.
  public func problems(of change: [SiteBody]) -> [(index: Int, problem: String)] {
    var problems: [(Int, String)] = []
    let changed = Set(change.map(\.id))
    var taken = added.filter { !changed.contains($0.id) }.flatMap { site in
      site.networks.compactMap(AddressBlock.init).map { (block: $0, site: site.id) }
    }
    let wider = configured.flatMap { site in
      site.networks.compactMap(AddressBlock.init).map { (block: $0, site: site.id) }
    }
    var seen: Set<String> = []
    for (index, site) in change.enumerated() {
      for problem in Self.problems(ofForm: site) { problems.append((index, problem)) }
      if isConfigured(site.id) {
        problems.append((index, "the site \"\(site.id)\" stands in the monitor's configuration: change it there"))
      }
      if !seen.insert(site.id).inserted { problems.append((index, "the site \"\(site.id)\" is there twice")) }
      for block in site.networks.compactMap(AddressBlock.init) {
        if let other = taken.first(where: { $0.block.overlaps(block) }) {
          problems.append(
            (index, "the network \(block) overlaps with \(other.block) of the site \"\(other.site)\""))
        } else if let other = wider.first(where: {
          $0.block.overlaps(block) && $0.block.prefixLength >= block.prefixLength
        }) {
          problems.append(
            (index, "the network \(block) holds \(other.block) of the configured site \"\(other.site)\""))
        }
        taken.append((block, site.id))
      }
    }
    if Set(all.map(\.id)).union(changed).count > Self.maximumCount {
      problems.append((0, "there would be more than \(Self.maximumCount) sites"))
    }
    return problems.map { (index: $0.0, problem: $0.1) }
  }

  private static func problems(ofForm site: SiteBody) -> [String] {
    var problems: [String] = []
    let isAllowed = site.id.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 95
    }
    if !isAllowed || !(1...32).contains(site.id.utf8.count) {
      problems.append("the id \"\(site.id.prefix(64))\" must be 1 to 32 small letters, digits, \"-\" or \"_\"")
    }
    for name in [site.name.ja, site.name.en]
    where !(1...200).contains(name.count)
      || name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    {
      problems.append("a name must be a text of 1 to 200 characters, in one line")
    }
    for network in site.networks where AddressBlock(network) == nil {
      problems.append("\"\(network.prefix(64))\" must be a network like 10.7.0.0/16 (no bits set after the prefix)")
    }
    if site.networks.count > 256 { problems.append("a site has 256 networks at most") }
    if let reflector = site.reflector, Endpoint(reflector) == nil {
      problems.append("the reflector \"\(reflector.prefix(64))\" must be an address and port like 10.7.0.5:862")
    }
    if let uplink = site.uplinkKilobitsPerSecond, !(1...1_000_000_000).contains(uplink) {
      problems.append("the uplink must be 1 kbit/s to 1000 Gbit/s")
    }
    return problems
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
