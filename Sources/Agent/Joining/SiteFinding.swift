/// The languages that people at a site read.
public enum SiteLanguage: String, Sendable, CaseIterable {
  case ja, en

  /// By the locale, as gettext reads it; English where that is neither.
  public init(environment: [String: String]) {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
    self = locale?.hasPrefix("ja") == true ? .ja : .en
  }
}

/// A sentence in both languages.
public struct SiteText: Sendable, Equatable {
  public var en: String
  public var ja: String

  public init(_ en: String, ja: String) {
    self.en = en
    self.ja = ja
  }

  public subscript(language: SiteLanguage) -> String { language == .ja ? ja : en }
}

/// What was found of one thing that a site's agent needs.
public struct SiteFinding: Sendable, Equatable {
  public enum Subject: Sendable, Equatable, CaseIterable {
    case name, monitor, code, key, clock, reflector, marking, packetSize
  }

  public enum Grade: Sendable, Equatable {
    case good
    /// The agent works; somebody should know.
    case note
    /// The agent does not work until this is mended.
    case blocked
  }

  public var subject: Subject
  public var grade: Grade
  public var text: SiteText
  /// Whom to ask for what.
  public var advice: SiteText?

  public init(_ subject: Subject, _ grade: Grade, _ text: SiteText, advice: SiteText? = nil) {
    self.subject = subject
    self.grade = grade
    self.text = text
    self.advice = advice
  }

  /// Two lines at most.
  public func lines(in language: SiteLanguage) -> [String] {
    let word = grade.word[language]
    let title = subject.title[language]
    let first = "[\(word)] \(title): \(text[language])"
    return [first] + (advice.map { ["    → \($0[language])"] } ?? [])
  }
}

extension SiteFinding.Grade {
  var word: SiteText {
    switch self {
    case .good: SiteText("good", ja: "良好")
    case .note: SiteText("note", ja: "注意")
    case .blocked: SiteText("BLOCKED", ja: "不通")
    }
  }
}

extension SiteFinding.Subject {
  var title: SiteText {
    switch self {
    case .name: SiteText("Name resolution", ja: "名前解決")
    case .monitor: SiteText("Monitor (HTTPS)", ja: "監視サーバー（HTTPS）")
    case .code: SiteText("Code", ja: "コード")
    case .key: SiteText("Key", ja: "鍵")
    case .clock: SiteText("Clock", ja: "時計")
    case .reflector: SiteText("Measuring (UDP)", ja: "計測（UDP）")
    case .marking: SiteText("Priority marking (DSCP)", ja: "優先制御の印（DSCP）")
    case .packetSize: SiteText("Packet size (MTU)", ja: "パケットの大きさ（MTU）")
    }
  }
}
