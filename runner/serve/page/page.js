// The page of zookit serve: takes a picture, asks the models, shows their answers.

import { Answer } from "./answers.js";
import { Camera } from "./camera.js";
import { Paper } from "./paper.js";

const DELAY = 120; // milliseconds between a change and the question about it
const LONG = 700; // milliseconds after which an answer takes long
const $ = (id) => document.getElementById(id);
const answers = new Map(); // by the model's name
const tabs = [...document.querySelectorAll("[role=tab]")];
const chosen = { file: null, camera: null }; // pictures
let source = "draw";
let timer = null;
let patience = null; // another timer
let request = null; // the newest

function say(text) {
  $("spoken").textContent = text;
}

function fail(text) {
  $("problem").hidden = !text;
  $("problem").textContent = text;
}

// What the server answers, or an error in words.
async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is zookit serve still running?");
  }
  const content = await response.json().catch(() => ({}));
  if (response.ok) return content;
  throw new Error(sentence(content.error ?? `the server answered with status ${response.status}`));
}

function sentence(text) {
  const begun = text[0].toUpperCase() + text.slice(1);
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

async function picture() {
  if (source !== "draw") return chosen[source];
  return paper.empty ? null : paper.picture();
}

// Ask soon about what there is now. Only the newest answer is shown.
function predict() {
  fail("");
  busy(true);
  clearTimeout(timer);
  request?.abort();
  timer = setTimeout(predictNow, DELAY);
}

async function predictNow() {
  const mine = (request = new AbortController());
  const body = await picture();
  if (mine.signal.aborted) return;
  if (!body) {
    for (const each of answers.values()) each.empty();
    busy(false);
    return;
  }
  const query = new URLSearchParams({ page: true, explain: $("explain").checked });
  if (source === "draw") query.set("drawn", true);
  else query.set("invert", $("invert").checked);
  try {
    const { predictions } = await ask(`predict?${query}`, {
      method: "POST",
      headers: { "Content-Type": body.type.startsWith("image/") ? body.type : "application/octet-stream" },
      body,
      signal: mine.signal,
    });
    if (mine.signal.aborted) return;
    if (!predictions.every((each) => answers.has(each.model))) {
      throw new Error("The server now serves other models. Load this page again.");
    }
    say(predictions.map((each) => answers.get(each.model).show(each)).join(" "));
  } catch (error) {
    if (mine.signal.aborted) return;
    for (const each of answers.values()) each.empty("No answer");
    fail(error.message);
  }
  busy(false);
}

function busy(really) {
  $("answers").setAttribute("aria-busy", String(really));
  clearTimeout(patience);
  if (really) patience = setTimeout(working, LONG);
}

function working() {
  for (const each of answers.values()) each.working();
  say("Working …");
}

function open(name) {
  source = name;
  for (const tab of tabs) {
    const selected = tab.id === `${name}-tab`;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    $(tab.getAttribute("aria-controls")).hidden = !selected;
  }
  $("invert-option").hidden = name === "draw";
  $("how-to-draw").hidden = name !== "draw";
  if (name !== "camera") camera.close();
  predict();
}

function turnTo(event) {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const at = tabs.indexOf(event.currentTarget);
  const next = { Home: 0, End: tabs.length - 1 }[event.key]
    ?? (event.key in steps ? (at + steps[event.key] + tabs.length) % tabs.length : null);
  if (next === null) return;
  event.preventDefault();
  tabs[next].focus();
  tabs[next].click();
}

// Take the first of the files that were chosen, dropped or pasted.
function take(files) {
  const [file] = files;
  const refused = whyNot(file);
  chosen.file = refused ? null : file;
  const others = files.length > 1 ? `, the first of ${files.length} files` : "";
  $("file-name").textContent = refused ? "" : `${file.name}${others}`;
  URL.revokeObjectURL($("picture").src);
  $("picture").hidden = true; // until it is loaded
  if (refused) $("picture").removeAttribute("src");
  else $("picture").src = URL.createObjectURL(file);
  open("file");
  fail(refused);
}

function whyNot(file) {
  if (!file) return "That is not a file. Save the picture first, then drop or choose the file.";
  if (file.type && !file.type.startsWith("image/")) return `${file.name} is not a picture.`;
  return "";
}

function listen() {
  for (const tab of tabs) {
    tab.addEventListener("click", () => open(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", turnTo);
  }
  $("undo").addEventListener("click", () => paper.undo());
  $("clear").addEventListener("click", () => paper.clear());
  $("choose").addEventListener("click", () => $("chooser").click());
  $("chooser").addEventListener("change", (event) => {
    if (event.target.files.length) take([...event.target.files]);
    event.target.value = ""; // so that the same file can be chosen again
  });
  $("picture").addEventListener("load", () => { $("picture").hidden = false; });
  for (const id of ["explain", "invert"]) $(id).addEventListener("change", predict);
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) take(files);
    else if (source === "file") fail("There is no picture in the clipboard.");
  });
  document.addEventListener("keydown", (event) => {
    if (source !== "draw" || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    paper.undo();
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    $("drop").hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) $("drop").hidden = true;
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").hidden = true;
    take([...event.dataTransfer.files]);
  });
}

function drawn() {
  $("undo").disabled = !paper.undoable;
  $("clear").disabled = paper.empty;
  $("prompt").hidden = !paper.empty;
  predict();
}

async function start() {
  listen();
  try {
    const { models } = await ask("models");
    for (const [at, model] of models.entries()) {
      const alike = models.filter((each) => each.title === model.title).length > 1;
      const title = alike ? `${model.title}, ${model.name}` : model.title;
      const answer = new Answer(model, title, `model-${at}`);
      answers.set(model.name, answer);
      $("answers").append(answer.card);
    }
  } catch (error) {
    fail(error.message);
  }
}

const paper = new Paper($("paper"), drawn, say);
const camera = new Camera((picture) => {
  chosen.camera = picture;
  predict();
}, fail);
start();
