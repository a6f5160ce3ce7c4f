// The stage: a scene with its controls, all scenes one after another over the whole window, the speaker's own window.
// PICTURES says by scene what is drawn and computed here (the exercise's scenes/ fill it); what is said comes from its demo.py.
//
// A picture: controls; draw(d, state) draws and returns its panels; tell(state) is the sentence under it. A control: key, label,
// value, values (a list, or low, high, step), slider for a list that is one, when(settings): whether it has a meaning. It may have
//   trained         its frames come from the kernel, or from a record; a control begins anew, and with autoplay plays at once
//   steps(state)    or how many steps are computed here                     pause            milliseconds between two steps
//   data            it needs data of the kernel                             memory()         more of the state, as it is at first
//   sends(memory)   what of that the kernel must know                       remember(state, last)  what of a frame outlives it
//   following(state, allowed)  what is learned next when one training ends  extras           further buttons: label → changes
//   grab(state, panels, x, y)  what is taken hold of there, as a function (x, y) → changes        hover   the cursor over it
//   press(state, panels, x, y) the changes that a click there makes         changed(state, key)    more changes with a control's
//   tall            height to width where it is narrow                      flow             seconds that a change is seen to move
// and whatever is changed, `restart: true` among the changes begins a training anew.
const PICTURES = {};

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};

// numpy arrays come as {array: base64, kind, shape}; here they are flat, with their shape beside.
const KINDS = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array };
function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (!value || typeof value !== "object") return value;
  if ("array" in value) {
    const bytes = Uint8Array.from(atob(value.array), (letter) => letter.charCodeAt(0));
    return Object.assign(new KINDS[value.kind](bytes.buffer), { shape: value.shape });
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
}

const theme = {
  chosen: null,
  listeners: new Set(),
  system: window.matchMedia("(prefers-color-scheme: dark)"),
  get now() {
    return this.chosen || (this.system.matches ? "dark" : "light");
  },
  toggle() {
    this.chosen = this.now === "dark" ? "light" : "dark";
    this.tell();
  },
  tell() {
    this.listeners.forEach((listener) => listener());
  },
};
theme.system.addEventListener("change", () => theme.tell());

class View {
  // A scene. link.ask({scene, settings, step}) gives {frame, step, last}, link.data(scene) what its picture needs.
  constructor(root, name, link) {
    Object.assign(this, {
      name,
      link,
      picture: PICTURES[name],
      step: 0,
      frame: null,
      last: false,
      data: null,
      flowing: 0,
      alive: true,
    });
    const { controls } = this.picture;
    this.allowed = controls.map((control) => link.values?.(name, control) ?? control.values);
    this.settings = Object.fromEntries(controls.map((control) => [control.key, control.value]));
    this.memory = this.picture.memory ? this.picture.memory() : {};
    this.canvas = element("canvas", { role: "img" });
    this.told = element("p", { class: "told", "aria-live": "polite" });
    this.inputs = new Map();
    this.board = element("div", { class: "board" }, this.canvas);
    this.bar = element(
      "div",
      { class: "controls" },
      ...controls.map((control, i) => this.control(control, this.allowed[i])),
      ...this.buttons(),
    );
    this.follow(this.settings);
    this.root = element("div", { class: `view view-${name}` }, this.board, this.bar, this.told);
    root.append(this.root);
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(this.board);
    this.repaint = () => this.paint();
    theme.listeners.add(this.repaint);
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
      this.canvas.addEventListener(kind, (event) => this[kind](event));
    this.canvas.addEventListener(
      "touchstart",
      (event) => {
        if (this.held) event.preventDefault();
      },
      { passive: false },
    );
    document.fonts.load(`20px "Demo"`, "あ").then(this.repaint);
    View.all.add(this);
    this.start();
  }

  async start() {
    if (this.picture.data) {
      const answer = await this.link.data(this.name);
      if (!this.alive) return;
      this.problem = answer.error ?? "";
      if (answer.error) this.link.forget(this.name); // and it is asked for again when the scene is shown again
      this.data = answer.data ?? null;
    }
    this.refresh();
  }

