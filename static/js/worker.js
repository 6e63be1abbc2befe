/* worker.js — registers the service worker where the portal is an app, or may become one: it is
   opened from the home screen, or the page says so. */
(() => {
  "use strict";
  const isApp = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  const asks = document.querySelector("[data-worker]");
  if ("serviceWorker" in navigator && (isApp || asks)) {
    navigator.serviceWorker.register("/sw.js").catch(() => {});
  }

  /* "Install the app": browsers that can ask say so; the others show the words below the button. */
  const install = document.querySelector("[data-install]");
  addEventListener("beforeinstallprompt", (event) => {
    if (!install) return;
    event.preventDefault();
    install.hidden = false;
    install.addEventListener("click", () => { event.prompt(); install.hidden = true; }, { once: true });
  });
})();
