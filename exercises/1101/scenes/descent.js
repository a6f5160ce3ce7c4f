// Gradient descent.
const LANDSCAPES = {
  おわん: { start: [-1.7, 1.3], loss: (a, b) => 0.5 * (a * a + b * b) },
  細い谷: { start: [-1.8, 0.9], loss: (a, b) => 0.5 * (0.12 * a * a + 3 * b * b) },
  高原: { start: [-1.9, 1.5], loss: (a, b) => 2 * (1 - Math.exp(-1.4 * (a * a + b * b))) },
  "2 つの谷": { start: [0.25, 1.6], loss: (a, b) => 0.45 * (a * a - 1.3) ** 2 + 0.35 * a + 0.5 * b * b },
  数字の学習: { start: null, loss: null },
};
const ALPHAS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 1, 1.2, 1.5, 1.8, 2, 2.2, 2.5, 3];
const WALK = 40;

function landscape({ place, data }) {
  if (LANDSCAPES[place].loss) return LANDSCAPES[place];
  const { grid, start } = data,
    n = grid.shape[0]; // measured by the kernel; between its points, a straight line
  const loss = (a, b) => {
    const [c, r] = [a, b].map((v) => clamp(((v + 2.2) / 4.4) * (n - 1), 0, n - 1.000001));
    const [i, j] = [Math.floor(c), Math.floor(r)],
      [s, t] = [c - i, r - j],
      g = (row, column) => grid[row * n + column];
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
  const land = landscape(state),
    ways = [[...(state.ball || land.start)]];
  for (let i = 0; i < steps; i++) {
    const slopes = gradientAt(land, ways[i]),
      next = ways[i].map((w, k) => w - state.alpha * slopes[k]);
    ways.push(next);
    if (!next.every((v) => Math.abs(v) < 1e3)) break;
  }
  return ways;
}
const outside = ([a, b]) => Math.max(Math.abs(a), Math.abs(b)) > 2.2;

function fate(state) {
  const ways = descend(state, WALK),
    { loss } = landscape(state),
    height = ways.map(([a, b]) => loss(a, b)),
    last = height[height.length - 1];
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

PICTURES.descent = {
  tall: 2.5,
  pause: 110,
  data: true,
  steps: () => WALK,
  controls: [
    { key: "place", label: "損失の形", values: Object.keys(LANDSCAPES), value: "おわん" },
    { key: "alpha", label: "学習率 α", values: ALPHAS, value: 0.3, slider: true },
  ],
  memory: () => ({ turn: 0.6, ball: null }),
  changed: (state, key) => (key === "place" ? { ball: null, step: 0 } : { step: WALK }),
  draw(d, state) {
    const { colours, em } = d,
      { loss } = landscape(state),
      n = 44;
    const [left, right] = d.cells([1.5, 1], { stacked: [0.85, 1.5] });
    const heights = range(n * n).map((i) => loss(-2.2 + (4.4 * (i % n)) / (n - 1), -2.2 + (4.4 * Math.floor(i / n)) / (n - 1)));
    const low = Math.min(...heights),
      high = [...heights].sort((a, b) => a - b)[Math.floor(0.97 * n * n)];
    const level = (h) => clamp((h - low) / (high - low), 0, 1);
    const shades = ramp(colours.high, colours.paper, colours.low, colours.test);
    const ways = descend(state, state.step),
      ball = ways[ways.length - 1];

    // the loss as a hill seen from the side, painted from the back to the front
    const [cx, cy] = [left[0] + left[2] / 2, left[1] + left[3] * 0.66],
      size = Math.min(left[2] / 2.75, left[3] / 2.2);
    const [cos, sin] = [Math.cos(state.turn), Math.sin(state.turn)];
    const seen = (a, b, h) => {
      const [x, y] = [(a * cos - b * sin) / 2.2, (a * sin + b * cos) / 2.2];
      return [cx + x * size, cy + y * size * 0.5 - level(h) * size * 0.75, y];
    };
    const point = (i) => seen(-2.2 + (4.4 * (i % n)) / (n - 1), -2.2 + (4.4 * Math.floor(i / n)) / (n - 1), heights[i]);
    const corners = heights.map((_, i) => point(i)),
      tiles = [];
    for (const r of range(n - 1))
      for (const c of range(n - 1)) {
        const ids = [r * n + c, r * n + c + 1, (r + 1) * n + c + 1, (r + 1) * n + c];
        tiles.push([ids.reduce((sum, i) => sum + corners[i][2], 0), ids]);
      }
    tiles.sort((a, b) => a[0] - b[0]);
    for (const [, ids] of tiles) {
      const shade = css(shades(level(ids.reduce((sum, i) => sum + heights[i], 0) / 4)));
      d.path(
        ids.map((i) => corners[i]),
        {
          fill: shade,
          color: state.place === "高原" && d.theme === "dark" ? colours.rule : colours.faint,
          width: 0.02,
          close: true,
        },
      );
    }
    const shown = ways.filter((way) => !outside(way));
    d.path(
      shown.map(([a, b]) => seen(a, b, loss(a, b)).slice(0, 2)),
      { width: 0.16 },
    );
    shown.forEach(([a, b]) => d.dot(...seen(a, b, loss(a, b)).slice(0, 2), 0.22, { fill: colours.ink, color: null }));
    if (!outside(ball))
      d.dot(
        ...seen(ball[0], ball[1], loss(...ball))
          .slice(0, 2)
          .map((v, i) => v - (i ? 0.5 * em : 0)),
        0.75,
        { fill: colours.focus, width: 0.14 },
      );
    else d.badge("地図の外へ飛び出しました", cx, left[1] + 3.4 * em);
    d.text(
      state.place === "数字の学習"
        ? `手書き数字の損失 (重み ${state.data.count.toLocaleString("en-US")} 個のうちの 2 つの方向)`
        : "損失 E (重み 2 つ)",
      left[0],
      1.4 * em,
      { size: 1.05 },
    );
    d.text("横に引くと回ります", left[0], left[1] + left[3] - 0.9 * em, { size: 0.85, color: colours.faint });

    // from above, and the loss by step
    const [mapCell, chartCell] = d.wide
      ? [
          [right[0], 0, right[2], d.height * 0.62],
          [right[0], d.height * 0.62, right[2], d.height * 0.38],
        ]
      : [
          [right[0], right[1], right[2], right[3] * 0.62],
          [right[0], right[1] + right[3] * 0.62, right[2], right[3] * 0.38],
        ];
    const box = d.inside(mapCell, { top: 2.4, bottom: 1.6, left: 1.4, square: true });
    const map = d.panel(box, { x: [-2.2, 2.2], y: [2.2, -2.2], marks: 0, title: "上から見た道" });
    d.field(box, heights, n, n, (h) => shades(level(h)), { smooth: true });
    d.text("w_1", box[0] + box[2], box[1] + box[3] + 0.85 * em, { align: "right", size: 0.9, color: colours.faint });
    d.text("w_2", box[0] - 0.4 * em, box[1] + 0.6 * em, { align: "right", size: 0.9, color: colours.faint });
    d.within(box, () => {
      for (const k of range(7))
        d.level(box, heights, n, n, low + (high - low) * ((k + 0.5) / 7) ** 2, { color: colours.faint, width: 0.06 });
      const left = ways.findIndex(outside),
        inside = left < 0 ? ways : ways.slice(0, left + 1);
      d.path(map.points(inside), { width: 0.16 });
      map.points(inside).forEach(([x, y]) => d.dot(x, y, 0.2, { color: null }));
      if (!outside(ball)) d.dot(...map.points([ball])[0], 0.5, { fill: colours.focus });
    });
    d.handle(...map.points([ways[0]])[0], 0.5);
    d.text("始まり", map.x(ways[0][0]) + 1.1 * em, map.y(ways[0][1]) - 0.8 * em, { size: 0.85, halo: true });

    const losses = ways.map(([a, b]) => loss(a, b)),
      most = Math.max(losses[0] * 1.25, Math.min(Math.max(...losses), losses[0] * 3)) || 1;
    const chartBox = d.inside(chartCell, { top: 2, bottom: 2.4, left: 2.4 });
    const chart = d.panel(chartBox, { x: [0, WALK], y: [Math.min(low, 0), most], xname: "ステップ", yname: "損失 E", marks: 2 });
    d.within(chartBox, () =>
      d.path(chart.points(losses.map((h, i) => [i, Number.isFinite(h) ? Math.min(h, 10 * most) : 10 * most])), { width: 0.2 }),
    );
    d.text(
      `α = ${number(state.alpha)}　${ways.length - 1} 歩　E = ${number(losses[losses.length - 1])}`,
      chartBox[0] + chartBox[2],
      chartBox[1] - 0.8 * em,
      { align: "right", bold: true },
    );
    return { map, hill: { left, size } };
  },
  grab(state, { map, hill }, x, y) {
    const [a, b] = landscape(state).start,
      [sa, sb] = state.ball || [a, b];
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
    if (!state.step)
      return "勾配は、いちばん急な上りの向きです。その逆へ、α × 勾配だけ動きます。「再生」を押すか、α を動かします。";
    if (state.step < WALK && fate(state) !== "diverges")
      return `${state.step} 歩目です。坂が急なほど勾配が大きく、1 歩も大きくなります。`;
    return FATES[fate(state)];
  },
};