  get state() {
    return { ...this.settings, ...this.memory, ...this.frame, data: this.data, step: this.step, live: !this.link.recorded };
  }

  // --- Controls
  control(control, values) {
    const { key, label } = control,
      id = `${this.name}-${key}-${Math.random().toString(36).slice(2, 8)}`;
    const slides = control.slider || typeof values.step === "number";
    if (slides) {
      const list = Array.isArray(values) ? values : null;
      const input = element("input", {
        type: "range",
        id,
        "data-key": key,
        ...(list ? { min: 0, max: list.length - 1, step: 1 } : { min: values.low, max: values.high, step: values.step }),
      });
      const output = element("output", { for: id });
      const shown = (value) => (list ? number(value) : fixed(value, values.step < 1 ? 1 : 0));
      input.addEventListener("input", () => this.change(key, list ? list[Number(input.value)] : Number(input.value)));
      this.inputs.set(key, (value) => {
        input.value = list ? list.indexOf(value) : value;
        output.textContent = shown(value);
        input.setAttribute("aria-valuetext", shown(value));
      });
      return element("div", { class: "slider" }, element("label", { for: id }, label), input, output);
    }
    const made = values.map((value) =>
      element(
        "button",
        { type: "button", "data-key": key, onclick: () => this.change(key, value) },
        typeof value === "number" ? number(value) : value,
      ),
    );
    this.inputs.set(key, (value) => made.forEach((button, i) => button.setAttribute("aria-pressed", values[i] === value)));
    return element("div", { class: "choice", role: "group", "aria-label": label }, element("span", {}, label), ...made);
  }

  buttons() {
    const { picture } = this,
      made = [];
    const add = (label, does, sign, kind) =>
      made.push(
        element(
          "button",
          { type: "button", class: kind, onclick: does },
          element("span", { "aria-hidden": "true" }, sign),
          ` ${label}`,
        ),
      );
    if (picture.steps || picture.trained) {
      add("最初から", () => this.rewind(), "|◀", "first");
      add("戻る", () => this.move(-1), "◁", "back");
      add("1 ステップ", () => this.move(1), "▷", "next");
      add("再生", () => this.toggle(), "▶", "play");
    }
    for (const [label, act] of Object.entries(picture.extras || {})) add(label, () => this.apply(act(this.state)), "", `extra`);
    this.playButton = made.find((button) => button.classList.contains("play"));
    return made.length ? [element("div", { class: "buttons" }, ...made)] : [];
  }

  change(key, value) {
    this.apply({ [key]: value, ...this.picture.changed?.({ ...this.state, [key]: value }, key) });
  }

  // The controls show the settings; one that has no meaning now is not there.
  follow(changes) {
    for (const key of Object.keys(changes)) this.inputs.get(key)?.(this.settings[key]);
    this.picture.controls.forEach(({ when }, i) => {
      this.bar.children[i].hidden = when ? !when(this.settings) : false;
    });
  }

  // Changes of the state, of whatever origin: controls, a drag, a click. The controls follow.
  apply(changes) {
    if (!changes) return;
    for (const [key, value] of Object.entries(changes)) {
      if (key === "step") this.step = value;
      else if (key in this.settings) this.settings[key] = value;
      else this.memory[key] = value;
    }
    this.follow(changes);
    const control = this.picture.controls.some(({ key }) => key in changes);
    if (this.picture.trained && (control || changes.restart)) {
      // what is learned depends on it: from the start again
      this.step = 0;
      this.last = false;
      if (this.picture.autoplay && !this.playing) {
        this.refresh();
        this.toggle();
        return;
      }
    }
    this.flowing = performance.now();
    this.refresh();
  }

  // --- Steps
  count() {
    return this.picture.steps
      ? this.picture.steps(this.state)
      : this.last && this.frameStep >= this.step
        ? this.frameStep
        : Infinity;
  }

  question() {
    const controls = this.picture.controls.map(({ key }) => [key, this.settings[key]]);
    return {
      scene: this.name,
      settings: { ...Object.fromEntries(controls), ...(!this.link.recorded && this.picture.sends?.(this.memory)) },
      step: this.step,
    };
  }

