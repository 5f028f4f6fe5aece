import Wire

/// What receivers can decode.
extension Room {
  /// Looks at who is shown a source and has no decoder for it: those slots say so, and the sender is told what everybody
  /// could decode.
  mutating func judgeCodec(
    of source: Slab<Source>.Handle, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    let codec = sources[source].codec
    guard codec != CodecTable.none else { return }
    var common = sources[source].formats.all
    var isLacking = false
    for index in 0..<sources[source].subscribers.count {
      let slot = sources[source].subscribers[index]
      guard slots[slot].shown == source else { continue }
      common.formIntersection(slots[slot].formats.all)
      let isDecodable = slots[slot].formats.all.contains(codec)
      if !isDecodable { isLacking = true }
      if isDecodable != slots[slot].isDecodable { setDecodable(slot, isDecodable, at: now, into: &output) }
    }
    let wanted = isLacking ? common : CodecSet()
    guard wanted != sources[source].wantedCodecs else { return }
    sources[source].wantedCodecs = wanted
    output.events.append(
      RoomEvent(
        number: nil,
        content: .codecsWanted(
          sender: sources[source].owner, sources[source].kind, codecs.names(wanted))))
  }

  /// A slot that cannot show what it is to show is empty until it can.
  private mutating func setDecodable(
    _ slot: Slab<Slot>.Handle, _ isDecodable: Bool, at now: MonotonicTime, into output: inout RoomOutput
  ) {
    guard let source = slots[slot].shown else { return }
    slots[slot].isDecodable = isDecodable
    noteChange(of: slot)
    if isDecodable {
      requestKeyframe(of: source, at: now, into: &output)
      return
    }
    if let current = slots[slot].current, current != source { unsubscribe(slot, from: current) }
    slots[slot].forwarder.end()
    slots[slot].current = nil
    slots[slot].pending = source
  }

  private mutating func unsubscribe(_ slot: Slab<Slot>.Handle, from source: Slab<Source>.Handle) {
    if sources.contains(source) { sources[source].unsubscribe(slot) }
  }
}
