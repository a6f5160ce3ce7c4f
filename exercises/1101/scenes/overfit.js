// Over-fitting.
const LAMBDAS = [0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3];
PICTURES.overfit = {
  trained: true,
  data: true,
  autoplay: true,
  tall: 2.2,
  pause: 0,
  controls: [
    { key: "lam", label: "λ", values: LAMBDAS, value: 0, slider: true },
    { key: "points", label: "データの数", values: [30, 100, 400], value: 30 },
  ],
  memory: () => ({ learned: {} }),
  remember: ({ learned, lam, points, train, test }, last) =>
    last ? { learned: { ...learned, [`${points} ${lam}`]: [train[0], test[0]] } } : {},
  following(state, allowed) {
    // one after another, until every λ has been learned
    const at = allowed[0].indexOf(state.lam);
    return at + 1 < allowed[0].length ? { lam: allowed[0][at + 1] } : null;
  },
  draw(d, state) {
    const { colours, em } = d,
      { data, points, lam, learned, train, test } = state,
      n = 60;
    const [left, right] = d.cells([1, 1.1], { stacked: [1, 1] });
    const box = d.inside(left, { top: 2.4, bottom: 2.2, square: true }),
      plane = d.panel(box, { x: [-2.6, 2.6], y: [-2.6, 2.6], marks: 0, title: `λ = ${number(lam)}、学習データ ${points} 個` });
    d.field(box, state.map, n, n, twoSides(d), { smooth: true });
    d.within(box, () => {
      classDots(d, plane, data.points, data.labels, points);
      const rest = data.points.length / 2 - 400;
      for (const i of range(rest)) {
        const [x, y] = [data.points[2 * (400 + i)], data.points[2 * (400 + i) + 1]];
        d.dot(plane.x(x), plane.y(y), 0.2, {
          fill: data.labels[400 + i] ? colours.test : colours.paper,
          color: colours.test,
          width: 0.07,
          triangle: data.labels[400 + i] === 1,
        });
      }
      d.level(box, state.map, n, n, HALF, { width: 0.26 });
    });
    d.text("○ ▲ 学習データ", box[0], box[1] + box[3] + 1 * em, { size: 0.9 });
    d.text("小さな印: テスト", box[0] + box[2], box[1] + box[3] + 1 * em, { size: 0.9, color: colours.test, align: "right" });

    const chartBox = d.inside(right, { top: 2.4, bottom: 2.8, left: 2.4, right: 0.8 });
    const chart = d.panel(chartBox, { x: [-0.4, LAMBDAS.length - 0.6], y: [0, 3], title: "損失", marks: 0 });
    d.text("正則化の強さ λ", chartBox[0] + chartBox[2], chartBox[1] + chartBox[3] + 2 * em, {
      size: 0.9,
      align: "right",
      color: colours.faint,
    });
    for (const v of [1, 2, 3])
      d.text(`${v}`, chartBox[0] - 0.4 * em, chart.y(v), { size: 0.8, align: "right", color: colours.faint });
    LAMBDAS.forEach((value, i) => {
      if (i % 2 === 0)
        d.text(number(value), chart.x(i), chartBox[1] + chartBox[3] + 0.8 * em, {
          size: 0.8,
          align: "center",
          color: colours.faint,
        });
    });
    const now = LAMBDAS.indexOf(lam),
      known = LAMBDAS.map((value, i) => [i, learned[`${points} ${value}`]]).filter(([, each]) => each);
    d.path(
      chart.points([
        [now, 0],
        [now, 3],
      ]),
      { color: colours.rule, width: 0.1, dash: [0.3, 0.3] },
    );
    d.within(chartBox, () =>
      [
        [0, colours.ink, []],
        [1, colours.test, [0.5, 0.4]],
      ].forEach(([k, color, dash]) => {
        d.path(chart.points(known.map(([i, each]) => [i, Math.min(each[k], 3)])), { color, dash, width: 0.18 });
        known.forEach(([i, each]) => d.dot(chart.x(i), chart.y(Math.min(each[k], 3)), 0.34, { fill: color, color: null }));
        d.dot(chart.x(now), chart.y(Math.min((k ? test : train)[0], 2.97)), 0.5, { fill: null, color, width: 0.16 });
      }),
    );
    const say = (row, text, color) =>
      d.text(text, chartBox[0] + chartBox[2] - 0.5 * em, chartBox[1] + (1.1 + 1.6 * row) * em, {
        align: "right",
        color,
        bold: true,
        size: 1.1,
        halo: true,
      });
    say(0, `学習データ ${Math.round(100 * train[1])} % 正解`, colours.ink);
    say(1, `テスト ${Math.round(100 * test[1])} % 正解`, colours.test);
    say(2, `‖W‖ = ${fixed(state.size, 1)}`, colours.faint);
    return {};
  },
  tell({ lam, points, train, test, iteration, whole }) {
    if (iteration < whole) return `λ = ${number(lam)} で学習しています (${iteration} / ${whole})。`;
    if (test[0] > 2 * train[0] + 0.15)
      return `学習データの損失は ${number(train[0], 2)} なのに、テストでは ${number(test[0], 2)} です。覚え込みすぎです。これが過学習です。`;
    if (lam >= 0.1) return `λ が大きすぎて、重みが小さくなりすぎました。学習データの損失も ${number(train[0], 2)} あります。`;
    return `データ ${points} 個、λ = ${number(lam)}: 学習データの損失 ${number(train[0], 2)}、テスト ${number(test[0], 2)} です。`;
  },
};