  // One question at a time, and always for what is wanted now: what was wanted in between is left out.
  refresh() {
    if (!this.picture.trained) return this.paint();
    this.asking =
      this.asking ||
      (async () => {
        let asked,
          wanted = JSON.stringify(this.question());
        do {
          asked = wanted;
          const answer = await (this.ahead?.asked === asked ? this.ahead.answer : this.link.ask(JSON.parse(asked)));
          if (!this.alive) return;
          wanted = JSON.stringify(this.question());
          if (answer.error) {
            this.problem = answer.error;
            this.stop();
            this.paint();
            break;
          }
          this.problem = "";
          this.take(answer, JSON.parse(asked));
        } while (asked !== wanted);
        this.asking = null;
      })();
    return this.asking;
  }

  take(answer, question) {
    this.frame = answer.frame;
    this.last = answer.last;
    this.frameStep = answer.step;
    if (this.playing && !answer.last) {
      // while this picture is painted, the kernel makes the next
      const next = { ...question, step: answer.step + 1 };
      this.ahead = { asked: JSON.stringify(next), answer: this.link.ask(next) };
    }
    if (answer.step < question.step && question.step === this.step) this.step = answer.step;
    if (this.picture.remember)
      Object.assign(this.memory, this.picture.remember({ ...this.state, ...question.settings }, this.last));
    this.paint();
  }

  async move(by) {
    this.stop();
    await this.go(this.step + by);
  }

  async go(step) {
    this.step = clamp(step, 0, this.count());
    this.flowing = performance.now();
    await this.refresh();
  }

  rewind() {
    this.stop();
    return this.go(0);
  }

  stop() {
    this.playing = null;
    this.showPlay();
  }

  showPlay() {
    if (!this.playButton) return;
    this.playButton.lastChild.textContent = this.playing ? " 止める" : " 再生";
    this.playButton.firstChild.textContent = this.playing ? "■" : "▶";
  }

  async toggle() {
    if (!this.playButton) return;
    if (this.playing) {
      this.stop();
      return;
    }
    View.all.forEach((view) => view.stop());
    const mine = (this.playing = {});
    this.showPlay();
    if (this.step >= this.count()) await this.go(0);
    while (this.playing === mine && this.alive) {
      await this.painted();
      const pause = Math.max(this.picture.pause ?? 0, this.link.recorded ? 120 : 0); // a record would rush by
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.playing !== mine) return;
      if (this.step >= this.count()) {
        const next = this.picture.following?.(this.state, this.allowed);
        if (!next) {
          this.stop();
          return;
        }
        this.apply(next);
        await this.asking;
        continue;
      }
      await this.go(this.step + 1);
    }
  }

  // --- The picture
  resize() {
    const { width } = this.board.getBoundingClientRect();
    if (!this.board.closest(".demo-stage"))
      this.board.style.height = `${width * (width < 640 ? (this.picture.tall ?? 2) : 0.46)}px`;
    this.paint();
  }

  paint() {
    if (this.waiting || !this.alive) return;
    this.waiting = new Promise((resolve) =>
      requestAnimationFrame(() => {
        this.waiting = null;
        this.draw();
        resolve();
      }),
    );
  }

  async painted() {
    await (this.waiting || new Promise(requestAnimationFrame));
  }

  draw() {
    const { width, height } = this.board.getBoundingClientRect();
    if (!this.alive || width < 2 || height < 2 || !this.root.isConnected) return;
    const drawing = new Drawing(this.canvas, width, height, theme.now);
    if ((this.picture.trained && !this.frame) || (this.picture.data && !this.data)) {
      drawing.text(this.problem || "計算しています…", width / 2, height / 2, {
        align: "center",
        size: 1.4,
        color: drawing.colours.faint,
      });
      return;
    }
    const seconds = (performance.now() - this.flowing) / 1000;
    const moving = this.picture.flow && seconds < this.picture.flow && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const state = { ...this.state, flow: moving ? seconds / this.picture.flow : 1 };
    Object.assign(this.canvas, { panels: this.picture.draw(drawing, state), state }); // for whoever looks at the picture from outside
    this.panels = this.canvas.panels;
    const told = this.problem || this.picture.tell(state);
    if (this.told.textContent !== told) this.told.textContent = told;
    this.canvas.setAttribute("aria-label", told);
    if (moving) this.paint();
  }

  // --- What is taken hold of in the picture itself
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  pointerdown(event) {
    if (!this.panels || event.button > 0 || this.held) return; // a second finger takes hold of nothing
    const [x, y] = this.place(event);
    this.held = this.picture.grab?.(this.state, this.panels, x, y) || null;
    if (this.held) {
      this.finger = event.pointerId;
      this.canvas.setPointerCapture(event.pointerId);
      this.apply(this.held(x, y));
      event.preventDefault();
    } else this.apply(this.picture.press?.(this.state, this.panels, x, y));
  }

  pointermove(event) {
    const [x, y] = this.place(event);
    if (this.held) {
      if (event.pointerId !== this.finger) return;
      const parts = event.getCoalescedEvents?.() ?? [];
      for (const part of parts.length ? parts : [event]) this.apply(this.held(...this.place(part)));
    } else if (event.pointerType === "mouse" && this.panels && this.picture.grab) {
      this.canvas.style.cursor =
        this.picture.hover?.(this.state, this.panels, x, y) ||
        (this.picture.grab(this.state, this.panels, x, y, true) ? "grab" : "");
    }
  }

  pointerup(event) {
    if (event.pointerId === this.finger) this.held = null;
  }

  pointercancel(event) {
    this.pointerup(event);
  }

  close() {
    this.alive = false;
    this.stop();
    View.all.delete(this);
    this.sized.disconnect();
    theme.listeners.delete(this.repaint);
    Object.assign(this.canvas, { width: 0, height: 0 });
    this.root.remove();
  }
}
View.all = new Set();

