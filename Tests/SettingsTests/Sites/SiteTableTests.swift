import API
import Agent
import Foundation
import Testing

@testable import Settings

@Suite("Sites from a spreadsheet")
struct SiteTableTests {
  private static let text = """
    id,name_ja,name_en,networks,reflector
    tsu,津地域庁舎,Tsu office,10.7.0.0/16 10.8.0.0/16,10.7.0.5:862
    ise,"伊勢, 庁舎",,10.9.0.0/16,
    """

  private static let tsu = SiteBody(
    id: "tsu", name: LocalizedName(ja: "津地域庁舎", en: "Tsu office"), networks: ["10.7.0.0/16", "10.8.0.0/16"],
    reflector: "10.7.0.5:862")
  private static let ise = SiteBody(
    id: "ise", name: LocalizedName(ja: "伊勢, 庁舎", en: "伊勢, 庁舎"), networks: ["10.9.0.0/16"])

  private func problems(_ text: String) -> [String] {
    do {
      _ = try SiteTable(Array(text.utf8), file: "sites.csv")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("UTF-8 with and without its mark, with any line ends, gives the same sites by line")
  func encodings() throws {
    for text in [Self.text, "\u{feff}" + Self.text, Self.text.replacing("\n", with: "\r\n") + "\r\n,,,,\r\n"] {
      let table = try SiteTable(Array(text.utf8), file: "sites.csv")
      #expect(table.rows == [.init(line: 2, site: Self.tsu), .init(line: 3, site: Self.ise)])
    }
  }

  @Test("CP932 is read, with what Windows adds to Shift_JIS")
  func cp932() throws {
    // "id,名称,networks\nsaki,﨑髙①,10.1.0.0/16\n": NEC's and IBM's characters, as Excel writes them.
    let bytes =
      Array("id,".utf8) + [0x96, 0xbc, 0x8f, 0xcc] + Array(",networks\nsaki,".utf8)
      + [0xfa, 0xb1, 0xfb, 0xfc, 0x87, 0x40] + Array(",10.1.0.0/16\n".utf8)
    let table = try SiteTable(bytes, file: "sites.csv")
    #expect(table.rows.map(\.site.name.ja) == ["﨑髙①"])
  }

  @Test("A file in no known encoding, without headings, or with a heading nobody knows is refused by line")
  func refused() {
    #expect(throws: SettingsError.self) { try SiteTable([0xff, 0xfe, 0x00, 0x81], file: "sites.csv") }
    #expect(problems("tsu,10.7.0.0/16\n").first?.hasPrefix("sites.csv:1: has a heading that is unknown") == true)
    #expect(
      problems("id,networks,colour\n") == ["sites.csv:1: has a heading that is unknown or there twice: \"colour\"."])
    #expect(problems("id,networks\ntsu,10.7.0.0/16,extra\n") == ["sites.csv:2: has more fields than headings."])
    #expect(problems("").count == 1)
  }

  @Test("A quoted field holds commas, quotes and line ends, and later lines keep their numbers")
  func quoted() throws {
    let text = "id,name_ja,networks\na,\"\"\"津\"\", 一\n二\",10.1.0.0/16\nb,,10.2.0.0/16\n"
    let table = try SiteTable(Array(text.utf8), file: "sites.csv")
    #expect(table.rows.map(\.site.name.ja) == ["\"津\", 一\n二", "b"])
    #expect(table.rows.map(\.line) == [2, 4])
  }

  @Test("A site without an agent has its router, under either heading", arguments: ["router", "ルーター"])
  func router(heading: String) throws {
    let text = "id,networks,uplink,\(heading)\nannex,,10 Mbit/s,10.5.0.1:862\nise,10.9.0.0/16,,\n"
    let table = try SiteTable(Array(text.utf8), file: "sites.csv")
    #expect(table.rows.map(\.site.router) == ["10.5.0.1:862", nil])
    let differences = SiteDifferences(table, known: [])
    #expect(
      differences.lines(in: .en)[0]
        == "+ annex: annex, no networks, no reflector, uplink 10000 kbit/s, router 10.5.0.1:862")
    #expect(
      differences.lines(in: .ja)[0]
        == "+ annex: annex、ネットワークなし、リフレクターなし、上り回線 10000 kbit/s、ルーター 10.5.0.1:862")
  }

  @Test("What the file has no column for stays as it is, and an empty field takes it away")
  func missingColumns() throws {
    var annex = SiteBody(
      id: "annex", name: LocalizedName(ja: "別館", en: "Annex"), networks: ["10.5.0.0/16"], reflector: "10.5.0.5:862",
      uplinkKilobitsPerSecond: 10_000, router: "10.5.0.1")
    func site(_ text: String) throws -> SiteBody? {
      try SiteTable(Array(text.utf8), file: "sites.csv", known: [Self.tsu, annex]).rows.first?.site
    }
    #expect(try site("id,networks\nannex,10.5.0.0/16\n") == annex)
    #expect(try site("id,networks\nother,10.6.0.0/16\n")?.router == nil)
    #expect(try site("id,name_ja,networks\nannex,新館,\n")?.name == LocalizedName(ja: "新館", en: "Annex"))
    let emptied = try site("id,name_ja,networks,reflector,uplink,router\nannex,,,,,\n")
    annex = SiteBody(id: "annex", name: LocalizedName(ja: "Annex", en: "Annex"), networks: [])
    #expect(emptied == annex)
  }

  @Test("The differences say what is added, changed, left as it is, and not in the file")
  func differences() throws {
    let table = try SiteTable(Array(Self.text.utf8), file: "sites.csv")
    var before = Self.tsu
    before.networks = ["10.7.0.0/16"]
    let other = SiteBody(id: "kuki", name: LocalizedName(ja: "久喜", en: "Kuki"), networks: [])
    let differences = SiteDifferences(table, known: [before, other])
    #expect(
      differences.lines(in: .en) == [
        "+ ise: 伊勢, 庁舎, 10.9.0.0/16, no reflector",
        "~ tsu: 津地域庁舎 / Tsu office, 10.7.0.0/16, 10.7.0.5:862 → 津地域庁舎 / Tsu office, 10.7.0.0/16 10.8.0.0/16, "
          + "10.7.0.5:862",
        "1 to add, 1 to change, 0 as they are, 1 not in the file (they stay).",
      ])
    #expect(
      differences.lines(in: .ja) == [
        "+ ise: 伊勢, 庁舎、10.9.0.0/16、リフレクターなし",
        "~ tsu: 津地域庁舎 / Tsu office、10.7.0.0/16、10.7.0.5:862 → 津地域庁舎 / Tsu office、10.7.0.0/16 10.8.0.0/16、"
          + "10.7.0.5:862",
        "追加 1 件、変更 1 件、変更なし 0 件、ファイルにない拠点 1 件（そのまま残ります）。",
      ])
    #expect(SiteDifferences(table, known: [Self.tsu, Self.ise]).unchanged == [Self.tsu, Self.ise])
  }
}
