/// A key that signs access tokens.
public struct KeySettings: Sendable, Equatable {
  public var id: String
  public var secret: SecretSource

  init?(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    let id = mapping.required("id", .identifier)
    let secret = mapping.required("secret", .secret(resolve))
    mapping.finish()
    guard let id, let secret else { return nil }
    self.id = id
    self.secret = secret
  }

  static let maximumCount = 8

  static func read(_ mapping: SettingsMapping, _ name: String, resolve: @escaping (String) -> String) -> [KeySettings] {
    let keys = mapping.mappings(name).compactMap { KeySettings($0, resolve: resolve) }
    if keys.count > maximumCount { mapping.report(name, "must be at most \(maximumCount)") }
    if let twice = keys.indices.first(where: { index in keys[..<index].contains { $0.id == keys[index].id } }) {
      mapping.report(name, "has the id \"\(keys[twice].id)\" twice")
    }
    return keys
  }
}
