// What the pages do by themselves: light or dark, "/" for the search, times that stay true, changes that come in.
"use strict";

const MOST = 60; // changes that are kept on the page

// -- light or dark: the server reads the cookie, so no page flashes -------------------------------------------------------------------

const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function turn() {
  const theme = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new Event("theme"));
}
document.getElementById("theme").addEventListener("click", turn);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("theme")));

// -- keys ------------------------------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  const search = document.getElementById("search");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// -- times: "3 min ago" goes on counting --------------------------------------------------------------------------------------------------

const UNITS = [[86400 * 365, "y"], [86400 * 30, "mo"], [86400, "d"], [3600, "h"], [60, "min"]];

function relative(seconds) {
  const size = Math.abs(seconds);
  if (size < 60) return seconds >= 0 ? "just now" : "in a moment";
  const [length, unit] = UNITS.find(([least]) => size >= least);
  const said = `${Math.floor(size / length)} ${unit}`;
  return seconds >= 0 ? `${said} ago` : `in ${said}`;
}

function tick() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const said = relative((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== said) time.textContent = said;
  }
}
setInterval(tick, 10_000);

// -- the stream: what came in is marked, the oldest goes; nothing moves while somebody reads ------------------------------------------------

const pause = () => document.getElementById("pause");
const isPaused = () => pause()?.getAttribute("aria-pressed") === "true";

document.addEventListener("click", (event) => {
  const button = event.target.closest("#pause");
  if (!button) return;
  button.setAttribute("aria-pressed", String(!isPaused()));
  button.textContent = isPaused() ? "Go on" : "Pause";
  if (!isPaused()) htmx.trigger("#feed-box", "resumed");
});
document.body.addEventListener("htmx:sseBeforeMessage", (event) => {
  if (event.target.id === "feed" && isPaused()) event.preventDefault();
});
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "feed-box" && isPaused()) event.preventDefault(); // it is read again when it goes on
});
document.body.addEventListener("htmx:sseMessage", (event) => {
  if (event.target.id !== "feed") return;
  while (event.target.children.length > MOST) event.target.lastElementChild.remove();
});
document.body.addEventListener("htmx:sseError", () => {
  const pill = document.getElementById("pill");
  pill.replaceChildren(Object.assign(document.createElement("span"), { className: "dot down" }), " no connection, trying again");
});
