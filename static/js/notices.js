/* notices.js — shows that notices came in: in the bell, before the title, and as a toast that takes
   no focus and says no word of what they are about. A list that is being read is left as it is. */
(() => {
  "use strict";
  const SHOWN_MS = 10 * 1000;
  const MOST = 3;
  const one = (selector, root = document) => root.querySelector(selector);
  const toasts = one("[data-toasts]");
  const pattern = one("#toast");
  if (!toasts || !pattern) return;

  const title = document.title;
  let known = null;
  let knownUrgent = 0;
  let came = 0;

  const isCovered = () => document.documentElement.classList.contains("is-covered");
  const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const wordsFor = (count, isUrgent) => {
    const words = toasts.dataset;
    if (isUrgent) return words.urgent;
    return count === 1 ? words.one : fill(words.many, { count });
  };

  const drop = (toast) => {
    if (!toast.isConnected) return;
    /* Whoever is reading or about to press is not robbed of it. */
    if (toast.matches(":hover, :focus-within")) return void setTimeout(drop, SHOWN_MS, toast);
    toast.remove();
  };

  const show = (words, isUrgent) => {
    const toast = pattern.content.firstElementChild.cloneNode(true);
    one("[data-toast-words]", toast).textContent = words;
    one("[data-toast-close]", toast).addEventListener("click", () => toast.remove());
    toast.classList.toggle("sp-toast--urgent", isUrgent);
    while (toasts.childElementCount >= MOST) toasts.firstElementChild.remove();
    toasts.append(toast);
    if (!isUrgent) setTimeout(drop, SHOWN_MS, toast);
  };

  const announce = (words) => one("#announcer")?.replaceChildren(words);

  const comeIn = (count, isUrgent) => {
    const bar = one("[data-newbar]");
    const words = wordsFor(count, isUrgent);
    announce(words);
    if (!bar) return show(words, isUrgent);
    came += count;
    one("[data-newbar-words]", bar).textContent = wordsFor(came, false);
    bar.hidden = false;
  };

  const look = () => {
    const bell = one("[data-unread]");
    if (!bell || isCovered()) return;
    const count = Number(bell.dataset.unread), urgent = Number(bell.dataset.urgent);
    document.title = count ? `(${count}) ${title}` : title;
    if (known !== null && count > known) comeIn(count - known, urgent > knownUrgent);
    known = count;
    knownUrgent = urgent;
  };

  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.matches("[data-bell]")) look();
  });
  addEventListener("focus", () => setTimeout(look));

  const age = one("[data-live-age]"), stopped = one("[data-live-stopped]");
  document.body.addEventListener("live-age", (event) => {
    const facts = event.detail, isOld = facts.seconds > 30;
    age.hidden = isOld;
    stopped.hidden = !isOld;
    const place = isOld ? one("[data-live-words]", stopped) : age;
    place.textContent = fill(place.dataset.words, facts);
  });
})();
