/* live.js — hears that something changed and lets the page look again. One stream a page; where it
   is down the page looks by itself every 15 s. A ring says what to look at and never what there is:
   elements with hx-trigger="live:<topic> from:body" fetch their own part through its guarded view. */
(() => {
  "use strict";
  const SILENT_MS = 35 * 1000; /* more than two signs of life */
  const POLL_MS = 15 * 1000;
  const HIDDEN_MS = 5 * 60 * 1000;
  const FRESH_MS = 25 * 1000; /* the server repeats what rang just before */
  const body = document.body;
  const address = body.dataset.live;
  if (!address || !window.EventSource) return;

  let stream = null;
  let hasHeard = false;
  let isResting = false;
  let again = 0;
  let waitMs = 5000;
  let hiddenTimer = 0;
  const soon = new Map();

  const isCovered = () => document.documentElement.classList.contains("is-covered");
  const tell = (name, detail) => body.dispatchEvent(new CustomEvent(name, { detail }));
  const isLive = () => stream !== null && stream.readyState === EventSource.OPEN;
  let heardAt = Date.now();
  const heard = () => { heardAt = Date.now(); };

  /* Not at the same moment as everybody else, and once for many rings. */
  const ring = (topic) => {
    if (soon.has(topic)) return;
    soon.set(topic, setTimeout(() => {
      soon.delete(topic);
      if (!isCovered()) tell(`live:${topic}`);
    }, 50 + Math.random() * 350));
  };

  const topics = () => {
    const found = new Set();
    document.querySelectorAll("[hx-trigger*='live:']").forEach((part) => {
      for (const [, topic] of part.getAttribute("hx-trigger").matchAll(/live:([\w-]+)/g)) found.add(topic);
    });
    return found;
  };
  const ringAll = () => topics().forEach(ring);

  const close = () => {
    clearTimeout(again);
    stream?.close();
    stream = null;
  };

  const later = () => {
    close();
    again = setTimeout(open, waitMs * (0.5 + Math.random()));
    waitMs = Math.min(waitMs * 2, 60 * 1000);
  };

  const rest = () => { close(); isResting = true; };

  const open = () => {
    if (isCovered() || (document.hidden && isResting)) return later();
    close();
    isResting = false;
    stream = new EventSource(address);
    let isFirst = true;
    stream.addEventListener("live", () => {
      heard();
      waitMs = 5000;
      /* A stream made anew has no last id to go on from; one that came back by itself has. */
      if (isFirst && (hasHeard || performance.now() > FRESH_MS)) ringAll();
      isFirst = false;
      hasHeard = true;
    });
    stream.addEventListener("ring", (event) => { heard(); ring(JSON.parse(event.data).topic); });
    stream.addEventListener("here", heard);
    stream.addEventListener("reset", () => { heard(); ringAll(); });
    stream.addEventListener("enough", rest); /* other pages of this session have the lines */
    stream.addEventListener("error", () => { if (stream?.readyState === EventSource.CLOSED) later(); });
  };

  const wake = () => {
    clearTimeout(hiddenTimer);
    if (isResting && !isCovered()) { waitMs = 5000; open(); }
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenTimer = setTimeout(rest, HIDDEN_MS);
    else wake();
  });
  addEventListener("focus", wake);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) { hasHeard = true; open(); } });

  setInterval(() => {
    if (isLive() && Date.now() - heardAt > SILENT_MS) later();
    if (!isLive() && !document.hidden) ringAll();
  }, POLL_MS);
  setInterval(() => {
    if (isCovered() || document.hidden) return;
    tell("live-age", { seconds: Math.round((Date.now() - heardAt) / 1000) });
  }, 1000);

  /* What the page itself asked for: an answer shows that the portal is there, and a screen that
     fell asleep is not led away from under what somebody is writing. */
  const isOurs = (event) => event.detail.requestConfig?.headers["X-Background"];
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (isOurs(event) && isCovered()) event.preventDefault();
  });
  body.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!isOurs(event)) return;
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
    else if (event.detail.xhr.status < 400) heard();
  });

  open();
})();
