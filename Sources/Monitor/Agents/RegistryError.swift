import API
import History

/// Why the registry of sites, agents and jobs does not do what it was asked, in both languages.
public struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case badSites, badJobs, codeInvalid, unknownSite, conflict
    /// Nothing is wrong with the request: it could not be stored.
    case unstored
  }

  public var reason: Reason
  public var description: String
  public var japanese: String

  init(_ reason: Reason, _ description: String, ja japanese: String) {
    self.reason = reason
    self.description = description
    self.japanese = japanese
  }

  init(_ error: HistoryError) {
    self.init(.unstored, "It could not be stored: \(error)", ja: "保存できませんでした: \(error)")
  }

  static func unknownSite(_ id: String) -> RegistryError {
    RegistryError(
      .unknownSite, "There is no site \"\(id)\"; add it with `kakehashi site add`.",
      ja: "拠点「\(id)」はありません。`kakehashi site add` で追加してください。")
  }
}
