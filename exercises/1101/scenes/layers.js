// Why a non-linearity.
PICTURES.layers = {
  trained: true,
  autoplay: true,
  tall: 3.1,
  pause: 20,
  controls: [
    { key: "shape", label: "データ", values: ["輪", "三日月", "市松模様"], value: "輪" },
    { key: "layers", label: "中間層の数", values: [1, 2, 3], value: 2 },
  ],
  memory: () => ({ moved: [] }),
  sends: ({ moved }) => ({ moved }),
  extras: { 点をもどす: () => ({ moved: [], restart: true }) },
  draw(d, state) {
    const cells = d.cells([1, 1, 1]),
      { colours, em } = d,
      n = 40;
    const planes = [state.flat, state.bent].map((field, i) => {
      const box = d.inside(cells[i], { top: 2.4, bottom: 2.6, square: true });
      const plane = d.panel(box, { x: [-2, 2], y: [-2, 2], marks: 0, title: i ? "h あり (tanh)" : "h なし" });
      d.text(`正解率 ${Math.round(100 * state.accuracy[i])} %`, box[0] + box[2], box[1] - 0.95 * em, {
        align: "right",
        bold: true,
      });
      d.field(box, field, n, n, twoSides(d), { smooth: true });
      d.within(box, () => {
        classDots(d, plane, state.points, state.labels);
        if (i) d.level(box, field, n, n, HALF, { width: 0.26 });
        else d.path(plane.points(acrossSquare(state.line, 2)), { width: 0.26 });
      });
      return plane;
    });
    const under = (i, text, colour) =>
      d.text(text, planes[i].box[0], planes[i].box[1] + planes[i].box[3] + 1.1 * em, { size: 0.9, color: colour });
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
    d.path(
      folded.points([
        [0, -1.15],
        [0, 1.15],
      ]),
      { width: 0.26 },
    );
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
    if (!epoch)
      return live
        ? "点はつまんで動かせます。「再生」を押すと、h のないネットワークとあるネットワークが同じデータを学習します。"
        : "「再生」を押すと、h のないネットワークとあるネットワークが同じデータを学習します。";
    const [flat, bent] = accuracy.map((v) => Math.round(100 * v));
    return bent > 97
      ? `h のない左は直線のまま ${flat} % です。h があると、右のように平面が折りたたまれ、1 本の直線で分かれます。`
      : `h のない左は、いつまでも直線です (${flat} %)。h のあるネットワークでは境界が曲がっていきます (${bent} %)。`;
  },
};
