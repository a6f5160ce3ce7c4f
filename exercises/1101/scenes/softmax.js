// softmax and the cross entropy.
const FRUITS = ["りんご", "バナナ", "ぶどう"];
function softmaxNumbers({ u1, u2, u3, T, shift, t }) {
  const u = [u1, u2, u3].map((v) => (v + shift) / T),
    k = FRUITS.indexOf(t);
  const exps = u.map(Math.exp),
    total = exps.reduce((a, b) => a + b),
    { y, log } = softmaxOf(u);
  return { exps, total, naive: exps.map((e) => e / total), y, loss: -log[k], k };
}

PICTURES.softmax = {
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
    const { colours, em } = d,
      { exps, total, naive, y, loss, k } = softmaxNumbers(state);
    const [first, second, third, fourth] = d.cells([1, 1, 0.85, 1.1], { gap: 1.1, stacked: [1, 1, 0.9, 1.1] });
    const raw = [state.u1, state.u2, state.u3];
    const columns = (box, title, limits, values, label, colour, lift = 0.8) => {
      const panel = d.panel(d.inside(box, { top: 2.8, bottom: 2 }), { x: [-0.5, 2.5], y: limits, marks: 0, title, frame: false });
      const floor = panel.y(clamp(0, ...limits));
      d.path(
        [
          [panel.box[0], floor],
          [panel.box[0] + panel.box[2], floor],
        ],
        { color: colours.faint, width: 0.08 },
      );
      values.forEach((value, i) => {
        const top = panel.y(Number.isFinite(value) ? clamp(value, ...limits) : 0.85 * limits[1]),
          width = panel.box[2] * 0.22;
        d.rect([panel.x(i) - width / 2, Math.min(top, floor), width, Math.abs(top - floor)], {
          fill: i === k ? colour : colours.rule,
          round: 4,
        });
        d.text(label(value), panel.x(i), value < 0 ? top + lift * em : top - lift * em, { align: "center", bold: true });
        d.text(FRUITS[i], panel.x(i), panel.box[1] + panel.box[3] + 0.9 * em, {
          align: "center",
          size: 0.85,
          color: i === k ? colour : colours.faint,
        });
      });
      return panel;
    };
    const bars = columns(
      first,
      state.T === 1 ? "u" : `u  (÷ T = ${fixed(state.T, 1)})`,
      [-6, 6],
      raw,
      (v) => fixed(v + state.shift, 1),
      colours.forward,
      1.35,
    );
    raw.forEach((value, i) => d.handle(bars.x(i), bars.y(value), 0.42));
    const top = Number.isFinite(total) && total > 0 ? Math.max(...exps) * 1.15 : 1;
    columns(second, "exp(u)", [0, top], exps, (v) => number(v, 3), colours.forward);
    const broken = naive.some(Number.isNaN);
    d.text(broken ? `合計 ${number(total)}` : `合計 ${number(total, 4)}`, second[0] + second[2], second[1] + 1.85 * em, {
      align: "right",
      color: colours.forward,
    });
    if (broken)
      d.badge(
        `式のまま割ると ${number(total)} ÷ ${number(total)} = nan`,
        second[0] + second[2] / 2,
        second[1] + second[3] * 0.45,
        { size: 0.85 },
      );

    const column = d.inside(third, { top: 2.8, bottom: 2, left: (third[2] / em) * 0.12, right: (third[2] / em) * 0.45 });
    d.text("y = exp(u) ÷ 合計", third[0], column[1] - 0.95 * em, { size: 1.05 });
    let at = column[1] + column[3];
    y.forEach((value, i) => {
      const height = value * column[3];
      at -= height;
      d.rect([column[0], at, column[2], height], {
        fill: i === k ? colours.forward : [colours.low, colours.high, colours.wash][i],
        color: colours.ink,
        width: 0.06,
      });
      if (height > 0.5 * em)
        d.text(`${FRUITS[i]} ${value.toFixed(3)}`, column[0] + column[2] + 0.5 * em, at + height / 2, {
          bold: i === k,
          size: 0.95,
        });
    });
    d.text("足すと 1", column[0] + column[2] / 2, column[1] + column[3] + 0.9 * em, {
      align: "center",
      size: 0.9,
      color: colours.faint,
    });

    const lossBox = d.inside(fourth, { top: 2.8, bottom: 2.6, left: 1.6 });
    const curve = d.panel(lossBox, { x: [0, 1], y: [0, 6], title: "E = −log y", xname: `${FRUITS[k]} の確率 y`, marks: 3 });
    d.within(lossBox, () =>
      d.path(curve.points(range(200).map((i) => [(i + 0.5) / 200, -Math.log((i + 0.5) / 200)])), { width: 0.2 }),
    );
    const spot = [curve.x(y[k]), curve.y(Math.min(loss, 5.9))];
    d.path([[spot[0], curve.y(0)], spot], { color: colours.forward, width: 0.12, dash: [0.4, 0.4] });
    d.dot(...spot, 0.55, { fill: colours.forward });
    d.text(`E = ${fixed(loss, 3)}`, lossBox[0] + lossBox[2] - 0.4 * em, lossBox[1] + 1.2 * em, {
      align: "right",
      bold: true,
      size: 1.3,
    });
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
