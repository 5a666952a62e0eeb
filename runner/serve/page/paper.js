// The paper: strokes drawn by mouse, finger, pen or keyboard.

const WIDTH = 1 / 20; // of a stroke, where the paper is 1 wide
const STEP = 1 / 28;
const SMALL_STEP = 1 / 112;
const PICTURE = 280; // pixels of the picture that is sent
const KEYS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export class Paper {
  // `drawn` is called after each stroke, `say` with what a screen reader has to say.
  constructor(canvas, drawn, say) {
    this.canvas = canvas;
    this.drawn = drawn;
    this.say = say;
    this.strokes = []; // each a list of points [x, y], 0 to 1
    this.cleared = []; // drawings that were cleared, each a list of strokes
    this.pointer = null; // that draws now
    this.pen = { at: [0.5, 0.5], down: false, shown: false };
    this.held = new Set(); // arrow keys
    this.listen();
    new ResizeObserver(() => this.paint()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  get empty() {
    return this.strokes.length === 0;
  }

  get undoable() {
    return !this.empty || this.cleared.length > 0;
  }

  // Remove the last stroke, or restore what was cleared before it.
  undo() {
    this.stop();
    if (this.empty) this.strokes = this.cleared.pop() ?? [];
    else this.strokes.pop();
    this.changed();
  }

  clear() {
    this.stop();
    if (!this.empty) this.cleared.push(this.strokes);
    this.strokes = [];
    this.changed();
  }

  // End the stroke that is being drawn.
  stop() {
    this.pen.down = false;
    this.pointer = null;
  }

  // The drawing as a PNG file: black on white, whatever the page looks like.
  picture() {
    const sheet = Object.assign(document.createElement("canvas"), { width: PICTURE, height: PICTURE });
    const context = sheet.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, PICTURE, PICTURE);
    context.strokeStyle = context.fillStyle = "black";
    this.draw(context, PICTURE);
    return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
  }

  changed() {
    this.paint();
    this.drawn();
  }

  listen() {
    const on = (name, handle) => this.canvas.addEventListener(name, handle);
    on("pointerdown", (event) => this.begin(event));
    on("pointermove", (event) => this.follow(event));
    on("pointerup", (event) => this.end(event));
    on("pointercancel", (event) => this.end(event));
    on("keydown", (event) => this.press(event));
    on("keyup", (event) => this.held.delete(event.key));
    on("focus", () => this.showPen(this.canvas.matches(":focus-visible")));
    on("blur", () => {
      this.held.clear();
      this.lift();
      this.showPen(false);
    });
  }

  begin(event) {
    if (this.pointer !== null || !event.isPrimary || event.button !== 0) return;
    this.lift();
    this.showPen(false);
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push([this.place(event)]);
    this.paint();
  }

  follow(event) {
    if (event.pointerId !== this.pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) this.strokes.at(-1).push(this.place(each));
    this.paint();
  }

  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.changed();
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  press(event) {
    if (event.key in KEYS) {
      this.held.add(event.key);
      this.move(event.shiftKey ? SMALL_STEP : STEP);
    } else if (event.key === " ") {
      if (!event.repeat) this.pen.down ? this.lift() : this.putDown();
    } else if (event.key === "Backspace") this.undo();
    else if (event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
    this.showPen(true);
  }

  move(step) {
    const near = (value) => Math.min(Math.max(value, WIDTH / 2), 1 - WIDTH / 2);
    for (const key of this.held) {
      this.pen.at = this.pen.at.map((value, axis) => near(value + KEYS[key][axis] * step));
    }
    if (this.pen.down) {
      this.strokes.at(-1).push(this.pen.at);
      this.changed();
    } else {
      this.paint();
      this.say(this.where());
    }
  }

  putDown() {
    this.pen.down = true;
    this.strokes.push([this.pen.at]);
    this.changed();
    this.say(`Pen down, ${this.where()}`);
  }

  lift() {
    if (!this.pen.down) return;
    this.pen.down = false;
    this.say("Pen up");
  }

  where() {
    const [across, down] = this.pen.at.map((value) => Math.round(value * 100));
    return `${across}% across, ${down}% down`;
  }

  showPen(shown) {
    this.pen.shown = shown;
    this.paint();
  }

  paint() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side) return; // hidden
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, side, side);
    context.strokeStyle = context.fillStyle = style.color;
    this.draw(context, side);
    if (this.pen.shown) this.drawPen(context, side, style.getPropertyValue("--accent"));
  }

  draw(context, side) {
    context.lineWidth = WIDTH * side;
    context.lineCap = context.lineJoin = "round";
    for (const points of this.strokes) {
      context.beginPath();
      const [[x, y]] = points;
      context.moveTo(x * side - 0.1, y * side); // a line to the same place would draw nothing
      for (const point of points) context.lineTo(...point.map((value) => value * side));
      context.stroke();
    }
  }

  drawPen(context, side, colour) {
    context.beginPath();
    context.arc(this.pen.at[0] * side, this.pen.at[1] * side, (WIDTH * side) / 2, 0, 2 * Math.PI);
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = side / 140;
    if (this.pen.down) context.fill();
    context.stroke();
  }
}
