/// Stands for SDP's canonical codec until that lands.
public enum Codec: UInt8, Sendable, Hashable {
  case opus, vp8
}
