import API

/// What was found at a site, as one page that can be mailed to the network team.
public struct DoctorPage: Sendable {
  public struct Section: Sendable {
    /// What was examined: the monitor, or a target with its address.
    public var title: SiteText
    public var findings: [SiteFinding]

    public init(_ title: SiteText, _ findings: [SiteFinding]) {
      self.title = title
      self.findings = findings
    }
  }

  /// The site's name and id.
  public var site: SiteText
  public var host: String
  /// When it was made, for people.
  public var time: String
  public var sections: [Section]

  public init(site: SiteText, host: String, time: String, sections: [Section]) {
    self.site = site
    self.host = host
    self.time = time
    self.sections = sections
  }

  /// The worst of all.
  public var isBlocked: Bool { sections.contains { $0.findings.contains { $0.grade == .blocked } } }

  public func text(in language: SiteLanguage) -> String {
    let title = SiteText("Kakehashi at the site \(site.en)", ja: "Kakehashi 診断結果 — 拠点 \(site.ja)")[language]
    let origin = SiteText(
      "\(time), on \(host), version \(ProgramVersion.current)", ja: "\(time)　端末 \(host)　\(ProgramVersion.current) 版")[
        language]
    var lines = [title, origin, summary[language], ""]
    for section in sections {
      lines.append(section.title[language])
      lines += section.findings.flatMap { $0.lines(in: language) }.map { "  \($0)" }
      lines.append("")
    }
    let requests = requests
    if !requests.isEmpty {
      lines.append(SiteText("To ask for", ja: "依頼事項")[language])
      lines += requests.enumerated().map { "  \($0.offset + 1). \($0.element[language])" }
      lines.append("")
    }
    return lines.dropLast().joined(separator: "\n")
  }

  private var summary: SiteText {
    let findings = sections.flatMap(\.findings)
    let blocked = findings.count { $0.grade == .blocked }
    let noted = findings.count { $0.grade == .note }
    return SiteText(
      "\(findings.count) things were tried: \(blocked) blocked, \(noted) to note.",
      ja: "\(findings.count) 項目を確認: 不通 \(blocked)、注意 \(noted)")
  }

  /// What is blocked first; each once.
  private var requests: [SiteText] {
    let findings = sections.flatMap(\.findings)
    var requests: [SiteText] = []
    for grade in [SiteFinding.Grade.blocked, .note] {
      for case let advice? in findings.filter({ $0.grade == grade }).map(\.advice) where !requests.contains(advice) {
        requests.append(advice)
      }
    }
    return requests
  }
}
