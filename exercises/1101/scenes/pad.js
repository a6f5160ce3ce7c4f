// A digit of one's own.
const LAMPS = ["入力", "中間層 1", "中間層 2", "出力"];

// The z of every layer for 64 counts of ink, and the u of every layer behind the first.
function read(pixels, { weights }) {
  const zs = [Array.from(pixels, (count) => count / 16)],
    us = [];
  weights.forEach(([W, b], layer) => {
    const z = zs[zs.length - 1],
      width = b.length;
    const u = range(width).map((j) => z.reduce((sum, value, i) => sum + value * W[i * width + j], b[j]));
    us.push(u);
    if (layer < weights.length - 1) zs.push(u.map((v) => Math.max(v, 0)));
  });
  return { us, zs: [...zs, softmaxOf(us[us.length - 1]).y] };
}

// The strokes as the digits of the data were made: fitted into 32 x 32 cells, the ink counted in blocks of 4 x 4.
// A cell is inked when its centre is within half a pen's thickness of a segment. Width and height are scaled to fill the room,
// each on its own, but at most 1.5 times apart: a bar stays a bar.
function inkCounts(strokes) {
  const FINE = 32,
    WIDE = 24,
    THICK = 5.6,
    APART = 1.5,
    inked = new Uint8Array(FINE * FINE),
    counts = new Array(64).fill(0);
  if (!strokes.some((stroke) => stroke.length)) return counts;
  const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((p) => p[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const roomX = (WIDE - THICK) / (right - left + 1e-9),
    roomY = (FINE - THICK) / (bottom - top + 1e-9);
  const scaleY = Math.min(roomY, APART * roomX),
    scaleX = Math.min(roomX, APART * scaleY);
  const place = ([x, y]) => [FINE / 2 + (x - (left + right) / 2) * scaleX, FINE / 2 + (y - (top + bottom) / 2) * scaleY];
  const cells = (a, b) => [Math.floor(Math.min(a, b) - THICK / 2), Math.ceil(Math.max(a, b) + THICK / 2)];
  for (const points of strokes.map((stroke) => stroke.map(place)))
    points.forEach(([bx, by], i) => {
      const [ax, ay] = points[Math.max(i - 1, 0)],
        dx = bx - ax,
        dy = by - ay,
        [x0, x1] = cells(ax, bx),
        [y0, y1] = cells(ay, by);
      for (let y = y0; y < y1; y++)
        for (let x = x0; x < x1; x++) {
          const px = x + 0.5 - ax,
            py = y + 0.5 - ay,
            along = (px * dx + py * dy) / (dx * dx + dy * dy || 1);
          const t = Math.max(0, Math.min(1, along));
          if ((px - t * dx) ** 2 + (py - t * dy) ** 2 <= THICK ** 2 / 4) inked[FINE * y + x] = 1;
        }
    });
  inked.forEach((ink, i) => {
    counts[8 * Math.floor(i / (4 * FINE)) + Math.floor((i % FINE) / 4)] += ink;
  });
  return counts;
}

const NOTHING = range(64).map(() => 0);
PICTURES.pad = {
  data: true,
  tall: 2.7,
  flow: 0.9,
  controls: [{ key: "sample", label: "見本", values: ["なし", ...range(10)], value: "なし" }],
  memory: () => ({ strokes: [], pixels: NOTHING, chosen: null }),
  extras: { 消す: () => ({ strokes: [], pixels: NOTHING, sample: "なし", chosen: null }) },
  changed: ({ sample, data }) => ({
    strokes: [],
    chosen: null,
    pixels: sample === "なし" ? NOTHING : [...data.samples.slice(64 * sample, 64 * sample + 64)],
  }),
  draw(d, state) {
    const { colours, em } = d,
      { data, pixels, strokes, chosen } = state,
      empty = !pixels.some((v) => v);
    const [left, right] = d.cells([1, 2.1], { stacked: [1, 1.75] });
    const pad = d.inside(left, { top: 2.4, bottom: 1.6, square: true });
    d.text("ここに数字を書きます", pad[0], pad[1] - 0.95 * em, { size: 1.05 });
    d.rect(pad, { fill: colours.paper, color: colours.ink, width: 0.14, round: 6 });
    if (!strokes.length && !empty) bitmap(d, pad, pixels);
    d.within(pad, () => {
      for (const stroke of strokes) {
        const points = stroke.map(([x, y]) => [pad[0] + x * pad[2], pad[1] + y * pad[3]]);
        d.path(points.length > 1 ? points : [points[0], points[0].map((v) => v + 0.01)], { width: (0.085 * pad[2]) / em });
      }
    });
    if (empty && !strokes.length)
      d.text("0 〜 9", pad[0] + pad[2] / 2, pad[1] + pad[3] / 2, { align: "center", size: 2, color: colours.rule });

    const { us, zs } = read(pixels, data),
      y = zs[3],
      best = argmax(y);
    const [x, top, w, h] = d.inside(right, { top: 2.4, bottom: 1.6 }),
      side = Math.min(w * 0.2, h * 0.42);
    const place = [[x, top + h * 0.5 - side / 2], ...(d.wide ? [0.42, 0.62, 0.8] : [0.4, 0.55, 0.68]).map((part) => part * w)];
    const lamp = (layer, i) => {
      if (!layer) return [x + ((i % 8) + 0.5) * (side / 8), place[0][1] + (Math.floor(i / 8) + 0.5) * (side / 8)];
      const n = zs[layer].length;
      return [x + place[layer], top + (h * (i + 0.5)) / n];
    };
    const reached = (layer) => clamp(state.flow * 3.4 - layer, 0, 1); // the ink flows: a layer lights up after the one before
    LAMPS.forEach((name, layer) =>
      d.text(name, layer ? x + place[layer] : x + side / 2, top - 0.95 * em, {
        align: "center",
        size: d.wide ? 0.9 : 0.72,
        color: colours.faint,
      }),
    );
    if (!empty)
      zs.slice(0, 3).forEach((z, layer) => {
        const [W] = data.weights[layer],
          width = zs[layer + 1].length,
          shown = [];
        z.forEach((value, i) => {
          for (let j = 0; j < width; j++) {
            const part = value * W[i * width + j];
            if (Math.abs(part) > 1e-9) shown.push([part, i, j]);
          }
        });
        shown.sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]));
        const scale = Math.abs(shown[0]?.[0] ?? 1),
          far = reached(layer + 0.4);
        for (const [part, i, j] of shown.slice(0, 110)) {
          const [from, to] = [lamp(layer, i), lamp(layer + 1, j)],
            tip = from.map((v, k) => v + far * (to[k] - v));
          if (far)
            d.path([from, tip], {
              color: part > 0 ? colours.plus : colours.minus,
              width: 0.02 + (0.16 * Math.abs(part)) / scale,
              opacity: 0.15 + (0.6 * Math.abs(part)) / scale,
            });
        }
      });
    bitmap(d, [...place[0], side, side], pixels);
    const light = ramp(colours.paper, colours.forward);
    for (const layer of [1, 2]) {
      const most = Math.max(...zs[layer], 1e-9),
        radius = Math.min(0.62, (h / zs[layer].length / em) * 0.46);
      zs[layer].forEach((value, i) =>
        d.dot(...lamp(layer, i), radius, {
          fill: css(light(empty ? 0 : (reached(layer) * value) / most)),
          color: chosen?.[0] === layer && chosen[1] === i ? colours.test : colours.faint,
          width: chosen?.[0] === layer && chosen[1] === i ? 0.22 : 0.06,
        }),
      );
    }
    y.forEach((value, k) => {
      const [lx, ly] = lamp(3, k),
        bar = w - place[3] - 3.6 * em,
        share = empty ? 0 : value * reached(2.4);
      d.text(`${k}`, lx, ly, { align: "center", bold: k === best && !empty, size: 1.15, halo: true });
      d.rect([lx + 1.1 * em, ly - 0.42 * em, bar, 0.84 * em], { fill: colours.wash, round: 3 });
      d.rect([lx + 1.1 * em, ly - 0.42 * em, bar * share, 0.84 * em], {
        fill: k === best ? colours.forward : colours.rule,
        round: 3,
      });
      if (!empty && value >= 0.005)
        d.text(`${Math.round(100 * value)}%`, lx + 1.2 * em + bar, ly, { size: 0.8, bold: k === best, align: "left" });
      if (chosen?.[0] === 3 && chosen[1] === k) d.dot(lx, ly, 0.85, { fill: null, color: colours.test, width: 0.2 });
    });
    if (chosen && !empty) padSum(d, state, us, zs, [x, top, side, h, place]);
    return { pad, lamp, counts: zs.map((z) => z.length), em };
  },
  // on the pad a stroke begins; elsewhere a click chooses a neuron
  grab(state, { pad }, x, y, hovering) {
    const at = (px, py) => [(px - pad[0]) / pad[2], (py - pad[1]) / pad[3]].map((v) => clamp(v, 0, 1));
    const [u, v] = [(x - pad[0]) / pad[2], (y - pad[1]) / pad[3]];
    if (u < 0 || u > 1 || v < 0 || v > 1) return null;
    const stroke = [],
      strokes = [...state.strokes, stroke];
    if (hovering || strokes.length > 60) return () => null;
    return (px, py) => {
      if (stroke.length < 2000) stroke.push(at(px, py));
      return { strokes, pixels: inkCounts(strokes), sample: "なし", chosen: null };
    };
  },
  hover: (state, { pad }, x, y) => (x > pad[0] && x < pad[0] + pad[2] && y > pad[1] && y < pad[1] + pad[3] ? "crosshair" : ""),
  press(state, { lamp, counts, em }, x, y) {
    for (const layer of [1, 2, 3])
      for (const i of range(counts[layer])) {
        const [lx, ly] = lamp(layer, i),
          reach = layer === 3 ? 1.2 * em : Math.max(0.8 * em, 9);
        if (Math.abs(lx - x) < reach && Math.abs(ly - y) < Math.max((lamp(layer, 1)[1] - lamp(layer, 0)[1]) / 2, 2))
          return { chosen: [layer, i] };
      }
    return { chosen: null };
  },
  tell({ pixels, data, chosen }) {
    if (!pixels.some((v) => v))
      return "マウスか指で数字を書くと、書いている途中から答えます。ニューロンを押すと、その計算が見えます。";
    const { us, zs } = read(pixels, data),
      best = argmax(zs[3]);
    if (chosen) {
      const [layer, i] = chosen,
        sum = `入ってくる値 × 重みを全部足して、u = ${fixed(us[layer - 1][i], 2)} です。`;
      if (layer === 3) return `出力の ${i}: ${sum}緑の画素に足し、紫の画素から消すと、${i} に近づきます。`;
      return `${LAMPS[layer]} の ${i + 1} 番目: ${sum}`;
    }
    return `${best} と読みました。確率は ${Math.round(100 * zs[3][best])} % です。`;
  },
};

