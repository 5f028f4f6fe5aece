// Replaces this browser's fake camera, whose colours change, by a picture of one colour, as media.py has it.
(colour) => {
  if (!navigator.mediaDevices) return;  // As on about:blank.
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);

  const picture = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const drawing = canvas.getContext("2d");
    const [track] = canvas.captureStream(10).getVideoTracks();
    let number = 0;
    const timer = setInterval(() => {
      if (track.readyState === "ended") return clearInterval(timer);
      drawing.fillStyle = colour === "green" ? "lime" : colour;
      drawing.fillRect(0, 0, 320, 180);
      drawing.fillStyle = "white";
      drawing.fillRect((number++ * 8) % 288, 164, 32, 16);
    }, 100);
    return track;
  };

  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await getUserMedia({ audio }) : new MediaStream();
    if (video) stream.addTrack(picture());
    return stream;
  };
}
