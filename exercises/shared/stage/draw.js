// What every picture of a demo is drawn with: a canvas as large as its place on the screen, at the screen's own resolution.
// A colour has one meaning in all scenes; the palette is colour-blind safe and legible on its paper.
const THEMES = {
  light: {
    paper: "#ffffff",
    ink: "#1b1b1b",
    faint: "#5f5f5f",
    rule: "#bdbdbd",
    wash: "#f0f0ec",
    forward: "#0067A3",
    backward: "#B84A00", // values from left to right, derivatives from right to left
    plus: "#00755A",
    minus: "#8E3A7D", // the sign of a weight
    test: "#A86100",
    focus: "#FFD24D", // data that was not learned; what the scene speaks of now
    low: "#F3E3B8",
    high: "#AFC6DB", // the two sides of a line, the two ends of an output
    classes: ["#332288", "#0077BB", "#117733", "#999933", "#CC3311", "#EE7733", "#882255", "#EE3377", "#44AA99", "#555555"],
  },
  dark: {
    paper: "#14171a",
    ink: "#f2f2f2",
    faint: "#b4b4b4",
    rule: "#585e64",
    wash: "#23282d",
    forward: "#63B8F0",
    backward: "#FF9655",
    plus: "#45CBA4",
    minus: "#E08BD0",
    test: "#F0B04A",
    focus: "#7A5C00",
    low: "#5A4E2C",
    high: "#2F4A63",
    classes: ["#A79BFF", "#4FB3FF", "#5CC97A", "#D3D35A", "#FF6F52", "#FFAA66", "#D977A8", "#FF8CBB", "#6FE0CF", "#CFCFCF"],
  },
};
const FAMILY = '"Demo", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, sans-serif';

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const range = (n) => Array.from({ length: n }, (_, i) => i);
const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

// A number as a person writes it: no trailing zeros, a real minus.
function number(value, digits = 3) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const large = Math.abs(value) >= 10 ** digits;
  return String(large ? Math.round(value) : Number(value.toPrecision(digits))).replace("-", "−");
}
const fixed = (value, places) => (Number.isFinite(value) ? value.toFixed(places).replace("-", "−") : number(value));

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
// The colours between those of a list, as a function of a number from 0 to 1.
function ramp(...colours) {
  const stops = colours.map(rgb);
  return (value) => {
    const at = clamp(Number.isFinite(value) ? value : 0, 0, 1) * (stops.length - 1),
      i = Math.min(Math.floor(at), stops.length - 2);
    return stops[i].map((c, k) => c + (at - i) * (stops[i + 1][k] - c));
  };
}
const css = (colour) => `rgb(${colour.map(Math.round).join(",")})`;

// Round numbers between two limits, some n of them.
function ticks(low, high, n = 3) {
  const raw = (high - low) / n,
    power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= raw * 0.999);
  return range(Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1).map(
    (i) => (Math.ceil(low / step - 1e-9) + i) * step,
  );
}

