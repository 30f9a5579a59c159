// Draws the tables of the overview: each chart stands for the table beside it, and a click opens the list behind a number.
import { BarChart, LineChart } from "echarts/charts";
import { LabelLayout } from "echarts/features";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, LabelLayout, SVGRenderer]);

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const TONES = { good: "#4f9a6c", normal: "#5686c4", watch: "#d9a13b", risk: "#cf5a55", quiet: "#b4bdc8", "late-1": "#d9a13b", "late-2": "#cf7f45", "late-3": "#bf4f4a", "late-4": "#8f2430" };
const LINES = ["#1f5fae", "#1b6b3a", "#b26a00", "#a61b1b", "#6b4fa0", "#2b7f8c", "#8a5a44", "#9a3f78", "#5b6770"];
const FONT = getComputedStyle(document.body).fontFamily;
const ROW = 30;

// What a table says: the names of its rows, and a series for each column that is drawn; or across, the other way round.
function read(table, across) {
  const said = readDown(table);
  if (!across) return said;
  return {
    labels: said.series.map((one) => one.name),
    series: said.labels.map((name, place) => ({ name, kind: said.series[0]?.kind, data: said.series.map((one) => one.data[place]) })).filter((one) => one.data.some(({ value }) => value !== null)),
  };
}

function readDown(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const labels = rows.map((row) => row.cells[0].textContent.trim());
  const series = heads.flatMap((head, place) => head.hasAttribute("data-drawn") ? [{
    name: head.textContent.trim(),
    kind: head.dataset.kind,
    tone: head.dataset.tone,
    data: rows.map((row) => {
      const cell = row.cells[place];
      return {
        value: cell.dataset.value === "" ? null : Number(cell.dataset.value),
        said: cell.textContent.replace(/\s+/g, " ").trim(),
        href: (cell.querySelector("a") ?? row.cells[0].querySelector("a"))?.href,
      };
    }),
  }] : []);
  return { labels, series };
}

function unit(kind) {
  return kind === "fen" ? (document.documentElement.lang.startsWith("en") ? "10k" : "万") : kind === "share" ? "%" : "";
}

// The names above a chart take as many lines as they need.
function legendLines(series, width) {
  const wanted = series.reduce((sum, one) => sum + one.name.length * 10 + 40, 0);
  return series.length > 1 ? Math.ceil(wanted / Math.max(width - 16, 100)) : 0;
}

// A quarter or a day in the width of a bar: 2026Q3 is 26Q3, "今日 2026-11-24" is 今日.
const short = (label) => label.split(" ")[0].replace(/^20(\d\dQ\d)$/, "$1");

function options(kind, { labels, series }, width) {
  const lying = kind === "bars";
  const lines = kind === "lines";
  const shares = lines && series[0].kind === "share";
  const names = {
    type: "category",
    data: labels,
    inverse: lying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("line") } },
    axisLabel: { color: colour("ink"), width: lying ? 128 : undefined, overflow: lying ? "truncate" : undefined, ...(lying ? {} : { interval: 0, hideOverlap: true, fontSize: 11, formatter: short }) },
  };
  const values = {
    type: "value",
    min: shares ? ({ min }) => Math.max(Math.floor(min / 10) * 10 - 10, 0) : undefined,
    max: shares ? 100 : undefined,
    axisLabel: { color: colour("ink-soft"), formatter: (value) => `${value.toLocaleString()}${unit(series[0].kind)}`, hideOverlap: true },
    splitLine: { lineStyle: { color: "#edf0f2" } },
    splitNumber: 4,
  };
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 12 },
    grid: { left: 8, right: lying && series.length < 2 ? 56 : 20, top: 14 + 22 * legendLines(series, width), bottom: 4, containLabel: true },
    legend: series.length > 1 ? { top: 0, left: 4, itemWidth: 12, itemHeight: 10, textStyle: { color: colour("ink-soft") } } : undefined,
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      formatter: (at) => `${at.name}\n${at.seriesName}  ${at.data.said}`,
      confine: true,
    },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: series.map((one, place) => ({
      name: one.name,
      type: lines ? "line" : "bar",
      stack: lines || series.length < 2 ? undefined : "all",
      barMaxWidth: lying ? 18 : 44,
      symbolSize: 8,
      symbol: ["circle", "rect", "triangle", "diamond", "roundRect", "pin"][place % 6],
      connectNulls: true,
      cursor: "pointer",
      itemStyle: { color: one.tone ? TONES[one.tone] : LINES[place % LINES.length] },
      lineStyle: { width: 2 },
      labelLayout: { hideOverlap: true },
      label: label(kind, series.length, one),
      data: one.data,
    })),
  };
}

// Numbers stand on the bars themselves where they fit: nobody has to hover to read them.
function label(kind, count, one) {
  if (kind === "lines") return { show: false };
  const alone = count < 2;
  return {
    show: true,
    position: alone ? "right" : "inside",
    color: alone ? colour("ink-soft") : "#fff",
    fontSize: 11,
    formatter: ({ value }) => (value ? `${value.toLocaleString()}${alone ? unit(one.kind) : ""}` : ""),
  };
}

function height(kind, labels) {
  return kind === "bars" ? Math.max(labels.length * ROW + 70, 150) : 300;
}

function draw(figure) {
  const place = figure.querySelector("[data-chart-place]");
  const table = figure.querySelector("[data-chart-table]");
  const source = table.querySelector("table");
  if (!source) return;
  const across = "across" in figure.dataset;
  const said = read(source, across);
  if (!said.labels.length || !said.series.length) return;
  place.hidden = false;
  const size = () => ({ width: place.clientWidth, height: height(figure.dataset.chart, said.labels) });
  const chart = init(place, null, { renderer: "svg", ...size() });
  const settle = () => chart.setOption(options(figure.dataset.chart, said, place.clientWidth), true);
  settle();
  chart.on("click", (at) => {
    if (at.data?.href) location.assign(at.data.href);
  });
  const buttons = figure.querySelector("[data-chart-switch]");
  const show = (view) => {
    place.hidden = view !== "chart";
    table.classList.toggle("put-away", view === "chart");
    for (const button of buttons.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    if (view !== "chart") return;
    chart.resize(size());
    settle();
  };
  buttons.hidden = false;
  buttons.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(button.dataset.view);
  });
  // the table stays for those who listen or tab: it comes out as soon as the focus is in it
  table.addEventListener("focusin", () => show("table"));
  new ResizeObserver(() => {
    if (place.hidden || chart.getWidth() === place.clientWidth) return;
    chart.resize(size());
    settle();
  }).observe(figure);
  show("chart");
}

document.querySelectorAll("[data-chart]").forEach(draw);
