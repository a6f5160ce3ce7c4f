// What several scenes draw and compute alike. Derivatives are differences, so that the exercise's answers stand nowhere;
// everything is computed in double precision.
const EPSILON = 1e-5;
const slope = (f, x) => (f(x + EPSILON) - f(x - EPSILON)) / (2 * EPSILON);

function sigmoid(u) {
  return 1 / (1 + Math.exp(-u));
}

// softmax of numbers of any size, and its logarithm.
function softmaxOf(u) {
  const most = Math.max(...u),
    exps = u.map((v) => Math.exp(v - most)),
    total = exps.reduce((a, b) => a + b);
  return { y: exps.map((e) => e / total), log: u.map((v) => v - most - Math.log(total)) };
}

// Two points far outside of a square on the line w_1 x_1 + w_2 x_2 + b = 0.
function acrossSquare([w1, w2, b], side) {
  const size = w1 * w1 + w2 * w2 || 1e-12,
    [x, y] = [(-b * w1) / size, (-b * w2) / size],
    far = (4 * side) / Math.sqrt(size);
  return [
    [x - far * w2, y + far * w1],
    [x + far * w2, y - far * w1],
  ];
}

// Points of two classes: circles, and triangles.
function classDots(d, plane, points, labels, count = labels.length) {
  for (let i = 0; i < count; i++) {
    d.dot(plane.x(points[2 * i]), plane.y(points[2 * i + 1]), 0.36, {
      fill: labels[i] ? d.colours.ink : d.colours.paper,
      triangle: labels[i] === 1,
      width: 0.1,
    });
  }
}
const HALF = 32767.5; // maps of outputs come as whole numbers from 0 to 65535
const twoSides = (d) => {
  const shades = ramp(d.colours.low, d.colours.paper, d.colours.high);
  return (part) => shades(part / (2 * HALF));
};

// A digit of 8 x 8 counts of ink.
function bitmap(d, [x, y, w, h], pixels, from = 0, most = 16) {
  const shades = ramp(d.colours.paper, d.colours.ink);
  d.field(
    [x, y, w, h],
    range(64).map((i) => pixels[from + i] / most),
    8,
    8,
    shades,
  );
  d.rect([x, y, w, h], { color: d.colours.rule, width: 0.05 });
}
