// The camera, if there is one and the reader allows it.

const REASONS = {
  NotAllowedError: "The browser may not use the camera. Allow it in the settings of this page, beside its address.",
  NotFoundError: "No camera was found. Draw, or choose a picture instead.",
  NotReadableError: "The camera cannot be used now. Close other programs that use it.",
};
const INSECURE = "Browsers allow the camera only over HTTPS or on this machine. On a phone, choose a file: it offers the camera, too.";

export class Camera {
  // `taken` is called with a picture, `fail` with the reason why there is none.
  constructor(taken, fail) {
    this.taken = taken;
    this.fail = fail;
    this.video = document.getElementById("video");
    this.photo = document.getElementById("photo");
    this.start = document.getElementById("start");
    this.shoot = document.getElementById("shoot");
    this.turn = document.getElementById("turn");
    this.facing = "environment";
    this.asking = false; // the reader may take a while to answer
    this.start.addEventListener("click", () => this.open());
    this.shoot.addEventListener("click", () => this.take());
    this.turn.addEventListener("click", () => {
      this.facing = this.facing === "user" ? "environment" : "user";
      this.open();
    });
  }

  async open() {
    if (this.asking) return;
    this.close();
    if (!navigator.mediaDevices) return this.fail(INSECURE);
    this.asking = true;
    try {
      this.video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: this.facing }, audio: false,
      });
      if (this.left) return this.close();
      await this.video.play();
      await this.started();
    } catch (error) {
      this.close();
      if (!this.left) this.fail(REASONS[error.name] ?? `The camera cannot be used: ${error.message}.`);
    } finally {
      this.asking = false;
    }
  }

  // Whether the reader has gone to another tab.
  get left() {
    return this.video.closest("[role=tabpanel]").hidden;
  }

  async started() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.turn.hidden = devices.filter((each) => each.kind === "videoinput").length < 2;
    this.show({ video: true });
    this.shoot.focus();
    this.fail("");
  }

  // Release the camera.
  close() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    this.turn.hidden = true;
    this.show({ video: false });
  }

  show({ video }) {
    this.video.hidden = this.shoot.hidden = !video;
    this.start.hidden = video;
    this.photo.hidden = video || !this.photo.src;
    this.start.textContent = this.photo.hidden ? "Start the camera" : "Take another picture";
  }

  // The square that the page shows, not the whole view.
  async take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const side = Math.min(width, height);
    const sheet = Object.assign(document.createElement("canvas"), { width: side, height: side });
    sheet.getContext("2d").drawImage(
      this.video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, side, side,
    );
    const picture = await new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
    URL.revokeObjectURL(this.photo.src);
    this.photo.src = URL.createObjectURL(picture);
    this.close();
    this.start.focus();
    this.taken(picture);
  }
}
