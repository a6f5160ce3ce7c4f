// The pictures of the demo's scenes, in the order of the lecture. What a scene computes here, it computes in double precision;
// derivatives are differences, so that the exercise's answers stand nowhere.
const EPSILON = 1e-5;
const slope = (f, x) => (f(x + EPSILON) - f(x - EPSILON)) / (2 * EPSILON);

// --- 1. A neuron
const ACTIVATIONS = {
  sigmoid: { h: (u) => 1 / (1 + Math.exp(-u)), low: 0, high: 1 },
  tanh: { h: Math.tanh, low: -1, high: 1 },
  ReLU: { h: (u) => Math.max(u, 0), low: 0, high: 6 },
  "h なし": { h: (u) => u, low: -6, high: 6 },
};
const neuronSum = ({ w1, w2, b, x }) => w1 * x[0] + w2 * x[1] + b;

// What can be dragged on the plane: the line by its middle (b), its arrow (w), and the point (x).
function neuronHandles({ w1, w2, b, x }) {
  const size = w1 * w1 + w2 * w2, foot = size > 1e-9 ? [(-b * w1) / size, (-b * w2) / size] : [0, 0];
  return { line: foot, tip: [foot[0] + w1, foot[1] + w2], point: x };
}

const neuron = {
  tall: 2.7,
  controls: [
    { key: "w1", label: "w₁", values: { low: -3, high: 3, step: 0.1 }, value: 1.5 },
    { key: "w2", label: "w₂", values: { low: -3, high: 3, step: 0.1 }, value: -1 },
    { key: "b", label: "b", values: { low: -3, high: 3, step: 0.1 }, value: 0.5 },
    { key: "h", label: "h", values: Object.keys(ACTIVATIONS), value: "sigmoid" },
  ],
  memory: () => ({ x: [-1.5, 1.5] }),
  draw(d, state) {
    const { w1, w2, b, x, h: name } = state, { h, low, high } = ACTIVATIONS[name], { colours, em } = d;
    const [left, middle, right] = d.cells([1.05, 1.1, 1], { stacked: [0.8, 1.1, 0.9] });
    const u = neuronSum(state), z = h(u);

    const net = d.panel(d.inside(left, { top: 1, bottom: 1 }), { x: [0, 10], y: [-5.4, 5.4], marks: 0, frame: false });
    const at = { x1: [1.1, 2.7], x2: [1.1, -2.7], b: [5.4, -4], cell: [6.2, 0] };
    for (const [from, weight, label] of [["x1", w1, "w_1"], ["x2", w2, "w_2"], ["b", b, "b"]]) {
      const colour = weight >= 0 ? colours.plus : colours.minus;
      const [sx, sy] = at[from], [ex, ey] = at.cell, part = from === "b" ? 0.35 : 0.52;
      d.path([[net.x(sx), net.y(sy)], [net.x(ex), net.y(ey)]], { color: colour, width: 0.1 + 0.22 * Math.abs(weight) });
      d.text(`${label} = ${fixed(weight, 1)}`, net.x(sx + part * (ex - sx)), net.y(sy + part * (ey - sy)), { align: "center", color: colour, halo: true, bold: true });
    }
    for (const [key, label] of [["x1", `x_1 = ${fixed(x[0], 1)}`], ["x2", `x_2 = ${fixed(x[1], 1)}`]]) {
      d.rect([net.x(at[key][0]) - 1.1 * em, net.y(at[key][1]) - 1 * em, 5.2 * em, 2 * em], { fill: colours.paper, color: colours.faint, round: em });
      d.text(label, net.x(at[key][0]) + 1.5 * em, net.y(at[key][1]), { align: "center", color: colours.forward });
    }
    d.path([[net.x(6.2), net.y(0)], [net.x(9.3), net.y(0)]], { color: colours.faint });
    d.dot(net.x(6.2), net.y(0), 2.1, { fill: d.colours.paper, width: 0.14 });
    d.text("u", net.x(6.2) - 0.8 * em, net.y(0), { align: "center" });
    d.text("h", net.x(6.2) + 0.8 * em, net.y(0), { align: "center" });
    d.path([[net.x(6.2), net.y(0) - 1.9 * em], [net.x(6.2), net.y(0) + 1.9 * em]], { width: 0.06 });
    d.text(`z = ${fixed(z, 2)}`, net.x(9.9), net.y(0) - 1.1 * em, { align: "right", color: colours.forward, bold: true });
    const sign = (v) => (v < 0 ? `(${fixed(v, 1)})` : fixed(v, 1));
    d.text(`u = ${fixed(w1, 1)} × ${sign(x[0])} + ${sign(w2)} × ${sign(x[1])} + ${sign(b)} = ${fixed(u, 2)}`, left[0] + left[2] / 2, left[1] + 1.2 * em, { size: 0.9, align: "center", color: colours.forward });

    const box = d.inside(middle, { top: 2.6, bottom: 2.4, left: 1.6, square: true });
    const plane = d.panel(box, { x: [-3, 3], y: [-3, 3], title: "z の値", xname: "x_1", marks: 4 }), n = 48;
    const shades = ramp(colours.low, colours.paper, colours.high);
    d.field(box, range(n * n).map((i) => {
      const [a, c] = [-3 + (6 * ((i % n) + 0.5)) / n, 3 - (6 * (Math.floor(i / n) + 0.5)) / n];
      return (h(w1 * a + w2 * c + b) - low) / (high - low);
    }), n, n, shades, { smooth: true });
    const size = Math.hypot(w1, w2), handles = neuronHandles(state);
    d.within(box, () => {
      if (size > 1e-9) {
        const along = [(-9 * w2) / size, (9 * w1) / size], [fx, fy] = handles.line;
        d.path(plane.points([[fx - along[0], fy - along[1]], [fx + along[0], fy + along[1]]]), { width: 0.22 });
      }
    });
    if (size > 1e-9) {
      const [foot, tip] = plane.points([handles.line, handles.tip]);
      const turn = Math.atan2(tip[1] - foot[1], tip[0] - foot[0]);
      d.arrow(foot, [tip[0] - 0.7 * em * Math.cos(turn), tip[1] - 0.7 * em * Math.sin(turn)], { color: colours.ink, width: 0.16 });
      d.text("w", tip[0] + 0.9 * em, tip[1] - 0.9 * em, { bold: true, halo: true });
      d.handle(...foot);
      d.handle(...tip, 0.5);
    }
    const [px, py] = plane.points([x])[0];
    d.handle(px, py, 0.55);
    d.text("x", px + 1.1 * em, py - 0.8 * em, { bold: true, color: colours.forward, halo: true });
    if (size > 1e-9) d.text("u = 0", box[0] + box[2] - 0.4 * em, box[1] + box[3] - 0.9 * em, { align: "right", halo: true, size: 0.9 });
    d.text("x_2", box[0] - 1.4 * em, box[1] + 0.2 * em, { color: colours.faint, size: 0.9, align: "center" });

    const curveBox = d.inside(right, { top: 2.6, bottom: 2.4, left: 1.4 });
    const curve = d.panel(curveBox, { x: [-8, 8], y: name === "ReLU" || name === "h なし" ? [-4, 4] : [-1.25, 1.25], title: "z = h(u)", xname: "u", marks: 4 });
    d.within(curveBox, () => {
      d.path(curve.points([[0, -9], [0, 9]]), { color: colours.rule, width: 0.08 });
      d.path(curve.points([[-9, 0], [9, 0]]), { color: colours.rule, width: 0.08 });
      d.path(curve.points(range(161).map((i) => [-8 + i / 10, h(-8 + i / 10)])), { width: 0.2 });
      d.path(curve.points([[u, -9], [u, z], [-9, z]]), { color: colours.forward, width: 0.1, dash: [0.4, 0.4] });
      d.dot(curve.x(clamp(u, -8, 8)), curve.y(z), 0.5, { fill: colours.forward });
    });
    return { plane };
  },
  grab(state, { plane }, x, y) {
    if (!plane.has(x, y)) return null;
    const handles = neuronHandles(state), reach = plane.box[2] / 12;
    const near = (key) => Math.hypot(plane.x(handles[key][0]) - x, plane.y(handles[key][1]) - y);
    const grid = (v) => clamp(Math.round(v * 10) / 10, -3, 3);
    const does = {
      point: (at) => ({ x: at.map((v) => clamp(v, -3, 3)) }),
      tip: ([a, c]) => ({ w1: grid(a - handles.line[0]), w2: grid(c - handles.line[1]) }),
      line: ([a, c]) => ({ b: grid(-(state.w1 * a + state.w2 * c)) }),
    };
    const [key] = ["point", "tip", "line"].filter((each) => near(each) < reach).sort((a, c) => near(a) - near(c));
    return key ? (px, py) => does[key](plane.at(px, py)) : null;
  },
  tell(state) {
    const { w1, w2, h } = state;
    if (!w1 && !w2) return "w₁ = w₂ = 0 にすると、直線がなくなり、z はどこでも同じになります。";
    if (h === "h なし") return "h がないと、z は同じ傾きの坂です。直線 u = 0 の向きは w、位置は b で決まります。";
    return `直線 u = 0 の両側で z が変わります。点 x では u = ${fixed(neuronSum(state), 2)}、z = ${fixed(ACTIVATIONS[h].h(neuronSum(state)), 2)} です。`;
  },
};