class Drawing {
  // A picture at work. em is the size of its text, wide whether its parts stand beside each other.
  constructor(canvas, width, height, theme) {
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * ratio)));
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    this.context = canvas.getContext("2d");
    this.context.setTransform(w / width, 0, 0, h / height, 0, 0);
    Object.assign(this, { width, height, theme, colours: THEMES[theme], wide: width > height });
    this.em = this.wide ? Math.min(width / 60, height / 24) : width / 25;
    this.rect([0, 0, width, height], { fill: this.colours.paper });
  }

  // The picture cut into cells beside each other (below each other where it is tall), by the given shares.
  cells(shares, { gap = 1.2, stacked = shares } = {}) {
    const parts = this.wide ? shares : stacked,
      total = parts.reduce((a, b) => a + b),
      space = gap * this.em;
    const length = (this.wide ? this.width : this.height) - space * (parts.length + 1);
    let at = space;
    return parts.map((part) => {
      const size = (length * part) / total,
        start = at;
      at += size + space;
      return this.wide ? [start, 0, size, this.height] : [space, start, this.width - 2 * space, size];
    });
  }

  // The room inside a box, margins in em; square: the largest square in its middle.
  inside([x, y, w, h], { left = 0, right = 0, top = 0, bottom = 0, square = false } = {}) {
    const e = this.em;
    const room = [x + left * e, y + top * e, w - (left + right) * e, h - (top + bottom) * e];
    if (!square) return room;
    const side = Math.min(room[2], room[3]);
    return [room[0] + (room[2] - side) / 2, room[1] + (room[3] - side) / 2, side, side];
  }

  // Text at a point; x_1 and w_{12} lower, 2^n raises. Returns its width.
  text(string, x, y, { size = 1, color = this.colours.ink, align = "left", base = "middle", bold = false, halo = false } = {}) {
    const { context } = this,
      px = size * this.em;
    const parts = [];
    let last = 0;
    for (const match of String(string).matchAll(/([_^])(\{[^}]*\}|.)/gu)) {
      parts.push([string.slice(last, match.index), 0], [match[2].replace(/[{}]/g, ""), match[1] === "_" ? 0.28 : -0.36]);
      last = match.index + match[0].length;
    }
    parts.push([String(string).slice(last), 0]);
    const font = (shift) => `${bold ? "bold " : ""}${shift ? px * 0.7 : px}px ${FAMILY}`;
    const widths = parts.map(([text, shift]) => {
      context.font = font(shift);
      return context.measureText(text).width;
    });
    const whole = widths.reduce((a, b) => a + b, 0);
    let at = x - whole * { left: 0, center: 0.5, right: 1 }[align];
    const [start, middle] = [at, y + px * { middle: 0, top: 0.62, bottom: -0.62 }[base]];
    context.textAlign = "left";
    context.textBaseline = "middle";
    if (halo)
      this.rect([start - 0.15 * px, middle - 0.62 * px, whole + 0.3 * px, 1.24 * px], {
        fill: this.colours.paper,
        opacity: 0.88,
        round: 4,
      });
    parts.forEach(([text, shift], i) => {
      context.font = font(shift);
      context.fillStyle = color;
      context.fillText(text, at, middle + shift * px);
      at += widths[i];
    });
    return whole;
  }

  lines(strings, x, y, { size = 1, leading = 1.45, ...options } = {}) {
    strings.forEach((string, i) => this.text(string, x, y + i * leading * size * this.em, { size, ...options }));
  }

  path(points, { color = this.colours.ink, width = 0.14, dash = [], fill = null, close = false, opacity = 1 } = {}) {
    const { context } = this;
    context.save();
    context.globalAlpha = opacity;
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (close) context.closePath();
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (color && width) {
      Object.assign(context, {
        strokeStyle: color,
        lineWidth: width * this.em,
        lineCap: dash.length ? "butt" : "round",
        lineJoin: "round",
      });
      context.setLineDash(dash.map((d) => d * this.em));
      context.stroke();
    }
    context.restore();
  }

  rect([x, y, w, h], { fill = null, color = null, width = 0.1, round = 0, opacity = 1 } = {}) {
    const { context } = this;
    context.save();
    context.globalAlpha = opacity;
    context.beginPath();
    context.roundRect(x, y, w, h, Math.max(0, Math.min(round, w / 2, h / 2)));
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (color) {
      context.strokeStyle = color;
      context.lineWidth = width * this.em;
      context.stroke();
    }
    context.restore();
  }

  // A point: a circle, or a triangle for the second class, so that no point is told by its colour alone.
  dot(x, y, radius, { fill = this.colours.ink, color = this.colours.ink, width = 0.08, triangle = false, opacity = 1 } = {}) {
    const r = radius * this.em,
      { context } = this;
    if (triangle) {
      const corner = (turn) => [x + 1.15 * r * Math.sin(turn), y - 1.15 * r * Math.cos(turn)];
      this.path([0, 2.0944, 4.1888].map(corner), { fill, color, width, close: true, opacity });
      return;
    }
    context.save();
    context.globalAlpha = opacity;
    context.beginPath();
    context.arc(x, y, Math.max(r, 0), 0, 2 * Math.PI);
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (color && width) {
      context.strokeStyle = color;
      context.lineWidth = width * this.em;
      context.stroke();
    }
    context.restore();
  }

  // A thing to take hold of: it looks the same wherever something can be dragged.
  handle(x, y, radius = 0.62) {
    this.dot(x, y, radius * 1.5, { fill: this.colours.focus, color: null, opacity: 0.55 });
    this.dot(x, y, radius, { fill: this.colours.focus, color: this.colours.ink, width: 0.14 });
  }

  arrow([x1, y1], [x2, y2], { color = this.colours.faint, width = 0.13, head = 0.7 } = {}) {
    const turn = Math.atan2(y2 - y1, x2 - x1),
      length = head * this.em;
    const side = (angle) => [x2 - length * Math.cos(turn + angle), y2 - length * Math.sin(turn + angle)];
    this.path(
      [
        [x1, y1],
        [x2 - 0.7 * length * Math.cos(turn), y2 - 0.7 * length * Math.sin(turn)],
      ],
      { color, width },
    );
    this.path([[x2, y2], side(0.42), side(-0.42)], { color, fill: color, width: 0.02, close: true });
  }

  badge(string, x, y, { size = 1.1, align = "center" } = {}) {
    this.context.font = `bold ${size * this.em}px ${FAMILY}`;
    const w = this.context.measureText(string).width + size * this.em,
      h = 1.8 * size * this.em;
    const left = clamp(x - w * { left: 0, center: 0.5, right: 1 }[align], 2, this.width - w - 2);
    this.rect([left, y - h / 2, w, h], { fill: this.colours.focus, color: this.colours.ink, round: 8 });
    this.text(string, left + w / 2, y, { size, bold: true, align: "center" });
  }

  // Axes in a box. x, y: [low, high]; log: "x", "y" or "xy"; marks: how many numbers an axis carries, 0 for a bare frame.
  panel(box, { x = [0, 1], y = [0, 1], log = "", title = "", xname = "", yname = "", marks = 3, frame = true } = {}) {
    const [left, top, w, h] = box,
      scale = (on) => (on ? Math.log10 : (v) => v);
    const [fx, fy] = [scale(log.includes("x")), scale(log.includes("y"))];
    const share = (f, [low, high], v) => (f(v) - f(low)) / (f(high) - f(low));
    const panel = {
      box,
      limits: { x, y },
      x: (v) => left + w * share(fx, x, v),
      y: (v) => top + h * (1 - share(fy, y, v)),
      at: (px, py) => [x[0] + ((px - left) / w) * (x[1] - x[0]), y[0] + (1 - (py - top) / h) * (y[1] - y[0])],
      has: (px, py) => px >= left && px <= left + w && py >= top && py <= top + h,
    };
    panel.points = (pairs) => pairs.map(([a, b]) => [panel.x(a), panel.y(b)]);
    if (frame) this.rect(box, { color: this.colours.rule, width: 0.07 });
    const { faint } = this.colours,
      e = this.em;
    const powers = ([low, high]) =>
      range(Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) + 1).map((i) => 10 ** (Math.ceil(Math.log10(low)) + i));
    const name = (v, on) =>
      on && (v >= 1e5 || v < 1e-2)
        ? `10^{${number(Math.log10(v))}}`
        : v.toLocaleString("en-US", { maximumFractionDigits: 6 }).replace("-", "−");
    if (marks) {
      const [onx, ony] = [log.includes("x"), log.includes("y")];
      const some = (list, n) => list.filter((_, i) => i % Math.ceil(list.length / (n + 1)) === 0);
      for (const v of onx ? some(powers(x), marks) : ticks(...x, marks))
        this.text(name(v, onx), panel.x(v), top + h + 0.75 * e, { size: 0.8, align: "center", color: faint });
      for (const v of ony ? some(powers(y), marks) : ticks(...y, marks))
        this.text(name(v, ony), left - 0.35 * e, panel.y(v), { size: 0.8, align: "right", color: faint });
    }
    if (title) this.text(title, left, top - 0.95 * e, { size: 1.05 });
    if (xname) this.text(xname, left + w, top + h + (marks ? 1.85 : 0.85) * e, { size: 0.9, align: "right", color: faint });
    if (yname) this.text(yname, left, top - 0.8 * e, { size: 0.9, color: faint });
    return panel;
  }

  within([x, y, w, h], draw) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(x, y, w, h);
    this.context.clip();
    draw();
    this.context.restore();
  }

  // A field of rows x columns values in a box, row 0 on top; colour: value → [r, g, b].
  field([x, y, w, h], values, rows, columns, colour, { smooth = false } = {}) {
    const small = new OffscreenCanvas(columns, rows),
      pixels = new ImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) {
      pixels.data.set(colour(values[i]), 4 * i);
      pixels.data[4 * i + 3] = 255;
    }
    small.getContext("2d").putImageData(pixels, 0, 0);
    this.context.save();
    this.context.imageSmoothingEnabled = smooth;
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(small, x, y, w, h);
    this.context.restore();
  }

  // Where a field crosses a level: marching squares, a straight piece in every cell that it crosses.
  level(box, values, rows, columns, level, options = {}) {
    const [x, y, w, h] = box;
    const place = (column, row) => [x + ((column + 0.5) * w) / columns, y + ((row + 0.5) * h) / rows];
    for (let r = 0; r + 1 < rows; r++) {
      for (let c = 0; c + 1 < columns; c++) {
        const corners = [
          [c, r],
          [c + 1, r],
          [c + 1, r + 1],
          [c, r + 1],
        ].map(([i, j]) => [i, j, values[j * columns + i] - level]);
        const cuts = [];
        corners.forEach(([i, j, v], k) => {
          const [i2, j2, v2] = corners[(k + 1) % 4];
          if (v < 0 !== v2 < 0) cuts.push(place(i + (i2 - i) * (v / (v - v2)), j + (j2 - j) * (v / (v - v2))));
        });
        for (let k = 0; k + 1 < cuts.length; k += 2) this.path([cuts[k], cuts[k + 1]], options);
      }
    }
  }
}
