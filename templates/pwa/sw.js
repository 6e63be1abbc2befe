/* The service worker: shows what is pushed, and one page when there is no connection. It keeps
   that page and its stylesheets, and never a page of somebody who is signed in. */
"use strict";
const NAME = "{{ name|escapejs }}";
const KEPT = [{% for path in kept %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const OFFLINE = KEPT[0];
const PICTURE = "{{ picture|escapejs }}";
const WORDS = {
  title: "{% filter escapejs %}{% translate "School safety" %}{% endfilter %}",
  body: "{% filter escapejs %}{% translate "Something waits for you in the portal." %}{% endfilter %}",
};

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const forget = (names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n)));
  event.waitUntil(caches.keys().then(forget).then(() => clients.claim()));
});

/* A sender's pages are none of its business. */
const isSenders = (url) => /^\/[a-z0-9-]+\/tell(\/|$)/.test(url.pathname);

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || isSenders(url)) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (KEPT.includes(url.pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(url.pathname)));
  }
});

/* Only words and a path of our own, whatever arrives. A second copy carries the same id. */
const told = (data) => {
  try { return data.json() ?? {}; } catch { return {}; }
};
const word = (given, otherwise) => (typeof given === "string" && given ? given.slice(0, 200) : otherwise);
const inside = (path) => {
  try {
    const url = new URL(String(path || "/"), location.origin);
    return url.origin === location.origin ? url.href : location.origin;
  } catch { return location.origin; }
};

addEventListener("push", (event) => {
  const { title, body, url, id, urgency } = event.data ? told(event.data) : {};
  event.waitUntil(registration.showNotification(word(title, WORDS.title), {
    body: word(body, WORDS.body),
    icon: PICTURE,
    badge: PICTURE,
    tag: word(id, ""),
    requireInteraction: urgency === "panic",
    data: inside(url),
  }));
});

/* Where it leads may stand open already; what is written in another tab is left alone. */
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = event.notification.data || location.origin;
  const path = (href) => new URL(href).pathname;
  event.waitUntil(
    clients.matchAll({ type: "window", includeUncontrolled: true }).then((tabs) => {
      const open = tabs.find((tab) => path(tab.url) === path(target));
      return open ? open.focus() : clients.openWindow(target);
    }),
  );
});
