/// Why an agent's key is not accepted any more where nobody said why. The raw value is what is stored, and the English.
public enum EndReason: String, Sendable, CaseIterable {
  case replaced = "another agent has joined for this site"
  case revoked = "it was revoked by an operator"

  public var japanese: String {
    switch self {
    case .replaced: "この拠点に別のエージェントが登録されました"
    case .revoked: "運用者が取り消しました"
    }
  }
}
