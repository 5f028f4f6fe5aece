import API
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
  /// The media type of the body in lower case, without parameters.
  var mediaType: String {
    let value = headers[.contentType] ?? ""
    return value.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
  }

  /// The whole body, of at most `limit` bytes, as it is: one that was compressed is refused, not taken for what it is not.
  func bytes(upTo limit: Int) async throws -> ByteBuffer {
    // RFC 9110 section 8.4: a coding named here was applied, but for "identity", which is none.
    let codings = headers[values: .contentEncoding].joined(separator: ",").split(separator: ",")
    for coding in codings.map({ $0.trimmingCharacters(in: .whitespaces) }) where coding.lowercased() != "identity" {
      throw Refusal.unsupportedContentCoding
    }
    if let length = headers[.contentLength].flatMap(Int.init), length > limit {
      throw Refusal.bodyTooLarge(limit: limit)
    }
    do {
      return try await body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw Refusal.bodyTooLarge(limit: limit)
    } catch  where !(error is CancellationError) {
      // The client broke off, or frames wrongly: nothing of ours has failed, so nothing is logged.
      throw Refusal.badRequest("The body broke off before its end.", ja: "本文が途中で切れました。")
    }
  }

  /// The whole body as text.
  func text(upTo limit: Int) async throws -> String {
    guard let text = String(validating: try await bytes(upTo: limit).readableBytesView, as: UTF8.self) else {
      throw Refusal.badRequest("The body is not UTF-8.", ja: "本文がUTF-8ではありません。")
    }
    return text
  }

  /// The body as JSON of the given shape.
  func json<Value: Decodable>(_ type: Value.Type, upTo limit: Int) async throws -> Value {
    let text = try await text(upTo: limit)
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw Refusal.badRequest(
        "The body is not the JSON that is wanted here: \(Self.place(of: error)).",
        ja: "本文のJSONが正しくありません: \(Self.place(of: error))")
    }
  }

  private static func place(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "“\(key.stringValue)” is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "“\(context.codingPath.map(\.stringValue).joined(separator: "."))” has the wrong type"
    default: "it cannot be read"
    }
  }

  /// The token of `Authorization: Bearer …`.
  var bearerToken: String? {
    guard let value = headers[.authorization] else { return nil }
    let parts = value.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return parts[1].trimmingCharacters(in: .whitespaces)
  }
}
