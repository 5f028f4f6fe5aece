/// Packets written by another implementation: Vectors/README.md says which.
enum Vectors {
  static let rtpPacket = hex("91effffffffffff0decafbad01020304bede00024131321085000000f8fffe")
  static let paddedRTPPacket = hex("b1effffffffffff0decafbad01020304bede00024131321085000000f8fffe011a7d04")
  static let rtxPacket = hex("91e1000afffffff00000004d01020304bede00024131321085000000fffff8fffe")
  static let senderReport = hex(
    "81c8000cdecafbade1b2c3d48000000012345678000003e8000271000102030433fffffd0001fffe000001901122334400010000")
  static let receiverReport = hex(
    """
    82c9000ddecafbad0102030433fffffd0001fffe000001901122334400010000
    a1a2a3a4007fffff00000007000000000000000000000000
    """)
  static let sourceDescription = hex("81ca0005decafbad01096b616b6568617368690000000000")
  static let goodbye = hex("82cb000200000001decafbad")
  static let nack = hex("81cd00050000000100000002000d8003001e000000640000")
  static let pli = hex("81ce00020000000100000002")
  static let remb = hex("8fce0006000000010000000052454d420213f7a096be96cf00000007")
  static let vp8Full = hex("90f09267c8b1")
  static let vp8LaterPartition = hex("83808011")
}
