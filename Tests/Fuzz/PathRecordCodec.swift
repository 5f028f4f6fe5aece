import Measurement

/// An upload of records. What could be read must come back from being written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  guard let records = try? PathRecordCodec.decodeAll(bytes) else { return 0 }
  let again = try? PathRecordCodec.decodeAll(PathRecordCodec.encode(records))
  precondition(again == records, "records are the same after writing and reading")
  return 0
}
