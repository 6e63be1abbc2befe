/* webauthn-start.js — says it in words when a passkey was refused; allauth's scripts only log it. */
(() => {
  "use strict";
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.querySelectorAll("[data-key-error]").forEach((line) => (line.hidden = false));
  });
})();