// How much ink on each pixel speaks for an output: the slope of its logarithm.
function inkSlopes(pixels, data, k) {
  return range(64).map((i) =>
    slope((count) => Math.log(read([...pixels.slice(0, i), count, ...pixels.slice(i + 1)], data).zs[3][k]), pixels[i]),
  );
}

// The chosen neuron: its sum; over the picture, what each pixel brings to it, or for an output, what ink there would change.
function padSum(d, { data, pixels, chosen: [layer, j] }, us, zs, [x, top, side, h, place]) {
  const { colours, em } = d,
    [W, b] = data.weights[layer - 1],
    width = b.length,
    z = zs[layer - 1];
  const parts = z.map((value, i) => value * W[i * width + j]),
    u = us[layer - 1][j];
  const said = [
    `Σ w z = ${fixed(u - b[j], 2)}`,
    `b = ${fixed(b[j], 2)}`,
    `u = ${fixed(u, 2)}`,
    layer === 3 ? `y = ${zs[3][j].toFixed(3)}` : `h(u) = ${fixed(zs[layer][j], 2)}`,
  ];
  d.rect([x - 0.4 * em, top + h - 5.9 * em, side + 1.2 * em, 6.2 * em], {
    fill: colours.paper,
    color: colours.test,
    round: 6,
    width: 0.1,
  });
  d.lines(said, x + 0.1 * em, top + h - 5 * em, { size: 0.95 });
  if (layer !== 2) {
    const shown = layer === 1 ? parts : inkSlopes(pixels, data, j),
      most = Math.max(...shown.map(Math.abs), 1e-9),
      shades = ramp(colours.minus, colours.paper, colours.plus);
    const box = [place[0][0], Math.max(place[0][1] - side - 1.2 * em, top), side, side];
    d.field(
      box,
      shown.map((part) => 0.5 + part / most / 2),
      8,
      8,
      shades,
    );
    d.rect(box, { color: colours.test, width: 0.1 });
  }
}
