// A card for each model: what it got, what it answers, and how sure it is of each class.

const SMALL = 64; // images with fewer pixels on each side show their pixels
const MANY = 16; // more classes scroll
const LONG = 18; // names of more letters are broken into lines

function percent(share) {
  if (share > 0 && share < 0.001) return "<\u00a00.1%";
  if (share < 1 && share > 0.999) return ">\u00a099.9%";
  return `${(share * 100).toFixed(1)}%`;
}

export class Answer {
  // `model` is as /models describes it, `title` names it, `id` is unique on the page.
  constructor(model, title, id) {
    this.title = title;
    this.card = document.getElementById("model").content.firstElementChild.cloneNode(true);
    this.card.dataset.model = model.name;
    const heading = this.find("h2");
    heading.textContent = title;
    heading.id = id;
    this.card.setAttribute("aria-labelledby", heading.id);
    this.find(".about").textContent = [
      model.name,
      model.accuracy === null ? "" : `test accuracy ${percent(model.accuracy)}`,
    ].filter(Boolean).join(", ");
    this.find(".seen figcaption").textContent = `what it sees, ${model.height}\u00a0×\u00a0${model.width}`;
    this.find("caption").textContent = `Probabilities of ${title}`;
    this.rows = model.classes.map((name) => row(name));
    this.find("tbody").append(...this.rows.map((each) => each.element));
    if (model.classes.length > MANY) {
      this.find("table").parentElement.classList.add("many");
      Object.assign(this.find(".many"), {
        tabIndex: 0, role: "region", ariaLabel: `All probabilities of ${title}`,
      });
    }
    for (const image of this.card.querySelectorAll("img")) {
      image.classList.toggle("small", Math.max(model.height, model.width) < SMALL);
    }
    this.empty();
  }

  find(selector) {
    return this.card.querySelector(selector);
  }

  // Without an answer; `why` says why there is none.
  empty(why = "No picture yet") {
    this.card.classList.remove("unsure");
    this.find(".class").textContent = "";
    this.find(".share").textContent = why;
    this.find(".badge").hidden = this.find(".notes").hidden = true;
    this.find(".looked").hidden = true;
    for (const image of this.card.querySelectorAll("img")) {
      image.hidden = true;
      image.removeAttribute("src");
    }
    for (const each of this.rows) each.show(null, false);
  }

  // While the answer takes long.
  working() {
    this.find(".class").textContent = "";
    this.find(".share").textContent = "Working …";
    this.find(".badge").hidden = true;
  }

  // Show a prediction as /predict answers it. Returns it in words.
  show(found) {
    const share = percent(found.probability);
    this.card.classList.toggle("unsure", found.unsure);
    this.find(".badge").hidden = !found.unsure;
    const name = this.find(".class");
    name.textContent = found.unsure ? `${found.class}?` : found.class;
    name.classList.toggle("short", found.class.length < 4);
    this.find(".share").textContent = share;
    this.picture(".prepared", found.prepared, `The picture as ${this.title} gets it`);
    this.find(".looked").hidden = !found.explanation;
    this.picture(
      ".explanation", found.explanation, `Where ${this.title} looked for ${found.class}, as colours`,
    );
    this.rows.forEach((each, at) => each.show(found.probabilities[at], at === found.label));
    const table = this.find("table").parentElement; // that scrolls if there are many classes
    table.scrollTop = this.rows[found.label].element.offsetTop - table.clientHeight / 2;
    const notes = this.find(".notes");
    notes.hidden = found.notes.length === 0;
    notes.replaceChildren(...found.notes.map((text) =>
      Object.assign(document.createElement("li"), { textContent: text })));
    return `${this.title}: ${found.unsure ? "unsure, perhaps " : ""}${found.class}, ${share}.`;
  }

  picture(selector, source, description) {
    const image = this.find(selector);
    image.hidden = !source;
    image.alt = source ? description : "";
    if (source) image.src = source;
    else image.removeAttribute("src");
  }
}

function row(name) {
  const element = document.createElement("tr");
  const heading = Object.assign(document.createElement("th"), { scope: "row", textContent: name });
  heading.classList.toggle("long", name.length > LONG);
  const cell = document.createElement("td");
  const meter = Object.assign(document.createElement("div"), { className: "meter" });
  const track = Object.assign(document.createElement("span"), { className: "track" });
  const bar = Object.assign(document.createElement("span"), { className: "bar" });
  const number = Object.assign(document.createElement("span"), { className: "number" });
  track.append(bar);
  meter.append(track, number);
  cell.append(meter);
  element.append(heading, cell);
  return {
    element,
    show(share, best) {
      element.classList.toggle("best", best);
      bar.style.transform = `scaleX(${share ?? 0})`;
      number.textContent = share === null ? "" : percent(share);
    },
  };
}
