import Cipher
import ICE
import Wire

/// A STUN message before anything about its sender is known, and the checks of who that is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let datagram = UnsafeRawBufferPointer(start: start, count: count).bytes
  guard let message = STUNMessage(datagram) else { return 0 }
  _ = message.username(in: datagram)
  _ = message.recipientFragmentKey(in: datagram)
  _ = message.hasRightFingerprint(in: datagram)
  _ = message.verifies(key, in: datagram)
  return 0
}

/// The password of RFC 5769, so that the seeds are authentic.
private let key = HMACSHA1(key: Array("VOkJxbRl1RmTxUk/WvJxBt".utf8).span.bytes)