// --- 2. Why a non-linearity
function classDots(d, plane, points, labels, count = labels.length) {
  for (let i = 0; i < count; i++) {
    d.dot(plane.x(points[2 * i]), plane.y(points[2 * i + 1]), 0.36, { fill: labels[i] ? d.colours.ink : d.colours.paper, triangle: labels[i] === 1, width: 0.1 });
  }
}
const HALF = 32767.5;  // maps of outputs come as whole numbers from 0 to 65535
const twoSides = (d) => { const shades = ramp(d.colours.low, d.colours.paper, d.colours.high); return (part) => shades(part / (2 * HALF)); };

// Two points far outside of a square on the line w_1 x_1 + w_2 x_2 + b = 0.
function acrossSquare([w1, w2, b], side) {
  const size = w1 * w1 + w2 * w2 || 1e-12, [x, y] = [(-b * w1) / size, (-b * w2) / size], far = (4 * side) / Math.sqrt(size);
  return [[x - far * w2, y + far * w1], [x + far * w2, y - far * w1]];
}

const layers = {
  trained: true, autoplay: true, tall: 3.1, pause: 20,
  controls: [
    { key: "data", label: "データ", values: ["輪", "三日月", "市松模様"], value: "輪" },
    { key: "layers", label: "中間層の数", values: [1, 2, 3], value: 2 },
  ],
  memory: () => ({ moved: [] }),
  sends: ({ moved }) => ({ moved }),
  extras: { "点をもどす": () => ({ moved: [], restart: true }) },
  draw(d, state) {
    const cells = d.cells([1, 1, 1]), { colours, em } = d, n = 40;
    const planes = [state.flat, state.bent].map((field, i) => {
      const box = d.inside(cells[i], { top: 2.4, bottom: 2.6, square: true });
      const plane = d.panel(box, { x: [-2, 2], y: [-2, 2], marks: 0, title: i ? "h あり (tanh)" : "h なし" });
      d.text(`正解率 ${Math.round(100 * state.accuracy[i])} %`, box[0] + box[2], box[1] - 0.95 * em, { align: "right", bold: true });
      d.field(box, field, n, n, twoSides(d), { smooth: true });
      d.within(box, () => {
        classDots(d, plane, state.points, state.labels);
        if (i) d.level(box, field, n, n, HALF, { width: 0.26 });
        else d.path(plane.points(acrossSquare(state.line, 2)), { width: 0.26 });
      });
      return plane;
    });
    const under = (i, text, colour) => d.text(text, planes[i].box[0], planes[i].box[1] + planes[i].box[3] + 1.1 * em, { size: 0.9, color: colour });
    under(0, `${state.matrices} = [${[...state.product].map((v) => fixed(v, 2)).join(", ")}]: 1 層と同じ`, colours.ink);
    under(1, `${state.epoch} エポック`, colours.faint);
    const box = d.inside(cells[2], { top: 2.4, bottom: 2.6, square: true });
    const folded = d.panel(box, { x: [-1.15, 1.15], y: [-1.15, 1.15], marks: 0, title: "h で折りたたまれた平面" });
    const [wires, long] = state.mesh.shape;
    d.rect([box[0], box[1], box[2] / 2, box[3]], { fill: colours.low, opacity: 0.6 });
    d.rect([box[0] + box[2] / 2, box[1], box[2] / 2, box[3]], { fill: colours.high, opacity: 0.6 });
    d.within(box, () => {
      for (const wire of range(wires)) {
        const bent = range(long).map((i) => [state.mesh[2 * (long * wire + i)], state.mesh[2 * (long * wire + i) + 1]]);
        d.path(folded.points(bent), { color: colours.faint, width: 0.07, opacity: 0.7 });
      }
      classDots(d, folded, state.hidden, state.labels);
    });
    d.path(folded.points([[0, -1.15], [0, 1.15]]), { width: 0.26 });
    d.text("最後の中間層から見た点", box[0], box[1] + box[3] + 1.1 * em, { size: 0.9, color: colours.faint });
    return { planes };
  },
  grab(state, { planes }, x, y) {
    if (!state.live) return null;
    const plane = planes.find((each) => each.has(x, y));
    if (!plane) return null;
    const distance = (i) => Math.hypot(plane.x(state.points[2 * i]) - x, plane.y(state.points[2 * i + 1]) - y);
    const nearest = range(state.labels.length).reduce((best, i) => (distance(i) < distance(best) ? i : best), 0);
    if (distance(nearest) > plane.box[2] / 15) return null;
    const others = state.moved.filter(([i]) => i !== nearest);
    return (px, py) => {
      const place = plane.at(px, py).map((v) => clamp(Math.round(v * 100) / 100, -2, 2));
      return { moved: [...others, [nearest, ...place]], restart: true };
    };
  },
  tell({ accuracy, epoch, live }) {
    if (!epoch) return live ? "点はつまんで動かせます。「再生」を押すと、h のない網とある網が同じデータを学習します。" : "「再生」を押すと、h のない網とある網が同じデータを学習します。";
    const [flat, bent] = accuracy.map((v) => Math.round(100 * v));
    return bent > 97 ? `h のない左は直線のまま ${flat} % です。h があると、右のように平面が折りたたまれ、1 本の直線で分かれます。`
      : `h のない左は、いつまでも直線です (${flat} %)。h のある網では境界が曲がっていきます (${bent} %)。`;
  },
};

// --- 3. softmax and the cross entropy
const FRUITS = ["りんご", "バナナ", "ぶどう"];
function softmaxNumbers({ u1, u2, u3, T, shift, t }) {
  const u = [u1, u2, u3].map((v) => (v + shift) / T), most = Math.max(...u), k = FRUITS.indexOf(t);
  const exps = u.map(Math.exp), total = exps.reduce((a, b) => a + b), naive = exps.map((e) => e / total);
  const safe = u.map((v) => Math.exp(v - most)), sum = safe.reduce((a, b) => a + b);
  return { u, exps, total, naive, y: safe.map((e) => e / sum), loss: Math.log(sum) - (u[k] - most), k };
}

const softmaxScene = {
  tall: 3.2,
  controls: [
    { key: "u1", label: "u₁", values: { low: -5, high: 5, step: 0.1 }, value: 1 },
    { key: "u2", label: "u₂", values: { low: -5, high: 5, step: 0.1 }, value: 2 },
    { key: "u3", label: "u₃", values: { low: -5, high: 5, step: 0.1 }, value: 3 },
    { key: "T", label: "温度 T", values: { low: 0.1, high: 5, step: 0.1 }, value: 1 },
    { key: "t", label: "正解", values: FRUITS, value: "ぶどう" },
    { key: "shift", label: "全部に足す", values: [-1000, 0, 1000], value: 0 },
  ],
  draw(d, state) {
    const { colours, em } = d, { exps, total, naive, y, loss, k } = softmaxNumbers(state);
    const [first, second, third, fourth] = d.cells([1, 1, 0.85, 1.1], { gap: 1.1, stacked: [1, 1, 0.9, 1.1] });
    const raw = [state.u1, state.u2, state.u3];
    const columns = (box, title, limits, values, label, colour, lift = 0.8) => {
      const panel = d.panel(d.inside(box, { top: 2.8, bottom: 2 }), { x: [-0.5, 2.5], y: limits, marks: 0, title, frame: false });
      const floor = panel.y(clamp(0, ...limits));
      d.path([[panel.box[0], floor], [panel.box[0] + panel.box[2], floor]], { color: colours.faint, width: 0.08 });
      values.forEach((value, i) => {
        const top = panel.y(Number.isFinite(value) ? clamp(value, ...limits) : 0.85 * limits[1]), width = panel.box[2] * 0.22;
        d.rect([panel.x(i) - width / 2, Math.min(top, floor), width, Math.abs(top - floor)], { fill: i === k ? colour : colours.rule, round: 4 });
        d.text(label(value), panel.x(i), value < 0 ? top + lift * em : top - lift * em, { align: "center", bold: true });
        d.text(FRUITS[i], panel.x(i), panel.box[1] + panel.box[3] + 0.9 * em, { align: "center", size: 0.85, color: i === k ? colour : colours.faint });
      });
      return panel;
    };
    const bars = columns(first, state.T === 1 ? "u" : `u  (÷ T = ${fixed(state.T, 1)})`, [-6, 6], raw, (v) => fixed(v + state.shift, 1), colours.forward, 1.35);
    raw.forEach((value, i) => d.handle(bars.x(i), bars.y(value), 0.42));
    const top = Number.isFinite(total) && total > 0 ? Math.max(...exps) * 1.15 : 1;
    columns(second, "exp(u)", [0, top], exps, (v) => number(v, 3), colours.forward);
    const broken = naive.some(Number.isNaN);
    d.text(broken ? `合計 ${number(total)}` : `合計 ${number(total, 4)}`, second[0] + second[2], second[1] + 1.85 * em, { align: "right", color: colours.forward });
    if (broken) d.badge(`式のまま割ると ${number(total)} ÷ ${number(total)} = nan`, second[0] + second[2] / 2, second[1] + second[3] * 0.45, { size: 0.85 });

    const column = d.inside(third, { top: 2.8, bottom: 2, left: third[2] / em * 0.12, right: third[2] / em * 0.45 });
    d.text("y = exp(u) ÷ 合計", third[0], column[1] - 0.95 * em, { size: 1.05 });
    let at = column[1] + column[3];
    y.forEach((value, i) => {
      const height = value * column[3];
      at -= height;
      d.rect([column[0], at, column[2], height], { fill: i === k ? colours.forward : [colours.low, colours.high, colours.wash][i], color: colours.ink, width: 0.06 });
      if (height > 0.5 * em) d.text(`${FRUITS[i]} ${value.toFixed(3)}`, column[0] + column[2] + 0.5 * em, at + height / 2, { bold: i === k, size: 0.95 });
    });
    d.text("足すと 1", column[0] + column[2] / 2, column[1] + column[3] + 0.9 * em, { align: "center", size: 0.9, color: colours.faint });

    const lossBox = d.inside(fourth, { top: 2.8, bottom: 2.6, left: 1.6 });
    const curve = d.panel(lossBox, { x: [0, 1], y: [0, 6], title: "E = −log y", xname: `${FRUITS[k]} の確率 y`, marks: 3 });
    d.within(lossBox, () => d.path(curve.points(range(200).map((i) => [(i + 0.5) / 200, -Math.log((i + 0.5) / 200)])), { width: 0.2 }));
    const spot = [curve.x(y[k]), curve.y(Math.min(loss, 5.9))];
    d.path([[spot[0], curve.y(0)], spot], { color: colours.forward, width: 0.12, dash: [0.4, 0.4] });
    d.dot(...spot, 0.55, { fill: colours.forward });
    d.text(`E = ${fixed(loss, 3)}`, lossBox[0] + lossBox[2] - 0.4 * em, lossBox[1] + 1.2 * em, { align: "right", bold: true, size: 1.3 });
    return { bars };
  },
  grab(state, { bars }, x, y) {
    const i = range(3).find((each) => Math.abs(bars.x(each) - x) < bars.box[2] / 8);
    if (i === undefined || !bars.has(x, y)) return null;
    return (px, py) => ({ [`u${i + 1}`]: clamp(Math.round(bars.at(px, py)[1] * 10) / 10, -5, 5) });
  },
  tell(state) {
    const { y, loss, k, naive } = softmaxNumbers(state);
    if (naive.some(Number.isNaN)) return `同じ数を足しても softmax の答えは同じです。ところが式のまま計算すると nan になります。`;
    if (state.T < 0.7) return "温度 T が小さいと、いちばん大きな u だけに確率が集まります。";
    if (state.T > 1.9) return "温度 T が大きいと、確率がならされて、控えめになります。";
    return `正解の ${FRUITS[k]} の確率は ${y[k].toFixed(3)}、損失は E = ${fixed(loss, 3)} です。確率が 0 に近づくほど、損失は大きくなります。`;
  },
};

