import Measurement

extension FuzzTarget {
  /// An upload of records. What could be read must come back from being written.
  static let pathRecordCodec = FuzzTarget("PathRecordCodec") { input in
    guard let records = try? PathRecordCodec.decodeAll(input) else { return }
    let again = try? PathRecordCodec.decodeAll(PathRecordCodec.encode(records))
    precondition(again == records, "records are the same after writing and reading")
  }
}
