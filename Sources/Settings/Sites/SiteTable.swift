import API
import Agent
import Foundation
import Glibc
import Wire

/// Sites as a spreadsheet keeps them: a comma-separated file (RFC 4180) with a line of headings, in UTF-8 or in CP932,
/// which Excel writes in Japan.
public struct SiteTable: Sendable, Equatable {
  public struct Row: Sendable, Equatable {
    /// Of the file, counted from 1.
    public var line: Int
    public var site: SiteBody
  }

  public var rows: [Row]

  /// Headings by what they stand for; the first is what is written.
  private static let headings: [(field: Field, names: [String])] = [
    (.id, ["id", "拠点ID"]), (.ja, ["name_ja", "ja", "名称", "拠点名"]), (.en, ["name_en", "en", "英語名"]),
    (.networks, ["networks", "ネットワーク"]), (.reflector, ["reflector", "リフレクター"]), (.uplink, ["uplink", "上り回線"]),
    (.router, ["router", "ルーター"]),
  ]

  private enum Field: Hashable {
    case id, ja, en, networks, reflector, uplink, router
  }

  /// Reads the file's bytes; throws every problem with its line.
  /// - Parameter known: sites as they are. What the file has no column for stays; an empty field is nothing.
  public init(_ bytes: [UInt8], file: String, known: [SiteBody] = []) throws(SettingsError) {
    guard let text = Self.text(bytes) else {
      throw SettingsError([
        SettingsProblem(file: file, line: nil, key: "", message: "is neither UTF-8 nor CP932 (Shift_JIS) text")
      ])
    }
    let lines = Self.records(text)
    var problems: [SettingsProblem] = []
    func report(_ line: Int, _ message: String) {
      problems.append(SettingsProblem(file: file, line: line, key: "", message: message))
    }
    var columns: [Field: Int] = [:]
    if let heading = lines.first {
      for (place, name) in heading.fields.enumerated() {
        let word = name.trimmingCharacters(in: .whitespaces)
        let field = Self.headings.first { $0.names.contains { $0.lowercased() == word.lowercased() } }?.field
        if let field, columns[field] == nil {
          columns[field] = place
        } else if !word.isEmpty {
          report(heading.line, "has a heading that is unknown or there twice: \"\(word)\"")
        }
      }
    }
    if columns[.id] == nil || columns[.networks] == nil {
      report(
        1,
        "must begin with a line of headings: id and networks, and any of name_ja, name_en, reflector, uplink and router"
      )
    }
    rows = []
    for record in lines.dropFirst() where problems.isEmpty || columns[.id] != nil {
      /// `nil` of an empty field; `kept` where there is no such column.
      func value(_ field: Field, orKeep kept: String? = nil) -> String? {
        guard let place = columns[field] else { return kept }
        guard record.fields.indices.contains(place) else { return nil }
        let text = record.fields[place].trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? nil : text
      }
      // What a spreadsheet leaves below the table.
      guard record.fields.contains(where: { !$0.trimmingCharacters(in: .whitespaces).isEmpty }) else { continue }
      if record.fields.count > max(lines[0].fields.count, 1) { report(record.line, "has more fields than headings") }
      let id = value(.id) ?? ""
      let old = known.first { $0.id == id }
      let names = [value(.ja, orKeep: old?.name.ja), value(.en, orKeep: old?.name.en)].compactMap { $0 }
      let uplink = value(.uplink).flatMap(SiteSettings.uplink)
      if uplink == nil, value(.uplink) != nil { report(record.line, "has an uplink that is no rate like 100 Mbit/s") }
      rows.append(
        Row(
          line: record.line,
          site: SiteBody(
            id: id,
            name: LocalizedName(ja: names.first ?? id, en: names.last ?? id),
            networks: (value(.networks) ?? "").split { " ;、　".contains($0) }.map { network in
              AddressBlock(String(network))?.description ?? String(network)
            },
            reflector: value(.reflector, orKeep: old?.reflector),
            uplinkKilobitsPerSecond: columns[.uplink] == nil
              ? old?.uplinkKilobitsPerSecond : uplink.map { $0 / 1_000 },
            router: value(.router, orKeep: old?.router))))
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
  }

  // MARK: Text

  /// UTF-8 with or without its mark, else CP932.
  static func text(_ bytes: [UInt8]) -> String? {
    let marked = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    if let text = String(validating: marked, as: UTF8.self) { return text }
    return converted(bytes, from: "CP932")
  }

  /// By the C library, which knows what Windows adds to Shift_JIS.
  private static func converted(_ bytes: [UInt8], from encoding: String) -> String? {
    guard let converter = iconv_open("UTF-8", encoding), Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: bytes.count * 3 + 1)
    let written: Int? = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var (from, left) = (source.baseAddress, source.count)
        var (to, room) = (target.baseAddress, target.count)
        guard iconv(converter, &from, &left, &to, &room) != -1, left == 0 else { return nil }
        return target.count - room
      }
    }
    return written.flatMap { count in
      String(validating: output[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  // MARK: Records

  private struct Record {
    var line: Int
    var fields: [String]
  }

  /// RFC 4180; a line may also end in CR or LF alone.
  private static func records(_ text: String) -> [Record] {
    var records: [Record] = []
    var record = Record(line: 1, fields: [])
    var field = ""
    var line = 1
    var isQuoted = false
    // By scalars: CR LF is one character.
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    func end() {
      record.fields.append(field)
      field = ""
    }
    while let scalar = next {
      next = scalars.next()
      if scalar == "\n" || (scalar == "\r" && next != "\n") { line += 1 }
      if isQuoted {
        if scalar != "\"" {
          field.unicodeScalars.append(scalar)
        } else if next == "\"" {
          field.append("\"")
          next = scalars.next()
        } else {
          isQuoted = false
        }
      } else if scalar == "\"", field.isEmpty {
        isQuoted = true
      } else if scalar == "," {
        end()
      } else if scalar == "\n" || (scalar == "\r" && next != "\n") {
        end()
        records.append(record)
        record = Record(line: line, fields: [])
      } else if scalar != "\r" {
        field.unicodeScalars.append(scalar)
      }
    }
    if !field.isEmpty || !record.fields.isEmpty {
      end()
      records.append(record)
    }
    return records
  }
}

/// What an import would do.
public struct SiteDifferences: Sendable, Equatable {
  public var added: [SiteBody] = []
  public var changed: [(before: SiteBody, after: SiteBody)] = []
  public var unchanged: [SiteBody] = []
  /// Added before, and not in the table: they stay.
  public var untouched: [SiteBody] = []

  public init(_ table: SiteTable, known: [SiteBody]) {
    let ids = Set(table.rows.map(\.site.id))
    untouched = known.filter { !ids.contains($0.id) }
    for row in table.rows {
      if let before = known.first(where: { $0.id == row.site.id }) {
        if before == row.site { unchanged.append(before) } else { changed.append((before, row.site)) }
      } else {
        added.append(row.site)
      }
    }
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.added == right.added && left.unchanged == right.unchanged && left.untouched == right.untouched
      && left.changed.elementsEqual(right.changed) { $0 == $1 }
  }

  /// A line for each site that would be other than it is, and a count of the rest.
  public func lines(in language: SiteLanguage) -> [String] {
    let counts = SiteText(
      "\(added.count) to add, \(changed.count) to change, \(unchanged.count) as they are, "
        + "\(untouched.count) not in the file (they stay).",
      ja: "追加 \(added.count) 件、変更 \(changed.count) 件、変更なし \(unchanged.count) 件、"
        + "ファイルにない拠点 \(untouched.count) 件（そのまま残ります）。")
    return added.map { "+ \($0.id): \(Self.text($0, language))" }
      + changed.map { "~ \($0.after.id): \(Self.text($0.before, language)) → \(Self.text($0.after, language))" }
      + [counts[language]]
  }

  private static func text(_ site: SiteBody, _ language: SiteLanguage) -> String {
    var parts = [site.name.ja == site.name.en ? site.name.ja : "\(site.name.ja) / \(site.name.en)"]
    let noNetworks = SiteText("no networks", ja: "ネットワークなし")[language]
    parts.append(site.networks.isEmpty ? noNetworks : site.networks.joined(separator: " "))
    parts.append(site.reflector ?? SiteText("no reflector", ja: "リフレクターなし")[language])
    if let uplink = site.uplinkKilobitsPerSecond {
      parts.append(SiteText("uplink \(uplink) kbit/s", ja: "上り回線 \(uplink) kbit/s")[language])
    }
    if let router = site.router {
      parts.append(SiteText("router \(router)", ja: "ルーター \(router)")[language])
    }
    return parts.joined(separator: SiteText(", ", ja: "、")[language])
  }
}
