/// What `kakehashi up` adds to relay, monitor and agent.
public struct UpSettings: Sendable, Equatable {
  /// A second site whose agent runs beside the first, so that a first screen is alive; `nil` for none.
  public var secondSite: String?

  init(_ mapping: SettingsMapping) {
    secondSite = mapping.value("secondSite", .identifierOrNone, default: nil)
    mapping.finish()
  }
}