// --- 4. Gradient descent
const LANDSCAPES = {
  "おわん": { start: [-1.7, 1.3], loss: (a, b) => 0.5 * (a * a + b * b) },
  "細い谷": { start: [-1.8, 0.9], loss: (a, b) => 0.5 * (0.12 * a * a + 3 * b * b) },
  "高原": { start: [-1.9, 1.5], loss: (a, b) => 2 * (1 - Math.exp(-1.4 * (a * a + b * b))) },
  "2 つの谷": { start: [0.25, 1.6], loss: (a, b) => 0.45 * (a * a - 1.3) ** 2 + 0.35 * a + 0.5 * b * b },
  "数字の学習": { start: null, loss: null },
};
const ALPHAS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 1, 1.2, 1.5, 1.8, 2, 2.2, 2.5, 3];
const WALK = 40;

function landscape({ place, data }) {
  if (LANDSCAPES[place].loss) return LANDSCAPES[place];
  const { grid, start } = data, n = grid.shape[0];  // measured by the kernel; between its points, a straight line
  const loss = (a, b) => {
    const [c, r] = [a, b].map((v) => clamp(((v + 2.2) / 4.4) * (n - 1), 0, n - 1.000001));
    const [i, j] = [Math.floor(c), Math.floor(r)], [s, t] = [c - i, r - j], g = (row, column) => grid[row * n + column];
    return (1 - t) * ((1 - s) * g(j, i) + s * g(j, i + 1)) + t * ((1 - s) * g(j + 1, i) + s * g(j + 1, i + 1));
  };
  return { start, loss, step: 4.4 / (n - 1) };
}

// The slope of a landscape at a place, by differences.
function gradientAt({ loss, step = EPSILON }, [a, b]) {
  return [(loss(a + step, b) - loss(a - step, b)) / (2 * step), (loss(a, b + step) - loss(a, b - step)) / (2 * step)];
}

// The places of the ball after 0, 1, … steps; it ends early where it has left the map for good.
function descend(state, steps) {
  const land = landscape(state), ways = [[...(state.ball || land.start)]];
  for (let i = 0; i < steps; i++) {
    const slopes = gradientAt(land, ways[i]), next = ways[i].map((w, k) => w - state.alpha * slopes[k]);
    ways.push(next);
    if (!next.every((v) => Math.abs(v) < 1e3)) break;
  }
  return ways;
}
const outside = ([a, b]) => Math.max(Math.abs(a), Math.abs(b)) > 2.2;

function fate(state) {
  const ways = descend(state, WALK), { loss } = landscape(state), height = ways.map(([a, b]) => loss(a, b)), last = height[height.length - 1];
  const lowest = Math.min(...range(45 * 45).map((i) => loss(-2.2 + (i % 45) * 0.1, -2.2 + Math.floor(i / 45) * 0.1)));
  if (ways.some(outside) && (last > height[0] || outside(ways[ways.length - 1]))) return "diverges";
  if (last - lowest < 0.02 * (height[0] - lowest)) return "arrives";
  const steep = (way) => Math.hypot(...gradientAt(landscape(state), way));
  if (steep(ways[0]) < 0.05 && height[0] - last < 0.1 * (height[0] - lowest)) return "plateau";
  if (steep(ways[ways.length - 1]) < 0.03) return "local";
  return height.slice(-8).some((h, i, some) => i && h > some[i - 1] + 1e-3) ? "swings" : "slow";
}
const FATES = {
  diverges: "学習率 α が大きすぎます。1 歩ごとに谷を飛び越え、損失が増えていきます。発散です。",
  arrives: "ちょうどよい学習率 α です。勾配と逆の向きに進むだけで、谷の底に着きます。",
  plateau: "平らな高原では勾配がほとんど 0 なので、ボールはほとんど動きません。",
  local: "谷の底に着きました。ただし、いちばん低い谷とは限りません。始める場所を動かしてみてください。",
  swings: "谷を横切って行ったり来たりしています。学習率 α が少し大きいときの動きです。",
  slow: "学習率 α が小さいので、少しずつしか進みません。40 歩ではまだ坂の途中です。",
};