// Keys that a control needs for itself when it has the focus.
const OWN = [
  ["input", ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]],
  ["button, a, summary", [" ", "Enter"]],
];

// --- All scenes, one at a time, over the whole window
class Deck {
  // at: what stays of a presentation when the stage is closed and opened again. Keys: see KEYS.
  constructor(texts, link, { at = { index: 0, since: Date.now() }, onleave = () => {} } = {}) {
    Object.assign(this, { texts, link, at, onleave, views: new Map() });
    this.title = element("h2");
    this.sentence = element("p", { class: "sentence" });
    this.place = element("span", { class: "place" });
    this.room = element("div", { class: "room" });
    this.alarm = element("div", { class: "alarm", role: "alert", hidden: true });
    const button = (label, sign, does) =>
      element("button", { type: "button", title: label, "aria-label": label, onclick: does }, sign);
    this.root = element(
      "div",
      { class: "demo demo-stage", role: "dialog", "aria-label": "舞台", "data-lm-suppress-shortcuts": "true", tabindex: "-1" },
      element(
        "div",
        { class: "head" },
        this.title,
        this.sentence,
        element(
          "nav",
          { "aria-label": "舞台" },
          button("前の場面 (←、PageUp)", "◀", () => this.show(this.at.index - 1)),
          this.place,
          button("次の場面 (→、PageDown)", "▶", () => this.show(this.at.index + 1)),
          button("話すことと時計を別の窓で開く (N)", "メモ", () => this.openNotes()),
          button("明るい画面と暗い画面 (T)", "明暗", () => theme.toggle()),
          button("全画面 (F)", "全画面", () => this.fill()),
          button("閉じる (Esc)", "閉じる", () => this.leave()),
        ),
      ),
      this.room,
      this.alarm,
    );
    this.black = element("div", { class: "black", hidden: true, onclick: () => this.blank(false) });
    this.root.append(this.black);
    this.press = (event) => this.key(event);
    this.colour = () => {
      this.root.dataset.theme = theme.now;
    };
    theme.listeners.add(this.colour);
    this.colour();
    document.body.append(this.root);
    document.addEventListener("keydown", this.press, true);
    this.root.focus();
    this.show(at.index);
  }

