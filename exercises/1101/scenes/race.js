// Numerical differentiation against backpropagation.
PICTURES.race = {
  trained: true,
  tall: 2.2,
  controls: [{ key: "largest", label: "いちばん大きな中間層", values: [8, 16, 32, 64], value: 32 }],
  draw(d, state) {
    const { colours, em } = d,
      { results, count, done, calls, spent, backprop, expected } = state;
    const [left, right] = d.cells([1.5, 1], { stacked: [1, 1.1] });
    const [x, y, w] = d.inside(left, { top: 1.6, right: 1 }),
      whole = Math.max(expected, spent, 1e-9),
      h = Math.min(left[3] * 0.11, 3 * em);
    const rows = d.wide ? left[3] : left[3] * 0.98;
    d.text(
      count
        ? `64 − ${state.width} − ${state.width} − 10: パラメータ ${count.toLocaleString("en-US")} 個の勾配`
        : `用意ができました (64 − ${state.largest} − ${state.largest} − 10 まで)`,
      x,
      y,
      { size: 1.1, bold: true },
    );
    const lane = (top, title, share, colour, said) => {
      d.text(title, x, top, { size: 1.1, color: colour, bold: true });
      d.rect([x, top + 1.1 * em, w, h], { fill: colours.wash, round: 4 });
      d.rect([x, top + 1.1 * em, Math.max(w * share, share ? 0.18 * em : 0), h], { fill: colour, round: 2 });
      d.text(said, x, top + 2.1 * em + h, { size: 1.05 });
    };
    const ms = (seconds) =>
      seconds < 0.01 ? `${(seconds * 1000).toFixed(1)} ミリ秒` : `${Math.round(seconds * 1000).toLocaleString("en-US")} ミリ秒`;
    lane(
      y + rows * 0.11,
      "誤差逆伝播法",
      count ? backprop / whole : 0,
      colours.backward,
      count ? `順伝播 1 回 + 逆伝播 1 回　${ms(backprop)}` : "",
    );
    lane(
      y + rows * 0.43,
      "数値微分",
      count ? spent / whole : 0,
      colours.faint,
      count
        ? `順伝播 ${calls.toLocaleString("en-US")} 回 (${done.toLocaleString("en-US")} / ${count.toLocaleString("en-US")} 個)　${ms(spent)}`
        : "",
    );
    const axis = d.panel([x, y + rows * 0.43 + 3.1 * em + h, w, 0.01], { x: [0, whole * 1000], marks: 0, frame: false });
    d.path(
      [
        [x, axis.box[1]],
        [x + w, axis.box[1]],
      ],
      { color: colours.faint, width: 0.08 },
    );
    if (count)
      for (const v of ticks(0, whole * 1000, 4))
        d.text(number(v), axis.x(v), axis.box[1] + 0.8 * em, { size: 0.8, color: colours.faint, align: v ? "center" : "left" });
    d.text("時間 (ミリ秒): どちらも同じ目盛り", x, axis.box[1] + 1.95 * em, { size: 0.9, color: colours.faint });
    if (state.difference != null)
      d.text(
        `2 つの答えの差は、最大 ${state.difference.toExponential(0).replace("e-", " × 10^{−")}}`,
        x,
        axis.box[1] + 3.4 * em,
        { size: 1 },
      );

    const box = d.inside(right, { top: 2.6, bottom: 2.6, left: 3, right: 0.6 });
    const chart = d.panel(box, {
      x: [100, 20000],
      y: [1e-4, 100],
      log: "xy",
      title: "1 回の勾配にかかる時間 (秒)",
      xname: "パラメータの数",
      marks: 4,
    });
    if (results.length) {
      const [slow, fast] = [1, 2].map((k) => results.map((row) => [row[0], row[k]]));
      d.path(chart.points(slow), { color: colours.faint, width: 0.2 });
      d.path(chart.points(fast), { color: colours.backward, width: 0.2 });
      for (const [px, py] of chart.points(slow)) d.dot(px, py, 0.4, { fill: colours.faint, color: null });
      for (const [px, py] of chart.points(fast)) d.dot(px, py, 0.45, { fill: colours.backward, color: null, triangle: true });
      const [last, quick] = [chart.points(slow).at(-1), chart.points(fast).at(-1)];
      d.path([last, quick], { color: colours.ink, width: 0.08, dash: [0.3, 0.3] });
      d.text(
        `${Math.round(results.at(-1)[1] / results.at(-1)[2]).toLocaleString("en-US")} 倍`,
        last[0] - 0.5 * em,
        (last[1] + quick[1]) / 2,
        { align: "right", size: 1.4, bold: true, halo: true },
      );
      d.text("数値微分", chart.points(slow)[0][0], chart.points(slow)[0][1] - 1.1 * em, {
        size: 0.9,
        color: colours.faint,
        halo: true,
      });
      d.text("誤差逆伝播法", chart.points(fast)[0][0], chart.points(fast)[0][1] + 1.1 * em, {
        size: 0.9,
        color: colours.backward,
        halo: true,
      });
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