const descent = {
  tall: 2.5, pause: 110, data: true,
  steps: () => WALK,
  controls: [
    { key: "place", label: "損失の形", values: Object.keys(LANDSCAPES), value: "おわん" },
    { key: "alpha", label: "学習率 α", values: ALPHAS, value: 0.3, slider: true },
  ],
  memory: () => ({ turn: 0.6, ball: null }),
  changed: (state, key) => (key === "place" ? { ball: null, step: 0 } : { step: WALK }),
  draw(d, state) {
    const { colours, em } = d, { loss } = landscape(state), n = 44;
    const [left, right] = d.cells([1.5, 1], { stacked: [0.85, 1.5] });
    const heights = range(n * n).map((i) => loss(-2.2 + (4.4 * (i % n)) / (n - 1), -2.2 + (4.4 * Math.floor(i / n)) / (n - 1)));
    const low = Math.min(...heights), high = [...heights].sort((a, b) => a - b)[Math.floor(0.97 * n * n)];
    const level = (h) => clamp((h - low) / (high - low), 0, 1);
    const shades = ramp(colours.high, colours.paper, colours.low, colours.test);
    const ways = descend(state, state.step), ball = ways[ways.length - 1];

    // the loss as a hill seen from the side, painted from the back to the front
    const [cx, cy] = [left[0] + left[2] / 2, left[1] + left[3] * 0.66], size = Math.min(left[2] / 2.75, left[3] / 2.2);
    const [cos, sin] = [Math.cos(state.turn), Math.sin(state.turn)];
    const seen = (a, b, h) => {
      const [x, y] = [(a * cos - b * sin) / 2.2, (a * sin + b * cos) / 2.2];
      return [cx + x * size, cy + y * size * 0.5 - level(h) * size * 0.75, y];
    };
    const point = (i) => seen(-2.2 + (4.4 * (i % n)) / (n - 1), -2.2 + (4.4 * Math.floor(i / n)) / (n - 1), heights[i]);
    const corners = heights.map((_, i) => point(i)), tiles = [];
    for (const r of range(n - 1)) for (const c of range(n - 1)) {
      const ids = [r * n + c, r * n + c + 1, (r + 1) * n + c + 1, (r + 1) * n + c];
      tiles.push([ids.reduce((sum, i) => sum + corners[i][2], 0), ids]);
    }
    tiles.sort((a, b) => a[0] - b[0]);
    for (const [, ids] of tiles) {
      const shade = css(shades(level(ids.reduce((sum, i) => sum + heights[i], 0) / 4)));
      d.path(ids.map((i) => corners[i]), { fill: shade, color: state.place === "高原" && d.theme === "dark" ? colours.rule : colours.faint, width: 0.02, close: true });
    }
    const shown = ways.filter((way) => !outside(way));
    d.path(shown.map(([a, b]) => seen(a, b, loss(a, b)).slice(0, 2)), { width: 0.16 });
    shown.forEach(([a, b]) => d.dot(...seen(a, b, loss(a, b)).slice(0, 2), 0.22, { fill: colours.ink, color: null }));
    if (!outside(ball)) d.dot(...seen(ball[0], ball[1], loss(...ball)).slice(0, 2).map((v, i) => v - (i ? 0.5 * em : 0)), 0.75, { fill: colours.focus, width: 0.14 });
    else d.badge("地図の外へ飛び出しました", cx, left[1] + 3.4 * em);
    d.text(state.place === "数字の学習" ? `手書き数字の損失 (重み ${state.data.count.toLocaleString("en-US")} 個のうちの 2 つの方向)` : "損失 E (重み 2 つ)", left[0], 1.4 * em, { size: 1.05 });
    d.text("横に引くと回ります", left[0], left[1] + left[3] - 0.9 * em, { size: 0.85, color: colours.faint });

    // from above, and the loss by step
    const [mapCell, chartCell] = d.wide ? [[right[0], 0, right[2], d.height * 0.62], [right[0], d.height * 0.62, right[2], d.height * 0.38]]
      : [[right[0], right[1], right[2], right[3] * 0.62], [right[0], right[1] + right[3] * 0.62, right[2], right[3] * 0.38]];
    const box = d.inside(mapCell, { top: 2.4, bottom: 1.6, left: 1.4, square: true });
    const map = d.panel(box, { x: [-2.2, 2.2], y: [2.2, -2.2], marks: 0, title: "上から見た道" });
    d.field(box, heights, n, n, (h) => shades(level(h)), { smooth: true });
    d.text("w_1", box[0] + box[2], box[1] + box[3] + 0.85 * em, { align: "right", size: 0.9, color: colours.faint });
    d.text("w_2", box[0] - 0.4 * em, box[1] + 0.6 * em, { align: "right", size: 0.9, color: colours.faint });
    d.within(box, () => {
      for (const k of range(7)) d.level(box, heights, n, n, low + (high - low) * ((k + 0.5) / 7) ** 2, { color: colours.faint, width: 0.06 });
      const left = ways.findIndex(outside), inside = left < 0 ? ways : ways.slice(0, left + 1);
      d.path(map.points(inside), { width: 0.16 });
      map.points(inside).forEach(([x, y]) => d.dot(x, y, 0.2, { color: null }));
      if (!outside(ball)) d.dot(...map.points([ball])[0], 0.5, { fill: colours.focus });
    });
    d.handle(...map.points([ways[0]])[0], 0.5);
    d.text("始まり", map.x(ways[0][0]) + 1.1 * em, map.y(ways[0][1]) - 0.8 * em, { size: 0.85, halo: true });

    const losses = ways.map(([a, b]) => loss(a, b)), most = Math.max(losses[0] * 1.25, Math.min(Math.max(...losses), losses[0] * 3)) || 1;
    const chartBox = d.inside(chartCell, { top: 2, bottom: 2.4, left: 2.4 });
    const chart = d.panel(chartBox, { x: [0, WALK], y: [Math.min(low, 0), most], xname: "ステップ", yname: "損失 E", marks: 2 });
    d.within(chartBox, () => d.path(chart.points(losses.map((h, i) => [i, Number.isFinite(h) ? Math.min(h, 10 * most) : 10 * most])), { width: 0.2 }));
    d.text(`α = ${number(state.alpha)}　${ways.length - 1} 歩　E = ${number(losses[losses.length - 1])}`, chartBox[0] + chartBox[2], chartBox[1] - 0.8 * em, { align: "right", bold: true });
    return { map, hill: { left, size } };
  },
  grab(state, { map, hill }, x, y) {
    const [a, b] = landscape(state).start, [sa, sb] = state.ball || [a, b];
    if (Math.hypot(map.x(sa) - x, map.y(sb) - y) < map.box[2] / 9) {
      return (px, py) => ({ ball: map.at(px, py).map((v) => clamp(v, -2.15, 2.15)), step: state.step || WALK });
    }
    const [left, top, w, h] = hill.left;
    if (x < left || x > left + w || y < top || y > top + h) return null;
    return (px) => ({ turn: state.turn + (px - x) / hill.size });
  },
  press(state, { map }, x, y) {
    return map.has(x, y) ? { ball: map.at(x, y).map((v) => clamp(v, -2.15, 2.15)), step: WALK } : null;
  },
  tell(state) {
    if (!state.step) return "勾配は、いちばん急な上りの向きです。その逆へ、α × 勾配だけ動きます。「再生」を押すか、α を動かします。";
    if (state.step < WALK && fate(state) !== "diverges") return `${state.step} 歩目です。坂が急なほど勾配が大きく、1 歩も大きくなります。`;
    return FATES[fate(state)];
  },
};

// --- 5. Computation graphs
const OPERATIONS = {
  "×": (a, b) => a * b,
  "+": (a, b) => a + b,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
  "−log σ": (a) => Math.max(-a, 0) + Math.log1p(Math.exp(-Math.abs(a))),  // the cross entropy of two classes, t = 1
};
// inputs: name → [value, x, y, label]; boxes in order: name of what comes out → [operation, names that go in, x, y]
const GRAPHS = {
  "りんごの買い物": ({ price, count }) => ({
    unit: "円", limits: [[-0.9, 7.8], [-2.2, 1.9]],
    inputs: { price: [price, 0, 1.5, "りんごの値段"], count: [count, 0, -0.3, "個数"], bag: [30, 1.9, -1.8, "袋"], tax: [1.1, 3.9, -1.8, "税"] },
    boxes: { apples: ["×", ["price", "count"], 2, 0.9], subtotal: ["+", ["apples", "bag"], 3.9, 0.6], total: ["×", ["subtotal", "tax"], 5.8, 0.3] },
    names: { apples: "りんごの代金", subtotal: "小計", total: "合計" },
  }),
  "小さなネットワーク": ({ h }) => ({
    unit: "", limits: [[-0.4, 11], [-2.2, 1.9]],
    inputs: { x: [1.5, 0, 1.2, "x"], w1: [0.8, 0, -0.6, "w_1"], b1: [-0.5, 1.3, -1.9, "b_1"], w2: [-1.2, 4.8, -1.9, "w_2"], b2: [0.4, 6.3, -1.9, "b_2"] },
    boxes: { a1: ["×", ["x", "w1"], 1.3, 0.5], u1: ["+", ["a1", "b1"], 2.8, 0.5], z: [h, ["u1"], 4.5, 0.5], a2: ["×", ["z", "w2"], 6.2, 0.5], u2: ["+", ["a2", "b2"], 7.6, 0.5], E: ["−log σ", ["u2"], 9.3, 0.5] },
    names: { a1: "w₁x", u1: "u", z: "z", a2: "w₂z", u2: "u", E: "E" },
  }),
};

function graphOf(state) {
  const graph = GRAPHS[state.graph](state), values = {}, order = Object.entries(graph.boxes);
  for (const [name, [value]] of Object.entries(graph.inputs)) values[name] = value;
  for (const [out, [operation, into]] of order) values[out] = OPERATIONS[operation](...into.map((name) => values[name]));
  const result = order[order.length - 1][0], slopes = { [result]: 1 }, flows = [];
  for (const [out, [operation, into]] of [...order].reverse()) {
    for (const [i, name] of into.entries()) {
      const local = slope((v) => OPERATIONS[operation](...into.map((other, j) => (j === i ? v : values[other]))), values[name]);
      slopes[name] = slopes[out] * local;
      flows.push({ out, name, upstream: slopes[out], local, slope: slopes[name] });
    }
  }
  return { ...graph, values, slopes, flows, order, result };
}

// The boxes to the right of a step have no value yet; going back, a box first asks, then shows.
function graphStep({ order, result }, step, asks) {
  const forward = order.slice(0, step).map(([name]) => name);
  if (step <= order.length) return { active: forward[forward.length - 1], forward, backward: new Set(), asking: null };
  const back = step - order.length - 1, each = asks ? 2 : 1, done = Math.floor((back + each - 1) / each), asking = asks && back % 2 === 1;
  const reversed = [...order].reverse().slice(0, done), shown = asking ? reversed.slice(0, -1) : reversed;
  const backward = new Set([result, ...shown.flatMap(([, [, into]]) => into)]);
  return { active: reversed[reversed.length - 1]?.[0], forward: order.map(([name]) => name), backward, asking: asking ? reversed[reversed.length - 1][0] : null };
}
const graphSteps = ({ order }, asks) => order.length + 1 + order.length * (asks ? 2 : 1);

