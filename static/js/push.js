/* push.js — allows push on this device: asks the browser, then sends its answer with the form. */
(() => {
  "use strict";
  const form = document.querySelector("[data-push]");
  if (!form) return;
  const button = form.querySelector("button");
  const said = document.querySelector("[data-push-said]");
  const say = (word) => { said.textContent = said.dataset[word]; said.hidden = false; };

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };

  const isSame = (one, other) =>
    one && one.byteLength === other.length && new Uint8Array(one).every((b, i) => b === other[i]);

  /* A subscription under another key of the portal is of no use any more. */
  const subscription = async (manager, key) => {
    const stands = await manager.getSubscription();
    if (stands && isSame(stands.options.applicationServerKey, key)) return stands;
    if (stands) await stands.unsubscribe();
    return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  };

  const allow = async () => {
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    await navigator.serviceWorker.register("/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = await subscription(pushManager, bytes(form.dataset.push));
    form.elements.subscription.value = JSON.stringify(made);
    form.submit();
  };

  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!can) return say("unable");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try { await allow(); } catch { say("failed"); } finally { button.disabled = false; }
  });
})();
