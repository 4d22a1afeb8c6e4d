"use strict";
// Everything comes from this server, as text, and is shown as text.
const $ = id => document.getElementById(id);
const sat = value => `${Math.floor(value).toLocaleString("en")} sat`;
let key = sessionStorage.getItem("key") || "", after = null, next = null, chosen = null, timer = 0;

async function call(path, method = "GET") {
  const answer = await fetch(`/admin/v1${path}`, { method, headers: { Authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail || `The server says ${answer.status}`);
  return answer.json();
}

function make(name, text, parent, attributes = {}) {
  const it = parent.namespaceURI.endsWith("svg") ? document.createElementNS(parent.namespaceURI, name) : document.createElement(name);
  if (text !== null) it.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) it.setAttribute(attribute, value);
  parent.append(it);
  return it;
}

function showTotals(stats) {
  $("where").textContent = `${stats.origin} on ${stats.network}, block ${stats.height ?? "unknown"}${stats.isDraining ? ", draining" : ""}`;
  $("drain").textContent = stats.isDraining ? "Stop draining" : "Drain";
  const of = state => stats.states.find(it => it.state === state)?.channels ?? 0;
  const totals = [["Open", of("open")], ["Pending", of("pending")], ["Closing", of("closing")], ["Closed", of("closed")], ["Customers", stats.customers], ["Deposits", sat(stats.depositsSat)],
    ["Authorized", sat(stats.authorizedSat)], ["Spent", sat(stats.spentMsat / 1000)], ["Settled", sat(stats.settledSat)], ["Alarms", stats.alarms]];
  $("totals").replaceChildren();
  for (const [name, value] of totals) {
    const one = make("div", null, $("totals"));
    make("dt", name, one);
    make("dd", typeof value === "number" ? value.toLocaleString("en") : value, one);
  }
}

function showRisk(parts, now) {
  const chart = $("risk"), width = 780, height = 180, left = 10;
  chart.replaceChildren();
  make("line", null, chart, { x1: left, x2: left + width, y1: height + 10, y2: height + 10 });
  if (parts.length === 0) { make("text", "Nothing is authorized", chart, { x: left, y: 30 }); return; }
  const begin = Math.min(now, parts[0].from), end = Math.max(...parts.map(it => it.until)), most = Math.max(...parts.map(it => it.authorizedSat), 1);
  const x = time => left + (time - begin) / (end - begin) * width;
  for (const part of parts) {
    const tall = part.authorizedSat / most * height;
    const bar = make("rect", null, chart, { x: x(part.from), y: height + 10 - tall, width: Math.max(x(part.until) - x(part.from) - 1, 1), height: tall });
    make("title", `${sat(part.authorizedSat)} on ${part.channels} channels`, bar);
  }
  make("text", sat(most), chart, { x: left, y: 20 });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const time = begin + share * (end - begin);
    make("text", `${((time - now) / 86400).toFixed(1)} days`, chart, { x: x(time), y: height + 28, "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle" });
  }
}

function showAlarms(alarms) {
  $("alarms").replaceChildren();
  if (alarms.length === 0) make("li", "None since the start", $("alarms"));
  for (const alarm of alarms.slice(0, 20)) make("li", `${new Date(alarm.time * 1000).toISOString()} ${alarm.text}`, $("alarms"), { class: alarm.level });
}

function showChannels(page) {
  next = page.next;
  $("next").disabled = next === null;
  $("channels").replaceChildren();
  for (const it of page.channels) {
    const row = make("tr", null, $("channels"));
    for (const text of [`${it.id.slice(0, 16)}…${it.id.slice(64)}`, it.state, new Date(it.expiry * 1000).toISOString().slice(0, 16), sat(it.capacitySat), sat(it.authorizedSat), sat(it.spentMsat / 1000)]) make("td", text, row);
    const last = make("td", null, row);
    if (it.state === "open" && it.authorizedSat > 0 && !it.isHeld)
      make("button", "Close", last, { type: "button" }).addEventListener("click", () => act(`/channels/${it.id}/close`, "POST", `Close ${it.id} at ${sat(it.authorizedSat)}?`));
    make("button", "History", last, { type: "button", class: "history" }).addEventListener("click", () => { chosen = it.id; show(); });
  }
}

function showHistory(channel) {
  $("one").hidden = channel === null;
  if (channel === null) return;
  $("chosen").textContent = channel.id;
  $("history").replaceChildren();
  for (const it of channel.history) {
    const row = make("tr", null, $("history"));
    for (const text of [new Date(it.time * 1000).toISOString().slice(0, 19), it.height ?? "", it.kind, it.amountSat === null ? "" : sat(it.amountSat), it.detail ?? ""]) make("td", text, row);
  }
}

async function act(path, method, question) {
  if (!confirm(question)) return;
  try { await call(path, method); } catch (fault) { return tell(fault); }
  await show();
}

function tell(fault) {
  $("fault").hidden = fault === null;
  $("fault").textContent = fault?.message ?? "";
}

async function show() {
  clearTimeout(timer);
  try {
    const query = new URLSearchParams({ limit: "50" });
    if ($("state").value) query.set("state", $("state").value);
    if (after !== null) query.set("after", after);
    const [stats, risk, alarms, channels, one] = await Promise.all(
      [call("/stats"), call("/at-risk"), call("/alarms"), call(`/channels?${query}`), chosen === null ? null : call(`/channels/${chosen}`)]);
    showTotals(stats);
    showRisk(risk, stats.time);
    showAlarms(alarms);
    showChannels(channels);
    showHistory(one);
    document.querySelector("main").hidden = false;
    tell(null);
    sessionStorage.setItem("key", key);
  } catch (fault) { tell(fault); }
  timer = setTimeout(show, 10000);
}

$("login").addEventListener("submit", event => { event.preventDefault(); key = $("key").value.trim(); $("key").value = ""; show(); });
$("state").addEventListener("change", () => { after = null; show(); });
$("first").addEventListener("click", () => { after = null; show(); });
$("next").addEventListener("click", () => { after = next; show(); });
$("drain").addEventListener("click", () => $("drain").textContent === "Drain"
  ? act("/drain", "PUT", "Open no more channels, and close those that fall idle?") : act("/drain", "DELETE", "Open channels again?"));
if (key) show();