  // A text may come later than the stage: cells run one after another, and again.
  update(texts) {
    const before = this.texts[this.at.index]?.name;
    this.texts = texts;
    this.at.index = Math.max(
      0,
      texts.findIndex(({ name }) => name === before),
    );
    this.show(this.at.index);
  }

  drop(name) {
    this.views.get(name)?.close();
    this.views.delete(name);
  }

  get view() {
    return this.views.get(this.texts[this.at.index]?.name);
  }

  show(index) {
    if (!this.texts.length) {
      this.sentence.textContent = "場面のセルを実行すると、ここに出ます。ノートブックへは Esc でもどります。";
      return;
    }
    this.view?.stop();
    this.at.index = clamp(index, 0, this.texts.length - 1);
    const text = this.texts[this.at.index];
    this.title.textContent = `${this.at.index + 1}. ${text.title}`;
    this.sentence.textContent = text.sentence;
    this.place.textContent = `${this.at.index + 1} / ${this.texts.length}`;
    for (const [name, view] of this.views) view.root.hidden = name !== text.name;
    if (!this.views.has(text.name)) this.views.set(text.name, new View(this.room, text.name, this.link));
    if (this.view.problem) this.view.start();
    this.view.paint();
    this.root.focus();
    clearTimeout(this.standing); // what later scenes must learn is learned while one of them stands
    this.standing = setTimeout(
      () => this.texts.filter(({ name }) => PICTURES[name].data).forEach(({ name }) => this.link.data(name)),
      2000,
    );
    this.tellNotes();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (OWN.some(([control, keys]) => event.target.closest?.(control) && keys.includes(event.key))) return;
    const act = this.KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!this.black.hidden && event.key !== "b" && event.key !== ".") {
      this.blank(false);
      return;
    }
    act();
  }

  KEYS = {
    // a presenter's remote sends PageUp, PageDown, and b or a full stop for a black screen
    ArrowRight: () => this.show(this.at.index + 1),
    PageDown: () => this.show(this.at.index + 1),
    ArrowLeft: () => this.show(this.at.index - 1),
    PageUp: () => this.show(this.at.index - 1),
    ArrowDown: () => this.view?.playButton && this.view.move(1),
    ArrowUp: () => this.view?.playButton && this.view.move(-1),
    " ": () => this.view?.toggle(),
    Home: () => this.view?.playButton && this.view.rewind(),
    Escape: () => this.leave(),
    n: () => this.openNotes(),
    t: () => theme.toggle(),
    f: () => this.fill(),
    b: () => this.blank(this.black.hidden),
    ".": () => this.blank(this.black.hidden),
  };

  blank(on) {
    this.black.hidden = !on;
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else
      document.documentElement
        .requestFullscreen?.()
        .catch(() => this.warn("このブラウザーでは全画面にできません。F11 キーを押してください。"));
  }

  // Told until it is over, or until it has been read and closed.
  warn(sentence, link = "") {
    if (!sentence) this.read = false;
    this.alarm.hidden = !sentence || this.read;
    const close = () => {
      this.read = true;
      this.alarm.hidden = true;
      this.root.focus();
    };
    this.alarm.replaceChildren(
      sentence,
      ...(link ? [element("a", { href: link, target: "_blank" }, "カーネルのいらないページを開く")] : []),
      element("button", { type: "button", onclick: close }, "読みました"),
    );
  }

  // --- The speaker's own window: what to say, how long, the clock
  openNotes() {
    if (this.notes && !this.notes.closed) {
      this.notes.focus();
      return;
    }
    this.notes = window.open("", "", "popup,width=560,height=720");
    if (!this.notes) {
      this.warn("メモの窓を開けません。ブラウザーの設定で、このページのポップアップを許可してください。");
      return;
    }
    const { document: page } = this.notes;
    page.title = "話すこと";
    page.head.append(Object.assign(page.createElement("style"), { textContent: NOTES_STYLE }));
    page.addEventListener("keydown", (event) => this.key(event));
    clearInterval(this.ticking);
    this.ticking = setInterval(() => this.tellNotes(), 1000);
    this.tellNotes();
  }

  tellNotes() {
    if (!this.notes || !this.texts.length) return;
    if (this.notes.closed) {
      clearInterval(this.ticking);
      this.notes = null;
      return;
    }
    if (this.noted !== this.at.index) Object.assign(this, { noted: this.at.index, entered: Date.now() });
    const text = this.texts[this.at.index],
      next = this.texts[this.at.index + 1],
      clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
    const spent = Date.now() - this.entered,
      late = spent > text.minutes * 60000;
    const planned = this.texts.slice(0, this.at.index + 1).reduce((sum, { minutes }) => sum + minutes, 0);
    const now = new Date().toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit" });
    const signature = `${this.at.index} ${this.texts.length}`;
    const body = this.notes.document.body;
    if (body.dataset.at !== signature) {
      body.dataset.at = signature;
      body.replaceChildren(
        element("p", { class: "time" }),
        element("h1", {}, `${this.at.index + 1}. ${text.title}`),
        element("p", { class: "sentence" }, text.sentence),
        element("ul", {}, ...text.notes.map((note) => element("li", {}, note))),
        element("p", { class: "after" }, next ? `次は「${next.title}」(${next.minutes} 分)` : "これで終わりです。"),
      );
    }
    body.querySelector(".time").textContent =
      `${now}　この場面 ${clock(spent)} / ${text.minutes}:00　全体 ${clock(Date.now() - this.at.since)} (ここまでの予定 ${planned}:00)`;
    body.querySelector(".time").classList.toggle("late", late);
  }

  leave() {
    if (document.fullscreenElement) document.exitFullscreen();
    this.close();
    this.onleave();
  }

  close() {
    clearInterval(this.ticking);
    clearTimeout(this.standing);
    this.notes?.close();
    this.views.forEach((view) => view.close());
    this.views.clear();
    theme.listeners.delete(this.colour);
    document.removeEventListener("keydown", this.press, true);
    this.root.remove();
  }
}

