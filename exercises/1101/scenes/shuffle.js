// Shuffled pixels.
PICTURES.shuffle = {
  trained: true,
  data: true,
  autoplay: true,
  tall: 1.75,
  pause: 0,
  controls: [{ key: "order", label: "入れ替え方 (0 はもとのまま)", values: range(10), value: 1, slider: true }],
  draw(d, state) {
    const { colours, em } = d,
      [left, right] = d.cells([1.7, 1], { stacked: [1, 1] });
    const side = Math.min(left[2] / 8, (left[3] - 6 * em) / 2.7),
      rows = range(state.history.shape[0]).map((i) => [...state.history.slice(3 * i, 3 * i + 3)]);
    [
      ["もとの画像", null, 1],
      ["画素を入れ替えた画像 (どれも同じ入れ替え方)", state.view, 2],
    ].forEach(([name, view, column], row) => {
      const y = left[1] + (row ? left[3] * 0.52 : 0.8 * em);
      d.text(name, left[0], y + 0.8 * em, { size: 1.1, bold: true });
      for (const i of range(8)) {
        const pixels = range(64).map((k) => state.data.images[64 * i + (view ? view[k] : k)]),
          guess = state.guesses[8 * row + i],
          good = guess === state.data.labels[i];
        bitmap(d, [left[0] + i * side + 0.05 * side, y + 1.9 * em, 0.9 * side, 0.9 * side], pixels);
        d.text(good ? `${guess}` : `${guess} ×`, left[0] + (i + 0.5) * side, y + 2.8 * em + 0.9 * side, {
          align: "center",
          size: 1.2,
          bold: good,
          color: good ? colours.ink : colours.faint,
        });
      }
    });
    const box = d.inside(right, { top: 2.4, bottom: 2.6, left: 2.4, right: 0.5 }),
      chart = d.panel(box, { x: [0, 12], y: [0, 1], title: "テストの正解率", xname: "エポック" });
    d.within(box, () => {
      d.path(chart.points(rows.map((r) => [r[0], r[1]])), { width: 0.2 });
      d.path(chart.points(rows.map((r) => [r[0], r[2]])), { width: 0.2, color: colours.test, dash: [0.5, 0.4] });
    });
    const [, plain, mixed] = rows[rows.length - 1];
    d.text(`もと ${(100 * plain).toFixed(1)} %`, box[0] + box[2] - 0.5 * em, box[1] + box[3] - 3 * em, {
      align: "right",
      size: 1.2,
      bold: true,
    });
    d.text(`入れ替え ${(100 * mixed).toFixed(1)} %`, box[0] + box[2] - 0.5 * em, box[1] + box[3] - 1.3 * em, {
      align: "right",
      size: 1.2,
      bold: true,
      color: colours.test,
    });
    return {};
  },
  tell(state) {
    const [epoch, plain, mixed] = state.history.slice(-3);
    if (!epoch) return "下の段は、上と同じ画像の画素を入れ替えたものです。読める人はいますか。";
    return `${number(epoch)} エポック: もとの画像 ${(100 * plain).toFixed(1)} %、入れ替えた画像 ${(100 * mixed).toFixed(1)} %。ネットワークは画素の「となり」を知りません。`;
  },
};
