/// `MAJOR.MINOR.PATCH` of the program. Agents send theirs with every request, in the header `headerName`.
public struct ProgramVersion: Sendable, Hashable, LosslessStringConvertible {
  public var major: Int
  public var minor: Int
  public var patch: Int

  public static let current = ProgramVersion(major: 0, minor: 1, patch: 0)
  public static let headerName = "Kakehashi-Version"
  /// What agents send that say nothing: the header is as old as this version.
  public static let untold = ProgramVersion(major: 0, minor: 1, patch: 0)
  /// How many minor versions before its own a monitor understands.
  public static let acceptedMinors = 2

  public init(major: Int, minor: Int, patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  public init?(_ description: String) {
    let parts = description.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.count <= 6 && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
    }
    guard parts.count == 3, numbers.count == 3 else { return nil }
    self.init(major: numbers[0], minor: numbers[1], patch: numbers[2])
  }

  public var description: String { "\(major).\(minor).\(patch)" }

  /// Whether a monitor of this version takes what an agent of `agent` sends: its own and the two previous minor
  /// versions, and newer ones of the same major, whose records say themselves when they are not understood.
  public func accepts(_ agent: ProgramVersion) -> Bool {
    agent.major == major && agent.minor + Self.acceptedMinors >= minor
  }
}