const NOTES_STYLE = `body { font: 20px/1.6 ${FAMILY}; margin: 1em; background: #111; color: #f4f4f4; } h1 { font-size: 26px; margin: .2em 0; }
.time { font-size: 19px; color: #9fd3ff; margin: 0; } .time.late { color: #ffb38a; font-weight: bold; } .sentence { color: #cfcfcf; margin: .2em 0; }
li { margin: .5em 0; } .after { color: #a8a8a8; border-top: 1px solid #555; padding-top: .6em; }`;

// --- In a notebook: the kernel answers. A question without an answer is asked again (the same question has the same answer), and
// told of in one sentence; later, where the kernel has something to learn first.
const PATIENCE = 4000,
  LEARNING = 40000;
const LOST = "カーネルから返事がありません。ノートブックで「全部実行」を押し直すか、カーネルのいらないページで続けてください。";

function kernelLink(model, warn) {
  const waiting = new Map(),
    me = Math.random().toString(36).slice(2);
  let number = 0;
  const received = (message) => {
    const question = waiting.get(message.id);
    if (!question) return;
    waiting.delete(message.id);
    clearInterval(question.timer);
    warn("");
    question.resolve(decode(message));
  };
  model.on("msg:custom", received);
  const known = new Map(),
    link = {
      data: (scene) => known.get(scene) ?? known.set(scene, link.ask({ scene, data: true })).get(scene),
      forget: (scene) => known.delete(scene),
      ask: (question) =>
        new Promise((resolve) => {
          const id = `${me} ${++number}`;
          const send = () => {
            try {
              model.send({ ...question, id });
            } catch {
              warn(LOST);
            }
          };
          const since = Date.now();
          const timer = setInterval(() => {
            const learning = [...waiting.values()].some(({ data }) => data);
            if (Date.now() - since > (learning ? LEARNING : PATIENCE - 100)) warn(LOST);
            send();
          }, PATIENCE);
          waiting.set(id, { resolve, timer, data: question.data });
          send();
        }),
      close: () => {
        model.off("msg:custom", received);
        waiting.forEach(({ timer }) => clearInterval(timer));
        waiting.clear();
      },
    };
  return link;
}

