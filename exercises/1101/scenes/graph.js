// Computation graphs.
const OPERATIONS = {
  "×": (a, b) => a * b,
  "+": (a, b) => a + b,
  sigmoid,
  tanh: Math.tanh,
  "−log σ": (a) => Math.max(-a, 0) + Math.log1p(Math.exp(-Math.abs(a))), // the cross entropy of two classes, t = 1
};
// inputs: name → [value, x, y, label]; boxes in order: name of what comes out → [operation, names that go in, x, y]
const GRAPHS = {
  りんごの買い物: ({ price, count }) => ({
    unit: "円",
    limits: [
      [-0.9, 7.8],
      [-2.2, 1.9],
    ],
    inputs: {
      price: [price, 0, 1.5, "りんごの値段"],
      count: [count, 0, -0.3, "個数"],
      bag: [30, 1.9, -1.8, "袋"],
      tax: [1.1, 3.9, -1.8, "税"],
    },
    boxes: {
      apples: ["×", ["price", "count"], 2, 0.9],
      subtotal: ["+", ["apples", "bag"], 3.9, 0.6],
      total: ["×", ["subtotal", "tax"], 5.8, 0.3],
    },
    names: { apples: "りんごの代金", subtotal: "小計", total: "合計" },
  }),
  小さなネットワーク: ({ h }) => ({
    unit: "",
    limits: [
      [-0.4, 11],
      [-2.2, 1.9],
    ],
    inputs: {
      x: [1.5, 0, 1.2, "x"],
      w1: [0.8, 0, -0.6, "w_1"],
      b1: [-0.5, 1.3, -1.9, "b_1"],
      w2: [-1.2, 4.8, -1.9, "w_2"],
      b2: [0.4, 6.3, -1.9, "b_2"],
    },
    boxes: {
      a1: ["×", ["x", "w1"], 1.3, 0.5],
      u1: ["+", ["a1", "b1"], 2.8, 0.5],
      z: [h, ["u1"], 4.5, 0.5],
      a2: ["×", ["z", "w2"], 6.2, 0.5],
      u2: ["+", ["a2", "b2"], 7.6, 0.5],
      E: ["−log σ", ["u2"], 9.3, 0.5],
    },
    names: { a1: "w₁x", u1: "u", z: "z", a2: "w₂z", u2: "u", E: "E" },
  }),
};

function graphOf(state) {
  const graph = GRAPHS[state.graph](state),
    values = {},
    order = Object.entries(graph.boxes);
  for (const [name, [value]] of Object.entries(graph.inputs)) values[name] = value;
  for (const [out, [operation, into]] of order) values[out] = OPERATIONS[operation](...into.map((name) => values[name]));
  const result = order[order.length - 1][0],
    slopes = { [result]: 1 },
    flows = [];
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
  const back = step - order.length - 1,
    each = asks ? 2 : 1,
    done = Math.floor((back + each - 1) / each),
    asking = asks && back % 2 === 1;
  const reversed = [...order].reverse().slice(0, done),
    shown = asking ? reversed.slice(0, -1) : reversed;
  const backward = new Set([result, ...shown.flatMap(([, [, into]]) => into)]);
  return {
    active: reversed[reversed.length - 1]?.[0],
    forward: order.map(([name]) => name),
    backward,
    asking: asking ? reversed[reversed.length - 1][0] : null,
  };
}
const graphSteps = ({ order }, asks) => order.length + 1 + order.length * (asks ? 2 : 1);