const graphScene = {
  tall: 1.2, pause: 1100, flow: 0.5,
  steps: (state) => graphSteps(graphOf(state), state.asks === "する"),
  controls: [
    { key: "graph", label: "グラフ", values: Object.keys(GRAPHS), value: "りんごの買い物" },
    { key: "asks", label: "問いかけ", values: ["する", "しない"], value: "する" },
    { key: "price", label: "りんごの値段", values: { low: 10, high: 200, step: 10 }, value: 100, when: ({ graph }) => graph === "りんごの買い物" },
    { key: "count", label: "個数", values: { low: 1, high: 10, step: 1 }, value: 2, when: ({ graph }) => graph === "りんごの買い物" },
    { key: "h", label: "h", values: ["sigmoid", "tanh"], value: "sigmoid", when: ({ graph }) => graph === "小さなネットワーク" },
  ],
  changed: (state, key) => (key === "graph" || key === "asks" ? { step: 0 } : {}),
  draw(d, state) {
    const { colours, em } = d, graph = graphOf(state), at = graphStep(graph, state.step, state.asks === "する");
    const box = d.inside([0, 0, d.width, d.height], { top: 1, bottom: 4.6, left: 1, right: 1 });
    const plane = d.panel(box, { x: graph.limits[0], y: graph.limits[1], marks: 0, frame: false });
    const place = (name) => { const [x, y] = graph.inputs[name] ? graph.inputs[name].slice(1, 3) : graph.boxes[name].slice(2, 4); return [plane.x(x), plane.y(y)]; };
    const end = [plane.x(graph.limits[0][1] - 0.55), plane.y(graph.boxes[graph.result][3])];
    const room = d.wide ? 1 : 0.78, boxWidth = (text) => (text.length > 2 ? 4.8 : 3) * em * room;
    const wires = graph.order.flatMap(([out, [operation, into]]) => into.map((name) => ({ name, from: place(name), to: place(out), width: boxWidth(operation), source: graph.boxes[name] ? boxWidth(graph.boxes[name][0]) : null })));
    wires.push({ name: graph.result, from: place(graph.result), to: end, width: 0, source: boxWidth(graph.boxes[graph.result][0]) });
    const known = new Set([...Object.keys(graph.inputs), ...at.forward]);
    for (const wire of wires) {
      const turn = Math.atan2(wire.to[1] - wire.from[1], wire.to[0] - wire.from[0]);
      const edge = (width) => Math.min(width / 2 / Math.max(Math.abs(Math.cos(turn)), 1e-6), 1.5 * em * room / Math.max(Math.abs(Math.sin(turn)), 1e-6));
      const start = wire.source ? edge(wire.source) : 1.6 * em * room, stop = wire.width ? edge(wire.width) : 0.2 * em;
      wire.a = [wire.from[0] + start * Math.cos(turn), wire.from[1] + start * Math.sin(turn)];
      wire.b = [wire.to[0] - stop * Math.cos(turn), wire.to[1] - stop * Math.sin(turn)];
      d.arrow(wire.a, wire.b, { color: at.backward.has(wire.name) ? colours.backward : known.has(wire.name) ? colours.forward : colours.rule, width: 0.16 });
      if (at.backward.has(wire.name) && state.flow < 1 && graph.boxes[at.active]?.[1].includes(wire.name)) {  // the derivative on its way
        d.dot(wire.b[0] + (wire.a[0] - wire.b[0]) * state.flow, wire.b[1] + (wire.a[1] - wire.b[1]) * state.flow, 0.5, { fill: colours.backward });
      }
    }
    for (const [out, [operation]] of graph.order) {
      const [x, y] = place(out), w = boxWidth(operation), h = 2.7 * em * room;
      d.rect([x - w / 2, y - h / 2, w, h], { fill: out === at.active ? colours.focus : colours.paper, color: colours.ink, width: 0.14, round: 8 });
      d.text(operation, x, y, { align: "center", size: (operation.length > 1 ? 1.05 : 1.5) * room, bold: true });
    }
    for (const [name, [, , , label]] of Object.entries(graph.inputs)) d.text(label, ...place(name), { align: "center", size: 1.1 * room, halo: true });
    d.text(graph.names[graph.result], end[0] + 0.3 * em, end[1], { size: 1.1 * room, bold: true });
    const flow = Object.fromEntries(graph.flows.map((each) => [each.name, each]));
    for (const wire of wires) {
      const share = graph.inputs[wire.name] ? 0.5 : 0.48, x = wire.a[0] + share * (wire.b[0] - wire.a[0]), y = wire.a[1] + share * (wire.b[1] - wire.a[1]);
      const steep = Math.abs(wire.b[1] - wire.a[1]) > 0.9 * Math.abs(wire.b[0] - wire.a[0]);
      const spots = steep ? [[x, y - 0.62 * em * room], [x, y + 0.62 * em * room]] : [[x, y - 1.05 * em * room], [x, y + 1.05 * em * room]];
      const font = { size: 1.15 * room, align: "center", halo: true, bold: true };
      if (known.has(wire.name)) d.text(number(graph.values[wire.name]), ...spots[0], { ...font, color: colours.forward });
      if (at.backward.has(wire.name)) d.text(number(graph.slopes[wire.name]), ...spots[1], { ...font, color: colours.backward });
      else if (at.asking && graph.boxes[at.asking][1].includes(wire.name)) d.text("?", ...spots[1], { ...font, color: colours.backward, size: 1.5 * room });
    }

    // the active box: upstream × local = out, for each of its inputs
    const name = (key) => (graph.inputs[key] ? graph.inputs[key][3] : graph.names[key]);
    const floor = d.height - 3.4 * em, going = at.backward.size > 0;
    const rows = [];
    if (going && at.active) for (const into of graph.boxes[at.active][1]) {
      const { upstream, local: own, slope: out } = flow[into];
      rows.push(`上流 ${number(upstream)} × 局所 ${number(own)} = ${at.asking ? "?" : number(out)}　→ ${name(into)}`);
    } else if (!going && at.active) {
      const [operation, into] = graph.boxes[at.active], given = into.map((key) => number(graph.values[key]));
      rows.push(into.length > 1 ? `${given.join(` ${operation} `)} = ${number(graph.values[at.active])}　→ ${name(at.active)}` : `${operation}(${given[0]}) = ${number(graph.values[at.active])}　→ ${name(at.active)}`);
    }
    if (rows.length) {
      d.rect([0.6 * em, floor - 1.5 * em, d.width - 1.2 * em, 4.4 * em], { fill: colours.wash, round: 8 });
      d.lines(rows, d.width / 2, floor + (rows.length > 1 ? -0.2 : 0.7) * em, { size: d.wide ? 1.35 : 1, align: "center", color: going ? colours.backward : colours.forward, bold: true });
    } else d.text("青: 値 (順伝播)　赤: 「それが 1 増えたら、右端がいくつ増えるか」(逆伝播)", d.width / 2, floor + 0.7 * em, { align: "center", size: d.wide ? 1.05 : 0.72, color: colours.faint });
    return {};
  },
  tell(state) {
    const graph = graphOf(state), at = graphStep(graph, state.step, state.asks === "する"), last = graphSteps(graph, state.asks === "する");
    const name = (key) => (graph.inputs[key] ? graph.inputs[key][3] : graph.names[key]).replace(/_1/, "₁").replace(/_2/, "₂"), apples = graph.unit === "円";
    if (!state.step) return "左端の値だけがわかっています。「1 ステップ」で、左から右へ計算します。";
    if (!at.backward.size) return apples ? `${name(at.active)}は ${number(graph.values[at.active])} 円です。` : `${name(at.active)} = ${number(graph.values[at.active])} です。`;
    if (at.backward.size === 1 && !at.asking) return `ここから逆にたどります。${apples ? "合計が 1 円増えれば、合計は 1 円増えます。" : "∂E/∂E = 1 です。"}`;
    if (at.asking) return `「${graph.boxes[at.active][0]}」の箱に ${number(graph.flows.find(({ out }) => out === at.active).upstream)} が来ました。左へは、いくつが流れるでしょうか。`;
    if (state.step === last) return apples ? `りんごが 1 円上がると合計は ${number(graph.slopes.price)} 円、1 個増えると ${number(graph.slopes.count)} 円増えます。` : "左端まで届きました。1 回の往復で、すべての重みの微分が求まります。";
    return graph.boxes[at.active][0] === "+" ? "足し算の箱の局所の微分はどちらも 1 なので、上流の値がそのまま流れます。"
      : graph.boxes[at.active][0] === "×" ? "掛け算の箱は、上流の値に「相手の値」を掛けて流します。" : "上流の値に、その箱の局所の微分を掛けて流します。";
  },
};

