// Learning the digits.
const RATES = [0.001, 0.01, 0.1, 0.3, 1, 3, 10, 100];
const EPOCHS = 20;
PICTURES.digits = {
  trained: true,
  data: true,
  autoplay: true,
  tall: 3.3,
  pause: 0,
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
    const { colours, em } = d,
      { data, history, guesses, before, lr, units } = state;
    const [left, middle, right] = d.cells([1, 1.15, 1.15], { stacked: [1, 1.15, 1.1] });
    const rows = (flat) => range(flat.shape[0]).map((i) => [...flat.slice(5 * i, 5 * i + 5)]);
    const now = rows(history),
      last = now[now.length - 1];
    const half = left[3] / 2;
    const lossBox = d.inside([left[0], left[1], left[2], half], { top: 2, bottom: 1.8, left: 2.6 });
    const accuracyBox = d.inside([left[0], left[1] + half, left[2], half], { top: 1.6, bottom: 2.4, left: 2.6 });
    const loss = d.panel(lossBox, { x: [0, EPOCHS], y: [0.003, 30], log: "y", yname: "損失", marks: 3 });
    const accuracy = d.panel(accuracyBox, { x: [0, EPOCHS], y: [0, 1], yname: "正解率", xname: "エポック", marks: 2 });
    const curves = (panel, box, column) =>
      d.within(box, () => {
        for (const each of before)
          if (each.lr !== lr || each.units !== units)
            d.path(panel.points(rows(each.history).map((row) => [row[0], row[column + 2]])), {
              color: colours.rule,
              width: 0.12,
            });
        d.path(panel.points(now.map((row) => [row[0], row[column]])), { width: 0.18 });
        d.path(panel.points(now.map((row) => [row[0], row[column + 2]])), {
          color: colours.test,
          width: 0.18,
          dash: [0.5, 0.35],
        });
      });
    curves(loss, lossBox, 1);
    curves(accuracy, accuracyBox, 2);
    const key = d.text("‐ ‐ テスト", lossBox[0] + lossBox[2], lossBox[1] - 0.8 * em, {
      size: 0.85,
      color: colours.test,
      align: "right",
    });
    d.text("― 学習データ", lossBox[0] + lossBox[2] - key - em, lossBox[1] - 0.8 * em, { size: 0.85, align: "right" });
    d.text(`${(100 * last[4]).toFixed(1)} %`, accuracyBox[0] + accuracyBox[2] - 0.4 * em, accuracyBox[1] + accuracyBox[3] * 0.7, {
      size: 1.5,
      bold: true,
      color: colours.test,
      align: "right",
      halo: true,
    });

    const columns = 6,
      show = 30,
      side = Math.min(middle[2] / columns, (middle[3] - 3 * em) / 5 / 1.28),
      gap = side * 0.12;
    const [gx, gy] = [middle[0] + (middle[2] - columns * side) / 2, middle[1] + 2.2 * em];
    const right30 = range(show).filter((i) => guesses[i] === data.labels[i]).length;
    d.text(`テストの 30 文字: ${right30} 文字が読めました`, gx, middle[1] + 1.2 * em, { size: 1.05 });
    for (const i of range(show)) {
      const [cx, cy] = [gx + (i % columns) * side, gy + Math.floor(i / columns) * side * 1.28],
        good = guesses[i] === data.labels[i];
      bitmap(d, [cx + gap / 2, cy, side - gap, side - gap], data.images, 64 * i);
      if (!good) d.rect([cx + gap / 2, cy, side - gap, side - gap], { color: colours.focus, width: 0.22 });
      d.text(good ? `${guesses[i]}` : `${guesses[i]} ×`, cx + side / 2, cy + side * 1.06, {
        align: "center",
        size: Math.min(1.05, side / em / 3),
        bold: good,
        color: good ? colours.ink : colours.faint,
      });
    }

    const box = d.inside(right, { top: 2.4, bottom: 1.6, square: true });
    d.text("中間層 (20 個) から見たテストの数字", box[0], box[1] - 0.95 * em, { size: 1.0 });
    const plane = d.panel(box, { x: [-1.1, 1.1], y: [-1.1, 1.1], marks: 0 });
    d.within(box, () => {
      for (const i of range(state.hidden.shape[0])) {
        d.text(`${data.classes[i]}`, plane.x(state.hidden[2 * i]), plane.y(state.hidden[2 * i + 1]), {
          align: "center",
          size: 0.95,
          bold: true,
          color: colours.classes[data.classes[i]],
        });
      }
    });
    if (state.fate)
      d.badge(
        { diverged: "発散しました", stopped: "学習が止まりました" }[state.fate],
        lossBox[0] + lossBox[2] / 2,
        lossBox[1] + lossBox[3] / 2,
      );
    return {};
  },
  tell({ history, fate: what, lr }) {
    const last = [...history.slice(-5)];
    if (what === "diverged")
      return "発散しました。1 歩が大きすぎて、損失がはじめより大きくなりました。学習率 α を小さくしてみます。";
    if (what === "stopped") return "学習が止まりました。1 歩が大きすぎて、どの ReLU も 0 しか出さなくなり、勾配も 0 です。";
    if (!last[0]) return "学習する前です。まだ、でたらめに答えています。「再生」を押します。";
    if (lr < 0.01)
      return `${last[0]} エポック: α = ${number(lr)} では、遅すぎて進みません。テストの正解率は ${(100 * last[4]).toFixed(1)} % です。`;
    return `${last[0]} エポック: 損失 ${number(last[3], 2)}、テストの正解率 ${(100 * last[4]).toFixed(1)} % です。`;
  },
};
