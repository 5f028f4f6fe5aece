import API
import Measurement
import Testing
import Wire

@testable import Monitor

@Suite("Known sites")
struct KnownSitesTests {
  private func site(_ id: String, _ networks: String..., reflector: String? = nil) -> SiteBody {
    SiteBody(id: id, name: LocalizedName(ja: id, en: id), networks: networks, reflector: reflector)
  }

  private var known: KnownSites {
    KnownSites(
      configured: [site("hq", "10.0.0.0/8", "192.0.2.0/24")],
      added: [site("tsu", "10.7.0.0/16", "2001:db8:7::/48", reflector: "10.7.0.5:862")])
  }

  private func problems(_ change: SiteBody...) -> [String] {
    known.problems(of: change).map { "\($0.index): \($0.problem.en)" }
  }

  @Test("A site within a wider network of a configured one is right, and addresses find the closest")
  func nested() {
    #expect(problems(site("ise", "10.9.0.0/16")) == [])
    #expect(IPAddress("10.7.1.2").flatMap(known.directory.site(of:)) == "tsu")
    #expect(IPAddress("10.8.1.2").flatMap(known.directory.site(of:)) == "hq")
    #expect(IPAddress("2001:db8:7::1").flatMap(known.directory.site(of:)) == "tsu")
  }

  @Test("Networks that overlap are refused: with an added site's, within the change, and around a configured one")
  func overlaps() {
    #expect(
      problems(site("ise", "10.7.128.0/17"), site("kuki", "10.9.0.0/16"), site("suzuka", "10.9.3.0/24")) == [
        "0: the network 10.7.128.0/17 overlaps with 10.7.0.0/16 of the site \"tsu\"",
        "2: the network 10.9.3.0/24 overlaps with 10.9.0.0/16 of the site \"kuki\"",
      ])
    #expect(
      problems(site("ise", "192.0.2.0/24")) == [
        "0: the network 192.0.2.0/24 holds 192.0.2.0/24 of the configured site \"hq\""
      ])
    #expect(
      known.problems(of: [site("ise", "10.7.128.0/17")]).map(\.problem.ja) == [
        "ネットワーク 10.7.128.0/17 が拠点「tsu」の 10.7.0.0/16 と重なっています"
      ])
    #expect(problems(site("ise", "192.0.0.0/16")).count == 1)
    #expect(problems(site("ise", "2001:db8::/32")).count == 1)
  }

  @Test("As many sites as there may be, each with all its networks, are looked over at once")
  func many() {
    let sites = (0..<KnownSites.maximumCount - 2).map { site in
      SiteBody(
        id: "s\(site)", name: LocalizedName(ja: "s", en: "s"),
        networks: (0..<KnownSites.maximumNetworks).map { "172.\(site >> 8).\(site & 255).\($0)" })
    }
    #expect(known.problems(of: sites).isEmpty)
    let twice = Array(sites.dropLast()) + [SiteBody(id: "last", name: sites[0].name, networks: ["172.0.0.0/24"])]
    #expect(known.problems(of: twice).allSatisfy { $0.index == twice.count - 1 })
    #expect(!known.problems(of: twice).isEmpty)
    let tooMany = sites + (0..<3).map { SiteBody(id: "more\($0)", name: sites[0].name, networks: []) }
    #expect(known.problems(of: tooMany).map(\.problem.en) == ["there would be more than 2000 sites"])
  }

  @Test("A name that no YAML can hold is refused")
  func noncharacters() {
    #expect(problems(SiteBody(id: "ise", name: LocalizedName(ja: "伊\u{fffe}", en: "Ise"), networks: [])).count == 1)
  }

  @Test("A reflector without a port is on STAMP's own")
  func reflectorPort() {
    #expect(problems(site("ise", reflector: "10.9.0.5"), site("suzuka", reflector: "2001:db8:9::5")) == [])
    let known = KnownSites(
      configured: [], added: [site("ise", reflector: "10.9.0.5"), site("suzuka", reflector: "2001:db8:9::5")])
    #expect(known.all.map(\.reflector) == ["10.9.0.5:862", "[2001:db8:9::5]:862"])
  }

  @Test("A site that is changed does not overlap with what it was")
  func changed() {
    #expect(problems(site("tsu", "10.7.0.0/17")) == [])
    // Its old network is free for another in the same change.
    #expect(problems(site("tsu", "10.70.0.0/16"), site("ise", "10.7.0.0/16")) == [])
  }

  @Test("What is malformed, there twice, or stands in the configuration is refused")
  func malformed() {
    #expect(problems(site("Tsu")).count == 1)
    #expect(problems(SiteBody(id: "", name: LocalizedName(ja: "津", en: "Tsu"), networks: [])).count == 1)
    #expect(problems(site("ise", "10.9.0.1/16")).count == 1)
    #expect(problems(site("ise", reflector: "ise.example")).count == 1)
    #expect(problems(site("ise"), site("ise")) == ["1: the site \"ise\" is there twice"])
    #expect(problems(site("hq")) == ["0: the site \"hq\" stands in the monitor's configuration: change it there"])
    var line = SiteBody(id: "ise", name: LocalizedName(ja: "津", en: "Tsu"), networks: [])
    line.uplinkKilobitsPerSecond = 0
    #expect(problems(line).count == 1)
    let name = SiteBody(id: "ise", name: LocalizedName(ja: "伊勢\n", en: ""), networks: [])
    #expect(known.problems(of: [name]).count == 2)
  }

  @Test("As a file of a job set, names with quotes and colons stay what they are")
  func file() {
    var sites = known
    sites.put([SiteBody(id: "ise", name: LocalizedName(ja: "伊勢「\"本\\館: 一」", en: "Ise"), networks: [])])
    #expect(
      sites.file(agentless: []).text == #"""
        sites:
          - {id: "hq", name: {ja: "hq", en: "hq"}, networks: ["10.0.0.0/8", "192.0.2.0/24"]}
          - {id: "ise", name: {ja: "伊勢「\"本\\館: 一」", en: "Ise"}, networks: []}
          - {id: "tsu", name: {ja: "tsu", en: "tsu"}, networks: ["10.7.0.0/16", "2001:db8:7::/48"], reflector: "10.7.0.5:862"}

        """#)
  }
}