// --- 6. Numerical differentiation against backpropagation
const race = {
  trained: true, tall: 2.2,
  controls: [{ key: "largest", label: "いちばん大きな中間層", values: [8, 16, 32, 64], value: 32 }],
  draw(d, state) {
    const { colours, em } = d, { results, count, done, calls, spent, backprop, expected } = state;
    const [left, right] = d.cells([1.5, 1], { stacked: [1, 1.1] });
    const [x, y, w] = d.inside(left, { top: 1.6, right: 1 }), whole = Math.max(expected, spent, 1e-9), h = Math.min(left[3] * 0.11, 3 * em);
    const rows = d.wide ? left[3] : left[3] * 0.98;
    d.text(count ? `64 − ${state.width} − ${state.width} − 10: パラメータ ${count.toLocaleString("en-US")} 個の勾配` : `用意ができました (64 − ${state.largest} − ${state.largest} − 10 まで)`, x, y, { size: 1.1, bold: true });
    const lane = (top, title, share, colour, said) => {
      d.text(title, x, top, { size: 1.1, color: colour, bold: true });
      d.rect([x, top + 1.1 * em, w, h], { fill: colours.wash, round: 4 });
      d.rect([x, top + 1.1 * em, Math.max(w * share, share ? 0.18 * em : 0), h], { fill: colour, round: 2 });
      d.text(said, x, top + 2.1 * em + h, { size: 1.05 });
    };
    const ms = (seconds) => (seconds < 0.01 ? `${(seconds * 1000).toFixed(1)} ミリ秒` : `${Math.round(seconds * 1000).toLocaleString("en-US")} ミリ秒`);
    lane(y + rows * 0.11, "誤差逆伝播法", count ? backprop / whole : 0, colours.backward, count ? `順伝播 1 回 + 逆伝播 1 回　${ms(backprop)}` : "");
    lane(y + rows * 0.43, "数値微分", count ? spent / whole : 0, colours.faint, count ? `順伝播 ${calls.toLocaleString("en-US")} 回 (${done.toLocaleString("en-US")} / ${count.toLocaleString("en-US")} 個)　${ms(spent)}` : "");
    const axis = d.panel([x, y + rows * 0.43 + 3.1 * em + h, w, 0.01], { x: [0, whole * 1000], marks: 0, frame: false });
    d.path([[x, axis.box[1]], [x + w, axis.box[1]]], { color: colours.faint, width: 0.08 });
    if (count) for (const v of ticks(0, whole * 1000, 4)) d.text(number(v), axis.x(v), axis.box[1] + 0.8 * em, { size: 0.8, color: colours.faint, align: v ? "center" : "left" });
    d.text("時間 (ミリ秒): どちらも同じ目盛り", x, axis.box[1] + 1.95 * em, { size: 0.9, color: colours.faint });
    if (state.difference != null) d.text(`2 つの答えの差は、最大 ${state.difference.toExponential(0).replace("e-", " × 10^{−")}}`, x, axis.box[1] + 3.4 * em, { size: 1 });

    const box = d.inside(right, { top: 2.6, bottom: 2.6, left: 3, right: 0.6 });
    const chart = d.panel(box, { x: [100, 20000], y: [1e-4, 100], log: "xy", title: "1 回の勾配にかかる時間 (秒)", xname: "パラメータの数", marks: 4 });
    if (results.length) {
      const [slow, fast] = [1, 2].map((k) => results.map((row) => [row[0], row[k]]));
      d.path(chart.points(slow), { color: colours.faint, width: 0.2 });
      d.path(chart.points(fast), { color: colours.backward, width: 0.2 });
      for (const [px, py] of chart.points(slow)) d.dot(px, py, 0.4, { fill: colours.faint, color: null });
      for (const [px, py] of chart.points(fast)) d.dot(px, py, 0.45, { fill: colours.backward, color: null, triangle: true });
      const [last, quick] = [chart.points(slow).at(-1), chart.points(fast).at(-1)];
      d.path([last, quick], { color: colours.ink, width: 0.08, dash: [0.3, 0.3] });
      d.text(`${Math.round(results.at(-1)[1] / results.at(-1)[2]).toLocaleString("en-US")} 倍`, last[0] - 0.5 * em, (last[1] + quick[1]) / 2, { align: "right", size: 1.4, bold: true, halo: true });
      d.text("数値微分", chart.points(slow)[0][0], chart.points(slow)[0][1] - 1.1 * em, { size: 0.9, color: colours.faint, halo: true });
      d.text("誤差逆伝播法", chart.points(fast)[0][0], chart.points(fast)[0][1] + 1.1 * em, { size: 0.9, color: colours.backward, halo: true });
    }
    return {};
  },
  tell({ count, done, results, calls }) {
    if (!count) return "同じ勾配を、2 つの方法で求める競走です。「再生」を押します。";
    if (!done) return "誤差逆伝播法は、もう終わりました。数値微分はこれからです。";
    if (done < count) return `誤差逆伝播法は 2 回通るだけです。数値微分は、もう ${calls.toLocaleString("en-US")} 回通りました。`;
    return `同じ勾配が求まりました。数値微分は誤差逆伝播法の ${results.length ? Math.round(results.at(-1)[1] / results.at(-1)[2]).toLocaleString("en-US") : "何百"} 倍の時間がかかりました。`;
  },
};

// --- 7. Learning the digits
function bitmap(d, [x, y, w, h], pixels, from = 0, most = 16) {
  const shades = ramp(d.colours.paper, d.colours.ink);
  d.field([x, y, w, h], range(64).map((i) => pixels[from + i] / most), 8, 8, shades);
  d.rect([x, y, w, h], { color: d.colours.rule, width: 0.05 });
}

const RATES = [0.001, 0.01, 0.1, 0.3, 1, 3, 10, 100];
const EPOCHS = 20;
const digitsScene = {
  trained: true, data: true, autoplay: true, tall: 3.3, pause: 0,
  controls: [
    { key: "lr", label: "学習率 α", values: RATES, value: 0.1, slider: true },
    { key: "units", label: "中間層", values: [5, 10, 40], value: 40 },
  ],
  memory: () => ({ before: [] }),
  // the last curves stay as shadows, so that two learning rates can be compared
  remember: ({ before, lr, units, history }) => ({
    before: [...before.filter((each) => each.lr !== lr || each.units !== units), { lr, units, history }].slice(-4),
  }),
  draw(d, state) {
    const { colours, em } = d, { data, history, guesses, before, lr, units } = state;
    const [left, middle, right] = d.cells([1, 1.15, 1.15], { stacked: [1, 1.15, 1.1] });
    const rows = (flat) => range(flat.shape[0]).map((i) => [...flat.slice(5 * i, 5 * i + 5)]);
    const now = rows(history), last = now[now.length - 1];
    const half = left[3] / 2;
    const lossBox = d.inside([left[0], left[1], left[2], half], { top: 2, bottom: 1.8, left: 2.6 });
    const accuracyBox = d.inside([left[0], left[1] + half, left[2], half], { top: 1.6, bottom: 2.4, left: 2.6 });
    const loss = d.panel(lossBox, { x: [0, EPOCHS], y: [0.003, 30], log: "y", yname: "損失", marks: 3 });
    const accuracy = d.panel(accuracyBox, { x: [0, EPOCHS], y: [0, 1], yname: "正解率", xname: "エポック", marks: 2 });
    const curves = (panel, box, column) => d.within(box, () => {
      for (const each of before) if (each.lr !== lr || each.units !== units) d.path(panel.points(rows(each.history).map((row) => [row[0], row[column + 2]])), { color: colours.rule, width: 0.12 });
      d.path(panel.points(now.map((row) => [row[0], row[column]])), { width: 0.18 });
      d.path(panel.points(now.map((row) => [row[0], row[column + 2]])), { color: colours.test, width: 0.18, dash: [0.5, 0.35] });
    });
    curves(loss, lossBox, 1);
    curves(accuracy, accuracyBox, 2);
    const key = d.text("‐ ‐ テスト", lossBox[0] + lossBox[2], lossBox[1] - 0.8 * em, { size: 0.85, color: colours.test, align: "right" });
    d.text("― 学習データ", lossBox[0] + lossBox[2] - key - em, lossBox[1] - 0.8 * em, { size: 0.85, align: "right" });
    d.text(`${(100 * last[4]).toFixed(1)} %`, accuracyBox[0] + accuracyBox[2] - 0.4 * em, accuracyBox[1] + accuracyBox[3] * 0.7, { size: 1.5, bold: true, color: colours.test, align: "right", halo: true });

    const columns = 6, show = 30, side = Math.min(middle[2] / columns, (middle[3] - 3 * em) / 5 / 1.28), gap = side * 0.12;
    const [gx, gy] = [middle[0] + (middle[2] - columns * side) / 2, middle[1] + 2.2 * em];
    const right30 = range(show).filter((i) => guesses[i] === data.labels[i]).length;
    d.text(`テストの 30 文字: ${right30} 文字が読めました`, gx, middle[1] + 1.2 * em, { size: 1.05 });
    for (const i of range(show)) {
      const [cx, cy] = [gx + (i % columns) * side, gy + Math.floor(i / columns) * side * 1.28], good = guesses[i] === data.labels[i];
      bitmap(d, [cx + gap / 2, cy, side - gap, side - gap], data.images, 64 * i);
      if (!good) d.rect([cx + gap / 2, cy, side - gap, side - gap], { color: colours.focus, width: 0.22 });
      d.text(good ? `${guesses[i]}` : `${guesses[i]} ×`, cx + side / 2, cy + side * 1.06, { align: "center", size: Math.min(1.05, side / em / 3), bold: good, color: good ? colours.ink : colours.faint });
    }

    const box = d.inside(right, { top: 2.4, bottom: 1.6, square: true });
    d.text("中間層 (20 個) から見たテストの数字", box[0], box[1] - 0.95 * em, { size: 1.0 });
    const plane = d.panel(box, { x: [-1.1, 1.1], y: [-1.1, 1.1], marks: 0 });
    d.within(box, () => {
      for (const i of range(state.hidden.shape[0])) {
        d.text(`${data.classes[i]}`, plane.x(state.hidden[2 * i]), plane.y(state.hidden[2 * i + 1]), { align: "center", size: 0.95, bold: true, color: colours.classes[data.classes[i]] });
      }
    });
    if (state.fate) d.badge({ diverged: "発散しました", stopped: "学習が止まりました" }[state.fate], lossBox[0] + lossBox[2] / 2, lossBox[1] + lossBox[3] / 2);
    return {};
  },
  tell({ history, fate: what, lr }) {
    const last = [...history.slice(-5)];
    if (what === "diverged") return "発散しました。1 歩が大きすぎて、損失がはじめより大きくなりました。学習率 α を小さくしてみます。";
    if (what === "stopped") return "学習が止まりました。1 歩が大きすぎて、どの ReLU も 0 しか出さなくなり、勾配も 0 です。";
    if (!last[0]) return "学習する前です。まだ、でたらめに答えています。「再生」を押します。";
    if (lr < 0.01) return `${last[0]} エポック: α = ${number(lr)} では、遅すぎて進みません。テストの正解率は ${(100 * last[4]).toFixed(1)} % です。`;
    return `${last[0]} エポック: 損失 ${number(last[3], 2)}、テストの正解率 ${(100 * last[4]).toFixed(1)} % です。`;
  },
};

