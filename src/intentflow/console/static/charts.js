// The two charts, by uPlot, in the page's own colours; drawn again when the theme or the width changes. Times are UTC, as everywhere.
"use strict";

const AXES = ["engagement", "fit", "intent"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400; // seconds
let drawn = []; // what is on the page: { plot, element }

const two = (number) => String(number).padStart(2, "0");
const clock = (at) => `${two(new Date(at * 1000).getUTCHours())}:${two(new Date(at * 1000).getUTCMinutes())}`;
const day = (at) => `${new Date(at * 1000).getUTCDate()} ${MONTHS[new Date(at * 1000).getUTCMonth()]}`;
const number = (value) => (Math.abs(value) < 0.05 ? "0" : value.toFixed(1).replace("-", "\u2212"));

// A custom property with light-dark() is only resolved where it is used.
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const font = (size) => `${size}px ${getComputedStyle(document.body).fontFamily}`;

function axes(said, width) {
  const shared = { stroke: colour("dim"), font: font(12), ticks: { show: false } };
  return [
    { ...shared, grid: { show: false }, space: 48, size: 28, values: (_, times) => times.map(said) },
    { ...shared, grid: { stroke: colour("line"), width: 1 }, space: 32, size: width, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString("en")) },
  ];
}

function draw(element, options, data) {
  const plot = new uPlot({
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    ...options,
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
  }, data, element);
  drawn.push({ plot, element });
  return plot;
}

// Says what lies under the pointer, and what it said before when there is nothing.
function told(id) {
  const line = document.getElementById(id);
  const before = line.dataset.before ??= line.textContent;
  return (said) => { line.textContent = said ?? before; };
}

// -- events per second ---------------------------------------------------------------------------------------------------------------------

let rates = null;

function drawRates() {
  const element = document.getElementById("rate-chart");
  const points = document.getElementById("rate-points");
  if (!element?.clientWidth || !points) return;
  const data = JSON.parse(points.dataset.points);
  if (rates && element.contains(rates.root)) return void rates.setData(data);
  element.replaceChildren();
  const say = told("rate-readout");
  rates = draw(element, {
    scales: { y: { range: (_, __, top) => [0, Math.max(10, top * 1.1)] } },
    axes: axes(clock, 48),
    series: [{}, { stroke: colour("link"), fill: `color-mix(in srgb, ${colour("link")} 12%, transparent)`, width: 1.5, points: { show: false } }],
    hooks: { setCursor: [({ cursor, data: [times, counts] }) => {
      const at = times[cursor.idx];
      say(at === undefined ? null : `${clock(at)}:${two(at % 60)} UTC: ${counts[cursor.idx].toLocaleString("en")}`);
    }] },
  }, data);
}

// -- the curve of a lead --------------------------------------------------------------------------------------------------------------------

// Each axis three times: where it is known by its stages alone, what was, and what will be if nothing happens. They share the times.
function joined({ past, future, known }) {
  const none = (many) => new Array(Math.max(0, many)).fill(null);
  const early = past[0].filter((at) => at < known).length;
  const series = AXES.flatMap((_, i) => [
    [...past[i + 1].slice(0, early + 1), ...none(past[0].length + future[0].length - early - 1)].slice(0, past[0].length + future[0].length),
    [...none(early), ...past[i + 1].slice(early), ...future[i + 1].slice(0, 1), ...none(future[0].length - 1)],
    [...none(past[0].length), ...future[i + 1]],
  ]);
  return [[...past[0], ...future[0]], ...series];
}

// Thresholds as dotted lines with their stage, and where "now" is.
function marks(curve) {
  return ({ ctx, bbox, valToPos }) => {
    const dot = devicePixelRatio;
    const end = bbox.left + bbox.width;
    const line = (...[x1, y1, x2, y2]) => { ctx.beginPath(); ctx.moveTo(x1, y1); ctx.lineTo(x2, y2); ctx.stroke(); };
    ctx.save();
    ctx.font = font(12 * dot);
    ctx.textBaseline = "alphabetic";
    ctx.textAlign = "left";
    ctx.lineWidth = dot;
    ctx.strokeStyle = colour("edge");
    ctx.fillStyle = colour("dim");
    ctx.setLineDash([]);
    const now = Math.round(valToPos(curve.now, "x", true));
    line(now, bbox.top, now, bbox.top + bbox.height);
    ctx.fillText("now", now + 5 * dot, bbox.top + 11 * dot);
    ctx.setLineDash([2 * dot, 4 * dot]);
    ctx.textAlign = "right";
    let last = Infinity; // where the lowest text ends, so that no two lie on each other
    for (const threshold of curve.thresholds.toSorted((one, other) => one.points - other.points)) {
      const y = Math.round(valToPos(threshold.points, "y", true));
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = ctx.fillStyle = colour(threshold.axis);
      line(bbox.left, y, end, y);
      if (last - y < 14 * dot) continue;
      ctx.fillText(threshold.said, end - 2 * dot, y - 4 * dot);
      last = y;
    }
    ctx.restore();
  };
}

// From the lowest score to the next threshold above the highest one.
function reach(curve, data) {
  const points = data.slice(1).flat().filter((point) => point !== null);
  const most = Math.max(1, ...points);
  const next = Math.min(...curve.thresholds.map((one) => one.points).filter((one) => one > most));
  return [Math.min(0, ...points) * 1.1, Math.max(most, Number.isFinite(next) ? next : 0) * 1.12];
}

function drawCurve() {
  const element = document.getElementById("curve");
  if (!element?.clientWidth || element.firstChild) return;
  const curve = JSON.parse(element.dataset.curve);
  const data = joined(curve);
  const times = data[0];
  const long = times.at(-1) - times[0] > 3 * DAY;
  const say = told("curve-readout");
  draw(element, {
    scales: { y: { range: reach(curve, data) } },
    axes: axes((at) => (long || at % DAY === 0 ? day(at) : clock(at)), 40),
    series: [{}, ...AXES.flatMap((axis) => [
      { stroke: colour(axis), width: 1, points: { show: true, size: 5, fill: colour("sheet") } },
      { stroke: colour(axis), width: 2, points: { show: false } },
      { stroke: colour(axis), width: 2, dash: [6, 4], points: { show: false } },
    ])],
    hooks: {
      draw: [marks(curve)],
      setCursor: [({ cursor: { idx } }) => {
        const values = AXES.map((axis, i) => `${axis} ${number([1, 2, 3].map((n) => data[3 * i + n][idx]).find((n) => n != null) ?? 0)}`);
        say(times[idx] === undefined ? null : `${day(times[idx])}, ${clock(times[idx])} UTC: ${values.join(" · ")}`);
      }],
    },
  }, data);
}

// -- when to draw ------------------------------------------------------------------------------------------------------------------------------

function drawAll() {
  drawRates();
  drawCurve();
}

function again() {
  for (const { plot, element } of drawn) {
    plot.destroy();
    element.replaceChildren();
  }
  drawn = [];
  rates = null;
  drawAll();
}

document.addEventListener("DOMContentLoaded", () => document.fonts.ready.then(drawAll));
document.addEventListener("theme", again);
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:sseMessage", drawRates);
let before = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== before) requestAnimationFrame(again);
  before = innerWidth;
});
