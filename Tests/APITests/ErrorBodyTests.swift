import Foundation
import Testing

@testable import API

@Suite struct ErrorBodyTests {
  @Test("An error's wire form is the documented one")
  func wireForm() throws {
    let body = ErrorBody(code: .roomFull, message: "The room is full.", messageJa: "会議室は満員です。")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(body), as: UTF8.self)
    #expect(
      text == #"{"error":{"code":"room_full","message":"The room is full.","messageJa":"会議室は満員です。"}}"#)
    #expect(try JSONDecoder().decode(ErrorBody.self, from: Data(text.utf8)) == body)
  }
}
