import API
import Foundation
import Wire

/// What a token says of its bearer.
public struct AccessClaims: Sendable, Equatable {
  /// Stands for every room and every site.
  public static let any = "*"

  public var scopes: Set<AccessScope>
  /// The room that `join`, `rejoin`, `publish` and `view` are for; without it they are for none.
  public var room: String?
  /// The site whose records `agent` may deliver; without it, none's.
  public var site: String?
  /// What the bearer is called in a meeting, whatever else they would choose.
  public var name: String?
  public var notBefore: WallTime?
  public var expires: WallTime

  public init(
    _ scopes: Set<AccessScope>, room: String? = nil, site: String? = nil, name: String? = nil,
    notBefore: WallTime? = nil, expires: WallTime
  ) {
    self.scopes = scopes
    self.room = room
    self.site = site
    self.name = name
    self.notBefore = notBefore
    self.expires = expires
  }

  func covers(room: RoomName) -> Bool {
    self.room == room.description || self.room == Self.any
  }

  func covers(site: String) -> Bool {
    self.site == site || self.site == Self.any
  }
}

extension AccessClaims {
  /// The claims as JSON (RFC 7519); scopes as RFC 8693 section 4.2 writes them.
  init?(json: [UInt8]) {
    guard let payload = try? JSONDecoder().decode(Payload.self, from: Data(json)), let expires = payload.exp.time
    else { return nil }
    var notBefore: WallTime?
    if let nbf = payload.nbf {
      guard let time = nbf.time else { return nil }
      notBefore = time
    }
    // Scopes of a later version entitle to nothing here.
    let scopes = (payload.scope ?? "").split(separator: " ").compactMap { AccessScope(rawValue: String($0)) }
    self.init(
      Set(scopes), room: payload.room, site: payload.site, name: payload.name, notBefore: notBefore, expires: expires)
  }

  func json(issuedAt now: WallTime) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let payload = Payload(
      scope: scopes.map(\.rawValue).sorted().joined(separator: " "), room: room, site: site, name: name,
      iat: NumericDate(now), nbf: notBefore.map(NumericDate.init), exp: NumericDate(expires))
    guard let data = try? encoder.encode(payload) else {
      preconditionFailure("texts and whole numbers always encode")
    }
    return Array(data)
  }

  private struct Payload: Codable {
    /// A token without scopes is a good one that entitles to nothing.
    var scope: String?
    var room: String?
    var site: String?
    var name: String?
    var iat: NumericDate?
    var nbf: NumericDate?
    var exp: NumericDate
  }

  /// Seconds since 1970, perhaps with a fraction (RFC 7519 section 2).
  private struct NumericDate: Codable {
    var seconds: Double

    init(_ time: WallTime) {
      seconds = Double(time.nanoseconds / 1_000_000_000)
    }

    init(from decoder: any Decoder) throws {
      seconds = try decoder.singleValueContainer().decode(Double.self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(Int64(seconds))
    }

    /// `nil` outside 1970–2255, which is what `WallTime` holds.
    var time: WallTime? {
      (0...9e9).contains(seconds) ? WallTime(nanoseconds: Int64(seconds * 1e9)) : nil
    }
  }
}
