/// Bounds on what is read of a description from outside. A browser's plain offer for nine video slots has 57 kB.
public struct SDPLimits: Equatable, Sendable {
  public var bytes = 200_000
  public var lines = 10_000
  public var sections = 64

  public init() {}
}
