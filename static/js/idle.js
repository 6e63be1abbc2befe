/* idle.js — a screen nobody uses is covered, not left: two minutes before the end it asks, then a
   full-screen dialog hides and inerts everything. What was being written stays in the page.
   The server keeps its own clock (AwakeMiddleware); this one only spares the eyes. */
(() => {
  "use strict";
  const WARN_MS = 2 * 60 * 1000;
  const STAY_EVERY_MS = 60 * 1000;
  /* The page asks, not the person: such a request keeps no screen awake. */
  const BACKGROUND = { Accept: "application/json", "X-Background": "1" };
  const one = (selector) => document.querySelector(selector);
  const idleMs = Number(document.body.dataset.idleSeconds) * 1000;
  const warning = one("#idle-warning");
  const cover = one("#idle-cover");
  if (!idleMs || !warning || !cover) return;

  const title = document.title;
  const tabs = new BroadcastChannel("portal-awake");
  let last = Date.now();
  let told = last;

  const isCovered = () => document.documentElement.classList.contains("is-covered");

  const token = () => one("[name=csrfmiddlewaretoken]")?.value ?? "";
  const tellServer = () => {
    told = Date.now();
    const headers = { "X-CSRFToken": token() };
    fetch(cover.dataset.stay, { method: "POST", headers }).catch(() => {});
  };

  const conceal = () => {
    if (isCovered()) return;
    warning.close();
    document.documentElement.classList.add("is-covered");
    document.querySelectorAll("[data-conceal]").forEach((part) => (part.inert = true));
    document.title = cover.dataset.title;
    cover.showModal();
  };

  const reveal = () => {
    last = told = Date.now();
    document.documentElement.classList.remove("is-covered");
    document.querySelectorAll("[data-conceal]").forEach((part) => (part.inert = false));
    document.title = title;
    cover.close();
  };

  const askServer = async () => {
    try {
      const answer = await fetch(cover.dataset.awake, { headers: BACKGROUND });
      if (answer.ok && (await answer.json()).open) reveal();
    } catch {
      /* no connection: stay covered */
    }
  };

  const look = () => {
    if (isCovered()) return;
    const idle = Date.now() - last;
    if (idle >= idleMs) conceal();
    else if (idle >= idleMs - WARN_MS && !warning.open) warning.showModal();
  };

  const used = () => {
    if (isCovered() || warning.open) return;
    last = Date.now();
    if (last - told < STAY_EVERY_MS) return;
    tellServer();
    tabs.postMessage("used");
  };

  const stay = () => {
    warning.close();
    last = Date.now();
    tellServer();
    tabs.postMessage("used");
  };

  tabs.addEventListener("message", () => {
    last = Date.now();
    if (warning.open) warning.close();
  });
  one("[data-idle-stay]").addEventListener("click", stay);
  warning.addEventListener("cancel", stay);
  /* Esc must not open what was covered. */
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => isCovered() && cover.showModal());
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(kind, used, { passive: true });
  }
  for (const kind of ["focus", "pageshow"]) {
    addEventListener(kind, () => (isCovered() ? askServer() : look()));
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) isCovered() ? askServer() : look();
  });
  setInterval(look, 1000);
})();