// --- 8. A digit of one's own
const LAMPS = ["入力", "中間層 1", "中間層 2", "出力"];

// The z of every layer for 64 counts of ink, and the u of every layer behind the first.
function read(pixels, { weights }) {
  const zs = [Array.from(pixels, (count) => count / 16)], us = [];
  weights.forEach(([W, b], layer) => {
    const z = zs[zs.length - 1], width = b.length;
    const u = range(width).map((j) => z.reduce((sum, value, i) => sum + value * W[i * width + j], b[j]));
    us.push(u);
    if (layer < weights.length - 1) zs.push(u.map((v) => Math.max(v, 0)));
  });
  const top = us[us.length - 1], most = Math.max(...top), exps = top.map((v) => Math.exp(v - most)), total = exps.reduce((a, b) => a + b);
  return { us, zs: [...zs, exps.map((e) => e / total)] };
}

// The strokes as the digits of the data were made: fitted into 32 x 32 cells, the ink counted in blocks of 4 x 4.
// A cell is inked when its centre is within half a pen's thickness of a segment. Width and height are scaled to fill the room,
// each on its own, but at most 1.5 times apart: a bar stays a bar.
function inkCounts(strokes) {
  const FINE = 32, WIDE = 24, THICK = 5.6, APART = 1.5, inked = new Uint8Array(FINE * FINE), counts = new Array(64).fill(0);
  if (!strokes.some((stroke) => stroke.length)) return counts;
  const [xs, ys] = [0, 1].map(axis => strokes.flat().map(p => p[axis]));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const roomX = (WIDE - THICK) / (right - left + 1e-9), roomY = (FINE - THICK) / (bottom - top + 1e-9);
  const scaleY = Math.min(roomY, APART * roomX), scaleX = Math.min(roomX, APART * scaleY);
  const place = ([x, y]) => [FINE / 2 + (x - (left + right) / 2) * scaleX, FINE / 2 + (y - (top + bottom) / 2) * scaleY];
  const cells = (a, b) => [Math.floor(Math.min(a, b) - THICK / 2), Math.ceil(Math.max(a, b) + THICK / 2)];
  for (const points of strokes.map(stroke => stroke.map(place))) points.forEach(([bx, by], i) => {
    const [ax, ay] = points[Math.max(i - 1, 0)], dx = bx - ax, dy = by - ay, [x0, x1] = cells(ax, bx), [y0, y1] = cells(ay, by);
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) {
      const px = x + 0.5 - ax, py = y + 0.5 - ay, along = (px * dx + py * dy) / (dx * dx + dy * dy || 1);
      const t = Math.max(0, Math.min(1, along));
      if ((px - t * dx) ** 2 + (py - t * dy) ** 2 <= THICK ** 2 / 4) inked[FINE * y + x] = 1;
    }
  });
  inked.forEach((ink, i) => { counts[8 * Math.floor(i / (4 * FINE)) + Math.floor(i % FINE / 4)] += ink; });
  return counts;
}

const NOTHING = range(64).map(() => 0);
const padScene = {
  data: true, tall: 2.7, flow: 0.9,
  controls: [{ key: "sample", label: "見本", values: ["なし", ...range(10)], value: "なし" }],
  memory: () => ({ strokes: [], pixels: NOTHING, chosen: null }),
  extras: { "消す": () => ({ strokes: [], pixels: NOTHING, sample: "なし", chosen: null }) },
  changed: ({ sample, data }) => ({ strokes: [], chosen: null, pixels: sample === "なし" ? NOTHING : [...data.samples.slice(64 * sample, 64 * sample + 64)] }),
  draw(d, state) {
    const { colours, em } = d, { data, pixels, strokes, chosen } = state, empty = !pixels.some((v) => v);
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
    if (empty && !strokes.length) d.text("0 〜 9", pad[0] + pad[2] / 2, pad[1] + pad[3] / 2, { align: "center", size: 2, color: colours.rule });

    const { us, zs } = read(pixels, data), y = zs[3], best = argmax(y);
    const [x, top, w, h] = d.inside(right, { top: 2.4, bottom: 1.6 }), side = Math.min(w * 0.2, h * 0.42);
    const place = [[x, top + h * 0.5 - side / 2], ...(d.wide ? [0.42, 0.62, 0.8] : [0.4, 0.55, 0.68]).map((part) => part * w)];
    const lamp = (layer, i) => {
      if (!layer) return [x + ((i % 8) + 0.5) * (side / 8), place[0][1] + (Math.floor(i / 8) + 0.5) * (side / 8)];
      const n = zs[layer].length;
      return [x + place[layer], top + (h * (i + 0.5)) / n];
    };
    const reached = (layer) => clamp(state.flow * 3.4 - layer, 0, 1);  // the ink flows: a layer lights up after the one before
    LAMPS.forEach((name, layer) => d.text(name, layer ? x + place[layer] : x + side / 2, top - 0.95 * em, { align: "center", size: 0.9, color: colours.faint }));
    if (!empty) zs.slice(0, 3).forEach((z, layer) => {
      const [W] = data.weights[layer], width = zs[layer + 1].length, shown = [];
      z.forEach((value, i) => { for (let j = 0; j < width; j++) { const part = value * W[i * width + j]; if (Math.abs(part) > 1e-9) shown.push([part, i, j]); } });
      shown.sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]));
      const scale = Math.abs(shown[0]?.[0] ?? 1), far = reached(layer + 0.4);
      for (const [part, i, j] of shown.slice(0, 110)) {
        const [from, to] = [lamp(layer, i), lamp(layer + 1, j)], tip = from.map((v, k) => v + far * (to[k] - v));
        if (far) d.path([from, tip], { color: part > 0 ? colours.plus : colours.minus, width: 0.02 + (0.16 * Math.abs(part)) / scale, opacity: 0.15 + (0.6 * Math.abs(part)) / scale });
      }
    });
    bitmap(d, [...place[0], side, side], pixels);
    const light = ramp(colours.paper, colours.forward);
    for (const layer of [1, 2]) {
      const most = Math.max(...zs[layer], 1e-9), radius = Math.min(0.62, (h / zs[layer].length / em) * 0.46);
      zs[layer].forEach((value, i) => d.dot(...lamp(layer, i), radius, { fill: css(light(empty ? 0 : (reached(layer) * value) / most)), color: chosen?.[0] === layer && chosen[1] === i ? colours.test : colours.faint, width: chosen?.[0] === layer && chosen[1] === i ? 0.22 : 0.06 }));
    }
    y.forEach((value, k) => {
      const [lx, ly] = lamp(3, k), bar = w - place[3] - 3.6 * em, share = empty ? 0 : value * reached(2.4);
      d.text(`${k}`, lx, ly, { align: "center", bold: k === best && !empty, size: 1.15, halo: true });
      d.rect([lx + 1.1 * em, ly - 0.42 * em, bar, 0.84 * em], { fill: colours.wash, round: 3 });
      d.rect([lx + 1.1 * em, ly - 0.42 * em, bar * share, 0.84 * em], { fill: k === best ? colours.forward : colours.rule, round: 3 });
      if (!empty && value >= 0.005) d.text(`${Math.round(100 * value)}%`, lx + 1.2 * em + bar, ly, { size: 0.8, bold: k === best, align: "left" });
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
    const stroke = [], strokes = [...state.strokes, stroke];
    if (hovering || strokes.length > 60) return () => null;
    return (px, py) => {
      if (stroke.length < 2000) stroke.push(at(px, py));
      return { strokes, pixels: inkCounts(strokes), sample: "なし", chosen: null };
    };
  },
  hover: (state, { pad }, x, y) => (x > pad[0] && x < pad[0] + pad[2] && y > pad[1] && y < pad[1] + pad[3] ? "crosshair" : ""),
  press(state, { lamp, counts, em }, x, y) {
    for (const layer of [1, 2, 3]) for (const i of range(counts[layer])) {
      const [lx, ly] = lamp(layer, i), reach = layer === 3 ? 1.2 * em : Math.max(0.8 * em, 9);
      if (Math.abs(lx - x) < reach && Math.abs(ly - y) < Math.max((lamp(layer, 1)[1] - lamp(layer, 0)[1]) / 2, 2)) return { chosen: [layer, i] };
    }
    return { chosen: null };
  },
  tell({ pixels, data, chosen }) {
    if (!pixels.some((v) => v)) return "マウスか指で数字を書くと、書いている途中から答えます。ニューロンを押すと、その計算が見えます。";
    const { us, zs } = read(pixels, data), best = argmax(zs[3]);
    if (chosen) return `${LAMPS[chosen[0]]} の ${chosen[1] + (chosen[0] === 3 ? 0 : 1)}${chosen[0] === 3 ? "" : " 番目"}: 入ってくる値 × 重みを全部足して、u = ${fixed(us[chosen[0] - 1][chosen[1]], 2)} です。`;
    return `${best} と読みました。確率は ${Math.round(100 * zs[3][best])} % です。`;
  },
};