PICTURES.graph = {
  tall: 1.2,
  pause: 1100,
  flow: 0.5,
  steps: (state) => graphSteps(graphOf(state), state.asks === "する"),
  controls: [
    { key: "graph", label: "グラフ", values: Object.keys(GRAPHS), value: "りんごの買い物" },
    { key: "asks", label: "問いかけ", values: ["する", "しない"], value: "する" },
    {
      key: "price",
      label: "りんごの値段",
      values: { low: 10, high: 200, step: 10 },
      value: 100,
      when: ({ graph }) => graph === "りんごの買い物",
    },
    {
      key: "count",
      label: "個数",
      values: { low: 1, high: 10, step: 1 },
      value: 2,
      when: ({ graph }) => graph === "りんごの買い物",
    },
    { key: "h", label: "h", values: ["sigmoid", "tanh"], value: "sigmoid", when: ({ graph }) => graph === "小さなネットワーク" },
  ],
  changed: (state, key) => (key === "graph" || key === "asks" ? { step: 0 } : {}),
  draw(d, state) {
    const { colours, em } = d,
      graph = graphOf(state),
      at = graphStep(graph, state.step, state.asks === "する");
    const box = d.inside([0, 0, d.width, d.height], { top: 1, bottom: 4.6, left: 1, right: 1 });
    const plane = d.panel(box, { x: graph.limits[0], y: graph.limits[1], marks: 0, frame: false });
    const place = (name) => {
      const [x, y] = graph.inputs[name] ? graph.inputs[name].slice(1, 3) : graph.boxes[name].slice(2, 4);
      return [plane.x(x), plane.y(y)];
    };
    const end = [plane.x(graph.limits[0][1] - 0.55), plane.y(graph.boxes[graph.result][3])];
    const room = d.wide ? 1 : 0.78,
      boxWidth = (text) => (text.length > 2 ? 4.8 : 3) * em * room;
    const wires = graph.order.flatMap(([out, [operation, into]]) =>
      into.map((name) => ({
        name,
        from: place(name),
        to: place(out),
        width: boxWidth(operation),
        source: graph.boxes[name] ? boxWidth(graph.boxes[name][0]) : null,
      })),
    );
    wires.push({
      name: graph.result,
      from: place(graph.result),
      to: end,
      width: 0,
      source: boxWidth(graph.boxes[graph.result][0]),
    });
    const known = new Set([...Object.keys(graph.inputs), ...at.forward]);
    for (const wire of wires) {
      const turn = Math.atan2(wire.to[1] - wire.from[1], wire.to[0] - wire.from[0]);
      const edge = (width) =>
        Math.min(
          width / 2 / Math.max(Math.abs(Math.cos(turn)), 1e-6),
          (1.5 * em * room) / Math.max(Math.abs(Math.sin(turn)), 1e-6),
        );
      const start = wire.source ? edge(wire.source) : 1.6 * em * room,
        stop = wire.width ? edge(wire.width) : 0.2 * em;
      wire.a = [wire.from[0] + start * Math.cos(turn), wire.from[1] + start * Math.sin(turn)];
      wire.b = [wire.to[0] - stop * Math.cos(turn), wire.to[1] - stop * Math.sin(turn)];
      d.arrow(wire.a, wire.b, {
        color: at.backward.has(wire.name) ? colours.backward : known.has(wire.name) ? colours.forward : colours.rule,
        width: 0.16,
      });
      if (at.backward.has(wire.name) && state.flow < 1 && graph.boxes[at.active]?.[1].includes(wire.name)) {
        // the derivative on its way
        d.dot(wire.b[0] + (wire.a[0] - wire.b[0]) * state.flow, wire.b[1] + (wire.a[1] - wire.b[1]) * state.flow, 0.5, {
          fill: colours.backward,
        });
      }
    }
    for (const [out, [operation]] of graph.order) {
      const [x, y] = place(out),
        w = boxWidth(operation),
        h = 2.7 * em * room;
      d.rect([x - w / 2, y - h / 2, w, h], {
        fill: out === at.active ? colours.focus : colours.paper,
        color: colours.ink,
        width: 0.14,
        round: 8,
      });
      d.text(operation, x, y, { align: "center", size: (operation.length > 1 ? 1.05 : 1.5) * room, bold: true });
    }
    for (const [name, [, , , label]] of Object.entries(graph.inputs))
      d.text(label, ...place(name), { align: "center", size: 1.1 * room, halo: true });
    d.text(graph.names[graph.result], end[0] + 0.3 * em, end[1], { size: 1.1 * room, bold: true });
    const flow = Object.fromEntries(graph.flows.map((each) => [each.name, each]));
    for (const wire of wires) {
      const share = graph.inputs[wire.name] ? 0.5 : 0.48,
        x = wire.a[0] + share * (wire.b[0] - wire.a[0]),
        y = wire.a[1] + share * (wire.b[1] - wire.a[1]);
      const steep = Math.abs(wire.b[1] - wire.a[1]) > 0.9 * Math.abs(wire.b[0] - wire.a[0]);
      const spots = steep
        ? [
            [x, y - 0.62 * em * room],
            [x, y + 0.62 * em * room],
          ]
        : [
            [x, y - 1.05 * em * room],
            [x, y + 1.05 * em * room],
          ];
      const font = { size: 1.15 * room, align: "center", halo: true, bold: true };
      if (known.has(wire.name)) d.text(number(graph.values[wire.name]), ...spots[0], { ...font, color: colours.forward });
      if (at.backward.has(wire.name)) d.text(number(graph.slopes[wire.name]), ...spots[1], { ...font, color: colours.backward });
      else if (at.asking && graph.boxes[at.asking][1].includes(wire.name))
        d.text("?", ...spots[1], { ...font, color: colours.backward, size: 1.5 * room });
    }

    // the active box: upstream × local = out, for each of its inputs
    const name = (key) => (graph.inputs[key] ? graph.inputs[key][3] : graph.names[key]);
    const floor = d.height - 3.4 * em,
      going = at.backward.size > 0;
    const rows = [];
    if (going && at.active)
      for (const into of graph.boxes[at.active][1]) {
        const { upstream, local: own, slope: out } = flow[into];
        rows.push(`上流 ${number(upstream)} × 局所 ${number(own)} = ${at.asking ? "?" : number(out)}　→ ${name(into)}`);
      }
    else if (!going && at.active) {
      const [operation, into] = graph.boxes[at.active],
        given = into.map((key) => number(graph.values[key]));
      rows.push(
        into.length > 1
          ? `${given.join(` ${operation} `)} = ${number(graph.values[at.active])}　→ ${name(at.active)}`
          : `${operation}(${given[0]}) = ${number(graph.values[at.active])}　→ ${name(at.active)}`,
      );
    }
    if (rows.length) {
      d.rect([0.6 * em, floor - 1.5 * em, d.width - 1.2 * em, 4.4 * em], { fill: colours.wash, round: 8 });
      d.lines(rows, d.width / 2, floor + (rows.length > 1 ? -0.2 : 0.7) * em, {
        size: d.wide ? 1.35 : 1,
        align: "center",
        color: going ? colours.backward : colours.forward,
        bold: true,
      });
    } else
      d.text("青: 値 (順伝播)　赤: 「それが 1 増えたら、右端がいくつ増えるか」(逆伝播)", d.width / 2, floor + 0.7 * em, {
        align: "center",
        size: d.wide ? 1.05 : 0.72,
        color: colours.faint,
      });
    return {};
  },
  tell(state) {
    const graph = graphOf(state),
      at = graphStep(graph, state.step, state.asks === "する"),
      last = graphSteps(graph, state.asks === "する");
    const name = (key) => (graph.inputs[key] ? graph.inputs[key][3] : graph.names[key]).replace(/_1/, "₁").replace(/_2/, "₂"),
      apples = graph.unit === "円";
    if (!state.step) return "左端の値だけがわかっています。「1 ステップ」で、左から右へ計算します。";
    if (!at.backward.size)
      return apples
        ? `${name(at.active)}は ${number(graph.values[at.active])} 円です。`
        : `${name(at.active)} = ${number(graph.values[at.active])} です。`;
    if (at.backward.size === 1 && !at.asking)
      return `ここから逆にたどります。${apples ? "合計が 1 円増えれば、合計は 1 円増えます。" : "∂E/∂E = 1 です。"}`;
    if (at.asking)
      return `「${graph.boxes[at.active][0]}」の箱に ${number(graph.flows.find(({ out }) => out === at.active).upstream)} が来ました。左へは、いくつが流れるでしょうか。`;
    if (state.step === last)
      return apples
        ? `りんごが 1 円上がると合計は ${number(graph.slopes.price)} 円、1 個増えると ${number(graph.slopes.count)} 円増えます。`
        : "左端まで届きました。1 回の往復で、すべての重みの微分が求まります。";
    return graph.boxes[at.active][0] === "+"
      ? "足し算の箱の局所の微分はどちらも 1 なので、上流の値がそのまま流れます。"
      : graph.boxes[at.active][0] === "×"
        ? "掛け算の箱は、上流の値に「相手の値」を掛けて流します。"
        : "上流の値に、その箱の局所の微分を掛けて流します。";
  },
};
