// A neuron.
const ACTIVATIONS = {
  sigmoid: { h: sigmoid, low: 0, high: 1 },
  tanh: { h: Math.tanh, low: -1, high: 1 },
  ReLU: { h: (u) => Math.max(u, 0), low: 0, high: 6 },
  "h なし": { h: (u) => u, low: -6, high: 6 },
};
const neuronSum = ({ w1, w2, b, x }) => w1 * x[0] + w2 * x[1] + b;

// What can be dragged on the plane: the line by its middle (b), its arrow (w), and the point (x).
function neuronHandles({ w1, w2, b, x }) {
  const size = w1 * w1 + w2 * w2,
    foot = size > 1e-9 ? [(-b * w1) / size, (-b * w2) / size] : [0, 0];
  return { line: foot, tip: [foot[0] + w1, foot[1] + w2], point: x };
}

PICTURES.neuron = {
  tall: 2.7,
  controls: [
    { key: "w1", label: "w₁", values: { low: -3, high: 3, step: 0.1 }, value: 1.5 },
    { key: "w2", label: "w₂", values: { low: -3, high: 3, step: 0.1 }, value: -1 },
    { key: "b", label: "b", values: { low: -3, high: 3, step: 0.1 }, value: 0.5 },
    { key: "h", label: "h", values: Object.keys(ACTIVATIONS), value: "sigmoid" },
  ],
  memory: () => ({ x: [-1.5, 1.5] }),
  draw(d, state) {
    const { w1, w2, b, x, h: name } = state,
      { h, low, high } = ACTIVATIONS[name],
      { colours, em } = d;
    const [left, middle, right] = d.cells([1.05, 1.1, 1], { stacked: [0.8, 1.1, 0.9] });
    const u = neuronSum(state),
      z = h(u);

    const net = d.panel(d.inside(left, { top: 1, bottom: 1 }), { x: [0, 10], y: [-5.4, 5.4], marks: 0, frame: false });
    const at = { x1: [1.1, 2.7], x2: [1.1, -2.7], b: [5.4, -4], cell: [6.2, 0] };
    for (const [from, weight, label] of [
      ["x1", w1, "w_1"],
      ["x2", w2, "w_2"],
      ["b", b, "b"],
    ]) {
      const colour = weight >= 0 ? colours.plus : colours.minus;
      const [sx, sy] = at[from],
        [ex, ey] = at.cell,
        part = from === "b" ? 0.35 : 0.52;
      d.path(
        [
          [net.x(sx), net.y(sy)],
          [net.x(ex), net.y(ey)],
        ],
        { color: colour, width: 0.1 + 0.22 * Math.abs(weight) },
      );
      d.text(`${label} = ${fixed(weight, 1)}`, net.x(sx + part * (ex - sx)), net.y(sy + part * (ey - sy)), {
        align: "center",
        color: colour,
        halo: true,
        bold: true,
      });
    }
    for (const [key, label] of [
      ["x1", `x_1 = ${fixed(x[0], 1)}`],
      ["x2", `x_2 = ${fixed(x[1], 1)}`],
    ]) {
      d.rect([net.x(at[key][0]) - 1.1 * em, net.y(at[key][1]) - 1 * em, 5.2 * em, 2 * em], {
        fill: colours.paper,
        color: colours.faint,
        round: em,
      });
      d.text(label, net.x(at[key][0]) + 1.5 * em, net.y(at[key][1]), { align: "center", color: colours.forward });
    }
    d.path(
      [
        [net.x(6.2), net.y(0)],
        [net.x(9.3), net.y(0)],
      ],
      { color: colours.faint },
    );
    d.dot(net.x(6.2), net.y(0), 2.1, { fill: d.colours.paper, width: 0.14 });
    d.text("u", net.x(6.2) - 0.8 * em, net.y(0), { align: "center" });
    d.text("h", net.x(6.2) + 0.8 * em, net.y(0), { align: "center" });
    d.path(
      [
        [net.x(6.2), net.y(0) - 1.9 * em],
        [net.x(6.2), net.y(0) + 1.9 * em],
      ],
      { width: 0.06 },
    );
    d.text(`z = ${fixed(z, 2)}`, net.x(9.9), net.y(0) - 1.1 * em, { align: "right", color: colours.forward, bold: true });
    const sign = (v) => (v < 0 ? `(${fixed(v, 1)})` : fixed(v, 1));
    d.text(
      `u = ${fixed(w1, 1)} × ${sign(x[0])} + ${sign(w2)} × ${sign(x[1])} + ${sign(b)} = ${fixed(u, 2)}`,
      left[0] + left[2] / 2,
      left[1] + 1.2 * em,
      { size: 0.9, align: "center", color: colours.forward },
    );

    const box = d.inside(middle, { top: 2.6, bottom: 2.4, left: 1.6, square: true });
    const plane = d.panel(box, { x: [-3, 3], y: [-3, 3], title: "z の値", xname: "x_1", marks: 4 }),
      n = 48;
    const shades = ramp(colours.low, colours.paper, colours.high);
    d.field(
      box,
      range(n * n).map((i) => {
        const [a, c] = [-3 + (6 * ((i % n) + 0.5)) / n, 3 - (6 * (Math.floor(i / n) + 0.5)) / n];
        return (h(w1 * a + w2 * c + b) - low) / (high - low);
      }),
      n,
      n,
      shades,
      { smooth: true },
    );
    const size = Math.hypot(w1, w2),
      handles = neuronHandles(state);
    d.within(box, () => {
      if (size > 1e-9) d.path(plane.points(acrossSquare([w1, w2, b], 3)), { width: 0.22 });
    });
    if (size > 1e-9) {
      const [foot, tip] = plane.points([handles.line, handles.tip]);
      const turn = Math.atan2(tip[1] - foot[1], tip[0] - foot[0]);
      d.arrow(foot, [tip[0] - 0.7 * em * Math.cos(turn), tip[1] - 0.7 * em * Math.sin(turn)], {
        color: colours.ink,
        width: 0.16,
      });
      d.text("w", tip[0] + 0.9 * em, tip[1] - 0.9 * em, { bold: true, halo: true });
      d.handle(...foot);
      d.handle(...tip, 0.5);
    }
    const [px, py] = plane.points([x])[0];
    d.handle(px, py, 0.55);
    d.text("x", px + 1.1 * em, py - 0.8 * em, { bold: true, color: colours.forward, halo: true });
    if (size > 1e-9)
      d.text("u = 0", box[0] + box[2] - 0.4 * em, box[1] + box[3] - 0.9 * em, { align: "right", halo: true, size: 0.9 });
    d.text("x_2", box[0] - 1.4 * em, box[1] + 0.2 * em, { color: colours.faint, size: 0.9, align: "center" });

    const curveBox = d.inside(right, { top: 2.6, bottom: 2.4, left: 1.4 });
    const curve = d.panel(curveBox, {
      x: [-8, 8],
      y: name === "ReLU" || name === "h なし" ? [-4, 4] : [-1.25, 1.25],
      title: "z = h(u)",
      xname: "u",
      marks: 4,
    });
    d.within(curveBox, () => {
      d.path(
        curve.points([
          [0, -9],
          [0, 9],
        ]),
        { color: colours.rule, width: 0.08 },
      );
      d.path(
        curve.points([
          [-9, 0],
          [9, 0],
        ]),
        { color: colours.rule, width: 0.08 },
      );
      d.path(curve.points(range(161).map((i) => [-8 + i / 10, h(-8 + i / 10)])), { width: 0.2 });
      d.path(
        curve.points([
          [u, -9],
          [u, z],
          [-9, z],
        ]),
        { color: colours.forward, width: 0.1, dash: [0.4, 0.4] },
      );
      d.dot(curve.x(clamp(u, -8, 8)), curve.y(z), 0.5, { fill: colours.forward });
    });
    return { plane };
  },
  grab(state, { plane }, x, y) {
    if (!plane.has(x, y)) return null;
    const handles = neuronHandles(state),
      reach = plane.box[2] / 12;
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
