// Makes this browser one that has no other video codecs than those given, to send and to receive.
({ sends, receives }) => {
  const limit = (side, names) => {
    if (!names) return;
    const getCapabilities = side.getCapabilities.bind(side);
    side.getCapabilities = (kind) => {
      const capabilities = getCapabilities(kind);
      if (kind !== "video") return capabilities;
      const isKept = ({ mimeType }) => mimeType === "video/rtx" || names.includes(mimeType.slice("video/".length));
      return { ...capabilities, codecs: capabilities.codecs.filter(isKept) };
    };
  };
  limit(RTCRtpSender, sends);
  limit(RTCRtpReceiver, receives);
}