// The sum of the chosen neuron: what its inputs bring, drawn where they come from.
function padSum(d, { data, chosen: [layer, j] }, us, zs, [x, top, side, h, place]) {
  const { colours, em } = d, [W, b] = data.weights[layer - 1], width = b.length, z = zs[layer - 1];
  const parts = z.map((value, i) => value * W[i * width + j]), u = us[layer - 1][j];
  const said = [`Σ w z = ${fixed(u - b[j], 2)}`, `b = ${fixed(b[j], 2)}`, `u = ${fixed(u, 2)}`, layer === 3 ? `y = ${zs[3][j].toFixed(3)}` : `h(u) = ${fixed(zs[layer][j], 2)}`];
  d.rect([x - 0.4 * em, top + h - 5.9 * em, side + 1.2 * em, 6.2 * em], { fill: colours.paper, color: colours.test, round: 6, width: 0.1 });
  d.lines(said, x + 0.1 * em, top + h - 5 * em, { size: 0.95 });
  if (layer === 1) {
    const most = Math.max(...parts.map(Math.abs), 1e-9), shades = ramp(colours.minus, colours.paper, colours.plus);
    const box = [place[0][0], Math.max(place[0][1] - side - 1.2 * em, top), side, side];
    d.field(box, parts.map((part) => 0.5 + part / most / 2), 8, 8, shades);
    d.rect(box, { color: colours.test, width: 0.1 });
  }
}

// --- 9. Shuffled pixels
const shuffle = {
  trained: true, data: true, autoplay: true, tall: 1.75, pause: 0,
  controls: [{ key: "order", label: "入れ替え方 (0 はもとのまま)", values: range(10), value: 1, slider: true }],
  draw(d, state) {
    const { colours, em } = d, [left, right] = d.cells([1.7, 1], { stacked: [1, 1] });
    const side = Math.min(left[2] / 8, (left[3] - 6 * em) / 2.7), rows = range(state.history.shape[0]).map((i) => [...state.history.slice(3 * i, 3 * i + 3)]);
    [["もとの画像", null, 1], ["画素を入れ替えた画像 (どれも同じ入れ替え方)", state.view, 2]].forEach(([name, view, column], row) => {
      const y = left[1] + (row ? left[3] * 0.52 : 0.8 * em);
      d.text(name, left[0], y + 0.8 * em, { size: 1.1, bold: true });
      for (const i of range(8)) {
        const pixels = range(64).map((k) => state.data.images[64 * i + (view ? view[k] : k)]), guess = state.guesses[8 * row + i], good = guess === state.data.labels[i];
        bitmap(d, [left[0] + i * side + 0.05 * side, y + 1.9 * em, 0.9 * side, 0.9 * side], pixels);
        d.text(good ? `${guess}` : `${guess} ×`, left[0] + (i + 0.5) * side, y + 2.8 * em + 0.9 * side, { align: "center", size: 1.2, bold: good, color: good ? colours.ink : colours.faint });
      }
    });
    const box = d.inside(right, { top: 2.4, bottom: 2.6, left: 2.4, right: 0.5 }), chart = d.panel(box, { x: [0, 12], y: [0, 1], title: "テストの正解率", xname: "エポック" });
    d.within(box, () => {
      d.path(chart.points(rows.map((r) => [r[0], r[1]])), { width: 0.2 });
      d.path(chart.points(rows.map((r) => [r[0], r[2]])), { width: 0.2, color: colours.test, dash: [0.5, 0.4] });
    });
    const [, plain, mixed] = rows[rows.length - 1];
    d.text(`もと ${(100 * plain).toFixed(1)} %`, box[0] + box[2] - 0.5 * em, box[1] + box[3] - 3 * em, { align: "right", size: 1.2, bold: true });
    d.text(`入れ替え ${(100 * mixed).toFixed(1)} %`, box[0] + box[2] - 0.5 * em, box[1] + box[3] - 1.3 * em, { align: "right", size: 1.2, bold: true, color: colours.test });
    return {};
  },
  tell(state) {
    const [epoch, plain, mixed] = state.history.slice(-3);
    if (!epoch) return "下の段は、上と同じ画像の画素を入れ替えたものです。読める人はいますか。";
    return `${number(epoch)} エポック: もとの画像 ${(100 * plain).toFixed(1)} %、入れ替えた画像 ${(100 * mixed).toFixed(1)} %。網は画素の「となり」を知りません。`;
  },
};

// --- 10. Over-fitting
const LAMBDAS = [0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3];
const overfit = {
  trained: true, data: true, autoplay: true, tall: 2.2, pause: 0,
  controls: [
    { key: "lam", label: "λ", values: LAMBDAS, value: 0, slider: true },
    { key: "points", label: "データの数", values: [30, 100, 400], value: 30 },
  ],
  memory: () => ({ learned: {} }),
  remember: ({ learned, lam, points, train, test }, last) => (last ? { learned: { ...learned, [`${points} ${lam}`]: [train[0], test[0]] } } : {}),
  following(state, allowed) {  // one after another, until every λ has been learned
    const at = allowed[0].indexOf(state.lam);
    return at + 1 < allowed[0].length ? { lam: allowed[0][at + 1] } : null;
  },
  draw(d, state) {
    const { colours, em } = d, { data, points, lam, learned, train, test } = state, n = 60;
    const [left, right] = d.cells([1, 1.1], { stacked: [1, 1] });
    const box = d.inside(left, { top: 2.4, bottom: 2.2, square: true }), plane = d.panel(box, { x: [-2.6, 2.6], y: [-2.6, 2.6], marks: 0, title: `λ = ${number(lam)}、学習データ ${points} 個` });
    d.field(box, state.map, n, n, twoSides(d), { smooth: true });
    d.within(box, () => {
      const rest = data.points.length / 2 - 400;
      for (const i of range(rest)) {
        const [x, y] = [data.points[2 * (400 + i)], data.points[2 * (400 + i) + 1]];
        d.dot(plane.x(x), plane.y(y), 0.2, { fill: data.labels[400 + i] ? colours.test : colours.paper, color: colours.test, width: 0.07, triangle: data.labels[400 + i] === 1 });
      }
      classDots(d, plane, data.points, data.labels, points);
      d.level(box, state.map, n, n, HALF, { width: 0.26 });
    });
    d.text("● ▲ 学習データ", box[0], box[1] + box[3] + 1 * em, { size: 0.9 });
    d.text("小さな印: テスト", box[0] + box[2], box[1] + box[3] + 1 * em, { size: 0.9, color: colours.test, align: "right" });

    const chartBox = d.inside(right, { top: 2.4, bottom: 2.8, left: 2.4, right: 0.8 });
    const chart = d.panel(chartBox, { x: [-0.4, LAMBDAS.length - 0.6], y: [0, 3], title: "損失", marks: 0 });
    d.text("正則化の強さ λ", chartBox[0] + chartBox[2], chartBox[1] + chartBox[3] + 2 * em, { size: 0.9, align: "right", color: colours.faint });
    for (const v of [1, 2, 3]) d.text(`${v}`, chartBox[0] - 0.4 * em, chart.y(v), { size: 0.8, align: "right", color: colours.faint });
    LAMBDAS.forEach((value, i) => { if (i % 2 === 0) d.text(number(value), chart.x(i), chartBox[1] + chartBox[3] + 0.8 * em, { size: 0.8, align: "center", color: colours.faint }); });
    const now = LAMBDAS.indexOf(lam), known = LAMBDAS.map((value, i) => [i, learned[`${points} ${value}`]]).filter(([, each]) => each);
    d.path(chart.points([[now, 0], [now, 3]]), { color: colours.rule, width: 0.1, dash: [0.3, 0.3] });
    d.within(chartBox, () => [[0, colours.ink, []], [1, colours.test, [0.5, 0.4]]].forEach(([k, color, dash]) => {
      d.path(chart.points(known.map(([i, each]) => [i, Math.min(each[k], 3)])), { color, dash, width: 0.18 });
      known.forEach(([i, each]) => d.dot(chart.x(i), chart.y(Math.min(each[k], 3)), 0.34, { fill: color, color: null }));
      d.dot(chart.x(now), chart.y(Math.min((k ? test : train)[0], 2.97)), 0.5, { fill: null, color, width: 0.16 });
    }));
    const say = (row, text, color) => d.text(text, chartBox[0] + chartBox[2] - 0.5 * em, chartBox[1] + (1.1 + 1.6 * row) * em, { align: "right", color, bold: true, size: 1.1, halo: true });
    say(0, `学習データ ${Math.round(100 * train[1])} % 正解`, colours.ink);
    say(1, `テスト ${Math.round(100 * test[1])} % 正解`, colours.test);
    say(2, `‖W‖ = ${fixed(state.size, 1)}`, colours.faint);
    return {};
  },
  tell({ lam, points, train, test, iteration, whole }) {
    if (iteration < whole) return `λ = ${number(lam)} で学習しています (${iteration} / ${whole})。`;
    if (test[0] > 2 * train[0] + 0.15) return `学習データの損失は ${number(train[0], 2)} なのに、テストでは ${number(test[0], 2)} です。覚え込みすぎです。これが過学習です。`;
    if (lam >= 0.1) return `λ が大きすぎて、重みが小さくなりすぎました。学習データの損失も ${number(train[0], 2)} あります。`;
    return `データ ${points} 個、λ = ${number(lam)}: 学習データの損失 ${number(train[0], 2)}、テスト ${number(test[0], 2)} です。`;
  },
};

const PICTURES = { neuron, layers, softmax: softmaxScene, descent, graph: graphScene, race, digits: digitsScene, pad: padScene, shuffle, overfit };