function render({ model, el }) {
  const at = { index: 0, since: Date.now() };
  let deck = null,
    page = "";
  if (model.get("page")) {
    // fetched now: when it is needed, the server may be gone too
    fetch(new URL(model.get("page"), document.baseURI.replace(/\/(lab|doc|notebooks|tree)\b.*$/, "/files/")))
      .then((answer) => answer.blob())
      .then((blob) => {
        page = URL.createObjectURL(new Blob([blob], { type: "text/html" }));
      });
  }
  const status = element("p", { role: "status" });
  const warn = (sentence) => {
    deck?.warn(sentence, sentence && page);
    status.textContent = sentence;
  };
  const link = kernelLink(model, warn);
  const open = () => {
    deck =
      deck ||
      new Deck(model.get("scenes"), link, {
        at,
        onleave: () => {
          deck = null;
        },
      });
  };
  const button = element("button", { type: "button", class: "open", onclick: open }, "舞台を開く");
  el.append(
    element(
      "div",
      { class: "demo" },
      element("p", {}, button, " 場面が画面いっぱいに出ます。もどるには Esc を押します。"),
      status,
    ),
  );
  if (window.self !== window.top) el.style.minHeight = "640px"; // Colab shows an output in a window as high as what is in it
  const changed = () => deck?.update(model.get("scenes"));
  const again = ({ again: name }) => {
    if (!name) return;
    link.forget(name);
    deck?.drop(name);
    deck?.show(deck.at.index);
  };
  model.on("change:scenes", changed);
  model.on("msg:custom", again);
  open();
  return () => {
    deck?.close();
    link.close();
    model.off("change:scenes", changed);
    model.off("msg:custom", again);
    if (page) URL.revokeObjectURL(page);
  };
}

// --- In a page of its own: what the kernel would answer has been recorded.
function recordedLink(record) {
  const key = (settings) => JSON.stringify(Object.entries(settings).sort());
  return {
    recorded: true,
    values: (scene, control) => record.values[scene]?.[control.key],
    data: async (scene) => ({ data: ((record.decoded ??= {})[scene] ??= decode(record.data[scene])) }),
    ask: async ({ scene, settings, step }) => {
      const film = record.films[scene][key(settings)],
        at = Math.min(step, film.length - 1);
      return { frame: decode(film[at]), step: at, last: at === film.length - 1 };
    },
  };
}

function openPage(texts, record) {
  const link = recordedLink(record),
    views = [];
  for (const { name } of texts) views.push(new View(document.querySelector(`#${name} .here`), name, link));
  const colour = () => {
    document.documentElement.dataset.theme = theme.now;
  };
  theme.listeners.add(colour);
  colour();
  const nearest = () =>
    views.reduce((best, view) => {
      const distance = ({ root }) => Math.abs(root.getBoundingClientRect().top - 80);
      return distance(view) < distance(best) ? view : best;
    });
  let deck = null;
  const open = () => {
    const index = Math.max(
      0,
      texts.findIndex(({ name }) => name === nearest().name),
    );
    deck =
      deck ||
      new Deck(texts, link, {
        at: { index, since: Date.now() },
        onleave: () => {
          deck = null;
        },
      });
  };
  document.querySelector(".open").addEventListener("click", open);
  document.querySelector(".theme").addEventListener("click", () => theme.toggle());
  const keys = {
    ArrowRight: (view) => view.move(1),
    ArrowLeft: (view) => view.move(-1),
    Home: (view) => view.rewind(),
    " ": (view) => view.toggle(),
  };
  addEventListener("keydown", (event) => {
    if (deck || event.ctrlKey || event.metaKey || event.altKey) return;
    if (OWN.some(([control, keys]) => event.target.closest(control) && keys.includes(event.key))) return;
    const view = nearest();
    if (!keys[event.key] || !view.playButton) return;
    keys[event.key](view);
    event.preventDefault();
  });
}
export default { render };
